package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"cnnlang/cmd/cnnlang/internal/templates"
	"cnnlang/interp"
	"cnnlang/lang/parse"
)

// newDocument is cnnlang.new/v1.
type newDocument struct {
	Schema    string            `json:"schema"`
	Templates []startingProgram `json:"templates,omitempty"` // without a name: all there are
	File      string            `json:"file,omitempty"`      // that was written
	Net       string            `json:"net,omitempty"`
	From      string            `json:"from,omitempty"`
}

// A startingProgram is a file to start from.
type startingProgram struct {
	Name string `json:"name"`
	For  string `json:"for"` // what the net is for
	text string
}

// new is `cnnlang new`.
func (a *app) new() *cobra.Command {
	from, force := onceOf(textOf("NAME")), false
	cmd := &cobra.Command{
		Use:   "new [NAME]",
		Short: "Write a file to start from",
		Long: "new writes NAME.cnn with a net of that name, short and with comments, which checks\n" +
			"as it is. --from says what it is like: one of the templates, which `cnnlang new`\n" +
			"without a name lists, or a net of the library, for classes and a size of one's own.\n" +
			"A file that is there already is left as it is, unless --force is given.",
		Example: "  cnnlang new\n  cnnlang new pets\n  cnnlang new pets --from resnet50\n  cnnlang new roads --from segmenter",
		Args:    arguments(0, 1, ""), ValidArgsFunction: cobra.NoFileCompletions,
	}
	cmd.Flags().Var(from, "from", "what it is like: a template, which is classifier unless another is named, or a net of the library")
	cmd.Flags().BoolVar(&force, "force", false, "write over files that are there")
	complete(cmd, "from", noFiles(origins))
	format := formatFlag(cmd, textFormats)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		d := newDocument{Schema: "cnnlang.new/v1"}
		var err error
		switch {
		case len(args) > 0:
			d, err = start(args[0], from.value, force)
		case from.given || force:
			return usage("the NAME of the net is missing").withHelp("%s", cmd.UseLine())
		default:
			d.Templates = startingPrograms()
		}
		switch {
		case err != nil:
			return err
		case format.value == "json":
			return a.json(d)
		case d.File == "":
			return a.listTemplates(d.Templates)
		}
		fmt.Fprintf(a.stdout, "%s: a net like %s; `cnnlang check %[1]s` checks it, and its comment says what else there is to do\n", d.File, d.From)
		return nil
	}
	return cmd
}

// startingPrograms are the templates, first that for classes.
func startingPrograms() (list []startingProgram) {
	names, err := fs.Glob(templates.FS, "*.cnn")
	if err != nil {
		panic("cnnlang: " + err.Error())
	}
	for _, file := range names {
		text, err := fs.ReadFile(templates.FS, file)
		if err != nil {
			panic("cnnlang: the templates are not readable: " + err.Error())
		}
		first, _, _ := strings.Cut(string(text), "\n")
		list = append(list, startingProgram{strings.TrimSuffix(file, ".cnn"), strings.TrimPrefix(first, "# "+templates.Name+": "), string(text)})
	}
	return list
}

func (a *app) listTemplates(list []startingProgram) error {
	width := 0
	for _, t := range list {
		width = max(width, len(t.Name))
	}
	text := ""
	for _, t := range list {
		text += fmt.Sprintf("%-*s  %s\n", width, t.Name, t.For)
	}
	return a.prose(text + "\n`cnnlang new pets --from " + list[0].Name + "` writes pets.cnn. Any net of the library will do in place of a template, which `cnnlang list` shows.\n")
}

// origins are what --from may be.
func origins() (names []string) {
	for _, t := range startingPrograms() {
		names = append(names, t.Name)
	}
	return append(names, interp.Library()...)
}

// goodName is what a net can be called, and unfit what cannot stand in a name.
var (
	goodName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)
	unfit    = regexp.MustCompile(`[^A-Za-z0-9]+`)
)

// start writes the file for a net that is called name.
func start(name, from string, force bool) (newDocument, error) {
	if err := badName(name); err != nil {
		return newDocument{}, err
	}
	text, from, err := startingText(name, from)
	if err != nil {
		return newDocument{}, err
	}
	p, err := interp.Read(name+".cnn", strings.NewReader(text))
	if err != nil {
		return newDocument{}, err
	}
	if _, list, err := p.Check(interp.Options{}); err != nil || len(list) > 0 {
		return newDocument{}, usage("%q is the name of something else in a net like %s", name, from).withHelp("choose another name, as in `cnnlang new my_%s --from %s`", name, from)
	}
	file := name + ".cnn"
	if is, err := os.Stat(file); err == nil && !is.IsDir() && !force { // writeWhole says what is wrong with all else
		return newDocument{}, &takenError{file, "is there already, and is left as it is; --force writes over it"}
	}
	if err := writeWhole(file, []byte(text)); err != nil {
		return newDocument{}, err
	}
	return newDocument{Schema: "cnnlang.new/v1", File: file, Net: name, From: from}, nil
}

// badName says why a net cannot be called so.
func badName(name string) error {
	const most = 100
	switch {
	case slices.Contains(parse.Keywords, name):
		return usage("%q is a word of the language, so no net can be called that", name).withHelp("choose another name, as in `cnnlang new my_%s`", name)
	case len(name) > most:
		return usage("the name has %d characters, and may have %d", len(name), most)
	case goodName.MatchString(name):
		return nil
	}
	like := strings.Trim(unfit.ReplaceAllString(strings.TrimSuffix(name, ".cnn"), "_"), "_")
	if !goodName.MatchString(like) || slices.Contains(parse.Keywords, like) {
		like = "my_" + cmp.Or(like, "net")
	}
	return usage("%q cannot be the name of a net: want letters, digits and _, first a letter", name).
		withHelp("as in `cnnlang new %s`, which writes %[1]s.cnn in this folder", like)
}

// explained is a command of a comment and what it does.
var explained = regexp.MustCompile(`(?m)^(#   cnnlang .*?\S) {2,}(\S.*)$`)

// aligned sets what the commands of a comment do in one column, however long their names are.
func aligned(text string) string {
	width := 0
	for _, m := range explained.FindAllStringSubmatch(text, -1) {
		width = max(width, len(m[1]))
	}
	return explained.ReplaceAllStringFunc(text, func(line string) string {
		m := explained.FindStringSubmatch(line)
		return fmt.Sprintf("%-*s   %s", width, m[1], m[2])
	})
}

// startingText is the text for a net that is called name, and what it is like.
func startingText(name, from string) (text, of string, err error) {
	for i, t := range startingPrograms() {
		if from == t.Name || from == "" && i == 0 {
			return aligned(strings.ReplaceAll(t.text, templates.Name, name)), t.Name, nil
		}
	}
	unknown := &interp.UnknownNetError{}
	if isFile(from) || errors.As(interp.Known(from), &unknown) {
		return "", "", usage("there is no template and no net of the library called %q", from).
			near(from, origins(), "did you mean --from %s?", "`cnnlang new` lists the templates, and `cnnlang list` the nets")
	}
	p, err := interp.Open(from)
	if err != nil {
		return "", "", err
	}
	n, err := p.Net(interp.Options{})
	if err != nil {
		return "", "", err
	}
	if n.Name == name {
		return "", "", usage("%q is the name of the net of the library", name).withHelp("choose another name, as in `cnnlang new my_%s --from %[1]s`", name)
	}
	return fromLibrary(name, p, n), n.Name, nil
}
