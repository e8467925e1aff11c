package train

import (
	"cmp"
	"context"
	"errors"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/gradient"
	"cnnlang/interp/internal/learn"
	"cnnlang/interp/internal/pass"
	"cnnlang/interp/internal/plan"
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
	prefix *learn.Frozen
	key    key         // if there is a file for rows
	inputs [][]float32 // of a batch, by value at the cut
	rows   *features   // that are kept; nil before the first epoch

	train, val known

	batch   *dataset.Batch // whose rows are computed
	missing []int          // its places without a row
	made    []float32      // their rows
	image   func(i int) []float32
	row     func(i int) []float32
}

// UsualViews are the versions in which a picture comes while only new tensors learn, where a recipe does not say.
const UsualViews = 2

// usualKeep is how many bytes of values are kept, if nothing else is said.
const usualKeep = 1 << 30

func newFrozen(t *Trainer, s *gradient.Split, head bool) *frozen {
	f := &frozen{t: t, split: s}
	f.train = known{frozen: f, loader: t.loader}
	f.val = known{frozen: f, loader: dataset.Loader{Set: t.o.Data.Val, Batch: t.o.Net.Graph.Images(), Threads: t.o.Threads}}
	for _, k := range []*known{&f.train, &f.val} {
		k.prepare(t.o.Recipe.Views, head)
	}
	size := tensor.Shape(t.o.Net.Graph.Input().Shape[1:]).Elements()
	f.image = func(i int) []float32 { return f.batch.Inputs.Data[f.missing[i]*size:][:size] }
	f.row = func(i int) []float32 { return f.made[i*f.prefix.Size():][:f.prefix.Size()] }
	return f
}

// checkKept wants something to keep if there is a file for it.
func (t *Trainer) checkKept() error {
	f := t.phase.frozen
	switch {
	case t.o.Features == "":
		return nil
	case f == nil:
		return misfit("there is nothing to keep in %s: all of %s learns from the first step on; `freeze` names parts that do not", t.o.Features, t.o.Net.Name)
	case f.train.views+f.val.views > 0:
		return nil
	case f.train.loader.Mixes():
		return misfit("there is nothing to keep in %s: pictures are mixed with others of their batch", t.o.Features)
	default:
		return misfit("there is nothing to keep in %s: each picture is changed anew in every epoch; `views = 2` has it come in two versions", t.o.Features)
	}
}

// IdleViews says why the recipe's `views` changes nothing, "" if it changes something or is not said.
func (t *Trainer) IdleViews() string {
	f := t.phase.frozen
	switch {
	case t.o.Recipe.Views <= 0:
		return ""
	case f == nil:
		return "all of " + t.o.Net.Name + " learns from the first step on; `freeze` names parts that do not"
	case f.train.loader.Mixes():
		return "pictures are mixed with others of their batch"
	case !f.train.loader.Changes():
		return "pictures are not changed at random, so that there is one version of each"
	}
	return ""
}

// plan plans the prefix with the tensors as they are now, and again if they have changed.
func (f *frozen) plan() error {
	f.close()
	source := func(p graph.Param) (tensor.Tensor, error) { return f.t.tensors[p.Path], nil }
	prefix, err := learn.NewFrozen(f.split, source, f.t.o.Precision, f.t.workers, func(m plan.Memory) error {
		need := m.Weights + m.Tables + int64(f.t.workers.Count())*(m.Activations+m.Scratch+m.Outputs)
		return f.t.takes(need + f.checking())
	})
	if err != nil {
		return err
	}
	f.prefix, f.inputs, f.rows = prefix, nil, nil
	f.made = make([]float32, f.t.batch*prefix.Size())
	for _, size := range prefix.Cuts() {
		f.inputs = append(f.inputs, make([]float32, f.t.batch*size))
	}
	return nil
}

// checking is how many bytes the plan takes that computes the rest of the net for the pictures to check with, 0 where
// there are none.
func (f *frozen) checking() int64 {
	if f.t.o.Data.Val.Len() == 0 {
		return 0
	}
	var need int64
	g, _ := pass.Run(f.split.Learning, pass.Options{})
	source := func(p graph.Param) (tensor.Tensor, error) { return f.t.tensors[p.Path], nil }
	plan.New(g, source, plan.Options{Threads: f.t.workers.Count(), Affords: func(m plan.Memory) error {
		need = m.Total()
		return errCounted
	}})
	return need
}

// errCounted ends the making of a plan whose memory alone is wanted.
var errCounted = errors.New("counted")

// keep makes room for rows, and reads those that a file has, unless that is done.
func (f *frozen) keep() error {
	if f.rows != nil {
		return nil
	}
	size := f.prefix.Size()
	most := int(max(0, cmp.Or(f.t.o.Keep, usualKeep)) / int64(4*size))
	wanted := map[key]bool{}
	for _, k := range []*known{&f.train, &f.val} {
		for version := range min(k.views, f.t.Epochs()) {
			for picture := range k.loader.Set.Len() {
				if len(wanted) == most {
					break
				}
				wanted[k.loader.Key(picture, version)] = true
			}
		}
	}
	rows := newFeatures(len(wanted), size)
	if file := f.t.o.Features; file != "" {
		var err error
		if f.key, err = prefixKey(f.split, f.t.tensors, f.t.o.Precision); err != nil {
			return err
		}
		if err := rows.read(file, f.key, wanted); err != nil {
			return err
		}
	}
	f.rows = rows
	return nil
}

// save writes the rows to the file that is named for them.
func (f *frozen) save(ctx context.Context) error {
	if f == nil || f.rows == nil || f.t.o.Features == "" {
		return nil
	}
	return f.rows.write(ctx, f.t.o.Features, f.key)
}

// of are the values at the cut of a batch, by value, valid until the next call.
func (f *frozen) of(ctx context.Context, b *dataset.Batch, k *known) ([][]float32, error) {
	f.batch, f.missing = b, f.missing[:0]
	for place, picture := range b.Pictures {
		if row := k.row(picture, b.Versions[place]); row != nil {
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
		k.add(b.Pictures[place], b.Versions[place], row)
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
		f.prefix = nil
	}
}

// known are the rows of a set's pictures, as far as they are kept.
type known struct {
	*frozen
	loader dataset.Loader
	views  int // versions of which rows are kept
}

// prepare makes a loader give pictures in so many versions, as a recipe says, and pass over those that are known.
func (k *known) prepare(views int, head bool) {
	l := &k.loader
	switch {
	case l.Set.Len() == 0 || l.Mixes():
		return
	case !l.Changes():
		views = 1
	case views < 0 && head:
		views = UsualViews
	}
	if views < 1 {
		return
	}
	k.views, l.Views = views, views
	l.Known = func(picture, version int) bool { return k.row(picture, version) != nil }
}

// row is the row of a picture, nil if it is not kept.
func (k *known) row(picture, version int) []float32 {
	if k.views == 0 {
		return nil
	}
	return k.rows.row(k.loader.Key(picture, version))
}

// add keeps a row, if there is room.
func (k *known) add(picture, version int, row []float32) {
	if k.views > 0 {
		copy(k.rows.add(k.loader.Key(picture, version)), row)
	}
}
