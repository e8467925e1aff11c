package interp_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/ops/tensor"
)

// heldNet is a net whose text leaves much open.
const heldNet = `net other [N, 1, H = 4, W = 4] -> [N, 2] { gap -> flatten -> linear(2) }
net held(classes = 3, c = 2) [N, 3, H = 8, W = 8] -> [N, classes] {
  meta { prepare = picture(resize=12) }
  conv: conv(c, 3x3, pad=1) -> relu -> gap -> flatten -> fc: linear(classes)
}
`

// writeHeld writes a net that was made in some way, with generated weights, and all about it.
func writeHeld(t *testing.T, path, text string, opts interp.Options, labels ...string) *interp.Net {
	t.Helper()
	p, err := interp.Read("held.cnn", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if labels != nil {
		opts.Labels = interp.LabelsOf(labels...)
	}
	n, err := p.Net(opts)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := interp.RandomWeights(7).Write(t.Context(), path, interp.Rewrite{Net: n, Carry: true}); err != nil {
		t.Fatal(err)
	}
	return n
}

// rewrite changes the metadata of a safetensors file.
func rewrite(t testing.TB, from, to string, change func(about map[string]string)) {
	t.Helper()
	raw, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	length := binary.LittleEndian.Uint64(raw)
	header := map[string]any{}
	if err := json.Unmarshal(raw[8:8+length], &header); err != nil {
		t.Fatal(err)
	}
	about := map[string]string{}
	for key, value := range header["__metadata__"].(map[string]any) {
		about[key] = value.(string)
	}
	change(about)
	header["__metadata__"] = about
	text, err := json.Marshal(header)
	if err != nil {
		t.Fatal(err)
	}
	out := append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...)
	if err := os.WriteFile(to, append(out, raw[8+length:]...), 0o666); err != nil {
		t.Fatal(err)
	}
}

// A file of weights gives the net, its size, its settings, its preparation and its weights; what options
// say replaces it.
func TestFilesHoldTheirNets(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.safetensors")
	made := writeHeld(t, path, heldNet, interp.Options{Net: "held", Set: interp.Set("classes = (4)", "c=5"), Shape: []int{1, 3, 6, 10}, Prepare: interp.Prepare("picture(resize=24, scale=255)")}, "a", "b", "c", "é")
	for _, c := range []struct {
		opts                  interp.Options
		input, output, resize string
		classes               []string
	}{
		// 24 for 8 is 18 for 6 and 30 for 10.
		{interp.Options{}, "[1, 3, 6, 10]", "[1, 4]", "18x30", []string{"a", "b", "c", "é"}},
		{interp.Options{Batch: 3}, "[3, 3, 6, 10]", "[3, 4]", "18x30", []string{"a", "b", "c", "é"}},
		{interp.Options{Shape: []int{1, 3, 12, 10}}, "[1, 3, 12, 10]", "[1, 4]", "36x30", []string{"a", "b", "c", "é"}},
		{interp.Options{Set: interp.Set("H=12")}, "[1, 3, 12, 10]", "[1, 4]", "36x30", []string{"a", "b", "c", "é"}},
		{interp.Options{Set: interp.Set("classes=2")}, "[1, 3, 6, 10]", "[1, 2]", "18x30", nil},
		{interp.Options{Prepare: interp.Prepare("picture(resize=16)")}, "[1, 3, 6, 10]", "[1, 4]", "12x20", []string{"a", "b", "c", "é"}},
		{interp.Options{Net: "other"}, "[1, 1, 4, 4]", "[1, 2]", "0x0", nil},
	} {
		p, err := interp.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		n, err := p.Net(c.opts)
		if err != nil {
			t.Fatalf("%+v: %v", c.opts, err)
		}
		at := n.Preprocess()
		got := tensor.Shape(at.Resize[:]).String()
		want := "[" + strings.Replace(c.resize, "x", ", ", 1) + "]"
		if n.Graph.InputText() != c.input || n.Graph.OutputText() != c.output || got != want || !slices.Equal(n.Meta.Classes, c.classes) || len(n.Notes) > 0 {
			t.Errorf("%+v: got %s -> %s, resized to %s, %q, %q, want %s -> %s, %s, %q", c.opts, n.Graph.InputText(), n.Graph.OutputText(), got, n.Meta.Classes, n.Notes, c.input, c.output, want, c.classes)
		}
	}

	// The same numbers as of the text, its settings and the tensors, each by itself.
	x := tensor.New(1, 3, 6, 10)
	for i := range x.Data {
		x.Data[i] = float32(i%7) / 7
	}
	held, err := interp.Load(t.Context(), path, interp.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	apart, err := made.Build(t.Context(), interp.Options{Weights: interp.WeightsFile(path)})
	if err != nil {
		t.Fatal(err)
	}
	defer apart.Close()
	got, err := held.Run(t.Context(), x)
	want, failed := apart.Run(t.Context(), x)
	if err != nil || failed != nil || !slices.Equal(got.Data, want.Data) || held.Labels.Names[3] != "é" {
		t.Errorf("got %v, %q, %v, want %v, %v", got.Data, held.Labels.Names, err, want.Data, failed)
	}
	other, err := interp.Load(t.Context(), path, interp.Options{Weights: interp.RandomWeights(8)})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if got, err := other.Run(t.Context(), x); err != nil || slices.Equal(got.Data, want.Data) {
		t.Errorf("other weights do not replace those of the file: %v, %v", got, err)
	}
}

// What is carried on from a file is what it was, whatever else the file says.
func TestCarriedTextsStay(t *testing.T) {
	folder := t.TempDir()
	path, again, half := filepath.Join(folder, "w.safetensors"), filepath.Join(folder, "again.safetensors"), filepath.Join(folder, "half.safetensors")
	writeHeld(t, path, heldNet, interp.Options{Net: "held", Set: interp.Set("classes=2"), Shape: []int{4, 3, 6, 10}}, "a", "b")
	p, err := interp.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	n, err := p.Net(interp.Options{})
	if err != nil {
		t.Fatal(err)
	}
	own, _ := n.Own()
	if _, err := own.Write(t.Context(), again, interp.Rewrite{Net: n, Carry: true}); err != nil {
		t.Fatal(err)
	}
	first, err := os.ReadFile(path)
	second, failed := os.ReadFile(again)
	if err != nil || failed != nil || string(first) != string(second) {
		t.Errorf("other bytes: %v, %v\n%.2000q\n%.2000q", err, failed, first, second)
	}
	// Without a net, too, unless names change.
	if _, err := own.Write(t.Context(), half, interp.Rewrite{DType: "f16"}); err != nil {
		t.Fatal(err)
	}
	if m, err := interp.Load(t.Context(), half, interp.Options{}); err != nil || m.Labels.Names[1] != "b" {
		t.Errorf("got %v", err)
	}
	if _, err := own.Renamed(interp.Rename("fc.=head.")).Write(t.Context(), half, interp.Rewrite{}); err != nil {
		t.Fatal(err)
	}
	if _, err := interp.Open(half); err == nil {
		t.Error("a file with other names holds the net")
	}
}

// Every text of a file may be anything.
func TestHoldingsAreHostile(t *testing.T) {
	folder := t.TempDir()
	path, spoilt := filepath.Join(folder, "w.safetensors"), filepath.Join(folder, "spoilt.safetensors")
	writeHeld(t, path, heldNet, interp.Options{Net: "held", Set: interp.Set("classes=4")}, "a", "b", "c", "d")
	long := strings.Repeat("#", 1<<20) + "\n"
	for _, c := range []struct{ key, value, want string }{
		{"cnnlang.source", "", "spoilt.safetensors: holds no net: its metadata has no cnnlang.source"},
		{"cnnlang.version", "2", `spoilt.safetensors: cnnlang.version is "2", want "1"; a newer version of this program reads the file`},
		{"cnnlang.size", "8x", `spoilt.safetensors: cnnlang.size is "8x", want a height and a width, as in 224x224`},
		{"cnnlang.size", "8x8x8", "want a height and a width"},
		{"cnnlang.size", "8x99999999999", "want a height and a width"},
		{"cnnlang.size", "-8x8", "want a height and a width"},
		{"cnnlang.classes", `["a",`, "spoilt.safetensors: cnnlang.classes "},
		{"cnnlang.classes", `["a","b"]`, "passed over the names of 2 classes in `cnnlang.classes`: the net has 4 outputs"},
		{"cnnlang.net", "nought", `spoilt.safetensors: cnnlang.source declares no net "nought"`},
		{"cnnlang.net", "\x1b[31m", `declares no net "\x1b[31m"`},
		{"cnnlang.set", "classes", "spoilt.safetensors: cnnlang.set:1:"},
		{"cnnlang.set", "classes=4\nclases=4", "spoilt.safetensors: cnnlang.set:2:5"},
		{"cnnlang.set", "classes=4\nclasses=5", "cnnlang.set:2:5: error[E0202]: `classes` is set twice"},
		{"cnnlang.set", "classes=900000000000", "error"},
		{"cnnlang.set", "classes=5", "fc.weight"}, // which the tensors do not fit
		{"cnnlang.set", "classes=4\nnet x [N, 1] -> [N, 1] { relu }", "cnnlang.set:2:"},
		{"cnnlang.set", long, "longer than the 1048576 bytes allowed"},
		{"cnnlang.prepare", "picture(resize=", "spoilt.safetensors: cnnlang.prepare:1:"},
		{"cnnlang.prepare", "conv(3)", "spoilt.safetensors: cnnlang.prepare:1:1"},
		{"cnnlang.prepare", "picture(resize=-1)", "spoilt.safetensors: cnnlang.prepare:1:"},
		{"cnnlang.source", "net held [N, 3, 8, 8] -> [N, 4] {\n  conv(4, 3x3\n}", "spoilt.safetensors: cnnlang.source:2:"},
		{"cnnlang.source", "import \"./beside.cnn\" { b }\n" + heldNet, "spoilt.safetensors: cnnlang.source:1:"},
		{"cnnlang.source", "import \"/etc/passwd\" { b }\n" + heldNet, "spoilt.safetensors: cnnlang.source:1:"},
		{"cnnlang.source", long + heldNet, "longer than the 1048576 bytes allowed"},
		{"cnnlang.source", "\xff\x00", "cnnlang.source:1:2"},
		{"cnnlang.source", "net held(classes = 3, c = 2) [N, 3, H = 8, W = 8] -> [N, classes] { repeat 1_000_000_000 { relu } -> gap -> flatten -> linear(classes) }", "error"},
		{"cnnlang.source", strings.ReplaceAll(heldNet, "relu", "gelu"), "the text in "},
		{"cnnlang.hash", "0", "the text in "},
		{"cnnlang.meta", "nobody reads it", ""},
		{"unknown", strings.Repeat("x", 1<<20), ""},
	} {
		rewrite(t, path, spoilt, func(about map[string]string) {
			if about[c.key] = c.value; c.value == "" {
				delete(about, c.key)
			}
		})
		got := strings.Join(heldAs(t, spoilt), "\n")
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s = %.60q: got %q, want %q", c.key, c.value, got, c.want)
		}
	}
}

// heldAs are the errors and notes of a file that is read, checked and run.
func heldAs(t testing.TB, path string) (said []string) {
	p, err := interp.Open(path)
	if err != nil {
		var holding *interp.HoldingError
		var file *interp.WeightsError
		if !errors.As(err, &holding) && !errors.As(err, &file) {
			t.Errorf("got a %T: %v", err, err)
		}
		return []string{err.Error()}
	}
	var w interp.Workspace
	w.Open(path)
	if found, err := w.Check(t.Context(), path, interp.Options{}); err != nil {
		said = append(said, err.Error())
	} else if found.Err() != nil {
		said = append(said, found.Err().Error())
	}
	n, err := p.Net(interp.Options{})
	if err != nil {
		return append(said, err.Error())
	}
	m, err := n.Build(context.Background(), interp.Options{Threads: 1, MaxMemory: 64 << 20})
	if err != nil {
		return append(append(said, err.Error()), n.Notes...)
	}
	m.Close()
	return append(append(said, m.Fit.Notes...), n.Notes...)
}

// FuzzHoldings changes the texts of a file: nothing panics, and every error has its type.
func FuzzHoldings(f *testing.F) {
	folder := f.TempDir()
	path := filepath.Join(folder, "w.safetensors")
	p, err := interp.Read("held.cnn", strings.NewReader(heldNet))
	if err != nil {
		f.Fatal(err)
	}
	n, err := p.Net(interp.Options{Net: "held"})
	if err != nil {
		f.Fatal(err)
	}
	if _, err := interp.RandomWeights(7).Write(context.Background(), path, interp.Rewrite{Net: n, Carry: true}); err != nil {
		f.Fatal(err)
	}
	f.Add("held", "classes=4\nH=6", "picture(resize=12)", "8x8", `["a","b","c"]`, heldNet)
	f.Add("", "classes=(4", "picture(", "8x", `{"a":0}`, "net n [N, 3, 8, 8] -> [N, 3, 8, 8] { relu }")
	f.Fuzz(func(t *testing.T, net, set, prepare, size, classes, source string) {
		if len(source)+len(set)+len(prepare) > 4096 {
			t.Skip("how long texts grow is tried by TestStatementsGrowWithTheText")
		}
		spoilt := filepath.Join(t.TempDir(), "w.safetensors")
		rewrite(t, path, spoilt, func(about map[string]string) {
			maps.Copy(about, map[string]string{"cnnlang.net": net, "cnnlang.set": set, "cnnlang.prepare": prepare, "cnnlang.size": size, "cnnlang.classes": classes, "cnnlang.source": source})
		})
		heldAs(t, spoilt)
	})
}
