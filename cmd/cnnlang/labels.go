package main

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"cnnlang/interp"
	"cnnlang/lang/diag"
)

// classes adds the flag that names classes.
func (s *selection) classes(cmd *cobra.Command) {
	s.labels = textOf("FILE|NAME")
	cmd.Flags().Var(s.labels, "labels", "names of the classes: a file with one a line or a JSON list, or "+strings.Join(interp.KnownLabels(), ", "))
	complete(cmd, "labels", func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return interp.KnownLabels(), cobra.ShellCompDirectiveDefault
	})
}

// named reads what the flag says.
func (s *selection) named() (interp.Labels, error) {
	if s.labels == nil || s.labels.value == "" {
		return interp.Labels{}, nil
	}
	name := s.labels.value
	if labels, known := interp.NamedLabels(name); known {
		return labels, nil
	}
	labels, err := interp.ReadLabels(name)
	if err != nil && filepath.Base(name) == name && filepath.Ext(name) == "" {
		known := interp.KnownLabels()
		if near := diag.Nearest(name, known); near != "" && !slices.Contains(known, name) {
			return labels, usage("--labels %s", plain(err)).withHelp("did you mean `--labels %s`?", near)
		}
	}
	return labels, err
}

// labelled says in a line whose names classes get, unless it is the net's own text that says them.
func (a *app) labelled(l interp.Labels) {
	if l.Names != nil && l.From != "" {
		a.tell("note", l.String())
	}
}
