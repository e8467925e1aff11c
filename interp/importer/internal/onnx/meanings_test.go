package onnx_test

import (
	"strings"
	"testing"

	"cnnlang/interp/graph"
	"cnnlang/interp/importer/internal/flattest"
	"cnnlang/interp/importer/internal/onnx"
)

// Models that say something else than they seem to: each is refused, or has this for an operation.
func TestMeanings(t *testing.T) {
	files := flattest.Unzipped(t, "onnx/meanings.zip")
	want := map[string]string{
		"batchmul.onnx":  "how many images are in a batch", // x * Shape(x)[0], of an open batch
		"sizebatch.onnx": "how many images are in a batch", // x / Size(x)
		"reshape13.onnx": "mixes the images",               // a Reshape to [13, -1] of an open batch
		"rs4.onnx":       "reshape(shape=[3 8 1])",         // a Reshape between two means that moves what is there
		"rank1.onnx":     "mixes the images",               // a number for each image, and 1 added
		"cast_old.onnx":  `a change to "INT32"`,            // of opset 1, where types are words
		"rsum13_1.onnx":  "reduce_mean(axis=[1])",          // whose axes are an input since opset 13
	}
	if len(files) != len(want) {
		t.Errorf("%d files, want %d", len(files), len(want))
	}
	for name, raw := range files {
		var got strings.Builder
		if net, err := onnx.Read(flattest.Source(name, raw)); err != nil {
			got.WriteString(err.Error())
		} else if err := graph.Print(&got, net.Graph); err != nil {
			t.Fatal(err)
		}
		if w := want[name]; w == "" || !strings.Contains(got.String(), w) {
			t.Errorf("%s: want %q in\n%s", name, w, got.String())
		}
	}
}
