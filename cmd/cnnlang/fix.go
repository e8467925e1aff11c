package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"cnnlang/interp"
	"cnnlang/lang/diag"
	"cnnlang/lang/format"
)

// A fixedFile is a file that was changed, and the edits to its old text.
type fixedFile struct {
	File    string             `json:"file"`
	Repairs []diag.RepairEntry `json:"repairs"`
}

// fixable refuses arguments that --fix cannot change or print.
func (c *checker) fixable(args []string) error {
	if !c.workspace.Thorough {
		return nil
	}
	for _, argument := range args {
		switch {
		case !isFile(argument):
			return usage("--fix changes files, and %q is a net of the library", argument)
		case interp.HoldsNet(argument):
			return usage("--fix changes .cnn files, and the text in %s is part of a file of weights", argument).withHelp("`cnnlang fmt %s >mine.cnn` writes it to a file of its own", shellQuoted(argument))
		case argument == "-" && !c.text:
			return usage("with --fix and - standard output is the repaired text; leave out -o")
		case argument == "-" && len(args) > 1:
			return usage("with --fix and - there can be no other file")
		}
	}
	return nil
}

// repaired makes the repairs of a text's mistakes, writes it, and returns what is found in it
// then. Where there is a mistake without a repair, nothing is written and the text is
// as it was.
func (c *checker) repaired(ctx context.Context, found *interp.Checked, name string) (*interp.Checked, error) {
	old := found.Program.Text()
	text, made := found.Fixed()
	if len(made) > 0 {
		c.workspace.Edit(name, text)
		after, err := c.workspace.Check(ctx, name, c.options)
		if err != nil || after.Problems.HasErrors() {
			c.workspace.Edit(name, old)
			return found, err
		}
		found = after
	}
	switch {
	case found.Problems.HasErrors():
		return found, nil
	case name == stdinName:
		_, err := io.WriteString(c.stdout, text)
		return found, err
	case len(made) == 0:
		return found, nil
	}
	if err := c.rewrite(name, old, text); err != nil {
		c.workspace.Edit(name, old)
		return found, err
	}
	c.fixedReport(name, old, text, made)
	return found, nil
}

// fixedReport records and prints what was changed in a file.
func (c *checker) fixedReport(path, old, text string, made []diag.Repair) {
	f := fixedFile{File: path}
	for _, r := range made {
		f.Repairs = append(f.Repairs, r.Entry())
		if c.text {
			fmt.Fprintf(c.stdout, "%s: repaired: %s\n", visibleName(path), diag.Clip(r.What))
		}
	}
	c.fixed = append(c.fixed, f)
	if !c.text {
		return
	}
	fmt.Fprintf(c.stdout, "--- %s\n+++ %s\n", visibleName(path), visibleName(path))
	for line := range strings.Lines(format.Diff(old, text)) {
		fmt.Fprintln(c.stdout, visible(diag.Clip(strings.TrimSuffix(line, "\n"))))
	}
}
