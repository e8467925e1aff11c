package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"cnnlang/interp/atomicfile"
)

// manual is `cnnlang manual`, which is for those who pack the program: it writes a page for `man` of each command, from the same texts as
// --help. cobra/doc takes such texts for Markdown, and so joins the lines of their tables.
func (a *app) manual() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "manual FOLDER",
		Short:   "Write the pages for man",
		Long:    "manual writes a page for `man` of every command into a folder: cnnlang.1, cnnlang-run.1 and so on.",
		Example: "  cnnlang manual man1",
		Args:    arguments(1, 1, "the FOLDER"),
		Hidden:  true,
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		folder := args[0]
		if err := os.Mkdir(folder, 0o777); err != nil && !errors.Is(err, os.ErrExist) {
			return unwritten(folder, err)
		}
		for _, c := range withBelow(cmd.Root()) {
			file := filepath.Join(folder, pageName(c)+".1")
			err := atomicfile.Write(file, func(w io.Writer) error {
				_, err := io.WriteString(w, manualPage(c))
				return err
			})
			if err != nil {
				return unwritten(file, err)
			}
		}
		return nil
	}
	return cmd
}

// shownBelow are the commands that the help of one lists.
func shownBelow(c *cobra.Command) []*cobra.Command {
	return slices.DeleteFunc(slices.Clone(c.Commands()), func(c *cobra.Command) bool { return !c.IsAvailableCommand() && c.Name() != "help" })
}

// withBelow is a command with all below it.
func withBelow(c *cobra.Command) []*cobra.Command {
	list := []*cobra.Command{c}
	for _, below := range shownBelow(c) {
		list = append(list, withBelow(below)...)
	}
	return list
}

// pageName is what a command's page is called, as in cnnlang-run.
func pageName(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

// manualPage is the page of a command, in the macros of man(7).
func manualPage(c *cobra.Command) string {
	c.InitDefaultHelpFlag()
	c.InitDefaultVersionFlag()
	var p page
	p.line(`.TH "%s" 1 "" "cnnlang %s" "cnnlang"`, strings.ToUpper(pageName(c)), roff(versionOf().Version))
	p.line(".ad l\n.nh")
	p.section("NAME")
	p.line(`%s \- %s`, roff(pageName(c)), roff(c.Short))
	p.section("SYNOPSIS")
	use, rest, _ := strings.Cut(c.UseLine(), " ")
	if c.HasSubCommands() {
		rest = "VERB [flags]"
	}
	p.line(`\fB%s\fR %s`, roff(use), roff(rest))
	p.section("DESCRIPTION")
	p.prose(c.Long)
	if c.HasSubCommands() {
		p.section("VERBS")
		for _, v := range shownBelow(c) {
			p.line(".TP\n\\fB%s\\fR(1)\n%s", roff(pageName(v)), roff(v.Short))
		}
	}
	p.flags("OPTIONS", c.LocalFlags())
	p.flags("OPTIONS OF EVERY VERB", c.InheritedFlags())
	if c.Example != "" {
		p.section("EXAMPLES")
		p.literal(c.Example)
	}
	if c.HasParent() {
		p.section("SEE ALSO")
		above := pageName(c.Parent())
		p.line(`\fB%s\fR(1)`, roff(above))
	}
	return p.String()
}

// A page is one for man, as it is written.
type page struct{ strings.Builder }

func (p *page) line(format string, args ...any) { fmt.Fprintf(p, format+"\n", args...) }

func (p *page) section(title string) { p.line(".SH %s", title) }

// kept finds a line that is indented or has columns.
var kept = regexp.MustCompile(`(?m)^[ \t]|  `)

// prose writes paragraphs, of which those keep their lines.
func (p *page) prose(text string) {
	for i, paragraph := range strings.Split(strings.Trim(text, "\n"), "\n\n") {
		if i > 0 {
			p.line(".PP")
		}
		if kept.MatchString(paragraph) {
			p.literal(paragraph)
			continue
		}
		p.line("%s", roff(paragraph))
	}
}

// literal writes lines as they are.
func (p *page) literal(text string) { p.line(".nf\n%s\n.fi", roff(strings.Trim(text, "\n"))) }

func (p *page) flags(title string, set *pflag.FlagSet) {
	if !set.HasAvailableFlags() {
		return
	}
	p.section(title)
	set.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		name := `\fB` + roff("--"+f.Name) + `\fR`
		if f.Shorthand != "" {
			name = `\fB` + roff("-"+f.Shorthand) + `\fR, ` + name
		}
		kind, usage := pflag.UnquoteUsage(f)
		switch {
		case f.NoOptDefVal != "" && f.Value.Type() != "bool":
			name += `[=` + roff(f.NoOptDefVal) + `]`
		case kind != "":
			name += ` \fI` + roff(kind) + `\fR`
		}
		if value := f.DefValue; value != "" && value != "false" && value != "0" && value != "[]" {
			usage += " (default " + value + ")"
		}
		p.line(".TP\n%s\n%s", name, roff(usage))
	})
}

// roff is a text for man: minus signs that can be copied, nothing that begins a command, and what stands between backquotes bold.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "\n.", "\n\\&.").Replace(text)
	if strings.HasPrefix(text, ".") {
		text = `\&` + text
	}
	parts := strings.Split(text, "`")
	if len(parts)%2 == 0 {
		return text // the backquotes are no pairs
	}
	for i := 1; i < len(parts); i += 2 {
		parts[i] = `\fB` + parts[i] + `\fR`
	}
	return strings.Join(parts, "")
}
