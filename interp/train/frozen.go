package train

import (
	"context"
	"slices"
	"sync"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/gradient"
	"cnnlang/interp/internal/learn"
	"cnnlang/interp/train/dataset"
	"cnnlang/ops/tensor"
)

// A frozen part is what no tensor that learns precedes, in a phase. It is computed as in a run, image by image, and the
// values at the cut are kept for the next epochs:
//
//	pictures ──decode──▶ prefix ──▶ rows ──▶ inputs of the step, of its batch
//	                                 ▲ kept by picture and version, as far as there is room
type frozen struct {
	t      *Trainer
	split  *gradient.Split
	prefix *learn.Frozen // nil before the first batch
	inputs [][]float32   // of a batch, by value at the cut
	room   int64         // numbers that may still be kept

	train, val known

	batch   *dataset.Batch // whose rows are computed
	missing []int          // its places without a row
	rows    []float32      // of these
	image   func(i int) []float32
	row     func(i int) []float32
}

// usualViews are the versions of a picture while the head learns alone.
const usualViews = 2

// usualKeep is how many bytes of values are kept, if nothing else is said.
const usualKeep = 1 << 30

func newFrozen(t *Trainer, s *gradient.Split, head bool) *frozen {
	f := &frozen{t: t, split: s, room: t.o.Keep / 4}
	if t.o.Keep == 0 {
		f.room = usualKeep / 4
	}
	f.train = known{loader: t.loader}
	f.val = known{loader: dataset.Loader{Set: t.o.Data.Val, Batch: t.o.Net.Graph.Images(), Threads: t.o.Threads}}
	for _, k := range []*known{&f.train, &f.val} {
		k.prepare(t.o.Recipe.Views, head)
	}
	size := tensor.Shape(t.o.Net.Graph.Input().Shape[1:]).Elements()
	f.image = func(i int) []float32 { return f.batch.Inputs.Data[f.missing[i]*size:][:size] }
	f.row = func(i int) []float32 { return f.rows[i*f.prefix.Size():][:f.prefix.Size()] }
	return f
}

// plan plans the prefix, whose tensors are those of now.
func (f *frozen) plan() error {
	if f.prefix != nil {
		return nil
	}
	source := func(p graph.Param) (tensor.Tensor, error) { return f.t.tensors[p.Path], nil }
	prefix, err := learn.NewFrozen(f.split, source, f.t.o.Precision, f.t.workers, nil)
	if err != nil {
		return err
	}
	f.prefix = prefix
	f.rows = make([]float32, f.t.batch*prefix.Size())
	for _, size := range prefix.Cuts() {
		f.inputs = append(f.inputs, make([]float32, f.t.batch*size))
	}
	return nil
}

// of are the values at the cut of a batch, by value, valid until the next call.
func (f *frozen) of(ctx context.Context, b *dataset.Batch, k *known) ([][]float32, error) {
	if err := f.plan(); err != nil {
		return nil, err
	}
	f.batch, f.missing = b, f.missing[:0]
	for place, picture := range b.Pictures {
		if row := k.row(at{picture, b.Versions[place]}); row != nil {
			f.put(place, row)
		} else {
			f.missing = append(f.missing, place)
		}
	}
	if err := f.prefix.Run(ctx, len(f.missing), f.image, f.row); err != nil {
		return nil, err
	}
	for i, place := range f.missing {
		row := f.row(i)
		f.put(place, row)
		if f.room >= int64(len(row)) && k.keep(at{b.Pictures[place], b.Versions[place]}, row) {
			f.room -= int64(len(row))
		}
	}
	return f.inputs, nil
}

// put puts a row into the inputs of a batch.
func (f *frozen) put(place int, row []float32) {
	for k, size := range f.prefix.Cuts() {
		copy(f.inputs[k][place*size:][:size], row)
		row = row[size:]
	}
}

func (f *frozen) close() {
	if f != nil && f.prefix != nil {
		f.prefix.Close()
	}
}

// known are the rows of a set's pictures, as far as they are kept.
type known struct {
	loader dataset.Loader
	keeps  bool
	lock   sync.RWMutex
	rows   map[at][]float32
}

// at is a picture of a set in one of its versions.
type at struct{ picture, version int }

// prepare makes a loader give pictures in so many versions, as a recipe says, and pass over those that are known.
func (k *known) prepare(views int, head bool) {
	l := &k.loader
	switch {
	case l.Set.Len() == 0 || l.Mixes():
		return
	case !l.Changes():
		views = 1
	case views < 0 && head:
		views = usualViews
	}
	if views < 1 {
		return
	}
	k.keeps, k.rows = true, map[at][]float32{}
	l.Views = views
	l.Known = func(picture, version int) bool { return k.row(at{picture, version}) != nil }
}

// row is the row of a picture, nil if it is not kept.
func (k *known) row(of at) []float32 {
	k.lock.RLock()
	defer k.lock.RUnlock()
	return k.rows[of]
}

// keep keeps a row, and reports whether it is new.
func (k *known) keep(of at, row []float32) bool {
	if !k.keeps || k.row(of) != nil {
		return false
	}
	k.lock.Lock()
	defer k.lock.Unlock()
	k.rows[of] = slices.Clone(row)
	return true
}
