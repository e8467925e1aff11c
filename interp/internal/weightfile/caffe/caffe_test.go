package caffe

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/filetest"
)

// TestForms: files of both forms, with shapes and without, of packed numbers and of others, of
// floats and doubles, hold what protobuf was told to write, and the statistics of a BatchNorm
// are multiplied by NumPy's inverse of their factor.
func TestForms(t *testing.T) {
	for file, format := range map[string]string{"first": "Caffe (V1 layers)", "second": "Caffe (V2 layers)", "unpacked": "Caffe (V2 layers)"} {
		f := filetest.File(t, Open, "caffe/"+file+".caffemodel")
		want := filetest.Expectations(t, "caffe/"+file+".json")
		for _, w := range want {
			filetest.Holds(t, f, w.Name, w)
		}
		if len(f.Tensors()) != len(want) || f.About().Format != format {
			t.Errorf("%s: got %d tensors of %s, want %d of %s", file, len(f.Tensors()), f.About().Format, len(want), format)
		}
	}
}

func TestAxesAndLayers(t *testing.T) {
	f := filetest.File(t, Open, "caffe/second.caffemodel")
	axes := map[string]weightfile.Axes{}
	for _, x := range f.Tensors() {
		if axes[x.Name] = x.Axes; x.Name != x.Layer+"."+x.Leaf {
			t.Errorf("%s: got %s and %s", x.Name, x.Layer, x.Leaf)
		}
	}
	for name, want := range map[string]weightfile.Axes{"stem_conv.weight": "OIHW", "stem_conv.bias": "C", "up.weight": "IOHW", "fc.weight": "OI", "turned.weight": "IO", "slope.weight": "C", "bn.running_var": "C", "other.1": ""} {
		if got, ok := axes[name]; !ok || got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if a := f.About(); !slices.Equal(a.Notes, []string{"/ in names is read as _: stem/conv is stem_conv"}) {
		t.Errorf("got %q", a.Notes)
	}
	said := map[string]string{}
	for _, l := range f.About().Layers {
		text := fmt.Sprint(l.Kind, l.Kernel, l.Stride, l.Dilation, " ", l.Padding, " ", l.Groups, l.Activation)
		if l.Eps != nil {
			text += fmt.Sprint(" eps ", *l.Eps)
		}
		if l.Ceil != nil {
			text += fmt.Sprint(" ceil ", *l.Ceil)
		}
		said[l.Name] = text
	}
	for name, want := range map[string]string{
		"data": "Input[] [] []  0", "stem_conv": "Convolution[3 2] [2 2] [1 1] 1,1,1,1 1", "bn": "BatchNorm[] [] []  0 eps 0.001", "bn0": "BatchNorm[] [] []  0 eps 1e-05",
		"pool": "MaxPooling[3 3] [2 2] [] 1,1,1,1 0 ceil true", "floor": "MaxPooling[2 2] [1 1] [] 0,0,0,0 0 ceil false", "up": "Deconvolution[2 2] [2 2] [1 1] 0,0,0,0 1",
		"wide": "Convolution[1 1] [1 1] [2 3] 2,0,2,0 2", "relu": "ReLU[] [] []  0relu", "fc": "InnerProduct[] [] []  0",
	} {
		if said[name] != want {
			t.Errorf("%s: got %q, want %q", name, said[name], want)
		}
	}
}

// TestNamesThatWouldMeet: a/b and a_b stay as they are.
func TestNamesThatWouldMeet(t *testing.T) {
	raw := inNet(layerOf("a/b", "Convolution", vectorOf(1)), layerOf("a_b", "Convolution", vectorOf(1)))
	f, err := Open(filetest.Memory("f", raw, nil))
	if err != nil || f.Tensors()[0].Name != "a/b.weight" || f.Tensors()[1].Name != "a_b.weight" {
		t.Fatalf("got %v", err)
	}
	if a := f.About(); len(a.Notes) != 1 || !strings.HasPrefix(a.Notes[0], "names are left as they are: ") {
		t.Errorf("got %q", a.Notes)
	}
}

func TestIs(t *testing.T) {
	for _, name := range []string{"first", "second", "unpacked"} {
		raw := filetest.Read(t, "../../../../testdata/weights/caffe/"+name+".caffemodel")
		if !Is(raw, "x.bin") || !Is(nil, "a/b.caffemodel") {
			t.Errorf("%s is not recognised", name)
		}
	}
	for _, name := range []string{"tiny.safetensors", "tiny.pth", "tiny_legacy.pth", "onnx/net.onnx"} {
		if Is(filetest.Read(t, "../../../../testdata/weights/"+name), name) {
			t.Errorf("%s is taken for Caffe", name)
		}
	}
	if Is([]byte("\x0a\x05\x0a\x01x\x12\x00\x12\x01"), "saved_model.pb") {
		t.Error("a graph of TensorFlow is taken for Caffe")
	}
}

// A ReLU is the activation of the layer whose result it reads, also in its place.
func TestActivations(t *testing.T) {
	of := func(name, kind, bottom, top string) proto {
		return proto{}.Text(1, name).Text(2, kind).Text(3, bottom).Text(4, top)
	}
	raw := inNet(of("a", "Convolution", "data", "a").Add(7, vectorOf(1)), of("ra", "ReLU", "a", "a"),
		of("b", "Convolution", "a", "b").Add(7, vectorOf(1)), of("rb", "ReLU", "b", "x").Add(123, proto{}.Float(1, 0.1)),
		of("c", "Convolution", "x", "c").Add(7, vectorOf(1)), of("rc", "ReLU", "c", "c").Add(123, proto{}.Float(1, 0)),
		of("d", "Convolution", "c", "d").Add(7, vectorOf(1)), of("sum", "Eltwise", "d", "sum").Text(3, "x"), of("rd", "ReLU", "sum", "sum"))
	f, err := Open(filetest.Memory("f", raw, nil))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, l := range f.About().Layers {
		got[l.Name] = l.Activation
	}
	for name, want := range map[string]string{"a": "relu", "b": "leaky_relu", "c": "relu", "d": "", "sum": "relu"} {
		if got[name] != want {
			t.Errorf("%s: got %q, want %q", name, got[name], want)
		}
	}
}
