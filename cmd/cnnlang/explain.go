package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"cnnlang/lang/diag"
)

// explainDocument is cnnlang.explain/v2.
type explainDocument struct {
	Schema string         `json:"schema"`
	Pages  []explainEntry `json:"pages"`
}

type explainEntry struct {
	Code     diag.Code     `json:"code"`
	Name     string        `json:"name"`
	Severity diag.Severity `json:"severity"`
	Text     string        `json:"text"`
	Wrong    string        `json:"wrong,omitempty"`
	Right    string        `json:"right"`
	Beside   string        `json:"beside,omitempty"` // a file that both examples import
}

// explain is `cnnlang explain`.
func (a *app) explain() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "explain [CODE]",
		Short: "Explain a diagnostic by its code",
		Long: "explain says what a diagnostic means, with an example that does not cause it and, if\n" +
			"it can be short, one that does. Without a code it lists all codes.",
		Example:           "  cnnlang explain\n  cnnlang explain E0401\n  cnnlang explain E0401 -o json",
		Args:              arguments(0, 1, ""),
		ValidArgsFunction: noFiles(codes),
	}
	format := formatFlag(cmd, textFormats)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		pages := diag.Pages()
		if len(args) == 1 {
			page, err := pageOf(args[0])
			if err != nil {
				return err
			}
			pages = []diag.Page{page}
		}
		switch {
		case format.value == "json":
			return a.explainJSON(pages)
		case len(args) == 0:
			for _, p := range pages {
				fmt.Fprintf(a.stdout, "%s  %s\n", p.Code, p.Name)
			}
			return nil
		}
		_, err := fmt.Fprint(a.stdout, pageText(pages[0]))
		return err
	}
	return cmd
}

// pageOf finds a page; the code may be in lower case and without its zero: e401.
func pageOf(code string) (diag.Page, error) {
	full := strings.ToUpper(code)
	if len(full) == 4 {
		full = full[:1] + "0" + full[1:]
	}
	if page, ok := diag.Explain(diag.Code(full)); ok {
		return page, nil
	}
	return diag.Page{}, usage("there is no code %q", code).
		near(full, codes(), "did you mean `cnnlang explain %s`?", "`cnnlang explain` lists them all")
}

func codes() []string {
	var list []string
	for _, c := range diag.Pages() {
		list = append(list, string(c.Code))
	}
	return list
}

func (a *app) explainJSON(pages []diag.Page) error {
	document := explainDocument{Schema: "cnnlang.explain/v2"}
	for _, p := range pages {
		document.Pages = append(document.Pages, explainEntry{
			Code: p.Code, Name: p.Name, Severity: p.Code.Severity(), Text: p.Text, Wrong: p.Wrong, Right: p.Right, Beside: p.Beside,
		})
	}
	return a.json(document)
}

// pageText is a page for people.
func pageText(p diag.Page) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s[%s]: %s\n\n%s", p.Code.Severity(), p.Code, p.Name, wrapped(p.Text, 80))
	if p.Wrong != "" {
		fmt.Fprintf(&b, "\nwrong:\n\n%s", indented(p.Wrong))
	}
	fmt.Fprintf(&b, "\nright:\n\n%s", indented(p.Right))
	if p.Beside != "" {
		fmt.Fprintf(&b, "\nwith this blocks.cnn beside it:\n\n%s", indented(p.Beside))
	}
	return b.String()
}

// indented indents lines, and breaks those that are too long.
func indented(text string) string {
	const longest = 100
	var b strings.Builder
	for line := range strings.Lines(text) {
		for ; len(line) > longest; line = line[longest:] {
			fmt.Fprintf(&b, "  %s\n", line[:longest])
		}
		fmt.Fprintf(&b, "  %s", line)
	}
	return b.String()
}

// wrapped breaks a text into lines of at most this many bytes.
func wrapped(text string, width int) string {
	var b strings.Builder
	column := 0
	for _, word := range strings.Fields(text) {
		switch {
		case column > 0 && column+1+len(word) > width:
			b.WriteByte('\n')
			column = 0
		case column > 0:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += len(word)
	}
	return b.String() + "\n"
}
