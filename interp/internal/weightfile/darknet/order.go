package darknet

import (
	"fmt"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/ops/tensor"
)

// A Layer is one of a net that has numbers. In the file they are, one after another,
//
//	of a convolution          biases, [scales, means, variances,] weights
//	of a connected layer      biases, weights, [scales, means, variances]
//
// where a layer with a norm has in place of its own biases those of the norm.
type Layer struct {
	Connected bool
	Weights   Part
	Biases    Part   // its own or the norm's
	Norm      []Part // scales, means, variances; nil without a norm
}

// A Part is a tensor of a layer: its name and shape in the net.
type Part struct {
	Name  string
	Shape tensor.Shape
}

// parts are those of the layer in the order of the file.
func (l Layer) parts() []Part {
	if l.Connected {
		return append([]Part{l.Biases, l.Weights}, l.Norm...)
	}
	return append(append([]Part{l.Biases}, l.Norm...), l.Weights)
}

// Count is how many numbers the layers have.
func Count(layers []Layer) int64 {
	total := int64(0)
	for _, l := range layers {
		for _, p := range l.parts() {
			total += int64(p.Shape.Elements())
		}
	}
	return total
}

// Numbers is how many the file has.
func (f *File) Numbers() int64 { return f.count }

// Arrange reads the file as the numbers of these layers, of which it must have as many. The
// names of the tensors are those of the parts.
func (f *File) Arrange(layers []Layer) (weightfile.File, error) {
	if want := Count(layers); want != f.count {
		return nil, f.In.Corrupt("", "has %d numbers, want %d for the layers of the net", f.count, want)
	}
	return f.Begin(layers)
}

// Begin reads as many numbers as these layers have, of which the file has at least as many.
func (f *File) Begin(layers []Layer) (weightfile.File, error) {
	a := &arranged{Listing: weightfile.Listing{In: f.In, Said: f.Said}}
	at := f.start
	for i, l := range layers {
		if l.Connected && f.transposed {
			return nil, f.In.Corrupt("", "has the mark of transposed matrices in its version, which is read for convolutions only, and layer %d of the net is connected; save it again with a later Darknet", i)
		}
		for _, p := range l.parts() {
			a.List = append(a.List, weightfile.Tensor{Name: p.Name, Type: weightfile.F32, Shape: p.Shape})
			a.places = append(a.places, at)
			at += 4 * int64(p.Shape.Elements())
		}
	}
	a.Said.Notes = append([]string{fmt.Sprintf("its %d numbers are read in the order of the net's %d layers", f.count, len(layers))}, f.Said.Notes[1:]...)
	return a, nil
}

// Arranged is a file by the layers of a net.
type arranged struct {
	weightfile.Listing
	places []int64
}

func (a *arranged) Bytes(i int) ([]byte, error) {
	return a.In.At(a.places[i], 4*int64(a.List[i].Shape.Elements()), "the numbers of "+weightfile.Shown(a.List[i].Name))
}
