package onnx

import (
	"testing"

	"cnnlang/ops/tensor"
)

// Above 1.75 GiB weights lie outside, whether that was asked for or not.
func TestSizesBeyondAMessage(t *testing.T) {
	large := func(shape ...int) *Model {
		m := &Model{Name: "large", Inputs: []Value{{"input", tensor.Shape{1, 1}}}}
		m.Initializers = []Initializer{{Name: "w", Shape: shape, Values: Numbers(none)}, {Name: "small", Shape: []int{255}, Values: make([]float32, 255)}}
		return m
	}
	for _, c := range []struct {
		size    int // MiB
		outside bool
	}{{1791, false}, {1792, true}, {5000, true}} {
		m := large(c.size, 1<<18)
		places := m.places(false)
		if _, ok := places["w"]; ok != c.outside {
			t.Errorf("%d MiB: got %v", c.size, places)
		}
		if file := m.encode(places, "large.onnx.data"); (file.size < 2000) != c.outside || file.size > mostMessage {
			t.Errorf("%d MiB: the message has %d bytes", c.size, file.size)
		}
	}
}

func none(Tensors) ([]float32, error) { panic("nothing is written") }
