package weights

import (
	"math"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/ops/tensor"
)

// TestReadsWhatTorchWrote: every form of the tiny network's state dict gives its numbers.
func TestReadsWhatTorchWrote(t *testing.T) {
	for _, c := range []struct{ file, expected, dtype, format string }{
		{"tiny.pth", "tiny_expected.npz", "F32", "PyTorch (zip, pickle protocol 2)"},
		{"tiny_legacy.pth", "tiny_expected.npz", "F32", "PyTorch (legacy, pickle protocol 2)"},
		{"tiny_proto4.pth", "tiny_expected.npz", "F32", "PyTorch (zip, pickle protocol 4)"},
		{"tiny_parameters.pth", "tiny_expected.npz", "F32", "PyTorch (zip, pickle protocol 2)"},
		{"tiny_torch2.pth", "tiny_expected.npz", "F32", "PyTorch (zip, pickle protocol 2)"},
		{"tiny_fp16.pth", "tiny_fp16_expected.npz", "F16", "PyTorch (zip, pickle protocol 2)"},
		{"tiny_fp16_legacy.pth", "tiny_fp16_expected.npz", "F16", "PyTorch (legacy, pickle protocol 2)"},
		{"tiny_bf16.pth", "tiny_bf16_expected.npz", "BF16", "PyTorch (zip, pickle protocol 2)"},
		{"tiny_bf16_legacy.pth", "tiny_bf16_expected.npz", "BF16", "PyTorch (legacy, pickle protocol 2)"},
		{"tiny_f64.pth", "tiny_f64_expected.npz", "F64", "PyTorch (zip, pickle protocol 2)"},
	} {
		s := open(t, tiny(c.file), Options{})
		checkStore(t, s, c.dtype, stateDict(t), readNPZ(t, tiny(c.expected)))
		if about := aboutOf(s); about.Format != c.format || about.Key != "" || len(about.Beside)+len(about.Notes) > 0 {
			t.Errorf("%s: got %+v", c.file, about)
		}
	}
}

func aboutOf(s Store) weightfile.About { return s.(*other).About() }

// TestReadsStridedAndTiedTensors: views of one large storage, transposed, expanded and shared.
func TestReadsStridedAndTiedTensors(t *testing.T) {
	want := readNPZ(t, tiny("tiny_strided_expected.npz"))
	for _, file := range []string{"tiny_strided.pth", "tiny_strided_legacy.pth"} {
		s := open(t, tiny(file), Options{})
		if len(s.Entries()) != len(want) || len(want) != 34 {
			t.Errorf("%s: got %d tensors, want %d", file, len(s.Entries()), len(want))
		}
		for _, e := range s.Entries() {
			got, err := s.Tensor(e.Name)
			if err != nil {
				t.Fatal(err)
			}
			equal(t, file+" "+e.Name, got, want[e.Name])
		}
	}
}

// equal compares bits.
func equal(t *testing.T, name string, got, want tensor.Tensor) {
	t.Helper()
	same := func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) }
	if !got.Shape.Equal(want.Shape) || !slices.EqualFunc(got.Data, want.Data, same) {
		t.Errorf("%s: got %v %v, want %v %v", name, got.Shape, got.Data, want.Shape, want.Data)
	}
}

// TestFindsTheStateDictOfACheckpoint: its tensors have the prefix that DataParallel gives.
func TestFindsTheStateDictOfACheckpoint(t *testing.T) {
	want := readNPZ(t, tiny("tiny_expected.npz"))
	for _, file := range []string{"tiny_wrapped.pth", "tiny_wrapped_legacy.pth"} {
		s := open(t, tiny(file), Options{})
		about := aboutOf(s)
		if beside := []string{"epoch", "arch", "best_acc1", "optimizer", "args"}; about.Key != "state_dict" || !slices.Equal(about.Beside, beside) {
			t.Errorf("%s: got %+v", file, about)
		}
		floats := 0
		for _, e := range s.Entries() {
			name := strings.TrimPrefix(e.Name, "module.")
			if e.DType != "F32" || name == e.Name {
				continue
			}
			floats++
			got, err := s.Tensor(e.Name)
			if err != nil {
				t.Fatal(err)
			}
			equal(t, file+" "+e.Name, got, want[name])
		}
		if floats != 32 {
			t.Errorf("%s: compared %d tensors, want 32", file, floats)
		}
	}
}
