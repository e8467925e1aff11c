package optest

import (
	"testing"

	"cnnlang/ops/exec/layout"
	"cnnlang/ops/tensor"
)

// A nested value lies in a larger one, with planes of others before and after its own in
// every image. Plain values do not.
type nested struct {
	layout.Value
	images, before      int
	lead, plane, blocks int // float32, float32, planes
}

func nest(l layout.Layout, s tensor.Shape, before, behind int) nested {
	one := append(tensor.Shape{1}, s[1:]...)
	two := append(tensor.Shape{2}, s[1:]...)
	image := l.Floats(two) - l.Floats(one)
	d := nested{Value: layout.Value{Shape: s, Layout: l}, images: s[0], lead: l.Floats(one) - image}
	d.blocks = (s[1] + max(l.Block, 1) - 1) / max(l.Block, 1)
	d.plane = image / d.blocks
	if !l.Plain() {
		d.before = before
		d.ImageStride = (before + d.blocks + behind) * d.plane
	}
	return d
}

// floats is the size of the larger value.
func (d nested) floats() int {
	if d.ImageStride == 0 {
		return d.Shape.Elements()
	}
	return d.lead + d.images*d.ImageStride
}

// own are the memory of one image, with the zeros above it, in the larger value and in a
// separate one.
func (d nested) own(whole, alone []float32, image int) (there, here []float32) {
	size := d.lead + d.blocks*d.plane
	apart := max(d.ImageStride, d.blocks*d.plane)
	return whole[image*apart+d.before*d.plane:][:size], alone[image*d.blocks*d.plane:][:size]
}

// put copies a separate value into the larger one.
func (d nested) put(whole, alone []float32) {
	for image := range d.images {
		there, here := d.own(whole, alone, image)
		copy(there, here)
	}
}

// take copies it back, and restores what was there before.
func (d nested) take(whole, before []float32) []float32 {
	alone := make([]float32, d.Layout.Floats(d.Shape))
	for image := range d.images {
		there, here := d.own(whole, alone, image)
		copy(here, there)
		was, _ := d.own(before, alone, image)
		copy(there, was)
	}
	return alone
}

// tensor is the value in the larger one.
func (d nested) tensor(t testing.TB, whole []float32) tensor.Tensor {
	t.Helper()
	size := d.Shape.Elements()
	if !d.Layout.Plain() {
		size = d.lead + (d.images-1)*d.ImageStride + d.blocks*d.plane
	}
	if d.Floats() != size {
		t.Fatalf("%v in %v, images %d apart: takes %d float32, want %d", d.Shape, d.Layout, d.ImageStride, d.Floats(), size)
	}
	return tensor.Tensor{Shape: d.Shape, Data: whole[d.before*d.plane:][:size:size]}
}
