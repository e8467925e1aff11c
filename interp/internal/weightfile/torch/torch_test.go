package torch

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/filetest"
	"cnnlang/ops/tensor"
)

func data(name string) string {
	return filepath.Join("..", "..", "..", "..", "testdata", "weights", name)
}

func read(t testing.TB, name string) []byte { return filetest.Read(t, data(name)) }

func input(raw []byte) weightfile.Input { return filetest.Memory("f.pth", raw, nil) }

// An expectation is what Python has of a file.
type expectation struct {
	Format, Key string
	Beside      []string
	Tensors     map[string]record
}

// A record is a tensor: its type, its shape, and its bytes or their hash.
type record struct {
	typ   weightfile.Type
	shape tensor.Shape
	bits  string
}

func (r *record) UnmarshalJSON(text []byte) error {
	return json.Unmarshal(text, &[]any{&r.typ, &r.shape, &r.bits})
}

func (r record) equal(f weightfile.Tensor, raw []byte) bool {
	got := fmt.Sprintf("%x", raw)
	if len(raw) >= 200 {
		got = fmt.Sprintf("sha256 %x", sha256.Sum256(raw))
	}
	return r.typ == f.Type && r.shape.Equal(f.Shape) && r.bits == got
}

// TestFilesOfTorch: each file that torch wrote gives what Python has.
func TestFilesOfTorch(t *testing.T) {
	var expected map[string]expectation
	if err := json.Unmarshal(read(t, "torch_files.json"), &expected); err != nil {
		t.Fatal(err)
	}
	if len(expected) < 20 {
		t.Fatalf("got %d files", len(expected))
	}
	for name, want := range expected {
		raw := read(t, name)
		if !Is(raw[:min(512, len(raw))]) {
			t.Errorf("%s: Is does not recognise it", name)
		}
		f, err := Open(input(raw))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		about := f.About()
		if about.Format != want.Format || about.Key != want.Key || !slices.Equal(about.Beside, want.Beside) {
			t.Errorf("%s: got %+v, want %s, %s, %q", name, about, want.Format, want.Key, want.Beside)
		}
		if len(f.Tensors()) != len(want.Tensors) {
			t.Errorf("%s: got %v, want %d tensors", name, f.Tensors(), len(want.Tensors))
		}
		for i, got := range f.Tensors() {
			raw, err := f.Bytes(i)
			if want, ok := want.Tensors[got.Name]; err != nil || !ok || !want.equal(got, raw) {
				t.Errorf("%s: got %v %x, %v; want %v", name, got, raw, err, want)
			}
		}
	}
}

// TestKeyChooses: a key leads to any part of a checkpoint, and a wrong one is told what there is.
func TestKeyChooses(t *testing.T) {
	for _, c := range []struct{ file, key, want string }{
		{"torch_list.pth", "state_dict.1", "0.weight 0.bias 1.weight 1.bias 1.running_mean 1.running_var 1.num_batches_tracked"},
		{"torch_list.pth", "state_dict.0", "w b"},
		{"torch_list.pth", "state_dict.0.w", "w"},
		{"torch_list.pth", "state_dict", "0.w 0.b 1.0.weight 1.0.bias 1.1.weight 1.1.bias 1.1.running_mean 1.1.running_var 1.1.num_batches_tracked"},
		{"torch_list.pth", ".", "state_dict.0.w state_dict.0.b state_dict.1.0.weight state_dict.1.0.bias state_dict.1.1.weight state_dict.1.1.bias state_dict.1.1.running_mean state_dict.1.1.running_var state_dict.1.1.num_batches_tracked"},
		{"torch_checkpoint.pth", "ema_state_dict.0", "f.pth: has no ema_state_dict.0: ema_state_dict holds 0.weight, 0.bias, 1.weight, 1.bias, 1.running_mean, 1.running_var, 1.num_batches_tracked"},
		{"torch_checkpoint.pth", "ema_state_dict.1.bias", "bias"},
		{"torch_checkpoint.pth", "optimizer.state.0", "step exp_avg exp_avg_sq"},
		{"torch_checkpoint.pth", "history", "history"},
		{"torch_checkpoint.pth", "epoch", "f.pth: epoch holds no tensors: it is 3"},
		{"torch_checkpoint.pth", "args", "f.pth: args holds no tensors: it is an object of class argparse.Namespace"},
		{"torch_checkpoint.pth", "model", "f.pth: has no model: the outermost value holds epoch, best, loss, history, args, optimizer, ema_state_dict, model_state_dict"},
		{"torch_module.pth", "model._modules.module._modules.heads", "0.weight 0.bias 1.weight 1.bias"},
		{"torch_frozen.pt", "model", "f.pth: model holds no tensors: it is an object of class __torch__.___torch_mangle_0.Net"},
		{"torch_script.pt", "features", "0.weight 1.weight 1.bias 1.running_mean 1.running_var 1.num_batches_tracked"},
	} {
		in := input(read(t, c.file))
		in.Key = c.key
		f, err := Open(in)
		if err != nil {
			if got := err.Error(); got != "weights: "+c.want {
				t.Errorf("%s %s: got %s", c.file, c.key, got)
			}
			continue
		}
		if got := strings.Join(names(f), " "); got != c.want || f.About().Key != strings.Trim(c.key, ".") {
			t.Errorf("%s %s: got %s, %+v", c.file, c.key, got, f.About())
		}
	}
}

func names(f weightfile.File) []string {
	var all []string
	for _, t := range f.Tensors() {
		all = append(all, t.Name)
	}
	return all
}

// TestOtherStateDictsAreNamed: what was taken is said where there was a choice.
func TestOtherStateDictsAreNamed(t *testing.T) {
	for file, want := range map[string][]string{
		"torch_checkpoint.pth": {"the tensors of model_state_dict were taken, others are in ema_state_dict (7): choose with --key"},
		"torch_list.pth":       {"the tensors of state_dict.0 were taken, others are in state_dict.1 (7): choose with --key"},
		"torch_module.pth":     {"a whole pickled module: names are composed as its state_dict() does, code is not run"},
		"torch_frozen.pt":      {"a TorchScript module: names are those of its attributes, code is not read"},
		"torch_types.pth":      nil,
	} {
		f, err := Open(input(read(t, file)))
		if err != nil || !slices.Equal(f.About().Notes, want) {
			t.Errorf("%s: got %q, %v; want %q", file, f.About().Notes, err, want)
		}
	}
}

// TestConstantsOfFrozenScripts: the weights of a frozen module are constants of its code.
func TestConstantsOfFrozenScripts(t *testing.T) {
	f, err := Open(input(read(t, "torch_frozen.pt")))
	if err != nil {
		t.Fatal(err)
	}
	if f.About().Key != "CONSTANTS" || len(f.Tensors()) == 0 || f.Tensors()[0].Name != "c0" {
		t.Errorf("got %+v, %v", f.About(), f.Tensors())
	}
}

// TestKindsThatAreNotRead: they are listed, and reading one says what to do.
func TestKindsThatAreNotRead(t *testing.T) {
	f, err := Open(input(read(t, "torch_kinds.pth")))
	if err != nil {
		t.Fatal(err)
	}
	const convert = ", which this program does not read; "
	want := map[string]string{
		"w":         "F32 [2]: <nil>",
		"c128":      "complex128 [1]: weights: f.pth: tensor c128: holds complex128" + convert + "convert it to float32 before saving",
		"sparse":    "sparse [3, 3]: weights: f.pth: tensor sparse: is a tensor of kind sparse" + convert + "call .to_dense() before saving",
		"csr":       "sparse [3, 3]: weights: f.pth: tensor csr: is a tensor of kind sparse" + convert + "call .to_dense() before saving",
		"quantized": "quint8 [2, 2]: weights: f.pth: tensor quantized: is a tensor of kind quantized" + convert + "call .dequantize() before saving",
		"meta":      "meta [4]: weights: f.pth: tensor meta: is a tensor of kind meta" + convert + "it has no numbers; load the weights before saving",
	}
	for i, tensor := range f.Tensors() {
		_, err := f.Bytes(i)
		if got := fmt.Sprintf("%s %v: %v", tensor.Type, tensor.Shape, err); got != want[tensor.Name] {
			t.Errorf("got %s, want %s", got, want[tensor.Name])
		}
	}
	if len(f.Tensors()) != len(want) {
		t.Errorf("got %v", f.Tensors())
	}
	if notes := f.About().Notes; len(notes) != 1 || notes[0] != "not readable: c128 (complex128), sparse (sparse), csr (sparse), quantized (quint8), meta (meta)" {
		t.Errorf("got %q", notes)
	}
}
