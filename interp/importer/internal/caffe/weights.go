package caffe

import (
	"fmt"
	"math"

	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/caffe"
	"cnnlang/ops/tensor"
)

// Weights are a .caffemodel. Its numbers belong to the layer of the same name.
type weights struct {
	path     string
	file     weightfile.File
	tensors  map[string]map[string]int // by layer and leaf
	used     map[string]bool           // layers
	problems []flat.Problem
}

func open(in weightfile.Input) (*weights, error) {
	file, err := caffe.OpenAsNamed(in)
	if err != nil {
		return nil, err
	}
	w := &weights{path: in.Path, file: file, tensors: map[string]map[string]int{}, used: map[string]bool{}}
	for i, t := range file.Tensors() {
		if w.tensors[t.Layer] == nil {
			w.tensors[t.Layer] = map[string]int{}
		}
		w.tensors[t.Layer][t.Leaf] = i
	}
	return w, nil
}

// Numbers find the tensor of a parameter of a shape.
type numbers func(r *reader, shape tensor.Shape) flat.Tensor

// stored is a tensor of a layer in the file. That of an InnerProduct may be transposed there.
func stored(l *layer, leaf string, transposed bool) numbers {
	return func(r *reader, shape tensor.Shape) flat.Tensor {
		w, t := r.weights, flat.Tensor{Name: l.name + "." + leaf, Shape: shape}
		i, ok := w.tensors[l.name][leaf]
		if !ok {
			w.lacks(l, leaf)
			return t
		}
		w.used[l.name] = true
		in, want := w.file.Tensors()[i], shape
		if transposed {
			want = tensor.Shape{shape[1], shape[0]}
		}
		if !in.Shape.Equal(want) {
			w.problems = append(w.problems, flat.Problem{Where: l.where(), Got: fmt.Sprintf("%s has the shape %v, want %v as in the network", leaf, in.Shape, want)})
			return t
		}
		t.Read = func() ([]float32, error) {
			raw, err := w.file.Bytes(i)
			if err != nil {
				return nil, err
			}
			data := in.Type.Floats(raw)
			if transposed {
				data = turned(data, want)
			}
			return data, nil
		}
		return t
	}
}

// learned is a tensor of factors, which have as many axes as what they multiply.
func learned(l *layer) numbers {
	return func(r *reader, shape tensor.Shape) flat.Tensor {
		t := stored(l, "weight", false)(r, tensor.Shape{shape[0]})
		t.Shape = shape
		return t
	}
}

// turned is a matrix of a shape the other way round.
func turned(data []float32, shape tensor.Shape) []float32 {
	out := make([]float32, len(data))
	for i, x := range data {
		out[i%shape[1]*shape[0]+i/shape[1]] = x
	}
	return out
}

// lacks notes a layer without numbers, once.
func (w *weights) lacks(l *layer, leaf string) {
	where := l.where()
	if n := len(w.problems); n > 0 && w.problems[n-1].Where == where {
		return
	}
	got := "the file has no numbers of it"
	if w.tensors[l.name] != nil {
		got = "the file has no " + leaf + " of it"
	}
	w.problems = append(w.problems, flat.Problem{Where: where, Got: got})
}

// computed are numbers that follow from the network.
func computed(at func(i int, shape tensor.Shape) float32) numbers {
	return func(_ *reader, shape tensor.Shape) flat.Tensor {
		return flat.Tensor{Shape: shape, Read: func() ([]float32, error) {
			data := make([]float32, shape.Elements())
			for i := range data {
				data[i] = at(i, shape)
			}
			return data, nil
		}}
	}
}

func constant(x float32) numbers { return computed(func(int, tensor.Shape) float32 { return x }) }

// bilinear is Caffe's filler of that name, with which a transposed convolution enlarges: the weight
// falls linearly from the middle of the kernel. A file may lack such a layer, as it learns nothing.
func bilinear(l *layer) numbers {
	return func(r *reader, shape tensor.Shape) flat.Tensor {
		if r.weights.tensors[l.name] != nil {
			return stored(l, "weight", false)(r, shape)
		}
		return computed(func(i int, shape tensor.Shape) float32 {
			size := float64(shape[3])
			half := math.Ceil(size / 2)
			middle := (2*half - 1 - math.Mod(half, 2)) / (2 * half)
			weight := func(x int) float64 { return 1 - math.Abs(float64(x)/half-middle) }
			return float32(weight(i%shape[3]) * weight(i/shape[3]%shape[2]))
		})(r, shape)
	}
}

// complete is the error of all layers whose numbers are lacking or do not fit. Layers of the file
// that the network does not have are noted: those of training are often there.
func (w *weights) complete(r *reader) error {
	var left []string
	for i, t := range w.file.Tensors() {
		if first := i == 0 || w.file.Tensors()[i-1].Layer != t.Layer; first && !w.used[t.Layer] {
			left = append(left, t.Layer)
		}
	}
	if len(w.problems) > 0 {
		if len(left) > 0 {
			w.problems = append(w.problems, flat.Problem{Got: fmt.Sprintf("the network has no layers %s, whose numbers are there", clipped(left)), Can: "compare the names of layers: file and network belong together by them"})
		}
		return &flat.Refused{Path: w.path, Problems: w.problems}
	}
	if len(left) > 0 {
		r.note("numbers of layers are left out that the network does not have: %s", clipped(left))
	}
	return nil
}
