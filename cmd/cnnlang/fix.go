package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"cnnlang/interp"
	"cnnlang/lang/diag"
	"cnnlang/lang/format"
)

// What --fix may spend on looking for repairs.
const (
	maxFixWork = 18_000_000
	maxFixTime = 3 * time.Second
)

// A fixedFile is a file that was changed and how: the edits are of its old text.
type fixedFile struct {
	File    string             `json:"file"`
	Repairs []diag.RepairEntry `json:"repairs"`
}

// fixable refuses what --fix cannot change or cannot print.
func (c *checker) fixable(args []string) error {
	if !c.fix {
		return nil
	}
	for _, argument := range args {
		switch {
		case !interp.IsFile(argument):
			return usage("--fix changes files, and %q is a net of the library", argument)
		case argument == "-" && !c.text:
			return usage("with --fix standard output is the repaired text; leave out -o")
		case argument == "-" && len(args) > 1:
			return usage("with --fix and - there can be no other file")
		}
	}
	return nil
}

// repaired makes the repairs of a program's mistakes, writes its text, and returns
// the program that came of it. Where there is a mistake without a repair, nothing
// is written and the program is as it was.
func (c *checker) repaired(p *interp.Program, s state, argument string) (*interp.Program, state, error) {
	old := p.Main.File.Source.Text
	text, made := p.Fixed(s.list)
	if len(made) > 0 {
		q, err := p.Revise(text)
		if err != nil {
			return p, s, err
		}
		after, err := c.examine(q)
		if err != nil {
			return p, s, err
		}
		if after.list.HasErrors() {
			return p, s, nil
		}
		p, s = q, after
	}
	switch {
	case s.list.HasErrors():
		return p, s, nil
	case argument == "-":
		_, err := io.WriteString(c.stdout, text)
		return p, s, err
	case len(made) == 0:
		return p, s, nil
	}
	if err := c.rewrite(argument, old, text); err != nil {
		return p, s, err
	}
	return p, s, c.fixedReport(argument, old, text, made)
}

// fixedReport says what was changed in a file.
func (c *checker) fixedReport(path, old, text string, made []diag.Repair) error {
	f := fixedFile{File: path}
	for _, r := range made {
		f.Repairs = append(f.Repairs, r.Entry())
	}
	c.fixed = append(c.fixed, f)
	if !c.text {
		return nil
	}
	for _, r := range made {
		fmt.Fprintf(c.stdout, "%s: repaired: %s\n", visibleName(path), diag.Clip(r.What))
	}
	fmt.Fprintf(c.stdout, "--- %s\n+++ %s\n", visibleName(path), visibleName(path))
	for line := range strings.Lines(format.Diff(old, text)) {
		if _, err := fmt.Fprintln(c.stdout, visible(diag.Clip(strings.TrimSuffix(line, "\n")))); err != nil {
			return err
		}
	}
	return nil
}
