package main

import (
	"github.com/spf13/cobra"

	"cnnlang/interp"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
)

// A selection is the flags that say which net at which size.
type selection struct {
	net      *option[string]
	set      *option[[]string]
	shape    *option[[]int]
	settings []interp.Setting
	text     *source.File // of the settings, for diagnostics
	origins  bool         // whether the net must know where its sizes come from
}

// flags adds the flags to a command.
func (s *selection) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	s.net = textOf("NAME")
	s.set = manyOf("NAME=VALUE", parseSetting)
	s.shape = &option[[]int]{what: "NxCxHxW", parse: parseShape, write: shapeText}
	f.Var(s.net, "net", "the net to take from a file that declares several")
	f.Var(s.set, "set", "give a parameter of the net a value, as classes=10; may be repeated")
	f.Var(s.shape, "shape", "shape of the input, as 2x3x224x224")
	err := cmd.RegisterFlagCompletionFunc("net", completeNetsOfFile)
	if err != nil {
		panic("cnnlang: " + err.Error())
	}
}

// completeNetsOfFile offers the nets of the file named before.
func completeNetsOfFile(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var names []string
	if len(args) > 0 && args[0] != "-" {
		if p, err := interp.Open(args[0], nil); err == nil {
			for _, o := range p.Main.Nets() {
				names = append(names, o.Name)
			}
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// readSettings parses --set.
func (s *selection) readSettings() error {
	settings, text, list := interp.Settings(s.set.value)
	s.settings, s.text = settings, text
	if list.HasErrors() {
		return &problems{list, s.files(nil)}
	}
	return nil
}

// files finds the text that a diagnostic is about.
func (s *selection) files(p *interp.Program) func(name string) *source.File {
	return func(name string) *source.File {
		switch {
		case name == interp.SettingsFile:
			return s.text
		case p != nil:
			return p.File(name)
		}
		return nil
	}
}

func (s *selection) options() interp.NetOptions {
	return interp.NetOptions{Set: s.settings, Shape: s.shape.value, Origins: s.origins}
}

// open loads what an argument names and finds the net in it.
func (a *app) open(s *selection, argument string) (*interp.Program, *resolve.Object, error) {
	if err := s.readSettings(); err != nil {
		return nil, nil, err
	}
	if s.net.value != "" && !interp.IsFile(argument) {
		return nil, nil, usage("--net is for a file that declares several nets, and %s is a net of the library", argument).
			withHelp("leave out --net, or name %s in its place", s.net.value)
	}
	p, err := interp.Open(argument, a.stdin)
	if err != nil {
		return nil, nil, err
	}
	if p.Problems.HasErrors() {
		return nil, nil, &problems{p.Problems, s.files(p)}
	}
	o, err := p.Select(s.net.value, s.settings...)
	if err != nil {
		return nil, nil, err
	}
	return p, o, nil
}

// instantiate makes the net at the size that is asked for. Warnings are shown
// and do no harm.
func (a *app) instantiate(s *selection, p *interp.Program, o *resolve.Object) (*interp.Net, error) {
	n, list := interp.Instantiate(o, s.options())
	list = append(append(diag.List(nil), p.Problems...), list...)
	found := &problems{list, s.files(p)}
	if n == nil {
		return nil, found
	}
	if len(list) > 0 {
		a.diagnostics(found)
	}
	return n, nil
}

// netOf does both for a verb that needs no more.
func (a *app) netOf(s *selection, argument string) (*interp.Net, error) {
	p, o, err := a.open(s, argument)
	if err != nil {
		return nil, err
	}
	return a.instantiate(s, p, o)
}
