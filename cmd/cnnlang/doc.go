package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"cnnlang/interp"
	"cnnlang/lang/parse"
)

// docDocument is cnnlang.doc/v1.
type docDocument struct {
	Schema    string               `json:"schema"`
	Comment   string               `json:"comment,omitempty"` // of a file: that at its top
	Entries   []interp.Declaration `json:"entries"`
	Contracts []interp.Contract    `json:"contracts,omitempty"` // of a file: what is proved about them
	Terms     []interp.Term        `json:"terms,omitempty"`     // of another framework's word
	whole     bool                 // whether the entries are all of a file, or all there are
}

// doc is `cnnlang doc`.
func (a *app) doc() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "doc [NAME|WORD|FILE [NAME]]",
		Short: "Explain primitives, blocks and nets, and the words of other frameworks",
		Long: "doc without a name lists the primitives of the language, the blocks of std, the\n" +
			"nets of the library and the words of recipes. With a name it prints the signature with all defaults, the\n" +
			"requirements, and the description. A block's name may be given with its file, as\n" +
			"in std.resnet.bottleneck; a file's name, such as std.resnet, lists its blocks.\n\n" +
			"A word of PyTorch, Keras, TensorFlow, ONNX, Caffe or Darknet, such as nn.Conv2d, is explained by what\n" +
			"to write in its place, argument by argument.\n\n" +
			"Of a file of yours it shows the comments of its blocks and nets, and what is proved\n" +
			"about each for all its parameters and sizes; with a NAME those of one.",
		Example: "  cnnlang doc\n  cnnlang doc conv\n  cnnlang doc nn.Conv2d\n  cnnlang doc keras.layers.BatchNormalization\n  cnnlang doc std.resnet\n  cnnlang doc resnet50 -o json\n  cnnlang doc my.cnn unit",
		Args:    arguments(0, 2, ""),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			entries, err := interp.Declarations()
			if err != nil {
				return nil, cobra.ShellCompDirectiveError
			}
			return docNames(entries), cobra.ShellCompDirectiveDefault
		},
	}
	format := formatFlag(cmd, textFormats)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		d, err := a.about(cmd.Context(), args)
		switch {
		case err != nil:
			return err
		case format.value == "json":
			d.Schema = "cnnlang.doc/v1"
			return a.json(d)
		case len(d.Contracts) > 0 || d.Comment != "":
			return a.docFile(d)
		case len(d.Terms) > 0:
			return a.docTerms(d.Terms)
		case d.whole:
			return a.docList(d.Entries)
		}
		for i, e := range d.Entries {
			if i > 0 {
				fmt.Fprintln(a.stdout)
			}
			fmt.Fprint(a.stdout, entryText(e))
			if ofLibrary(e) {
				if err := a.docWeights(e.Name); err != nil {
					return err
				}
			}
		}
		return nil
	}
	return cmd
}

// about finds what the arguments are about.
func (a *app) about(ctx context.Context, args []string) (docDocument, error) {
	if len(args) > 0 && isFile(args[0]) {
		return a.aboutFile(ctx, args[0], args[1:])
	}
	if len(args) > 1 {
		return docDocument{}, usage("%q is one argument too many", args[1]).withHelp("a second one chooses a block or net of a file, as in `cnnlang doc my.cnn unit`")
	}
	if len(args) == 1 && args[0] != strings.ToLower(args[0]) { // nothing of the library has capitals, which need not be read then
		if terms := interp.TermsOf(args[0]); len(terms) > 0 {
			return docDocument{Entries: []interp.Declaration{}, Terms: terms}, nil
		}
	}
	entries, err := interp.Declarations()
	switch {
	case err != nil:
		return docDocument{}, err
	case len(args) == 0:
		return docDocument{Entries: entries, whole: true}, nil
	case args[0] == "":
		return docDocument{}, usage("the name is empty").withHelp("`cnnlang doc` lists the primitives, blocks and nets")
	}
	return docOf(args[0], entries)
}

// ofLibrary says whether a declaration is a net of the library; a file of nets has blocks, too.
func ofLibrary(e interp.Declaration) bool {
	return e.Kind == "net" && strings.HasPrefix(e.Package, "nets.")
}

// docWeights writes how images are prepared for a library net, and where trained weights of it
// are published.
func (a *app) docWeights(net string) error {
	n, err := a.listed(net)
	if err != nil {
		return err
	}
	if n.Prepare != "" {
		fmt.Fprintln(a.stdout, "images: "+n.Prepare)
	}
	for _, w := range n.Weights {
		line := "weights: " + cmp.Or(w.URL, w.Path, w.File)
		for _, part := range []string{w.Publisher, w.License} {
			if part != "" {
				line += ", " + part
			}
		}
		if w.Map != "" {
			line += ", by names " + w.Map
		}
		if w.Prepare != "" {
			line += ", with images prepared by " + w.Prepare
		}
		fmt.Fprintln(a.stdout, line)
	}
	return nil
}

// wordHelp are the words of the language that are used like steps.
var wordHelp = map[string]string{
	"each":   "`label: each step` applies one step, with one set of weights, to every item of a list, as in `list { | @p3 | @p4 } -> cls: each conv(9, 3x3)`",
	"if":     "`if condition { … } else { … }` chooses steps by parameters and sizes",
	"repeat": "`repeat i of n { … }` applies steps n times, one after the other, each time with weights of their own",
	"side":   "`side label: step` makes the result of a step an output beside the main path",
	"stage":  "`stage label: step` names a level of features, which others read as `@label`",
}

// docOf finds what a name refers to: declarations, or the words of other frameworks, or what others call a net.
func docOf(name string, all []interp.Declaration) (docDocument, error) {
	d := docDocument{Entries: []interp.Declaration{}}
	for _, e := range all {
		switch name {
		case e.Name, qualified(e):
			d.Entries = append(d.Entries, e)
		case e.Package:
			d.Entries, d.whole = append(d.Entries, e), true
		}
	}
	if len(d.Entries) > 0 {
		return d, nil
	}
	if slices.Contains(parse.Keywords, name) {
		return d, usage("%q is a word of the language, and no primitive, block or net", name).
			withHelp("%s", cmp.Or(wordHelp[name], "lang/spec.md describes it"))
	}
	if d.Terms = interp.TermsOf(name); len(d.Terms) > 0 {
		return d, nil
	}
	if interp.Known(name) == nil { // as others call it
		if p, err := interp.Open(name); err == nil {
			if n, err := p.Net(interp.Options{}); err == nil && n.Name != name {
				return docOf(n.Name, all)
			}
		}
	}
	return d, usage("there is no primitive, block or net called %q, and no such word of another framework is known", name).
		near(name, append(docNames(all), termNames()...), "did you mean `cnnlang doc %s`?", "`cnnlang doc` lists the primitives, blocks and nets")
}

// docNames lists everything that docOf finds.
func docNames(entries []interp.Declaration) []string {
	var names []string
	for _, e := range entries {
		names = append(names, e.Name, qualified(e), e.Package)
	}
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(s string) bool { return s == "" })
}
