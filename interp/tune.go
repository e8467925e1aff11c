package interp

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"cnnlang/interp/atomicfile"
	"cnnlang/interp/graph"
	"cnnlang/interp/internal/pass"
	"cnnlang/interp/internal/plan"
	"cnnlang/interp/internal/regular"
	"cnnlang/ops/exec"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// A Tuning lists the fastest algorithms on one machine for a net at one input size. A file
// holds it as cnnlang.tune/v1.
type Tuning struct {
	Schema string `json:"schema"`
	Net    string `json:"net"`
	Input  []int  `json:"input"` // the shape of the first
	// Inputs are all of them, where there are several.
	Inputs         []TuningInput `json:"inputs,omitempty"`
	InstructionSet string        `json:"instruction_set"`
	Threads        int           `json:"threads"`
	Steps          []TuningStep  `json:"steps"`
}

// A TuningInput is one of several inputs.
type TuningInput struct {
	Name  string `json:"name"`
	Shape []int  `json:"shape"`
}

// A TuningStep is the choice for one step.
type TuningStep struct {
	Path      string             `json:"path"`
	Algorithm string             `json:"algorithm"`
	Took      map[string]float64 `json:"took_ms"`
}

const tuningSchema = "cnnlang.tune/v1"

// Tune measures every algorithm of every step that has several, for about d each. The
// memory for this is limited like the model's: beyond Options.MaxMemory the error is a
// *MemoryError.
func Tune(ctx context.Context, n *Net, opts Options, d time.Duration) (*Tuning, error) {
	if err := ended(ctx); err != nil {
		return nil, err
	}
	// Measuring an algorithm takes its part of the model, and memory that fills the caches.
	if opts.MaxMemory > 0 {
		if need := n.need(ctx, opts) + plan.TuneBytes; need > opts.MaxMemory {
			return nil, &MemoryError{Net: n.Name, Need: need, Max: opts.MaxMemory}
		}
	}
	g, _, err := n.lean(opts)
	if err != nil {
		return nil, err
	}
	isa, err := exec.ISA()
	if err != nil {
		return nil, err
	}
	workers := task.NewWorkers(opts.Threads)
	defer workers.Close()
	choices, err := plan.Tune(ctx, g, workers, d)
	if err != nil {
		return nil, err
	}
	t := &Tuning{
		Schema: tuningSchema, Net: n.Name, Input: n.Graph.Input().Shape,
		Inputs: tunedInputs(n.Graph), InstructionSet: isa, Threads: workers.Count(), Steps: []TuningStep{},
	}
	for _, c := range choices {
		step := TuningStep{c.Path, c.Algorithm, map[string]float64{}}
		for name, took := range c.Took {
			step.Took[name] = took.Seconds() * 1e3
		}
		t.Steps = append(t.Steps, step)
	}
	return t, nil
}

// tunedInputs are the inputs of a net with several, nil for those of any other.
func tunedInputs(g *graph.Graph) (list []TuningInput) {
	if len(g.Inputs) == 1 {
		return nil
	}
	for _, n := range g.Inputs {
		list = append(list, TuningInput{n.Path, n.Shape})
	}
	return list
}

// inputText is the inputs that it was measured for.
func (t *Tuning) inputText() string {
	if len(t.Inputs) == 0 {
		return tensor.Shape(t.Input).String()
	}
	texts := make([]string, len(t.Inputs))
	for i, in := range t.Inputs {
		texts[i] = in.Name + " " + tensor.Shape(in.Shape).String()
	}
	return strings.Join(texts, ", ")
}

func (t *Tuning) algorithms() map[string]string {
	if t == nil {
		return nil
	}
	all := map[string]string{}
	for _, s := range t.Steps {
		all[s.Path] = s.Algorithm
	}
	return all
}

// mostTuning is the largest accepted file.
const mostTuning = 16 << 20

// ReadTuning reads a file that Tuning.Write wrote. Its error is a *TuningError or a system
// error.
func ReadTuning(path string) (*Tuning, error) {
	f, _, err := regular.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, mostTuning+1))
	if err != nil {
		return nil, err
	}
	if len(text) > mostTuning {
		return nil, &TuningError{path, fmt.Sprintf("is larger than %s", Bytes(mostTuning))}
	}
	t := &Tuning{}
	if err := json.Unmarshal(text, t); err != nil {
		return nil, &TuningError{path, "is not JSON of " + tuningSchema + ": " + err.Error()}
	}
	if t.Schema != tuningSchema {
		return nil, &TuningError{path, fmt.Sprintf("has the schema %q, want %q", t.Schema, tuningSchema)}
	}
	return t, nil
}

// Write writes the tuning to a file.
func (t *Tuning) Write(path string) error {
	text, err := json.MarshalIndent(t, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	})
}

// Check checks that the tuning is for this net; if not, its error is a *TuningError.
func (t *Tuning) Check(path string, n *Net, opts Options) error {
	isa, err := exec.ISA()
	if err != nil {
		return err
	}
	here := &Tuning{Input: n.Graph.Input().Shape, Inputs: tunedInputs(n.Graph)}
	switch {
	case t.Net != n.Name || t.inputText() != here.inputText():
		return &TuningError{path, fmt.Sprintf("is for %s %s, want %s %s", t.Net, t.inputText(), n.Name, here.inputText())}
	case t.InstructionSet != isa:
		return &TuningError{path, fmt.Sprintf("is for the instruction set %q, want %q", t.InstructionSet, isa)}
	}
	g, _, err := n.lean(opts)
	if err != nil {
		return err
	}
	nodes := map[string]*graph.Node{}
	for _, node := range g.Operations() {
		nodes[node.Path] = node
	}
	for _, s := range t.Steps {
		var known []string
		if node := nodes[s.Path]; node != nil {
			for _, a := range exec.Tunable(node.Op, node.InShapes(), node.Shape) {
				known = append(known, a.Name)
			}
		}
		if !slices.Contains(known, s.Algorithm) {
			return &TuningError{path, fmt.Sprintf("has the algorithm %q for step %q, which can use %q", s.Algorithm, s.Path, known)}
		}
	}
	return nil
}

// A TuningError says what is wrong with a file of a tuning.
type TuningError struct{ Path, Problem string }

func (e *TuningError) Error() string {
	return fmt.Sprintf("interp: %s: %s; measure again, without the file or with a new name", e.Path, e.Problem)
}

// lean is the net's graph after the passes, as Build plans it, with the nodes of the values
// asked for.
func (n *Net) lean(opts Options) (*graph.Graph, *leanNodes, error) {
	asked, kept, err := n.values(opts)
	if err != nil {
		return nil, nil, err
	}
	keep := slices.Collect(maps.Values(kept))
	sides := n.sidesOf(asked, keep)
	g, to := pass.Run(n.Graph, pass.Options{Keep: keep, Sides: sides})
	lean := &leanNodes{sides: sides, at: map[string]*graph.Node{}}
	for path, node := range kept {
		lean.at[path] = to[node]
		lean.keep = append(lean.keep, to[node])
	}
	return g, lean, nil
}

// leanNodes are the side heads that are computed and the nodes that are kept.
type leanNodes struct {
	sides []string
	at    map[string]*graph.Node
	keep  []*graph.Node
}
