package onnx_test

import (
	"errors"
	"testing"
	"time"

	"cnnlang/interp/graph"
	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/importer/internal/flattest"
	"cnnlang/interp/importer/internal/onnx"
	"cnnlang/interp/internal/weightfile"
)

// FuzzRead: whatever a file holds, the reader gives a sound graph or an error of the kinds that it
// has, and soon.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"node.zip", "idioms.zip"} {
		s := openSet(f, name)
		for _, c := range s.Cases {
			f.Add(s.files[c.Name+".onnx"])
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		start := time.Now()
		source := flattest.Source("fuzz.onnx", raw)
		source.Limits = weightfile.Limits{Header: 1 << 20}
		net, err := onnx.Read(source)
		if d := time.Since(start); d > 10*time.Second {
			t.Errorf("%d bytes took %v", len(raw), d)
		}
		if err != nil {
			var refused *flat.Refused
			var damaged *weightfile.Error
			var limit *weightfile.LimitError
			if !errors.As(err, &refused) && !errors.As(err, &damaged) && !errors.As(err, &limit) {
				t.Errorf("the error %v is of no kind that is known", err)
			}
			return
		}
		if err := graph.Verify(withPaths(net.Graph)); err != nil {
			t.Error(err)
		}
	})
}
