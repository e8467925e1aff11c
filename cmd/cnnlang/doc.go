package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"cnnlang/interp"
	"cnnlang/lang/parse"
)

// docDocument is cnnlang.doc/v1.
type docDocument struct {
	Schema  string               `json:"schema"`
	Entries []interp.Declaration `json:"entries"`
}

// doc is `cnnlang doc`.
func (a *app) doc() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "doc [NAME]",
		Short: "Explain primitives, blocks and nets",
		Long: "doc without a name lists the primitives of the language, the blocks of std, the\n" +
			"nets of the library and the words of recipes. With a name it prints the signature with all defaults, the\n" +
			"requirements, and the description. A block's name may be given with its file, as\n" +
			"in std.resnet.bottleneck; a file's name, such as std.resnet, lists its blocks.",
		Example: "  cnnlang doc\n  cnnlang doc conv\n  cnnlang doc std.resnet\n  cnnlang doc resnet50 -o json",
		Args:    arguments(0, 1, ""),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			entries, err := interp.Declarations()
			if err != nil {
				return nil, cobra.ShellCompDirectiveError
			}
			return docNames(entries), cobra.ShellCompDirectiveNoFileComp
		},
	}
	format := formatFlag(cmd, textFormats)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		entries, err := interp.Declarations()
		if err != nil {
			return err
		}
		whole := len(args) == 0
		if !whole {
			if entries, whole, err = docOf(args[0], entries); err != nil {
				return err
			}
		}
		switch {
		case format.value == "json":
			return a.json(docDocument{"cnnlang.doc/v1", entries})
		case whole:
			return a.docList(entries)
		}
		for i, e := range entries {
			if i > 0 {
				fmt.Fprintln(a.stdout)
			}
			fmt.Fprint(a.stdout, entryText(e))
			if strings.HasPrefix(e.Package, "nets.") {
				if err := a.docWeights(e.Name); err != nil {
					return err
				}
			}
		}
		return nil
	}
	return cmd
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

// docOf finds the entries that a name refers to. whole says that it is the name of a
// file.
func docOf(name string, all []interp.Declaration) (found []interp.Declaration, whole bool, err error) {
	for _, e := range all {
		switch name {
		case e.Name, qualified(e):
			found = append(found, e)
		case e.Package:
			found, whole = append(found, e), true
		}
	}
	if len(found) > 0 {
		return found, whole, nil
	}
	if slices.Contains(parse.Keywords, name) {
		return nil, false, usage("%q is a word of the language, and no primitive, block or net", name).
			withHelp("%s", cmp.Or(wordHelp[name], "lang/spec.md describes it"))
	}
	return nil, false, usage("there is no primitive, block or net called %q", name).
		near(name, docNames(all), "did you mean `cnnlang doc %s`?", "`cnnlang doc` lists them all")
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

// docList writes a line for each entry under the title of its file.
func (a *app) docList(entries []interp.Declaration) error {
	width := 0
	for _, e := range entries {
		width = max(width, len(e.Name))
	}
	for i, e := range entries {
		if i == 0 || entries[i-1].File != e.File {
			if i > 0 {
				fmt.Fprintln(a.stdout)
			}
			fmt.Fprintln(a.stdout, titleOf(e))
		}
		fmt.Fprintln(a.stdout, strings.TrimRight(fmt.Sprintf("  %-*s  %s", width, e.Name, firstSentence(e.Doc)), " "))
	}
	return nil
}

// firstSentence is the part of a comment that a list shows.
func firstSentence(doc string) string {
	doc = strings.Join(strings.Fields(doc), " ")
	for i := range doc {
		if strings.HasPrefix(doc[i:], ". ") && !strings.HasSuffix(doc[:i], "al") {
			return doc[:i+1]
		}
	}
	return doc
}

func qualified(e interp.Declaration) string {
	if e.Package == "" {
		return e.Name
	}
	return e.Package + "." + e.Name
}

// titleOf is the heading of a file's entries.
func titleOf(e interp.Declaration) string {
	switch {
	case e.Kind == "primitive":
		return "primitives"
	case e.Package != "":
		return e.Package
	}
	return e.File
}

// entryText is a declaration for people.
func entryText(e interp.Declaration) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", e.Signature)
	if e.Base != "" {
		fmt.Fprintf(&b, "%s\n\n", e.Base)
	}
	switch {
	case e.Package == "train":
		fmt.Fprintf(&b, "%s\n", wrapped(e.Doc, 80))
	case e.Doc != "":
		fmt.Fprintf(&b, "%s\n\n", strings.TrimSpace(e.Doc))
	}
	switch {
	case e.Kind == "primitive":
		fmt.Fprintln(&b, "a primitive of the language")
	case e.Kind == "value":
		fmt.Fprintln(&b, "a value of the language, for meta")
	case e.Kind == "setting" || e.Kind == "form":
		width := 0
		for _, p := range e.Params {
			width = max(width, len(p.Name))
		}
		for _, p := range e.Params {
			fmt.Fprintf(&b, "  %-*s  %s\n", width, p.Name, p.Type)
		}
		if width > 0 {
			fmt.Fprintln(&b)
		}
		fmt.Fprintf(&b, "a %s of recipes, which lang/spec.md describes; `cnnlang train FILE|NAME --show-recipe` prints one\n", map[string]string{"setting": "setting", "form": "word"}[e.Kind])
	case e.Package != "":
		fmt.Fprintf(&b, "import %s { %s }  (%s:%d)\n", e.Package, e.Name, e.File, e.Line)
		if strings.HasPrefix(e.Package, "nets.") {
			fmt.Fprintf(&b, "cnnlang params %s\n", e.Name)
		}
	default:
		fmt.Fprintf(&b, "cnnlang params %s  (%s:%d)\n", e.Name, e.File, e.Line)
	}
	return b.String()
}
