package train

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/interp/internal/weights"
	"cnnlang/interp/train/optim"
	"cnnlang/ops/exec"
	"cnnlang/ops/tensor"
)

// A state is a safetensors file: tensors called by what they are and the path, as in "momentum/fc.weight", and one
// entry of metadata, the position in JSON.
const (
	stateKey     = "cnnlang.state"
	askedKey     = "cnnlang.asked"
	stateVersion = 1
	ofNet        = "tensor/"
	ofAverage    = "average/"
)

// A position is where a training stands, and what must not change for it to go on.
type position struct {
	Version int     `json:"version"`
	Net     string  `json:"net"`    // hash of its graph, and of how pictures are prepared
	Recipe  string  `json:"recipe"` // the section, for one epoch
	Epochs  int     `json:"epochs"` // of the section
	Data    string  `json:"data"`   // digest
	Train   int     `json:"train"`  // pictures to learn from
	Val     int     `json:"val"`    // to check with
	ISA     string  `json:"isa"`    // instruction set of the kernels
	Fresh   string  `json:"fresh"`  // the paths that no file gave
	Frozen  string  `json:"frozen"` // the precision of what is frozen
	Head    bool    `json:"head"`
	Before  int     `json:"before"` // steps of phases before
	Taken   int     `json:"taken"`  // of this one
	Epoch   int     `json:"epoch"`
	Next    int     `json:"next"`   // batch
	Passed  int     `json:"passed"` // of the batches before, that gave no step
	InRow   int     `json:"in_row"` // since the last step
	Sum     float64 `json:"sum"`    // of the losses of the epoch
	Factor  float64 `json:"factor"` // of all rates
	Best    Record  `json:"best"`
	// Learned is what the last epoch came to, if it has not been checked yet.
	Learned *Outcome `json:"learned,omitempty"`
}

// position is the trainer's.
func (t *Trainer) position() (position, error) {
	hash := sha256.New()
	if err := graph.Print(hash, t.o.Net.Graph); err != nil {
		return position{}, err
	}
	fmt.Fprint(hash, interp.PictureText(t.o.Net.Meta.Prepare))
	isa, err := exec.ISA()
	if err != nil {
		return position{}, err
	}
	r := t.o.Recipe
	r.Epochs = 1 // they may grow
	return position{
		Version: stateVersion, Net: hex.EncodeToString(hash.Sum(nil)), Recipe: r.Text(), Epochs: t.o.Recipe.Epochs, Data: t.o.Data.Digest(),
		Train: t.o.Data.Train.Len(), Val: t.o.Data.Val.Len(), ISA: isa,
		Fresh: strings.Join(t.Fresh(), " "), Frozen: t.o.Precision.String(), Head: t.phase.head, Before: t.phase.steps, Taken: t.phase.learner.Taken(),
		Epoch: t.epoch, Next: t.next, Passed: t.passed, InRow: t.inRow, Sum: t.sum, Factor: t.factor, Best: t.best, Learned: t.learned,
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
	return weights.WriteWith(ctx, path, list, map[string]string{stateKey: string(about), askedKey: t.o.Asked})
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

// AskedFor is Options.Asked of the training whose state a file has. Its error is a *StateError, or one of
// reading the file.
func AskedFor(path string) (string, error) {
	store, _, err := openState(path)
	if err != nil {
		return "", err
	}
	defer store.Close()
	return weights.Metadata(store)[askedKey], nil
}

// openState opens a file and reads where the training stands.
func openState(path string) (weights.Store, position, error) {
	var p position
	store, err := weights.Open(path, weights.Options{})
	if err != nil {
		return nil, p, err
	}
	fail := func(format string, args ...any) (weights.Store, position, error) {
		store.Close()
		return nil, p, &StateError{path, fmt.Sprintf(format, args...)}
	}
	text, ok := weights.Metadata(store)[stateKey]
	if !ok {
		return fail("is no state of a training, which has %s in its metadata", stateKey)
	}
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return fail("its %s is damaged: %v", stateKey, err)
	}
	if p.Version != stateVersion {
		return fail("is of version %d, want %d", p.Version, stateVersion)
	}
	return store, p, nil
}

// notFresh are tensors without values in place of those that a file gave when the training began.
func notFresh(n *interp.Net, path string) (map[string]tensor.Tensor, error) {
	store, p, err := openState(path)
	if err != nil {
		return nil, err
	}
	defer store.Close()
	fresh, all := strings.Fields(p.Fresh), map[string]tensor.Tensor{}
	for _, of := range n.Graph.Params(true) {
		if !slices.Contains(fresh, of.Path) {
			all[of.Path] = tensor.New(of.Shape...)
		}
	}
	return all, nil
}

// Resume goes on where Save was called, on a trainer that has learned nothing yet: every bit of what follows is as
// if it had not stopped, unless there are more epochs now and rates depend on how many there are, or Moved. Its error is a
// *StateError, or one of reading the file; the trainer is of no use then.
func (t *Trainer) Resume(path string) error {
	store, p, err := openState(path)
	if err != nil {
		return err
	}
	defer store.Close()
	fail := func(format string, args ...any) error { return &StateError{path, fmt.Sprintf(format, args...)} }
	now, err := t.position()
	if err != nil {
		return err
	}
	if list := differences(p, now); len(list) > 0 {
		return fail("is of another training:\n  %s", strings.Join(list, "\n  "))
	}
	if p.Taken < 0 || p.Before < 0 || p.Epoch < 0 || p.Next < 0 || p.Next > t.loader.Batches() || p.Passed < 0 || p.Passed > p.Next || p.InRow < 0 || !(p.Factor > 0 && p.Factor <= 1) || p.Head && !t.phase.head {
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
	t.phase.steps, t.epoch, t.next, t.passed, t.sum, t.best, t.learned = p.Before, p.Epoch, p.Next, p.Passed, p.Sum, p.Best, p.Learned
	t.inRow, t.factor = p.InRow, p.Factor
	if p.ISA != now.ISA {
		t.moved = p.ISA
	}
	t.phase.learner.Resume(p.Taken)
	if f := t.phase.frozen; f != nil { // whose tensors have changed
		if err := f.plan(); err != nil {
			return err
		}
	}
	return store.Unchanged()
}

// Moved is the instruction set on which a training was saved that goes on here on another, so that its last digits will
// not be what they would have been there; "" if it is the same one.
func (t *Trainer) Moved() string { return t.moved }

// differences are how a training that was saved is another one.
func differences(saved, now position) (list []string) {
	add := func(differ bool, what string) {
		if differ {
			list = append(list, what)
		}
	}
	add(saved.Net != now.Net, "of another net, or of other arguments or another size")
	add(saved.Data != now.Data, saved.pictures(now))
	add(saved.Fresh != now.Fresh, "it began with tensors of another file")
	add(saved.Frozen != now.Frozen, fmt.Sprintf("of what is frozen in %s, and now that is %s", saved.Frozen, now.Frozen))
	list = append(list, apart(saved.Recipe, now.Recipe)...)
	add(saved.Epochs > now.Epochs, fmt.Sprintf("of %d epochs, and now there are %d; they may become more, not fewer", saved.Epochs, now.Epochs))
	return list
}

// pictures says how those differ that a training learns from.
func (p position) pictures(now position) string {
	if p.Train == now.Train && p.Val == now.Val {
		return "of other pictures, as many of them, or they are split otherwise"
	}
	return fmt.Sprintf("of %d pictures to learn from and %d to check with, and now there are %d and %d; they have to be the same, and split as they were", p.Train, p.Val, now.Train, now.Val)
}

// apart are the lines in which two recipes differ.
func apart(saved, now string) (list []string) {
	read := func(text string) map[string]string {
		lines := map[string]string{}
		for line := range strings.Lines(text) {
			if key, value, ok := strings.Cut(line, "="); ok {
				lines[strings.TrimSpace(key)] = strings.TrimSpace(value)
			}
		}
		return lines
	}
	a, b := read(saved), read(now)
	for _, key := range slices.Sorted(maps.Keys(a)) {
		if b[key] != a[key] {
			list = append(list, fmt.Sprintf("with %s = %s, and now it is %s", key, a[key], cmp.Or(b[key], "not set")))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(b)) {
		if a[key] == "" {
			list = append(list, fmt.Sprintf("without %s, and now it is %s", key, b[key]))
		}
	}
	return list
}
