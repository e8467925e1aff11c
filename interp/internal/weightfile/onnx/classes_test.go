package onnx

import (
	"slices"
	"testing"

	"cnnlang/interp/internal/weightfile/filetest"
)

// An exporter's properties, as Ultralytics writes them.
func TestClassesOfProperties(t *testing.T) {
	layers := []filetest.Layer{{Name: "fc", Kind: filetest.Linear, Arrays: []filetest.Array{{Leaf: "weight", Shape: []int{2, 2}, Data: []float32{1, 0, 0, 1}}}}}
	property := func(key, value string) filetest.Proto { return filetest.Proto{}.Text(1, key).Text(2, value) }
	model := filetest.Proto(filetest.ONNX(layers, false)).Add(14, property("stride", "32")).Add(14, property("names", "{1: 'cat', 0: 'ant'}")).Add(14, property("classes", "two"))
	f, err := Open(filetest.Memory("f.onnx", model, nil))
	if err != nil {
		t.Fatal(err)
	}
	if got := f.About().Classes; got.Key != "names" || !slices.Equal(got.Names, []string{"ant", "cat"}) {
		t.Errorf("got %+v", got)
	}
}
