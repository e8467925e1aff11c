package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"cnnlang/interp"
)

// listDocument is cnnlang.list/v1.
type listDocument struct {
	Schema string      `json:"schema"`
	Nets   []listedNet `json:"nets"`
}

type listedNet struct {
	Name   string `json:"name"`
	Family string `json:"family"`
	Title  string `json:"title"` // of its paper
	Year   int    `json:"year"`
	Paper  string `json:"paper"`
	Source string `json:"source"` // the implementation that the net follows
	// Weights are the files that are published, the usual one first.
	Weights []publishedFile `json:"weights"`
	Prepare string          `json:"prepare,omitempty"` // how images are, where a file does not say otherwise
	File    string          `json:"file"`
	Kind    string          `json:"kind"` // what its output is
	netEnds
	Params *int `json:"params"`
	MACs   *int `json:"macs"`
	net    *interp.Net
}

// listFlags choose among the nets of the library.
type listFlags struct {
	family    *option[string]
	maxParams *option[float64]
	maxMACs   *option[float64]
	weights   bool
	format    *option[string]
}

// list is `cnnlang list`.
func (a *app) list() *cobra.Command {
	f := &listFlags{family: onceOf(textOf("FAMILY")), maxParams: countOption(), maxMACs: countOption()}
	cmd := &cobra.Command{
		Use:   "list [WORD...]",
		Short: "List the nets of the library",
		Long: "list shows the nets of the library by their papers, each with its parameters and its\n" +
			"MACs for one image at its default input size, and who publishes trained weights of it,\n" +
			"with the share of images that the best of them classify right, in per cent.\n" +
			"`cnnlang doc NAME` explains one.\n\n" +
			"Words choose the nets that have all of them in their name, family, paper, its authors,\n" +
			"their comment or their task, as in segmentation.\n\n" +
			"--weights lists the files of trained weights instead, which of them are there, as they\n" +
			"come with the program or `cnnlang get` has downloaded them, and how images are\n" +
			"prepared for them.",
		Example: "  cnnlang list\n  cnnlang list detection\n  cnnlang list --max-params 10M --max-macs 1G\n  cnnlang list --family resnet -o csv\n  cnnlang list --weights",
		Args:    arguments(0, -1, ""),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return interp.Library(), cobra.ShellCompDirectiveNoFileComp
		},
	}
	flags := cmd.Flags()
	flags.Var(f.family, "family", "only the nets of a family, as in resnet")
	flags.Var(f.maxParams, "max-params", "only nets with so many parameters at most, as in 10M")
	flags.Var(f.maxMACs, "max-macs", "only nets with so many MACs at most, as in 1.5G")
	flags.BoolVar(&f.weights, "weights", false, "list the files of trained weights that are published")
	complete(cmd, "family", noFiles(familyNames))
	f.format = formatFlag(cmd, tableFormats)
	cmd.RunE = func(_ *cobra.Command, words []string) error {
		nets, err := a.chosenNets(f, words)
		switch {
		case err != nil:
			return err
		case f.format.value == "json":
			return a.json(listDocument{Schema: "cnnlang.list/v1", Nets: nets})
		case f.weights:
			return a.grid(weightsGrid(nets), f.format.value)
		}
		if err := a.grid(listGrid(nets, f.format.value), f.format.value); err != nil || f.format.value != "table" {
			return err
		}
		return a.prose(testedText(nets))
	}
	return cmd
}

// usualTest is what top-1 is of where nothing else is said.
const usualTest = "ImageNet-1k"

// testedText says what the images are of which top-1 is, "" where they are the usual ones.
func testedText(nets []listedNet) string {
	others := map[string][]string{}
	for _, n := range nets {
		if best := n.best(); best.Top1 > 0 && best.Tested != usualTest {
			others[best.Tested] = append(others[best.Tested], n.Name)
		}
	}
	text := ""
	for _, tested := range slices.Sorted(maps.Keys(others)) {
		text += ", and of " + strings.Join(others[tested], ", ") + " of " + visibleName(tested)
	}
	if text == "" {
		return ""
	}
	return "\ntop-1  of the images of " + usualTest + text + "\n"
}

// familyNames lists the families.
func familyNames() (names []string) {
	for _, f := range interp.Families() {
		names = append(names, f.Name)
	}
	return names
}

// chosenNets are the nets that the flags and all words let through.
func (a *app) chosenNets(f *listFlags, words []string) ([]listedNet, error) {
	if all := familyNames(); f.family.given && !slices.Contains(all, f.family.value) {
		return nil, usage("there is no family %q", f.family.value).
			near(f.family.value, all, "did you mean --family %s?", "the families are "+strings.Join(all, ", "))
	}
	chosen := []listedNet{}
	for _, family := range interp.Families() {
		if f.family.given && f.family.value != family.Name {
			continue
		}
		for _, in := range family.Nets {
			name, about := in.Name+" "+family.Name, aboutNet(family, in)
			if !mentions(name, about+strings.Join(slices.Collect(maps.Values(tasks)), " "), words) {
				continue // whatever its output is, which is known when it is made
			}
			n, err := a.listed(in.Name)
			if err != nil {
				return nil, err
			}
			if f.weights {
				n.Weights = downloaded(n.Weights)
			}
			if n.within(f) && mentions(name, about+tasks[interp.OutputKind(n.Kind)], words) {
				chosen = append(chosen, n)
			}
		}
	}
	if len(chosen) == 0 {
		e := usage("no net of the library matches %s", f.asked(words))
		for _, word := range words {
			e = e.near(word, slices.Concat(interp.Library(), familyNames()), "did you mean `cnnlang list %s`?", e.help)
		}
		return nil, e.withHelp("%s", cmp.Or(e.help, "`cnnlang list` lists them all; each word and each flag leaves out some"))
	}
	return chosen, nil
}

// asked is what the command line asks for, in its words.
func (f *listFlags) asked(words []string) string {
	var parts []string
	for _, word := range words {
		parts = append(parts, fmt.Sprintf("%q", word))
	}
	if f.family.given {
		parts = append(parts, "--family "+f.family.value)
	}
	for flag, o := range map[string]*option[float64]{"--max-params ": f.maxParams, "--max-macs ": f.maxMACs} {
		if o.given {
			parts = append(parts, flag+o.written()[len(o.written())-1])
		}
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}

// within reports whether a net has no more of anything than the flags say.
func (n listedNet) within(f *listFlags) bool {
	for _, limit := range []struct {
		most *option[float64]
		has  *int
	}{{f.maxParams, n.Params}, {f.maxMACs, n.MACs}} {
		if limit.most.given && (limit.has == nil || float64(*limit.has) > limit.most.value) {
			return false
		}
	}
	return true
}

// tasks are what nets with an output of a kind do, in the words by which people look for them.
var tasks = map[interp.OutputKind]string{
	interp.ClassesOutput: "classification",
	interp.MaskOutput:    "segmentation",
	interp.VectorOutput:  "embedding",
}

// aboutNet is what is written about a net, but for its task.
func aboutNet(f interp.Family, n interp.FamilyNet) string {
	return strings.Join([]string{f.Title, f.Doc, n.Doc, ""}, "\n")
}

// mentions reports whether each of the words is part of a name, or begins where a word of a text does, whatever stands
// between their letters: "fcn" is not in "Capability of CNN".
func mentions(name, text string, words []string) bool {
	for _, word := range words {
		if word = letters(word); !strings.Contains(letters(name), word) && !wordBegins(strings.ToLower(text), word) {
			return false
		}
	}
	return true
}

// wordBegins reports whether a word of a text begins with these letters, or goes on with them in the words behind it.
func wordBegins(text, with string) bool {
	for rest := text; ; {
		rest = strings.TrimLeft(rest, between)
		if rest == "" {
			return false
		}
		if strings.HasPrefix(letters(rest[:min(len(rest), 4*len(with)+4)]), with) {
			return true
		}
		end := strings.IndexAny(rest, between)
		if end < 0 {
			return false
		}
		rest = rest[end:]
	}
}

// between is what stands between letters and does not count.
const between = " -_.,:;/()'\"`\n\t"

// letters are the letters and digits of a text in lower case.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(between, r) {
			return -1
		}
		return r
	}, strings.ToLower(text))
}

func (a *app) listed(name string) (listedNet, error) {
	p, err := interp.Open(name)
	if err != nil {
		return listedNet{}, err
	}
	n, err := p.Net(interp.Options{})
	if err != nil {
		return listedNet{}, err
	}
	listed := listedNet{
		Name: name, Paper: n.Meta.Paper, Source: n.Meta.Source, Weights: published(n), Prepare: interp.PictureText(n.Meta.Prepare), File: p.Main.Name(),
		Kind: string(n.Kind()), netEnds: endsOf(n.Graph), Params: integer(n.Main.Params), MACs: integer(n.Main.MACs), net: n,
	}
	for _, f := range interp.Families() {
		for _, in := range f.Nets {
			if in.Name == name {
				listed.Family, listed.Title, listed.Year = f.Name, f.Title, f.Year
			}
		}
	}
	return listed, nil
}

// best are the published weights that classify most images right, or the first, if nobody says how many they do.
func (n listedNet) best() (best publishedFile) {
	for i, f := range n.Weights {
		if i == 0 || f.Top1 > best.Top1 {
			best = f
		}
	}
	return best
}

// listGrid has a row for each net: for people with the papers as headings and rounded counts.
func listGrid(nets []listedNet, format string) grid {
	g := grid{columns: []column{{"net", false}, {"input", false}, {"params", true}, {"MACs", true}}}
	forPeople := format == "table"
	if !forPeople {
		g.columns = append(g.columns, column{"paper", false})
	}
	g.columns = append(g.columns, column{"weights", false}, column{"top-1", true})
	if !forPeople {
		g.columns = append(g.columns, columnsOf("tested", "family", "year", "title")...)
	}
	family := ""
	for _, n := range nets {
		best, share := n.best(), any("")
		if best.Top1 > 0 {
			share = best.Top1
		}
		if !forPeople {
			g.rows = append(g.rows, []any{n.Name, n.net.Graph.InputText(), n.net.Main.Params, n.net.Main.MACs, n.Paper, best.Publisher, share, best.Tested, n.Family, n.Year, n.Title})
			continue
		}
		if n.Family != family {
			g.heading(fmt.Sprintf("%s: %s, %d", n.Family, n.Title, n.Year))
			family = n.Family
		}
		if best.Top1 > 0 {
			share = fmt.Sprintf("%.1f %%", best.Top1)
		}
		g.rows = append(g.rows, []any{n.Name, n.inputSizes(), rounded(n.Params), rounded(n.MACs), best.Publisher, share})
	}
	return g
}

// inputSizes are those of one image: 3x224x224, of two equal inputs 1x105x105 x2.
func (n listedNet) inputSizes() string {
	var sizes []string
	for _, in := range n.net.Graph.Inputs {
		sizes = append(sizes, shapeText(in.Shape[1:]))
	}
	if first := sizes[0]; len(sizes) > 1 && !slices.ContainsFunc(sizes, func(s string) bool { return s != first }) {
		return fmt.Sprintf("%s x%d", first, len(sizes))
	}
	return strings.Join(sizes, ", ")
}

// rounded writes a count with three digits: 25.6M.
func rounded(count *int) string {
	switch {
	case count == nil:
		return outOfRange
	case *count < 1000:
		return fmt.Sprint(*count)
	}
	v, unit := float64(*count)/1000, 0
	for v >= 999.5 && unit < 3 {
		v, unit = v/1000, unit+1
	}
	digits := 0
	for limit := 99.95; v < limit && digits < 2; limit /= 10 {
		digits++
	}
	return fmt.Sprintf("%.*f%c", digits, v, "KMGT"[unit])
}
