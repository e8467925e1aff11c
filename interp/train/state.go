package train

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/weights"
	"cnnlang/interp/train/optim"
	"cnnlang/interp/train/recipe"
	"cnnlang/ops/tensor"
)

// A state is a safetensors file: tensors called by what they are and the path, as in "momentum/fc.weight", and one
// entry of metadata, the position in JSON.
const (
	stateKey     = "cnnlang.state"
	stateVersion = 1
	ofNet        = "tensor/"
	ofAverage    = "average/"
)

// A position is where a training stands, and what must not change for it to go on.
type position struct {
	Version int     `json:"version"`
	Net     string  `json:"net"`    // hash of its graph
	Recipe  string  `json:"recipe"` // the section, without its epochs if no rate depends on them
	Data    string  `json:"data"`   // digest
	Fresh   string  `json:"fresh"`  // the paths that no file gave
	Head    bool    `json:"head"`
	Before  int     `json:"before"` // steps of phases before
	Taken   int     `json:"taken"`  // of this one
	Epoch   int     `json:"epoch"`
	Next    int     `json:"next"` // batch
	Sum     float64 `json:"sum"`  // of the losses of the epoch
	Best    Record  `json:"best"`
}

// position is the trainer's.
func (t *Trainer) position() (position, error) {
	hash := sha256.New()
	if err := graph.Print(hash, t.o.Net.Graph); err != nil {
		return position{}, err
	}
	r := t.o.Recipe
	switch r.Schedule.Kind {
	case recipe.Constant, recipe.Step, recipe.Exponential:
		r.Epochs = 1 // may change, since no rate depends on it
	}
	return position{
		Version: stateVersion, Net: hex.EncodeToString(hash.Sum(nil)), Recipe: r.Text(), Data: t.o.Data.Digest(),
		Fresh: strings.Join(t.Fresh(), " "), Head: t.phase.head, Before: t.phase.steps, Taken: t.phase.learner.Taken(),
		Epoch: t.epoch, Next: t.next, Sum: t.sum, Best: t.best,
	}, nil
}

// Save writes all that there is to go on with to a file, which appears whole or not at all.
func (t *Trainer) Save(ctx context.Context, path string) error {
	p, err := t.position()
	if err != nil {
		return err
	}
	about, err := json.Marshal(p)
	if err != nil {
		return err
	}
	var list []weights.Named
	t.parts(func(name string, x tensor.Tensor) error {
		list = append(list, weights.Named{Name: name, Tensor: x})
		return nil
	})
	return weights.WriteWith(ctx, path, list, map[string]string{stateKey: string(about)})
}

// parts passes on every tensor of a state, in a fixed order, until f returns an error.
func (t *Trainer) parts(f func(name string, x tensor.Tensor) error) error {
	state := t.phase.learner.State()
	slots := optim.Slots(t.o.Recipe.Optimizer)
	for _, p := range t.o.Net.Graph.Params(true) {
		if err := f(ofNet+p.Path, t.tensors[p.Path]); err != nil {
			return err
		}
		for i, slot := range state.Slots[p.Path] {
			if err := f(slots[i].Name+"/"+p.Path, tensor.From(slot, p.Shape...)); err != nil {
				return err
			}
		}
		if a := state.Averages[p.Path]; a != nil {
			if err := f(ofAverage+p.Path, tensor.From(a, p.Shape...)); err != nil {
				return err
			}
		}
	}
	return nil
}

// A StateError says that a file is no state of this training.
type StateError struct {
	Path    string
	Problem string
}

func (e *StateError) Error() string { return fmt.Sprintf("train: %s: %s", e.Path, e.Problem) }

// Resume goes on where Save was called, on a trainer that has learned nothing yet: every bit of what follows is as
// if it had not stopped. Its error is a *StateError, or one of reading the file; the trainer is of no
// use then.
func (t *Trainer) Resume(path string) error {
	store, err := weights.Open(path, weights.Options{})
	if err != nil {
		return err
	}
	defer store.Close()
	fail := func(format string, args ...any) error { return &StateError{path, fmt.Sprintf(format, args...)} }
	text, ok := weights.Metadata(store)[stateKey]
	if !ok {
		return fail("is no state of a training, which has %s in its metadata", stateKey)
	}
	var p position
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return fail("its %s is damaged: %v", stateKey, err)
	}
	now, err := t.position()
	if err != nil {
		return err
	}
	switch {
	case p.Version != stateVersion:
		return fail("is of version %d, want %d", p.Version, stateVersion)
	case p.Net != now.Net:
		return fail("is of another net, or of other arguments")
	case p.Data != now.Data:
		return fail("is of other pictures, or they are split otherwise")
	case p.Fresh != now.Fresh:
		return fail("began with tensors of another file")
	case p.Recipe != now.Recipe:
		return fail("is of another recipe: %s", apart(p.Recipe, now.Recipe))
	case p.Taken < 0 || p.Before < 0 || p.Epoch < 0 || p.Next < 0 || p.Next > t.loader.Batches() || p.Head && !t.phase.head:
		return fail("stands at a place that there is not")
	}
	if t.phase.head && !p.Head {
		if err := t.begin(false); err != nil {
			return err
		}
	}
	err = t.parts(func(name string, x tensor.Tensor) error {
		saved, err := store.Tensor(name)
		if err != nil {
			return err
		}
		if !saved.Shape.Equal(x.Shape) {
			return fail("its %s has the shape %v, want %v", name, saved.Shape, x.Shape)
		}
		copy(x.Data, saved.Data)
		return nil
	})
	if err != nil {
		return err
	}
	t.phase.steps, t.epoch, t.next, t.sum, t.best = p.Before, p.Epoch, p.Next, p.Sum, p.Best
	t.phase.learner.Resume(p.Taken)
	return store.Unchanged()
}

// apart is the first line in which two recipes differ.
func apart(saved, now string) string {
	a, b := strings.Split(saved, "\n"), strings.Split(now, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("it has %q, and now there is %q", strings.TrimSpace(a[i]), strings.TrimSpace(b[i]))
		}
	}
	return "one of them says more"
}
