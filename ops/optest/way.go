package optest

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/exec"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// A Way is one way to compute a result: an algorithm on inputs, in layouts that cover those
// it wants.
type Way struct {
	task.Algorithm
	Inputs, Params []tensor.Tensor
	Shape          tensor.Shape // of the result
	From           []layout.Layout
	To             layout.Layout

	laid *laidOut
}

// NewWay is an algorithm in the layouts that it wants. Inputs of bfloat16 algorithms are
// rounded.
func NewWay(a task.Algorithm, in, params []tensor.Tensor, shape tensor.Shape) *Way {
	w := &Way{Algorithm: a, Inputs: slices.Clone(in), Params: params, Shape: shape, From: slices.Clone(a.In), To: a.Out}
	for i, x := range in {
		switch same := slices.IndexFunc(in[:i], func(y tensor.Tensor) bool { return &x.Data[0] == &y.Data[0] }); {
		case same >= 0:
			w.Inputs[i] = w.Inputs[same]
		case a.Precision == layout.BF16:
			w.Inputs[i] = RoundedBF16(x)
		}
	}
	return w
}

// Ways lists all available ways to compute an op: the algorithms of every precision, each
// once.
func Ways(t testing.TB, op ops.Op, in, params []tensor.Tensor) (list []*Way) {
	t.Helper()
	shape := Shape(t, op, in...)
	known := map[string]bool{}
	for precision := range layout.Precision(len(layout.Precisions())) {
		for _, a := range exec.Algorithms(op, Shapes(in), shape, precision) {
			if key := fmt.Sprint(a.Name, a.Precision, a.Out); !known[key] {
				known[key] = true
				list = append(list, NewWay(a, in, params, shape))
			}
		}
	}
	return list
}

// beside is the content of the channels beyond the last, which have no meaning: NaN where
// that is allowed.
func (w *Way) beside() float32 {
	if w.Precision == layout.F32 {
		return float32(math.NaN())
	}
	return 7
}

// IsBlocked reports whether the result lies in blocks of channels.
func (w *Way) IsBlocked() bool { return !w.Out.Plain() }

// hasBlocks reports whether anything does.
func (w *Way) hasBlocks() bool {
	return w.IsBlocked() || slices.ContainsFunc(w.From, func(l layout.Layout) bool { return !l.Plain() })
}

// WithHalo is the way in layouts with more halo.
func (w *Way) WithHalo(halo int) *Way {
	more := *w
	more.From = slices.Clone(w.From)
	for i := range more.From {
		if !more.From[i].Plain() {
			more.From[i].HaloH += halo * (i + 1)
			more.From[i].HaloW += halo / 2
		}
	}
	if w.IsBlocked() {
		more.To.HaloH, more.To.HaloW = halo, 2*halo%3
	}
	return &more
}

// String names it in messages.
func (w *Way) String() string { return fmt.Sprintf("%s, %v to %v", w.Name, w.From, w.To) }

// A laidOut way has its inputs in their layouts and is prepared for them.
type laidOut struct {
	*task.Prepared
	values []layout.Value
	in     []tensor.Tensor
	was    [][]float32 // copies of the inputs and parameters, to detect changes
	from   []layout.Layout
	to     layout.Layout
}

// Prepared is the way prepared for separate values.
func (w *Way) Prepared() *task.Prepared { return w.layOut().Prepared }

// layOut makes it once for these layouts.
func (w *Way) layOut() *laidOut {
	if w.laid != nil && w.laid.to == w.To && slices.Equal(w.laid.from, w.From) {
		return w.laid
	}
	l := &laidOut{from: slices.Clone(w.From), to: w.To}
	for i, x := range w.Inputs {
		l.values = append(l.values, layout.Value{Shape: x.Shape, Layout: w.From[i]})
		l.in = append(l.in, Laid(w.From[i], x, w.beside()))
	}
	for _, x := range slices.Concat(l.in, w.Params) {
		l.was = append(l.was, slices.Clone(x.Data))
	}
	l.Prepared = w.Prepare(l.values, layout.Value{Shape: w.Shape, Layout: w.To}, w.Params, Used{})
	w.laid = l
	return l
}

// Compute computes it with so many workers and returns the result in its layout. It fails
// the test if anything outside the result and scratch is written.
func (w *Way) Compute(t testing.TB, workers int) tensor.Tensor {
	t.Helper()
	l := w.layOut()
	out, mem := NewGuarded(w.To.Floats(w.Shape)), NewGuarded(l.Scratch(workers))
	result := tensor.Tensor{Shape: w.Shape, Data: out.Data}
	Do(t, l.Bind(result, l.in, mem.Data, workers), workers)
	out.Check(t, "the output")
	mem.Check(t, "the scratch")
	for i, x := range slices.Concat(l.in, w.Params) {
		if !Same(x.Data, l.was[i]) {
			t.Errorf("%s changed its input or parameter %d", w.Name, i)
		}
	}
	return result
}

// Run is Compute with the result in row-major order.
func (w *Way) Run(t testing.TB, workers int) tensor.Tensor {
	t.Helper()
	return InOrder(t, w.To, w.Compute(t, workers))
}

// RunNested computes it with all values inside larger ones, of which it may neither read
// nor change other parts.
func (w *Way) RunNested(t testing.TB) tensor.Tensor {
	t.Helper()
	var values []layout.Value
	var inputs []tensor.Tensor
	for i, x := range w.Inputs {
		d := nest(w.From[i], x.Shape, 1+i, 2-i%2)
		whole := NewGuarded(d.floats())
		d.put(whole.Data, w.layOut().in[i].Data)
		values, inputs = append(values, d.Value), append(inputs, d.tensor(t, whole.Data))
	}
	d := nest(w.To, w.Shape, 2, 1)
	return w.runIn(t, d, NewGuarded(d.floats()), values, inputs)
}

// RunOver computes it over the memory of an input, also inside larger values.
func (w *Way) RunOver(t testing.TB, input int, before, behind int) tensor.Tensor {
	t.Helper()
	l := w.layOut()
	values, in := slices.Clone(l.values), slices.Clone(l.in)
	d := nest(w.To, w.Shape, before, behind)
	whole := NewGuarded(d.floats())
	d.put(whole.Data, in[input].Data)
	over := d.tensor(t, whole.Data)
	for i := range w.Inputs {
		if w.same(i, input) {
			values[i], in[i] = d.Value, over
		}
	}
	return w.runIn(t, d, whole, values, in)
}

// same reports whether two inputs are one value.
func (w *Way) same(i, k int) bool { return &w.Inputs[i].Data[0] == &w.Inputs[k].Data[0] }

// runIn computes it into a larger value, which may contain an input.
func (w *Way) runIn(t testing.TB, d nested, whole *Guarded, values []layout.Value, in []tensor.Tensor) tensor.Tensor {
	t.Helper()
	p := w.Prepare(values, d.Value, w.Params, Used{})
	mem := NewGuarded(p.Scratch(2))
	before := slices.Clone(whole.Data)
	result := d.tensor(t, whole.Data)
	Do(t, p.Bind(result, in, mem.Data, 2), 2)
	whole.Check(t, "the larger value")
	mem.Check(t, "the scratch")
	alone := d.take(whole.Data, before)
	if !Same(before, whole.Data) {
		t.Errorf("%s changed what lies between its images", w.Name)
	}
	return InOrder(t, w.To, tensor.Tensor{Shape: d.Shape, Data: alone})
}

// Tasks are its work in memory of its own.
func (w *Way) Tasks(workers int) []task.Task {
	l := w.layOut()
	out := tensor.Tensor{Shape: w.Shape, Data: make([]float32, w.To.Floats(w.Shape))}
	return l.Bind(out, l.in, make([]float32, l.Scratch(workers)), workers)
}

// Parts is the number of parts of its tasks with so many workers, and the most of any task.
func (w *Way) Parts(workers int) (all, most int) {
	for _, one := range w.Tasks(workers) {
		all, most = all+one.Parts(), max(most, one.Parts())
	}
	return all, most
}

// RunUnder computes it on one thread under a context.
func (w *Way) RunUnder(ctx context.Context) error {
	workers := task.NewWorkers(1)
	defer workers.Close()
	return workers.Run(ctx, w.Tasks(1))
}
