package dataset

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math"
	"path/filepath"

	"cnnlang/interp/picture"
	"cnnlang/interp/train/augment"
	"cnnlang/interp/train/recipe"
	"cnnlang/ops/tensor"
)

// A pairing is the pictures that a net shall make of others, which lie under the same names in a folder of their own.
type pairing struct {
	folder  string
	shape   tensor.Shape // of what the net makes: [C, H, W]
	prepare picture.Preprocess
	list    *augment.List
}

// openPairs reads a folder of pictures, and one of those that a net shall make of them.
func openPairs(ctx context.Context, path string, o Options) (*Data, error) {
	if o.Usual {
		o.Augment = []recipe.Augmentation{{Name: "flip"}}
	}
	if err := o.checkPictures(); err != nil {
		return nil, err
	}
	d := &Data{path: path, o: o, perItem: o.Output.Elements()}
	var err error
	if d.pairs, err = newPairing(o); err != nil {
		return nil, err
	}
	from := &files{o: &d.o}
	if from.roots, err = d.roots(path); err != nil {
		return nil, err
	}
	for side, root := range from.roots {
		if root == "" {
			continue
		}
		w := walk{d: d, root: root, val: side == 1}
		if err := w.folder(ctx, "", nil); err != nil {
			return nil, err
		}
		from.list = append(from.list, w.found...)
	}
	if err := d.scan(ctx, from); err != nil {
		return nil, err
	}
	if len(from.list) == 0 {
		return nil, problem(path, "holds no pictures")
	}
	return d, d.finish(ctx)
}

// newPairing checks what the net makes.
func newPairing(o Options) (*pairing, error) {
	out := o.Output
	switch {
	case o.Val != "" || o.Classes != nil:
		return nil, unfit("pictures that are targets have no classes, and those to check with lie in a folder val of both sides, or are a share of all")
	case len(out) != 3 || out[0] != 1 && out[0] != 3:
		return nil, unfit("the net makes %v of an image, and pictures that are targets need [1, H, W] or [3, H, W]", out)
	case out[1]*o.Input[2] != out[2]*o.Input[1]:
		return nil, unfit("the net makes %v of %v, and pictures that are targets need the same proportions", out, o.Input)
	}
	p := o.Prepare
	p.Grey, p.Seen = out[0] == 1, nil
	for i := range p.Resize {
		p.Resize[i] = int(math.Round(float64(p.Resize[i]) * float64(out[1+i]) / float64(o.Input[1+i])))
	}
	if out[0] != o.Input[0] {
		p.Mean, p.Std, p.Order = nil, nil, ""
	}
	return &pairing{folder: o.Target, shape: out, prepare: p}, nil
}

// target is the file of the target of a picture.
func (d *Data) target(from *files, i int) string {
	root := from.roots[0]
	if from.list[i].val && from.roots[1] != "" {
		root = from.roots[1]
	}
	below, err := filepath.Rel(d.path, root) // it is that folder, or lies in it
	if err != nil {
		below = ""
	}
	return filepath.Join(d.pairs.folder, below, filepath.FromSlash(from.list[i].path))
}

// lookAside reads the target of a picture of a size, and keeps it where there is room.
func (d *Data) lookAside(ctx context.Context, all *pool, from *files, i, width, height int) error {
	name, out, in := d.target(from, i), d.pairs.shape, d.o.Input
	content, err := contentOf(name)
	if err != nil {
		return fmt.Errorf("its target %s: %s", shown(name), why(err))
	}
	b, err := d.pairs.prepare.Bitmap(ctx, name, content, d.o.MaxPicture)
	switch {
	case err != nil && ctx.Err() != nil:
		return err
	case err != nil:
		return fmt.Errorf("its target %s: %s", shown(name), why(err))
	case b.Width*in[2] != width*out[2] || b.Height*in[1] != height*out[1]:
		return fmt.Errorf("is %dx%d, and its target %s %dx%d; the net makes %dx%d of %dx%d, and pictures must be as much apart",
			width, height, shown(name), b.Width, b.Height, out[2], out[1], in[2], in[1])
	}
	all.targets[i] = sha256.Sum256(content)
	if b, err = d.formAside(ctx, b, all.val[i]); err == nil {
		all.keep(all.aside, i, b)
	}
	return err
}

// formAside makes of a decoded target what goes with the form of its picture.
func (d *Data) formAside(ctx context.Context, b picture.Bitmap, val bool) (picture.Bitmap, error) {
	if !val && d.o.crops() {
		return b, nil
	}
	return d.pairs.prepare.Shown(ctx, b, d.pairs.shape[1], d.pairs.shape[2])
}

// formedAside is a target in its form, decoded or as it was kept.
func (d *Data) formedAside(ctx context.Context, i int) (picture.Bitmap, error) {
	if kept := d.pool.aside[i]; kept.Pix != nil {
		return kept, nil
	}
	name := d.target(d.pool.from.(*files), i)
	b, err := again(ctx, name, d.pairs.prepare, d.pool.targets[i], d.o.MaxPicture)
	if err == nil {
		b, err = d.formAside(ctx, b, d.pool.val[i])
	}
	if err != nil && ctx.Err() == nil {
		err = &FileError{Path: name, Problem: why(err), Err: err}
	}
	return b, err
}

// target makes the target of a picture at a place of a batch.
func (w *worker) target(j *job, place, at int, seed uint64) error {
	d := w.loader.Set.data
	p := d.pairs
	dst := j.batch.Targets[place*d.perItem : (place+1)*d.perItem]
	b, err := d.formedAside(w.ctx, at)
	if err != nil {
		return err
	}
	list := p.list
	if w.list == nil {
		list = nil
	}
	return w.shown(dst, b, p.prepare, p.shape, list, seed)
}
