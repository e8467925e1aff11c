package onnx_test

import (
	"errors"
	"fmt"
	"testing"

	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/importer/internal/flattest"
	"cnnlang/interp/importer/internal/onnx"
	"cnnlang/interp/internal/weightfile"
)

// Whichever inputs of an operator are constants and which are computed, and however many there are, it is read or
// refused.
func TestConstantsAnywhere(t *testing.T) {
	constants := []proto{
		floats("c0", []int64{1, 3, 8, 8}, make([]float32, 192)...), floats("c1", []int64{3}, 1, 1, 1),
		floats("c2", []int64{4}, 1, 1, 2, 2), floats("c3", []int64{1}, 2),
	}
	read := 0
	for _, op := range onnx.Operators() {
		for inputs := 1; inputs <= 4; inputs++ {
			for computed := range 1 << inputs {
				var names []string
				for i := range inputs {
					names = append(names, fmt.Sprintf("c%d", i))
					if computed>>i&1 == 1 {
						names[i] = "x"
					}
				}
				for _, opset := range []int64{5, 10, 17} {
					g := proto{}.Add(1, node(op, names, []string{"y"}))
					for _, c := range constants {
						g = g.Add(5, c)
					}
					raw := proto{}.Int(1, 8).Add(7, g.Add(11, port("x", 1, 3, 8, 8)).Add(12, port("y"))).Add(8, proto{}.Int(2, opset))
					_, err := onnx.Read(flattest.Source("constants.onnx", raw))
					var refused *flat.Refused
					var damaged *weightfile.Error
					switch {
					case err == nil:
						read++
					case !errors.As(err, &refused) && !errors.As(err, &damaged):
						t.Errorf("%s %v: %v", op, names, err)
					}
				}
			}
		}
	}
	if read < 100 {
		t.Errorf("only %d nodes could be read", read)
	}
}
