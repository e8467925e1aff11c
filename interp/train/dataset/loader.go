package dataset

import (
	"context"
	"iter"
	"slices"

	"cnnlang/interp/picture"
	"cnnlang/interp/train/augment"
	"cnnlang/ops/tensor"
)

// A Loader gives out the pictures of a set in batches.
type Loader struct {
	Set     *Set
	Batch   int // pictures of a batch
	Threads int // 0 for as many as Options said
	Seed    uint64
	// Shuffle gives pictures in another order each epoch, Balance as many of each class.
	Shuffle, Balance bool
	// Augment changes pictures as the options said; otherwise they are prepared as for a run. Those of a
	// set to check with never are changed.
	Augment bool
	// DropRest leaves out pictures at the end of an epoch that do not fill a batch.
	DropRest bool
	// Views, if above 0, is in how many versions a picture comes: changed as in one of the first so many epochs.
	Views int
	// Known, if not nil, tells of a picture's version that its inputs are not needed, so that they are not made. It is
	// called by several goroutines.
	Known func(picture, version int) bool
}

// A Batch is some pictures with what is to be learned of them.
type Batch struct {
	Number int           // in its epoch, from 0
	Inputs tensor.Tensor // [N, C, H, W]
	// Labels are the classes, [N]; Targets, [N, K], are shares of classes where pictures were mixed, and what
	// the data have where that is no class. One of both is nil.
	Labels  []int
	Targets []float32
	// Pictures are places in the set, [N], and Versions which of the loader's Views they are, 0 without.
	Pictures, Versions []int
}

// Batches is how many an epoch has.
func (l *Loader) Batches() int {
	if l.DropRest {
		return l.Set.Len() / l.Batch
	}
	return (l.Set.Len() + l.Batch - 1) / l.Batch
}

// ahead is how many batches are made while one is used.
const ahead = 2

// Memory is how many bytes the batches take that are made ahead, with the one that is used.
func (l *Loader) Memory() int64 {
	const bytes = 4
	d := l.Set.data
	numbers := d.o.Input.Elements() + max(d.perItem, len(d.Classes))
	return int64(min(ahead+1, l.Batches())) * int64(min(l.Batch, l.Set.Len())) * int64(numbers) * bytes
}

// Epoch yields the batches of an epoch from one of them on. A batch is valid until the next one is asked
// for. The sequence ends with an error, a *FileError or that of ctx; whenever it ends no goroutine is left.
func (l *Loader) Epoch(ctx context.Context, epoch, from int) iter.Seq2[*Batch, error] {
	return func(yield func(*Batch, error) bool) {
		if err := l.check(); err != nil {
			yield(nil, err)
			return
		}
		r := l.run(ctx, epoch, from)
		defer r.stop()
		for range max(0, l.Batches()-from) {
			j, err := r.next()
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(&j.batch, nil) {
				return
			}
			r.free <- j
		}
	}
}

func (l *Loader) check() error {
	switch {
	case l.Set == nil || l.Set.Len() == 0:
		return unfit("there are no pictures to make batches of")
	case l.Batch < 1:
		return unfit("want at least one picture in a batch")
	case l.Batches() == 0:
		return unfit("there are fewer pictures than a batch has; take a smaller batch")
	case l.Balance && l.Set.data.perItem > 0:
		return unfit("there are no classes to draw equally often")
	case l.Balance && slices.Contains(l.Set.Counts(), 0):
		return unfit("there are classes without pictures, which cannot be drawn as often as the others")
	case l.Balance && !l.Shuffle:
		return unfit("what is balanced is drawn at random; shuffle it too")
	}
	return nil
}

// list is the augmentations that are made, nil for none.
func (l *Loader) list() *augment.List {
	if !l.Augment || l.Set.val {
		return nil
	}
	return l.Set.data.list
}

// A worker makes pictures.
type worker struct {
	*run
	space augment.Workspace
}

// picture makes the picture at a place of a batch.
func (w *worker) picture(j *job, place int) error {
	s, d := w.loader.Set, w.loader.Set.data
	picture, version := j.batch.Pictures[place], j.batch.Versions[place]
	known := w.loader.Known != nil && w.loader.Known(picture, version)
	if known && d.pairs == nil {
		return nil
	}
	at := s.at[picture]
	size := d.o.Input.Elements()
	dst := j.batch.Inputs.Data[place*size : (place+1)*size]
	seed := w.seed(picture, version, j.repeats[place])
	if d.pool.from.numbers() {
		copy(dst, d.pool.from.values(at))
		if w.list != nil {
			w.list.Apply(&w.space, dst, seed)
		}
		return nil
	}
	if !known {
		b, err := d.formed(w.ctx, at)
		if err == nil {
			err = w.shown(dst, b, d.o.Prepare, d.o.Input, w.list, seed)
		}
		if err != nil {
			return err
		}
	}
	if d.pairs != nil {
		return w.target(j, place, at, seed)
	}
	return nil
}

// shown sets dst, of this shape, to what a net gets of a picture in its form, changed by a list that may be nil.
func (w *worker) shown(dst []float32, b picture.Bitmap, p picture.Preprocess, shape tensor.Shape, list *augment.List, seed uint64) (err error) {
	d := w.loader.Set.data
	if !w.loader.Set.val && d.o.crops() && list == nil { // larger than what the net sees
		if b, err = p.Shown(w.ctx, b, shape[1], shape[2]); err != nil {
			return err
		}
	}
	if list != nil && list.Crops() {
		if err := list.Cut(w.ctx, &w.space, dst, b, seed); err != nil {
			return err
		}
	} else {
		b.Planes(dst)
	}
	if list != nil {
		list.Apply(&w.space, dst, seed)
	}
	p.Normalise(dst)
	return w.ctx.Err()
}
