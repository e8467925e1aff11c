package interp

import (
	"strings"

	"cnnlang/interp/internal/elab"
	"cnnlang/lang/diag"
	"cnnlang/lang/parse"
	"cnnlang/lang/source"
)

// SettingsFile is what diagnostics call the text that settings come from.
const SettingsFile = "--set"

// Settings reads name=value texts, which mean what `let name=value` does in a
// file. The file holds that text, for diagnostics.
func Settings(texts []string) ([]elab.Setting, *source.File, diag.List) {
	var all strings.Builder
	for _, t := range texts {
		// One line each, so that one setting cannot begin another declaration.
		all.WriteString("let " + strings.NewReplacer("\n", " ", "\r", " ").Replace(t) + "\n")
	}
	file := source.NewFile(SettingsFile, all.String())
	tree, list := parse.File(file)
	// People see what they wrote: the same places, without the word let.
	file = source.NewFile(SettingsFile, "    "+strings.ReplaceAll(strings.TrimPrefix(file.Text, "let "), "\nlet ", "\n    "))
	var settings []elab.Setting
	for _, d := range tree.Decls {
		if d.Let != nil {
			settings = append(settings, elab.Setting{Name: d.Let.Name.Text, Value: d.Let.Value, Span: d.Let.Name.Span()})
		}
	}
	list.AddAll(setTwice(settings))
	return settings, file, list
}

func setTwice(settings []elab.Setting) (list diag.List) {
	for i, s := range settings {
		for _, earlier := range settings[:i] {
			if earlier.Name == s.Name {
				list.Add(diag.New(diag.DuplicateName, s.Span, "`%s` is set twice", s.Name).At(earlier.Span, "first here"))
				break
			}
		}
	}
	return list
}
