package interp_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/ops/tensor"
)

// A stored is a tensor as a safetensors file has it, read without any of the program's code.
type stored struct {
	DType   string `json:"dtype"`
	Shape   []int  `json:"shape"`
	Offsets [2]int `json:"data_offsets"`
	bytes   string
}

func storedIn(t *testing.T, path string) map[string]stored {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	base := 8 + binary.LittleEndian.Uint64(raw)
	var header map[string]json.RawMessage
	if err := json.Unmarshal(raw[8:base], &header); err != nil {
		t.Fatal(err)
	}
	all := map[string]stored{}
	for name, text := range header {
		var s stored
		if name == "__metadata__" {
			continue
		}
		if err := json.Unmarshal(text, &s); err != nil {
			t.Fatal(err)
		}
		s.bytes, s.Offsets = string(raw[base:][s.Offsets[0]:s.Offsets[1]]), [2]int{}
		all[name] = s
	}
	return all
}

func rewritten(t *testing.T, from interp.Weights, r interp.Rewrite) (map[string]stored, interp.Rewritten) {
	t.Helper()
	f, err := from.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	path := filepath.Join(t.TempDir(), "out.safetensors")
	done, err := f.Write(t.Context(), path, r)
	if err != nil {
		t.Fatal(err)
	}
	return storedIn(t, path), done
}

func sameTensors(t *testing.T, what string, got, want map[string]stored) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: got %d tensors, want %d", what, len(got), len(want))
	}
	for name, w := range want {
		if g := got[name]; g.DType != w.DType || !tensor.Shape(g.Shape).Equal(tensor.Shape(w.Shape)) || g.bytes != w.bytes {
			t.Errorf("%s: %s differs: got %s %v, want %s %v", what, name, g.DType, g.Shape, w.DType, w.Shape)
		}
	}
}

// A file of another format becomes what Python's safetensors writes of the same tensors, bit
// for bit, and rounds as NumPy and PyTorch do.
func TestFilesAreRewrittenAsPythonWritesThem(t *testing.T) {
	const folder = "../testdata/weights/"
	for _, c := range []struct{ from, dtype, want string }{
		{"tiny.pth", "", "tiny.safetensors"},
		{"tiny_legacy.pth", "", "tiny.safetensors"},
		{"tiny_unpadded.safetensors", "", "tiny.safetensors"},
		{"tiny_fp16.pth", "", "tiny_fp16.safetensors"},
		{"tiny_bf16_legacy.pth", "", "tiny_bf16.safetensors"},
		{"tiny_f64.pth", "", "tiny_f64.safetensors"},
		{"tiny.safetensors", "f16", "tiny_fp16.safetensors"},
		{"tiny.pth", "bf16", "tiny_bf16.safetensors"},
		{"tiny.pth", "f32", "tiny.safetensors"},
	} {
		progress := int64(-1)
		got, done := rewritten(t, interp.WeightsFile(folder+c.from), interp.Rewrite{DType: c.dtype, Progress: func(now, all int64) {
			if now <= progress && now > 0 || now > all {
				t.Errorf("progress went from %d to %d of %d", progress, now, all)
			}
			progress = now
		}})
		sameTensors(t, c.from+" "+c.dtype, got, storedIn(t, folder+c.want))
		if done.Tensors != len(got) || done.Overflowed != 0 || progress < 0 {
			t.Errorf("%s: got %+v for %d tensors", c.from, done, len(got))
		}
	}
}

// A file that a map reads is written with the net's names, in the net's order, so that
// it is read without the map.
func TestFilesAreRewrittenForANet(t *testing.T) {
	p, err := interp.Read("mapped.cnn", strings.NewReader(`net mapped [N, 3, H = 4, W = 4] -> [N, 2] {
  names keras { "fc." = "head/" }
  conv1: conv(5, 3x3, pad=1, bias=false) -> bn1: bn
  side aux: { gap -> flatten -> fc: linear(2) }
  maxpool(2x2) -> flatten -> fc: linear(2)
}
`))
	if err != nil {
		t.Fatal(err)
	}
	n, err := p.Net(interp.Options{})
	if err != nil {
		t.Fatal(err)
	}
	own := interp.RandomTensors(n, 3)
	list, err := n.Tensors("keras")
	if err != nil {
		t.Fatal(err)
	}
	theirs := map[string]tensor.Tensor{}
	for _, x := range list {
		theirs[x.Name] = tensor.From(x.ToFile(own[x.Own.Path].Data), x.Shape...)
	}
	folder := t.TempDir()
	file, plain := filepath.Join(folder, "keras.safetensors"), filepath.Join(folder, "own.safetensors")
	if err := errors.Join(interp.WriteWeights(t.Context(), file, theirs), interp.WriteWeights(t.Context(), plain, own)); err != nil {
		t.Fatal(err)
	}
	got, _ := rewritten(t, interp.WeightsFile(file), interp.Rewrite{Net: n})
	sameTensors(t, "by a map", got, storedIn(t, plain))
	if bytes.Equal([]byte(storedIn(t, file)["head/kernel"].bytes), []byte(got["fc.weight"].bytes)) {
		t.Error("the order of the map is that of the net: the test shows nothing")
	}
}

// The file that is read is not written over, by whatever name it is called, and what fails
// leaves an old file as it was.
func TestRewritingSparesFiles(t *testing.T) {
	folder := t.TempDir()
	copyInto(t, "../testdata/weights/tiny.safetensors", folder)
	path, link := filepath.Join(folder, "tiny.safetensors"), filepath.Join(folder, "link.safetensors")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	before := storedIn(t, path)
	f, err := interp.WeightsFile(path).Open()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, target := range []string{path, link, folder + "/./tiny.safetensors"} {
		var wrong *interp.WeightsError
		if _, err := f.Write(t.Context(), target, interp.Rewrite{DType: "f16"}); !errors.As(err, &wrong) || !strings.Contains(err.Error(), "is a file that is read") {
			t.Errorf("%s: got %v", target, err)
		}
	}
	other := filepath.Join(folder, "other")
	if err := os.WriteFile(other, []byte("old"), 0o666); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err = f.Write(ctx, other, interp.Rewrite{Progress: func(done, _ int64) {
		if done > 0 {
			cancel()
		}
	}})
	if text, _ := os.ReadFile(other); !errors.Is(err, context.Canceled) || string(text) != "old" {
		t.Errorf("got %v, and the file became %d bytes", err, len(text))
	}
	sameTensors(t, path, storedIn(t, path), before)
	if names, _ := filepath.Glob(filepath.Join(folder, "*")); len(names) != 3 {
		t.Errorf("left behind: %v", names)
	}
}

// What cannot be written is refused in the words of what reads it, and nothing is written; and it
// is known whether numbers were rounded.
func TestWhatIsNotWritten(t *testing.T) {
	folder := t.TempDir()
	written := func(name, header string, data int) string {
		path := filepath.Join(folder, name)
		raw := append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...)
		if err := os.WriteFile(path, append(raw, make([]byte, data)...), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	empty := written("empty.safetensors", "{}", 0)
	small := written("small.safetensors", `{"w":{"dtype":"F8_E5M2","shape":[4],"data_offsets":[0,4]}}`, 4)
	half := written("half.safetensors", `{"w":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}`, 4)
	sparse := "../testdata/weights/torch_kinds.pth"
	for _, c := range []struct{ file, dtype, want string }{
		{empty, "", empty + ": holds no tensors that can be read, so there is nothing to write"},
		{small, "f32", small + ": tensor w: holds F8_E5M2, which is not converted to other types; leave out --dtype, or the tensor with --rename"},
		{sparse, "", sparse + ": tensor "},
	} {
		f, err := interp.WeightsFile(c.file).Open()
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		target := filepath.Join(folder, "out.safetensors")
		_, err = f.Write(t.Context(), target, interp.Rewrite{DType: c.dtype})
		if err == nil || !strings.HasPrefix(err.Error(), "weights: "+c.want) || strings.Contains(err.Error(), "cannot be written") {
			t.Errorf("%s: %v", c.file, err)
		}
		if _, err := os.Stat(target); err == nil {
			t.Errorf("%s: there is a file", c.file)
		}
		if _, err := f.Skeleton(); c.file == empty && (err == nil || !strings.HasPrefix(err.Error(), "weights: "+empty+": holds no tensors")) {
			t.Errorf("a skeleton of nothing: %v", err)
		}
	}
	for _, c := range []struct {
		file, dtype string
		rounded     bool
	}{{small, "", false}, {half, "f32", false}, {half, "f64", false}, {half, "bf16", false}, {half, "f16", true}, {"../testdata/weights/tiny.safetensors", "bf16", true}, {"../testdata/weights/tiny.safetensors", "f64", false}} {
		if _, done := rewritten(t, interp.WeightsFile(c.file), interp.Rewrite{DType: c.dtype}); done.Rounded != c.rounded {
			t.Errorf("%s as %s: rounded is %v", c.file, c.dtype, done.Rounded)
		}
	}
}

// A file that says what its axes are becomes one that does not, unless it is written for a net: it is
// told.
func TestOrdersThatAreLost(t *testing.T) {
	told := func(w interp.Weights, r interp.Rewrite) bool {
		_, done := rewritten(t, w, r)
		return strings.Contains(strings.Join(done.Notes, ""), "compared with a net they are written as the net has them")
	}
	keras := interp.WeightsFile("../testdata/weights/keras/model.h5")
	if !told(keras, interp.Rewrite{}) || told(keras, interp.Rewrite{Net: readNet(t, smallByLayers)}) || told(interp.WeightsFile("../testdata/weights/tiny.pth"), interp.Rewrite{}) {
		t.Error("the orders of a Keras file are not told, or those of another")
	}
}
