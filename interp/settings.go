package interp

import (
	"cmp"
	"slices"
	"strings"

	"cnnlang/interp/internal/elab"
	"cnnlang/lang/diag"
	"cnnlang/lang/parse"
	"cnnlang/lang/source"
)

// Settings give values to parameters and sizes of a net: each text is name=value, and means what `let
// name=value` does in a file.
type Settings struct {
	Texts []string
	// Name is what diagnostics call the texts, "settings" if empty.
	Name string
}

// Set makes Settings of texts such as "classes=10".
func Set(texts ...string) Settings { return Settings{Texts: texts} }

// Err is a *ProgramError if the texts have mistakes.
func (s Settings) Err() error {
	_, _, err := s.parse()
	return err
}

// parse reads the texts. The file is what diagnostics quote; the error is a *ProgramError.
func (s Settings) parse() ([]elab.Setting, *source.File, error) {
	var all strings.Builder
	for _, t := range s.Texts {
		// One line each, so that one setting cannot begin another declaration.
		all.WriteString("let " + strings.NewReplacer("\n", " ", "\r", " ").Replace(t) + "\n")
	}
	name := cmp.Or(s.Name, "settings")
	file := source.NewFile(name, all.String())
	tree, list := parse.File(file)
	// Diagnostics show what was written: the same places, without the word let.
	file = source.NewFile(name, "    "+strings.ReplaceAll(strings.TrimPrefix(file.Text, "let "), "\nlet ", "\n    "))
	for _, d := range list {
		if found, cut := strings.CutPrefix(d.Message, "expected `block`, `net`, `import` or `let`, found "); cut {
			d.Message, d.Correction = "expected the end of the setting, found "+found, nil
			d.WithHelp("give each setting by itself, as one name=value")
		}
	}
	var settings []elab.Setting
	for _, d := range tree.Decls {
		if d.Let != nil && d.Let.Pattern.Name == nil {
			list.Add(diag.New(diag.Syntax, d.Let.Pattern.Span(), "a setting has one name").WithHelp("give each parameter a value of its own"))
		} else if d.Let != nil {
			name := d.Let.Pattern.Name
			settings = append(settings, elab.Setting{Name: name.Text, Value: d.Let.Value, Span: name.Span()})
		}
	}
	for i, s := range settings {
		twice := func(other elab.Setting) bool { return other.Name == s.Name }
		if first := slices.IndexFunc(settings, twice); first < i {
			list.Add(diag.New(diag.DuplicateName, s.Span, "`%s` is set twice", s.Name).At(settings[first].Span, "first here"))
		}
	}
	if list.HasErrors() {
		return nil, nil, &ProgramError{list, func(string) *source.File { return file }}
	}
	return settings, file, nil
}
