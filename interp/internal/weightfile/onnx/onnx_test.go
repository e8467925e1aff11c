package onnx

import (
	"fmt"
	"slices"
	"testing"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/filetest"
)

// TestTypes: every type, raw, typed and in another file, has the bytes that NumPy has.
func TestTypes(t *testing.T) {
	f := filetest.File(t, Open, "onnx/types.onnx")
	want := filetest.Expectations(t, "onnx/types.json")
	for _, w := range want {
		if w.Type == "STRING" {
			continue
		}
		filetest.Holds(t, f, w.Name, w)
	}
	if got := f.Tensors(); len(got) != len(want) || got[len(got)-1].Type != "STRING" {
		t.Errorf("got %d tensors, want %d", len(got), len(want))
	}
	if a := f.About(); !slices.Equal(a.Notes, []string{"not readable: text (STRING)"}) || a.Format != "ONNX (IR 8, opset 17, by test)" {
		t.Errorf("got %+v", a)
	}
	const message = "weights: onnx/types.onnx: tensor text: holds STRING, which is not read; export the model with FLOAT, FLOAT16, BFLOAT16 or DOUBLE"
	if _, err := f.Bytes(len(want) - 1); err == nil || err.Error() != message {
		t.Errorf("got %v", err)
	}
}

// TestExports: what torch.onnx.export makes of a module, with constants folded and without,
// has the numbers of its state dict, under the name of the initialiser or of its layer, and says
// what they are.
func TestExports(t *testing.T) {
	for _, c := range []struct {
		file, prelu, mix string
		axes             weightfile.Axes
	}{{"onnx/net.onnx", "act.weight", "mix.weight", weightfile.IO}, {"onnx/train.onnx", "act.weight", "mix.weight", weightfile.OI}} {
		f := filetest.File(t, Open, c.file)
		want := filetest.Expectations(t, "onnx/net.json")
		for _, w := range want {
			switch {
			case w.Name == "act.weight":
				filetest.Holds(t, f, c.prelu, w)
			case w.Name != "mix.weight":
				filetest.Holds(t, f, w.Name, w)
			case c.axes == weightfile.OI:
				filetest.Holds(t, f, c.mix, w)
			}
		}
		if len(f.Tensors()) != len(want) || len(want) != 13 {
			t.Errorf("%s: got %d tensors, want %d", c.file, len(f.Tensors()), len(want))
		}
		parts := map[string]string{}
		for _, x := range f.Tensors() {
			parts[x.Name] = fmt.Sprint(x.Axes, x.Layer, x.Leaf)
		}
		for name, part := range map[string]string{
			"conv.weight": "OIHW/conv/Convweight", "bn.running_var": "C/bn/BatchNormalizationrunning_var", "dw.weight": "OIHW/dw/Convweight", "dw.bias": "C/dw/Convbias",
			"up.weight": "IOHW/up/ConvTransposeweight", "fc.weight": "OI/fc/Gemmweight", "fc.bias": "C/fc/Gemmbias", c.mix: string(c.axes) + "/mix/MatMulweight",
		} {
			if parts[name] != part {
				t.Errorf("%s: %s: got %q, want %q", c.file, name, parts[name], part)
			}
		}
		checkLayers(t, c.file, f.About().Layers)
	}
}

func TestModulePath(t *testing.T) {
	for node, want := range map[string]string{
		"/conv1/Conv": "conv1", "/layer1/layer1.0/conv1/Conv": "layer1.0.conv1", "/features/features.0/features.0.1/Conv": "features.0.1",
		"/base_net/base_net.1/base_net.1.0/Conv": "base_net.1.0", "/a/b/a/Conv": "a.b.a", "/Conv": "", "Conv_20": "", "": "", "a/b/Conv": "",
	} {
		if got := ModulePath(node); got != want {
			t.Errorf("%s: got %q, want %q", node, got, want)
		}
	}
}

func checkLayers(t *testing.T, file string, layers []weightfile.Layer) {
	t.Helper()
	said := map[string]string{}
	for _, l := range layers {
		said[l.Name] = fmt.Sprint(l.Kind, " ", l.Kernel, l.Padding, l.Stride, l.Dilation, l.Groups)
		if l.Eps != nil {
			said[l.Name] = fmt.Sprint(l.Kind, " ", *l.Eps)
		}
		if l.Ceil != nil {
			said[l.Name] = fmt.Sprint(l.Kind, " ", l.Kernel, l.Padding, l.Stride, *l.Ceil)
		}
	}
	for name, want := range map[string]string{
		"/conv/Conv": "Conv [3 3]1,0,1,0[2 2] [1 1] 1", "/bn/BatchNormalization": "BatchNormalization 0.001", "/pool/MaxPool": "MaxPool [3 3]0,0,0,0[2 2] true",
		"/dw/Conv": "Conv [3 3]2,2,2,2[1 1] [2 2] 4", "/up/ConvTranspose": "ConvTranspose [2 2]0,0,0,0[2 2] [1 1] 1", "/avg/AveragePool": "AveragePool [2 2]0,0,0,0[2 2] false",
	} {
		if said[name] != want {
			t.Errorf("%s: %s: got %q, want %q", file, name, said[name], want)
		}
	}
}

func TestIs(t *testing.T) {
	raw := filetest.Read(t, "../../../../testdata/weights/onnx/net.onnx")
	if !Is(raw, "x.bin") || !Is(nil, "a/b.ONNX") {
		t.Error("an ONNX file is not recognised")
	}
	for _, name := range []string{"tiny.safetensors", "tiny.pth", "tiny_legacy.pth"} {
		if Is(filetest.Read(t, "../../../../testdata/weights/"+name), name) {
			t.Errorf("%s is taken for ONNX", name)
		}
	}
	if Is([]byte("\x08\x01\x3a\x00\x00\x00\x00\x00{\"a\":{}      }"), "w") {
		t.Error("a safetensors file is taken for ONNX")
	}
}

// The activation of a layer is what alone reads its result, or a gate and a product.
func TestActivations(t *testing.T) {
	scalar := func(name string, v float32) proto { return proto{}.Int(2, 1).Floats(4, v).Text(8, name) }
	clip := func(inputs []string, bounds ...float32) proto {
		p := operation("Clip", inputs, "z")
		for i, v := range bounds {
			p = p.Add(5, proto{}.Text(1, []string{"min", "max"}[i]).Float(2, v))
		}
		return p
	}
	for name, c := range map[string]struct {
		nodes []proto
		want  string
	}{
		"relu":               {[]proto{operation("Relu", []string{"y"}, "z")}, "relu"},
		"clip by attributes": {[]proto{clip([]string{"y"}, 0, 6)}, "relu6"},
		"clip by inputs":     {[]proto{clip([]string{"y", "zero", "six"})}, "relu6"},
		"clip from below":    {[]proto{clip([]string{"y", "zero"})}, "relu"},
		"clip elsewhere":     {[]proto{clip([]string{"y"}, -1, 6)}, ""},
		"clip unknown":       {[]proto{clip([]string{"y", "u", "v"})}, ""},
		"hard swish":         {[]proto{operation("HardSwish", []string{"y"}, "z")}, "hard_swish"},
		"a gate":             {[]proto{operation("Sigmoid", []string{"y"}, "s"), operation("Mul", []string{"y", "s"}, "z")}, "silu"},
		"a gate behind":      {[]proto{operation("HardSigmoid", []string{"y"}, "s"), operation("Mul", []string{"s", "y"}, "z")}, "hard_swish"},
		"no gate":            {[]proto{operation("Sigmoid", []string{"y"}, "s"), operation("Mul", []string{"y", "q"}, "z")}, ""},
		"sigmoid":            {[]proto{operation("Sigmoid", []string{"y"}, "z")}, "sigmoid"},
		"another layer":      {[]proto{operation("MaxPool", []string{"y"}, "z")}, "none"},
		"something":          {[]proto{operation("Reshape", []string{"y"}, "z")}, ""},
		"two":                {[]proto{operation("Relu", []string{"y"}, "z"), operation("Add", []string{"y", "z"}, "q")}, ""},
		"the end":            {nil, ""},
	} {
		graph := proto{}.Add(5, proto{}.Ints(1, 1, 1).Int(2, 1).Floats(4, 1).Text(8, "w")).Add(5, scalar("zero", 0)).Add(5, scalar("six", 6))
		graph = graph.Add(1, operation("Gemm", []string{"x", "w"}, "y"))
		for _, n := range c.nodes {
			graph = graph.Add(1, n)
		}
		f, err := Open(filetest.Memory("f", inModel(graph), nil))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := f.About().Layers[0].Activation; got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}
