package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"cnnlang/interp"
)

// A weightsSource is the flags for a file of weights and how its tensors come to a net.
type weightsSource struct {
	weights *option[string]
	names   *option[string]
	key     *option[string]
	renames *option[[]string]
	layout  *option[string]
}

// flags adds the flags to a command.
func (w *weightsSource) flags(cmd *cobra.Command) {
	w.weights = textOf("FILE|random")
	cmd.Flags().Var(w.weights, "weights", "a file of weights, such as a .safetensors or a .pth; random generates them where a net is run")
	w.readingFlags(cmd)
}

// readingFlags adds those that say how the file is read.
func (w *weightsSource) readingFlags(cmd *cobra.Command) {
	w.names, w.key = namesFlag(cmd), textOf("KEY")
	w.renames = manyOf("OLD=NEW", parseRename)
	w.layout = choiceOf("", "keras", "torch")
	w.layout.parse = func(text string) (string, error) { return text, known(text, []string{"keras", "torch"}) }
	f := cmd.Flags()
	f.Var(w.key, "key", "which weights of a file that holds several, as in state_dict.0, or . for all that it holds")
	f.Var(w.renames, "rename", "call tensors of a file otherwise, as in 'encoder.=' or 'layer{i}.{x:path}=stage{i}.{x}'; may be repeated")
	f.Var(w.layout, "layout", "take the axes of a file's tensors in this order, keras (channels last) or torch, whatever it says")
	complete(cmd, "layout", fixed("keras", "torch"))
}

// namesFlag adds --names to a command.
func namesFlag(cmd *cobra.Command) *option[string] {
	names := textOf("NAME")
	cmd.Flags().Var(names, "names", "call the tensors of a file as this map of the net does, such as keras, in place of the one that fits")
	complete(cmd, "names", completeNames)
	return names
}

// parseRename wants two names, which interp parses.
func parseRename(text string) (string, error) {
	if old, _, ok := strings.Cut(text, "="); !ok || strings.TrimSpace(old) == "" {
		return "", errors.New("want OLD=NEW, as in encoder.= or layer{i}.{x:path}=stage{i}.{x}")
	}
	return text, nil
}

// renamesName is what diagnostics call the values of --rename.
const renamesName = "--rename"

// check refuses flags that are about a file where there is none.
func (w *weightsSource) check() error {
	if w.weights.value == "" || w.generated() {
		for _, f := range []struct {
			name  string
			given bool
		}{{"--key", w.key.given}, {"--rename", w.renames.given}, {"--layout", w.layout.given}} {
			if f.given {
				return usage("%s is for a file of weights", f.name).withHelp("name the file, as in `--weights w.pth`")
			}
		}
	}
	return w.changes().Err()
}

// named refuses the names of a map where there is no file.
func (w *weightsSource) named() error {
	if w.names.value != "" && w.weights.value == "" {
		return usage("--names is for --weights").withHelp("name a file, as in `--weights w.safetensors`")
	}
	return nil
}

func (w *weightsSource) changes() interp.Renames {
	return interp.Renames{Texts: w.renames.value, Name: renamesName}
}

// generated reports whether the weights come from a seed.
func (w *weightsSource) generated() bool { return w.weights.value == "random" }

// file is the weights in the file.
func (w *weightsSource) file() interp.Weights {
	return interp.WeightsFile(w.weights.value).At(w.key.value).Renamed(w.changes()).Ordered(w.layout.value).Named(w.names.value)
}

// fit compares the file with a net; nil is no file.
func (a *app) fit(n *interp.Net, w *weightsSource) (*fitted, error) {
	if err := w.check(); err != nil {
		return nil, err
	}
	switch {
	case w.weights.value == "":
		return nil, nil
	case w.generated():
		return nil, usage("generated weights fit every net").withHelp("name a file to compare with the net, as in `--weights w.safetensors`")
	}
	defer leanGC()()
	f, err := n.Fit(w.file())
	if err == nil {
		a.notes(f)
	}
	return &fitted{w.weights.value, f.Names, f.Tensors, f.Sides, f.Notes, f.Differences}, err
}

// mostDifferences is how many are shown to people.
const mostDifferences = 5

// notes shows how a file of weights is read, and what it says otherwise than the net, each
// sentence once.
func (a *app) notes(f interp.Fit) {
	for _, note := range f.Notes {
		a.tell("note", note)
	}
	for _, d := range f.Differences[:min(mostDifferences, len(f.Differences))] {
		a.tell("warning", d.String())
	}
	if more := len(f.Differences) - mostDifferences; more > 0 {
		a.tell("warning", fmt.Sprintf("and %d more such differences; -o json lists them all", more))
	}
}

// tell writes a sentence to standard error, once.
func (a *app) tell(severity, sentence string) {
	if !a.told[sentence] {
		fmt.Fprintf(a.stderr, "%s: %s\n", severity, visible(sentence))
	}
	if a.told == nil {
		a.told = map[string]bool{}
	}
	a.told[sentence] = true
}
