package interp

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/plan"
	"cnnlang/interp/internal/weights"
	"cnnlang/ops/tensor"
)

// Weights say where a model's parameters come from: WeightsFile, WeightsOf or
// RandomWeights.
type Weights struct {
	from     origin
	path     string
	unmapped bool
	store    weights.Store // an open file, or tensors in memory
	seed     uint64
}

type origin int

const (
	nowhere origin = iota
	fromFile
	fromStore
	fromSeed
)

// WeightsFile takes parameters from a .safetensors file, whose tensors have the names and
// shapes of the net's; axes of size 1 may be missing.
func WeightsFile(path string) Weights { return Weights{from: fromFile, path: path} }

// Unmapped reads the same file instead of mapping it into memory.
func (w Weights) Unmapped() Weights {
	w.unmapped = true
	return w
}

// RandomWeights generates parameters from a seed, to try a net out: its output has
// realistic magnitudes but no meaning.
func RandomWeights(seed uint64) Weights { return Weights{from: fromSeed, seed: seed} }

// WeightsOf takes parameters from memory, by the names of the net's tensors.
func WeightsOf(tensors map[string]tensor.Tensor) Weights {
	return Weights{from: fromStore, store: memoryStore(tensors)}
}

// errNoWeights is the error of Options without Weights.
var errNoWeights = errors.New("interp: there are no weights; set Options.Weights to WeightsFile, WeightsOf or RandomWeights")

// open opens the file. If addresses are scarce it is read instead of mapped.
func (w *Weights) open() (closeFile func(), err error) {
	switch w.from {
	case nowhere:
		return nil, errNoWeights
	case fromStore, fromSeed:
		return func() {}, nil
	}
	_, limited := AddressesLeft()
	store, err := weights.Open(w.path, weights.Options{NoMap: w.unmapped || limited})
	if err != nil {
		return nil, err
	}
	w.store = store
	return func() { store.Close() }, nil
}

// source gives the tensors that the main path and these side heads need, one by one, until
// ctx ends. Its error lists how the file differs from them.
func (w Weights) source(ctx context.Context, n *Net, sides []string) (plan.Source, error) {
	generated := weights.Random(w.seed)
	get := func(p graph.Param) (tensor.Tensor, error) { return generated.Tensor(p.Path, p.Shape), nil }
	if w.store != nil {
		required, optional := n.params(sides)
		if err := weights.Check(n.Name, required, optional, w.store); err != nil {
			return nil, w.explained(err)
		}
		get = func(p graph.Param) (tensor.Tensor, error) { return weights.Fetch(w.store, p) }
	}
	return func(p graph.Param) (tensor.Tensor, error) {
		if err := ctx.Err(); err != nil {
			return tensor.Tensor{}, err
		}
		return get(p)
	}, nil
}

// explained adds which library nets a file does fit.
func (w Weights) explained(err error) error {
	var fit *weights.FitError
	if w.from != fromFile || !errors.As(err, &fit) {
		return err
	}
	if fit.Fits = fitting(w.store); len(fit.Fits) > 0 {
		fit.Note = "the file fits " + strings.Join(fit.Fits, " and ") + " exactly"
	}
	return err
}

// fitting lists the library nets, at their defaults, whose tensors have the same names and
// shapes as those of a file.
func fitting(store weights.Store) []string {
	var names []string
	for _, name := range Library() {
		p, err := Open(name)
		if err != nil {
			continue
		}
		n, err := p.Net(Options{})
		if err != nil {
			continue
		}
		if required, optional := n.params(nil); weights.Fits(required, optional, store) {
			names = append(names, name)
		}
	}
	return names
}

type memoryStore map[string]tensor.Tensor

func (m memoryStore) Path() string     { return "tensors in memory" }
func (m memoryStore) Unchanged() error { return nil }
func (m memoryStore) Forget(string)    {}
func (m memoryStore) Close() error     { return nil }

func (m memoryStore) Entries() []weights.Entry {
	var all []weights.Entry
	for _, name := range slices.Sorted(maps.Keys(m)) {
		all = append(all, weights.Entry{Name: name, DType: "F32", Shape: m[name].Shape})
	}
	return all
}

func (m memoryStore) Tensor(name string) (tensor.Tensor, error) {
	t, ok := m[name]
	if !ok || len(t.Data) != t.Shape.Elements() {
		return t, &weights.FileError{Path: m.Path(), Tensor: name, Problem: fmt.Sprintf("got %d elements, want the shape %v", len(t.Data), t.Shape)}
	}
	return t, nil
}

// RandomTensors makes the tensors that RandomWeights of this seed gives a net, including
// those of side heads.
func RandomTensors(n *Net, seed uint64) map[string]tensor.Tensor {
	return weights.Random(seed).Bind(n.Graph.Params(true))
}

// WriteWeights writes tensors, by their names, to a .safetensors file, which appears whole
// or not at all. Its error is a *WeightsError, or that of ctx once that has ended.
func WriteWeights(ctx context.Context, path string, tensors map[string]tensor.Tensor) error {
	if err := ended(ctx); err != nil {
		return err
	}
	var named []weights.Named
	for _, name := range slices.Sorted(maps.Keys(tensors)) {
		named = append(named, weights.Named{Name: name, Tensor: tensors[name]})
	}
	return weights.WriteSafetensors(ctx, path, named)
}
