package optest

import (
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/ref"
	"cnnlang/ops/tensor"
)

// Every computes an op in all available ways and calls check with each result: see Way.Try.
// It returns the ways.
func Every(t testing.TB, op ops.Op, in, params []tensor.Tensor, check func(w *Way, got tensor.Tensor)) []*Way {
	t.Helper()
	ways := Ways(t, op, in, params)
	for _, w := range ways {
		w.Try(t, check)
	}
	return ways
}

// Matches computes an op in all ways and compares float32 results with the reference, to
// within a bound, and others with their Bounds.
func Matches(t testing.TB, op ops.Op, bound func(w *Way) float64, in ...tensor.Tensor) []*Way {
	t.Helper()
	params := Params(op, 100, in...)
	want, bounds := ref.Run(op, in, params), NewBounds(op, in, params)
	return Every(t, op, in, params, func(w *Way, got tensor.Tensor) {
		t.Helper()
		if w.Precision == layout.F32 {
			Close(t, got, want, bound(w))
		} else {
			bounds.Check(t, w, got)
		}
	})
}

// CheckEpilogue compares an op with an epilogue, in all ways, with the separate ops.
func CheckEpilogue(t testing.TB, plain ops.Fuser, e ops.Epilogue, in []int) []*Way {
	t.Helper()
	op := plain.WithEpilogue(e)
	if got := op.(ops.Fuser).Epilogue(); got != e {
		t.Errorf("%s: got epilogue %v, want %v", op.Name(), got, e)
	}
	x := []tensor.Tensor{Rand(1, in...)}
	if e.Add {
		x = append(x, Rand(2, Shape(t, plain, x[0])...))
	}
	params := Params(op, 100, x...)
	bounds := NewBounds(op, x, params)
	return Every(t, op, x, params, func(w *Way, got tensor.Tensor) {
		t.Helper()
		of := bounds.Of(w)
		allowed := of.Allowed(w)
		if w.Precision == layout.F32 {
			allowed = of.BehindNorm()
			if w.Name == "winograd" { // whose transforms lose some bits
				allowed.Eps *= 4
			}
		}
		of.Check(t, w, got, allowed)
	})
}

// Try computes a way in layouts with more and less halo, with its values inside larger
// ones, over the memory of each input that it may overwrite, and with several workers; all
// results must have the same bits as the first.
func (w *Way) Try(t testing.TB, check func(w *Way, got tensor.Tensor)) {
	t.Helper()
	variants := w.variants()
	for _, v := range variants {
		got := v.Run(t, 1)
		check(v, got)
		for _, workers := range v.workers() {
			if !Same(v.Run(t, workers).Data, got.Data) {
				t.Fatalf("%v: %d workers compute other bits than 1", v, workers)
			}
		}
		if v.IsBlocked() && v.To.HasHalo() && v.To.HaloH == 1 {
			if !Same(v.RunNested(t).Data, got.Data) {
				t.Fatalf("%v: other bits in larger values", v)
			}
		}
	}
	one, _ := variants[0].Parts(1)
	if many, _ := variants[0].Parts(7); one != many { // a sum could depend on it
		t.Errorf("%v: %d parts for 1 worker, %d for 7", w, one, many)
	}
	w.TryOver(t)
}

// variants are the way with several halos, and with a wide result if it has one.
func (w *Way) variants() []*Way {
	if !w.hasBlocks() {
		return []*Way{w}
	}
	var list []*Way
	for halo := range 3 {
		if testing.Short() && halo > 1 && w.Precision == layout.BF16 {
			break
		}
		list = append(list, w.WithHalo(halo))
	}
	if w.Wide && !testing.Short() {
		wide := w.WithHalo(3)
		wide.To = layout.Layout{Block: layout.Lanes, HaloH: 1, HaloW: 2}
		list = append(list, wide)
	}
	return list
}

func (w *Way) workers() []int {
	if w.IsBlocked() {
		return []int{3}
	}
	return []int{2, 5}
}

// TryOver computes it over each input that it may overwrite, and returns how many there
// are.
func (w *Way) TryOver(t testing.TB) (inputs int) {
	t.Helper()
	for _, input := range w.Overwrites {
		if input < 0 {
			input += len(w.Inputs)
		}
		v := w.WithHalo(1)
		if from := v.From[input]; !v.Inputs[input].Shape.Equal(w.Shape) || from.Bare() != v.To.Bare() {
			continue
		} else if v.IsBlocked() {
			v.To.HaloH, v.To.HaloW = max(v.To.HaloH, from.HaloH), max(v.To.HaloW, from.HaloW)
		}
		for i := range v.From {
			if v.same(i, input) {
				v.From[i] = v.To
			}
		}
		inputs++
		want := v.Run(t, 1)
		for _, planes := range [][2]int{{0, 0}, {1, 2}} {
			if got := v.RunOver(t, input, planes[0], planes[1]); !Same(got.Data, want.Data) {
				t.Errorf("%v: other bits over input %d, which lies between %d and %d planes", v, input, planes[0], planes[1])
			}
		}
	}
	return inputs
}
