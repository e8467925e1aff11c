package blocks

import (
	"context"
	"errors"
	"strings"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/importer/internal/tree"
	"cnnlang/lang/diag"
)

// A reading is what the language makes of a text.
type reading struct {
	graph     *graph.Graph
	contracts map[string]interp.Contract // by the block's name
}

// A refusal is why a text is wrong.
type refusal struct {
	problems diag.List
	text     string
}

func (r *refusal) Error() string { return r.problems[0].Message }

// blocks are the names of the blocks in which there are mistakes.
func (r *refusal) blocks() map[string]bool {
	var around []string // the block of each line
	name := ""
	for line := range strings.Lines(r.text) {
		if head, ok := strings.CutPrefix(line, "block "); ok {
			name = head[:strings.IndexAny(head+" ", "( \n")]
		} else if strings.HasPrefix(line, "net ") {
			name = ""
		}
		around = append(around, name)
	}
	names := map[string]bool{}
	for _, d := range r.problems {
		if at := d.Span.Start.Line - 1; d.Severity == diag.Error && at >= 0 && at < len(around) {
			names[around[at]] = true
		}
	}
	return names
}

// understood checks and proves a text, and applies its net.
func understood(f *tree.File) (*reading, error) {
	text := tree.Text(f)
	const name = "net.cnn"
	w := interp.Workspace{Plain: true} // a text that is wrong is made anew
	if err := w.Read(name, strings.NewReader(text)); err != nil {
		return nil, err
	}
	c, err := w.Check(context.Background(), name, interp.Options{})
	if err != nil {
		return nil, err
	}
	if c.Problems.HasErrors() {
		return nil, &refusal{c.Problems, text}
	}
	if len(c.Nets) != 1 {
		return nil, errors.New("blocks: a text without a net")
	}
	r := &reading{c.Nets[0].Graph, map[string]interp.Contract{}}
	for _, contract := range c.Contracts() {
		r.contracts[contract.Name] = contract
	}
	return r, nil
}

// equals reports whether two texts mean the same: they have the same operations on the same values
// and, where names matter, tensors of the same names.
func (r *reading) equals(other *reading, named bool) bool {
	pairs, err := flat.Match(other.graph, r.graph)
	if err != nil {
		return false
	}
	for _, p := range pairs {
		for i := range p.Text.Params {
			if named && p.Text.Params[i].Path != p.File.Params[i].Path {
				return false
			}
		}
	}
	return true
}
