package ops_test

import (
	"math"
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/optest"
	"cnnlang/ops/tensor"
)

// A lodger is a value that lies in a larger one, with planes of others before and
// behind its own in every image. Plain values do not.
type lodger struct {
	ops.Value
	images, before      int
	lead, plane, blocks int // float32, float32, planes
}

func lodge(l ops.Layout, s tensor.Shape, before, behind int) lodger {
	one := append(tensor.Shape{1}, s[1:]...)
	two := append(tensor.Shape{2}, s[1:]...)
	image := l.Floats(two) - l.Floats(one)
	d := lodger{Value: ops.Value{Shape: s, Layout: l}, images: s[0], lead: l.Floats(one) - image}
	d.blocks = (s[1] + max(l.Block, 1) - 1) / max(l.Block, 1)
	d.plane = image / d.blocks
	if !l.Plain() {
		d.before = before
		d.Apart = (before + d.blocks + behind) * d.plane
	}
	return d
}

// floats is the size of the larger value.
func (d lodger) floats() int {
	if d.Apart == 0 {
		return d.Shape.Elements()
	}
	return d.lead + d.images*d.Apart
}

// own are the parts of the larger value, and of the value if it had memory for
// itself, that are one image with the zeros above it.
func (d lodger) own(whole, alone []float32, image int) (there, here []float32) {
	size := d.lead + d.blocks*d.plane
	apart := max(d.Apart, d.blocks*d.plane)
	return whole[image*apart+d.before*d.plane:][:size], alone[image*d.blocks*d.plane:][:size]
}

// tensor is the value in the larger one.
func (d lodger) tensor(t *testing.T, whole []float32) tensor.Tensor {
	t.Helper()
	size := d.Shape.Elements()
	if !d.Layout.Plain() {
		size = d.lead + (d.images-1)*d.Apart + d.blocks*d.plane
	}
	if d.Floats() != size {
		t.Fatalf("%v in %v, %d apart: takes %d float32, want %d", d.Shape, d.Layout, d.Apart, d.Floats(), size)
	}
	return tensor.Tensor{Shape: d.Shape, Data: whole[d.before*d.plane:][:size:size]}
}

// runLodged computes an op whose inputs and result lie in larger values, of which
// it may neither use nor change anything else.
func runLodged(t *testing.T, op ops.Op, prepare preparer, layouts []ops.Layout, to ops.Layout, in, params []tensor.Tensor) tensor.Tensor {
	t.Helper()
	var values []ops.Value
	var inputs []tensor.Tensor
	for i, x := range in {
		d := lodge(layouts[i], x.Shape, 1+i, 2-i%2)
		whole, alone := optest.NewGuarded(d.floats()), laidAny(layouts[i], x)
		for image := range d.images {
			there, here := d.own(whole.Data, alone.Data, image)
			copy(there, here)
		}
		values, inputs = append(values, d.Value), append(inputs, d.tensor(t, whole.Data))
	}
	d := lodge(to, optest.Shape(t, op, in...), 2, 1)
	p := prepare(values, d.Value, params)
	whole, mem := optest.NewGuarded(d.floats()), optest.NewGuarded(p.Scratch(2))
	before := append([]float32(nil), whole.Data...)
	optest.Do(t, p.Bind(d.tensor(t, whole.Data), inputs, mem.Data, 2), 2)
	whole.Check(t, "the larger value")
	mem.Check(t, "the scratch")
	alone := make([]float32, to.Floats(d.Shape))
	for image := range d.images {
		there, here := d.own(whole.Data, alone, image)
		copy(here, there)
		was, _ := d.own(before, alone, image)
		copy(there, was)
	}
	if !optest.Same(before, whole.Data) {
		t.Errorf("%s changed what lies between its images", op.Name())
	}
	return plainAny(t, to, tensor.Tensor{Shape: d.Shape, Data: alone})
}

// sameLodged wants the same bits in larger values.
func sameLodged(t *testing.T, op ops.Op, prepare preparer, layouts []ops.Layout, to ops.Layout, in, params []tensor.Tensor, want tensor.Tensor) {
	t.Helper()
	got := runLodged(t, op, prepare, layouts, to, in, params)
	for i, w := range want.Data {
		if math.Float32bits(w) != math.Float32bits(got.Data[i]) {
			t.Fatalf("in larger values, %v to %v: element %d is %v, want %v", layouts, to, i, got.Data[i], w)
		}
	}
}

// between is how a conversion is prepared.
func between(c *ops.Convert) preparer {
	return func(in []ops.Value, out ops.Value, _ []tensor.Tensor) ops.Prepared { return c.Between(in[0], out) }
}

// The value added may be the result's own memory in a larger value too.
func TestAddInPlaceInALargerValue(t *testing.T) {
	op := conv(40, pair(3, 3), padded(pad(1))).WithEpilogue(ops.Epilogue{Add: true, Act: ops.ActReLU}).(*ops.Conv)
	x, added := optest.Rand(1, 2, 50, 9, 9), optest.Rand(2, 2, 40, 9, 9)
	how := op.Blocked([]tensor.Shape{x.Shape, added.Shape}, added.Shape)
	if how.In == nil {
		if hasBlocks() {
			t.Error("not blocked")
		}
		return
	}
	to := ops.Layout{Block: ops.Lanes, HaloH: 1, HaloW: 1}
	params := optest.Params(op, 3, x, added)
	want := laid(to, runBlocked(t, op, []ops.Layout{how.In[0], to}, to, []tensor.Tensor{x, added}, params, 1))
	d, alone := lodge(to, added.Shape, 1, 2), laid(to, added)
	whole := optest.NewGuarded(d.floats())
	for image := range d.images {
		there, here := d.own(whole.Data, alone.Data, image)
		copy(there, here)
	}
	p := op.PrepareBlocked([]ops.Value{{Shape: x.Shape, Layout: how.In[0]}, d.Value}, d.Value, params)
	both := d.tensor(t, whole.Data)
	optest.Do(t, p.Bind(both, []tensor.Tensor{laid(how.In[0], x), both}, make([]float32, p.Scratch(2)), 2), 2)
	for image := range d.images {
		there, here := d.own(whole.Data, want.Data, image)
		for block := range d.blocks - 1 { // the last has channels that mean nothing
			at := block * d.plane
			if !optest.Same(there[at:][:d.lead+d.plane], here[at:][:d.lead+d.plane]) {
				t.Errorf("image %d, block %d: another result in place", image, block)
			}
		}
	}
}
