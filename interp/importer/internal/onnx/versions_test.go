package onnx_test

import (
	"strings"
	"testing"

	"cnnlang/interp/importer/internal/flattest"
	"cnnlang/interp/importer/internal/onnx"
	"cnnlang/ops"
)

// Slopes [C] are those of channels until opset 6, and from 7 on those of columns, as what is repeated along axes has it.
func TestSlopesOfChannels(t *testing.T) {
	prelu := func(opset int64) proto {
		g := proto{}.Add(1, node("PRelu", []string{"x", "slope"}, []string{"y"})).Add(5, floats("slope", []int64{3}, 0.1, 0.2, 0.3))
		return proto{}.Int(1, 3).Add(7, g.Add(11, port("x", 1, 3, 8, 3)).Add(12, port("y"))).Add(8, proto{}.Int(2, opset))
	}
	net, err := onnx.Read(flattest.Source("six.onnx", prelu(6)))
	if err != nil {
		t.Fatal(err)
	}
	if op, ok := net.Graph.Output().Op.(*ops.PReLU); !ok || !op.PerChannel {
		t.Errorf("got %v", net.Graph.Output().Op)
	}
	if _, err := onnx.Read(flattest.Source("seven.onnx", prelu(7))); err == nil || !strings.Contains(err.Error(), "slopes of shape [3] for [1 3 8 3]; one for each channel, or one") {
		t.Errorf("got %v", err)
	}
}

// Weights that are inputs of a file without numbers are named as what they are.
func TestWeightsWithoutNumbers(t *testing.T) {
	g := proto{}.Add(1, node("Conv", []string{"x", "w", "b"}, []string{"y"})).Add(11, port("x", 1, 3, 8, 8)).Add(11, port("w", 4, 3, 3, 3)).Add(11, port("b", 4)).Add(12, port("y"))
	raw := proto{}.Int(1, 3).Add(7, g).Add(8, proto{}.Int(2, 9))
	_, err := onnx.Read(flattest.Source("bare.onnx", raw))
	if want := `bare.onnx: input "b": a weight without numbers, of 2 in all; --no-weights reads the network alone`; err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	source := flattest.Source("bare.onnx", raw)
	source.NoWeights = true
	if net, err := onnx.Read(source); err != nil || len(net.Graph.Operations()) != 1 {
		t.Errorf("got %v, %v", net, err)
	}
}
