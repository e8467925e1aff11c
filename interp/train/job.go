package train

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp"
	"cnnlang/interp/internal/mapped"
	"cnnlang/interp/train/dataset"
	"cnnlang/ops/tensor"
)

// A Job is a training as someone asks for it.
type Job struct {
	Program *interp.Program
	// Net selects the net and its size, as for a run. Its parameter classes is set to what the data have.
	Net interp.Options
	// Recipe chooses a recipe, and Rate is its learning rate instead, if not 0.
	Recipe interp.RecipeOptions
	Rate   float64
	// Path is where the pictures are; Data says how they are split and checked. Prepare fills in the rest.
	Path string
	Data dataset.Options
	// State, if not "", is the file with which the training goes on, which has all tensors: those of Net.Weights are not
	// read. Trainer.Resume reads it.
	State string
}

// Prepare reads what a job needs: the recipe, the pictures, and the tensors of a file if Net has Weights,
// which may lack those whose shape depends on the number of classes. Its errors are those of interp and of
// package dataset, and a *MisfitError where the classes do not fit.
func (j Job) Prepare(ctx context.Context) (*Options, error) {
	usual, err := j.Program.Net(j.Net)
	if err != nil {
		return nil, err
	}
	if err := oneEach(usual.Graph); err != nil {
		return nil, err
	}
	if err := usual.TakesPictures(); err != nil {
		return nil, err
	}
	r, err := usual.Recipe(j.Recipe)
	if err != nil {
		return nil, err
	}
	if j.Rate > 0 {
		r.Optimizer.LR = j.Rate
	}
	d := j.Data
	d.Input, d.Prepare = usual.Graph.Input().Shape[1:], usual.Preprocess()
	d.Output = usual.Graph.Output().Shape[1:]
	d.Augment, d.Usual, d.Shrink = r.Augment, r.UsualAugment, r.Shrink
	data, err := dataset.Open(ctx, j.Path, d)
	if err != nil {
		return nil, err
	}
	opts := j.Net
	opts.Batch = r.Pass()
	if opts.Shape = slices.Clone(opts.Shape); len(opts.Shape) > 0 {
		opts.Shape[0] = r.Pass()
	}
	out := usual.Graph.Output().Shape
	if k := len(data.Classes); k > 0 && out[1:].Elements() != k {
		if !slices.Contains(j.Program.Settable(usual.Name), "classes") {
			return nil, misfit("%s has %d classes, and the output of %s is %v; a parameter `classes` of the net would be set to it", j.Path, k, usual.Name, out)
		}
		if slices.ContainsFunc(opts.Set.Texts, func(s string) bool { name, _, _ := strings.Cut(s, "="); return strings.TrimSpace(name) == "classes" }) {
			return nil, misfit("%s has %d classes, and `classes` is set to others; leave it out, as it follows from the pictures", j.Path, k)
		}
		opts.Set.Texts = append(slices.Clone(opts.Set.Texts), fmt.Sprint("classes=", k))
	}
	n, err := j.Program.Net(opts)
	if err != nil {
		return nil, err
	}
	o := &Options{Net: n, Recipe: r, Data: data, Threads: j.Net.Threads, MaxMemory: j.Net.MaxMemory, Precision: j.Net.Precision}
	switch {
	case j.State != "":
		o.Tensors, err = notFresh(n, j.State)
	case j.Recipe.Weights:
		o.Tensors, err = j.given(ctx, n, usual)
	}
	return o, err
}

// given are the tensors of a file that fits the net as it is, with as many classes as are usual, or with those that the file
// has; then those are left out whose shape depends on that.
func (j Job) given(ctx context.Context, n, usual *interp.Net) (map[string]tensor.Tensor, error) {
	tensors, err := readAs(ctx, n, j.Net.Weights)
	if err != nil && ctx.Err() == nil {
		tensors, err = readAs(ctx, usual, j.Net.Weights)
	}
	if fit, ok := errors.AsType[*interp.FitError](err); ok && strings.HasPrefix(fit.Set, "classes=") {
		opts := j.Net
		opts.Set.Texts = append(slices.Clone(opts.Set.Texts), fit.Set)
		if other, wrong := j.Program.Net(opts); wrong == nil {
			tensors, err = readAs(ctx, other, j.Net.Weights)
		}
	}
	if err != nil {
		return nil, err
	}
	for _, p := range n.Graph.Params(true) {
		if x, ok := tensors[p.Path]; ok && !x.Shape.Equal(p.Shape) {
			delete(tensors, p.Path)
		}
	}
	return tensors, nil
}

// readAs are the tensors of a file of a net, which may lack those of its side heads.
func readAs(ctx context.Context, n *interp.Net, w interp.Weights) (map[string]tensor.Tensor, error) {
	all, err := n.SideHeads(nil)
	if err != nil {
		return nil, err
	}
	tensors, err := read(ctx, n, w, all)
	if err != nil && len(all) > 0 && ctx.Err() == nil {
		return read(ctx, n, w, nil)
	}
	return tensors, err
}

// read are copies of the tensors of a net and of these side heads.
func read(ctx context.Context, n *interp.Net, w interp.Weights, sides []string) (map[string]tensor.Tensor, error) {
	p, err := n.Parameters(ctx, w, sides)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	all, owner := map[string]tensor.Tensor{}, owners(n.Graph)
	for _, of := range n.Graph.Params(true) {
		if side := owner[of.Path].Side; side != nil && !slices.Contains(sides, side.Name) {
			continue
		}
		x, err := p.Tensor(of)
		if err != nil {
			return nil, err
		}
		copied := tensor.New(of.Shape...)
		if err := mapped.Guard(func() error { copy(copied.Data, x.Data); return nil }); err != nil {
			return nil, err
		}
		all[of.Path] = copied
		p.Done(of)
	}
	return all, p.Unchanged()
}
