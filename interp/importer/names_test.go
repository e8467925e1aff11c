package importer

import (
	"testing"

	"cnnlang/interp/importer/internal/flat"
	"cnnlang/ops"
	"cnnlang/ops/tensor"
)

// A net has the name that is asked for, or the file's own for it, unless it is one that the exporting
// program gives to all; then, or where there is none, it is called as the file is.
func TestNamesOfNets(t *testing.T) {
	for _, c := range []struct{ asked, said, file, want string }{
		{"", "resnet18", "a.onnx", "resnet18"},
		{"mine", "resnet18", "a.onnx", "mine"},
		{"", "torch_jit", "dir/yolo-v3.tiny.onnx", "yolo_v3_tiny"},
		{"", "main_graph", "net.onnx", "net_"}, // a reserved word
		{"", "model_17", "faces.h5", "faces"},
		{"", "", "m.onnx", "m"},
		{"", "relu", "m.onnx", "relu_net"}, // or it would apply itself
		{"torch_jit", "", "m.onnx", "torch_jit"},
	} {
		b := flat.Build(c.said)
		in := b.Input("", tensor.Shape{1, 3, 4, 4})
		out, err := b.Op("", &ops.Identity{}, flat.About{}, in)
		if err != nil {
			t.Fatal(err)
		}
		b.Output("", out)
		net := b.Net()
		if tidy(net, c.asked, c.file); net.Graph.Name != c.want {
			t.Errorf("%+v: got %q", c, net.Graph.Name)
		}
	}
}
