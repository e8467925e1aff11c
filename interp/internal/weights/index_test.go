package weights

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/filetest"
)

// TestReadsShards: the tiny network's tensors in two files are those of the one file.
func TestReadsShards(t *testing.T) {
	whole := open(t, tiny("tiny.safetensors"), Options{})
	folder := t.TempDir()
	var parts [2][]Named
	where := map[string]string{}
	for i, e := range whole.Entries() {
		if !weightfile.Type(e.DType).Float() {
			continue
		}
		x, err := whole.Tensor(e.Name)
		if err != nil {
			t.Fatal(err)
		}
		parts[i%2] = append(parts[i%2], Named{Name: e.Name, Tensor: x})
		where[e.Name] = fmt.Sprintf("model-%d.safetensors", i%2)
	}
	for i, part := range parts {
		if err := WriteSafetensors(t.Context(), filepath.Join(folder, fmt.Sprintf("model-%d.safetensors", i)), part); err != nil {
			t.Fatal(err)
		}
	}
	text, err := json.Marshal(map[string]any{"metadata": map[string]any{"total_size": 1, "more": []any{nil, map[string]any{"a": "b"}}}, "weight_map": where})
	if err != nil {
		t.Fatal(err)
	}
	index := filepath.Join(folder, "model.safetensors.index.json")
	if err := os.WriteFile(index, text, 0o666); err != nil {
		t.Fatal(err)
	}
	s := open(t, index, Options{})
	if len(s.Entries()) != 32 || aboutOf(s).Format != "safetensors (index of shards)" || len(s.(FileStore).Files()) != 3 {
		t.Errorf("got %d tensors of %+v", len(s.Entries()), aboutOf(s))
	}
	for _, e := range s.Entries() {
		got, err := s.Tensor(e.Name)
		want, _ := whole.Tensor(e.Name)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, e.Name, got, want)
	}
}

// Shards that torch.save and h5py have written hold what the one file holds, a layer of Keras in two
// of them too.
func TestReadsShardsOfOthers(t *testing.T) {
	for index, c := range map[string]struct {
		whole, format string
		tensors       int
	}{
		"shards/pytorch_model.bin.index.json": {"tiny_expected.npz", "PyTorch (index of shards)", 38},
		"shards/model.weights.json":           {"keras/named.weights.h5", "Keras (HDF5 weights in shards, Keras 3)", 24},
	} {
		whole, s := open(t, tiny(c.whole), Options{}), open(t, tiny(index), Options{})
		if len(s.Entries()) != c.tensors || len(whole.Entries()) != c.tensors || aboutOf(s).Format != c.format || len(s.(FileStore).Files()) != 3 {
			t.Errorf("%s: got %d tensors of %s", index, len(s.Entries()), aboutOf(s).Format)
		}
		for _, e := range s.Entries() {
			got, err := s.(Contents).Raw(e.Name)
			want, _ := whole.(Contents).Raw(e.Name)
			if err != nil || len(want) == 0 || !bytes.Equal(got, want) {
				t.Errorf("%s: %s: %v", index, e.Name, err)
			}
		}
	}
}

// An index of Keras and its files have the same groups.
func TestGroupsOfKerasShards(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"model_00000.weights.h5", "model_00001.weights.h5", "model.weights.json"} {
		raw, err := os.ReadFile(tiny("shards/" + name))
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, name), raw, 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	index := filepath.Join(folder, "model.weights.json")
	text, err := os.ReadFile(index)
	if err != nil {
		t.Fatal(err)
	}
	for from, want := range map[string]string{
		"/layers/dense/vars": "tensor /layers/dense/vars: is in model_0000",
		"weight_map\": {":    "tensor /layers/another/vars: is in the index and in none of its files; they are of different models, fetch all of them again",
	} {
		to := strings.Replace(from, "{", `{"/layers/another/vars": "model_00000.weights.h5",`, 1)
		if to == from {
			to = "/layers/dense_7/vars"
		}
		if err := os.WriteFile(index, []byte(strings.Replace(string(text), from, to, 1)), 0o666); err != nil {
			t.Fatal(err)
		}
		s, err := Open(index, Options{})
		if err == nil {
			s.Close()
		}
		if err == nil || !strings.HasPrefix(err.Error(), "weights: "+index+": "+want) {
			t.Errorf("%s: %v", from, err)
		}
	}
}

// indexOf is an index with this map.
func indexOf(where string) []byte { return []byte(`{"weight_map": {` + where + `}}`) }

// shardsBeside lie beside every index of brokenIndices.
var shardsBeside = map[string][]byte{
	"a.safetensors": []byte(st(one("F32", "[1]", "[0,4]"), 4)), // the tensor a
	"b.safetensors": []byte(st(strings.Replace(one("F32", "[1]", "[0,4]"), `"a"`, `"b"`, 1), 4)),
	"a.bin":         []byte("{"), "a.weights.h5": []byte("{"),
	"cut.safetensors": []byte(st(one("F32", "[1]", "[0,4]"), 4))[:20],
}

var brokenIndices = []filetest.Broken{
	{"another kind of JSON", []byte(`{"a": 1}`), "is a JSON file without a weight_map, so it is no index of shards; name the .safetensors file"},
	{"list", []byte(`["weight_map"]`), "the index is an array, want an object with a weight_map"},
	{"no tensors", indexOf(""), "the index has no tensors; fetch it again"},
	{"cut short", indexOf(`"a": "a.safetensors"`)[:20], "the index ends before its closing brace; the file is damaged, fetch it again"},
	{"goes on", append(indexOf(`"a": "a.safetensors"`), "{}"...), "the index goes on after its closing brace; only spaces may follow"},
	{"map twice", []byte(`{"weight_map": {"a": "a.safetensors"}, "weight_map": {}}`), "the index has the key weight_map twice; which of them counts cannot be known, write the file again"},
	{"name twice", indexOf(`"a": "a.safetensors", "a": "b.safetensors"`), "weight_map has the key a twice; which of them counts cannot be known, write the file again"},
	{"name twice, escaped", indexOf(`"a": "a.safetensors", "\u0061": "b.safetensors"`), "weight_map has the key a twice; which of them counts cannot be known, write the file again"},
	{"map is a list", []byte(`{"weight_map": []}`), "weight_map is an array, want an object of names of files"},
	{"map is null", []byte(`{"weight_map": null}`), "weight_map is null, want an object of names of files"},
	{"shard is a number", indexOf(`"a": 1`), "the shard of a is the number 1, want a string"},
	{"shard is an object", indexOf(`"a": {}`), "the shard of a is an object, want a string"},
	{"not JSON", []byte(`{"weight_map": {a: "b"}}`), "the index is not JSON: invalid character 'a' at byte 16; the file is damaged, fetch it again"},
	{"not UTF-8", indexOf("\"\xff\": \"a.safetensors\""), "the index is not valid UTF-8; fetch it again"},
	{"metadata cut", []byte(`{"metadata": {"a": [`), "the index ends before its closing brace; the file is damaged, fetch it again"},
	{"another kind of shard", indexOf(`"a": "a.gguf"`), "tensor a: is in a.gguf by the index, want a .safetensors file, one of PyTorch (.bin, .pt, .pth) or of Keras (.weights.h5); name the file itself"},
	{"two kinds of shards", indexOf(`"a": "a.safetensors", "b": "b.bin"`), "tensor b: is in b.bin by the index, and others are in files of safetensors; fetch the index again"},
	{"in a list of shards", indexOf(`"a": ["a.safetensors", "b.safetensors"]`), "tensor a: is in several files by the index; which of them counts cannot be known, fetch it again"},
	{"a list of numbers", indexOf(`"a": [1]`), "the shard of a is the number 1, want a string"},
	{"an empty list", indexOf(`"a": []`), "the index has no tensors; fetch it again"},
	{"no such file of PyTorch", indexOf(`"a": "c.bin"`), "its shard c.bin cannot be read: no such file; fetch it into the same folder"},
	{"no such file of Keras", indexOf(`"/a/vars": "c.weights.h5"`), "its shard c.weights.h5 cannot be read: no such file; fetch it into the same folder"},
	{"no file of PyTorch", indexOf(`"a": "a.bin"`), "weights: a.bin: is a zip archive without the directory at its end; it was cut short, fetch it again"},
	{"no file of Keras", indexOf(`"/a/vars": "a.weights.h5"`), "weights: a.weights.h5: begins with 7b, want 89 48 44 46 0d 0a 1a 0a as every HDF5 file does; it is another kind of file or is damaged"},
	{"no such shard", indexOf(`"a": "c.safetensors"`), "its shard c.safetensors cannot be read: no such file; fetch it into the same folder"},
	{"shard elsewhere", indexOf(`"a": "../a.safetensors"`), "its shard ../a.safetensors cannot be read: no such file; fetch it into the same folder"},
	{"shard cut short", indexOf(`"a": "cut.safetensors"`), "weights: cut.safetensors: the header claims 54 bytes, the file has 12 after its length; it was cut short, fetch it again"},
	{"in another shard", indexOf(`"a": "b.safetensors", "b": "b.safetensors"`), "tensor a: is not in b.safetensors, where the index has it, nor are 0 others where they should be; the two are of different models, fetch both again"},
	{"in two shards", indexOf(`"a": "b.safetensors", "b": "a.safetensors"`), "tensor b: is in b.safetensors, by the index it is in a.safetensors; the shards are of different models, fetch all of them again"},
	{"more in the shard", indexOf(`"c": "a.safetensors"`), "tensor a: is in a.safetensors and not in the index; the two are of different models, fetch both again"},
	{"missing", indexOf(`"a": "a.safetensors", "c": "a.safetensors", "d": "a.safetensors"`), "tensor c: is not in a.safetensors, where the index has it, nor are 1 others where they should be; the two are of different models, fetch both again"},
	{"too many names", indexOf(`"a": "a.safetensors", "b": "a.safetensors", "c": "a.safetensors", "d": "a.safetensors"`), "got 4 tensors, the limit is 3; no network needs so many; put one network in an index"},
	{"too long", append(indexOf(`"a": "a.safetensors"`), bytes.Repeat([]byte(" "), 5000)...), "got 5038 bytes of index, the limit is 4096; no network needs so many names; put one network in an index"},
}

func TestRefusesIndices(t *testing.T) {
	filetest.Refused(t, openIndex, weightfile.Limits{Header: 4096, Tensors: 3}, shardsBeside, "index", ".json", brokenIndices)
}

func TestIsIndex(t *testing.T) {
	for _, c := range []struct {
		head, path string
		want       bool
	}{
		{`{"metadata": {}, "weight_map": {`, "w", true}, {" {", "model.safetensors.index.json", true},
		{`{"metadata": {}, "weight_map": {`, "model.weights.json", true}, {`{"a": 1}`, "config.json", false}, {"{\x00\x00\x00\x00\x00\x00\x00{\"weight_map\"", "w", false}, {"", "w.index.json", false},
	} {
		if got := isIndex([]byte(c.head), c.path); got != c.want {
			t.Errorf("%q, %s: got %v", c.head, c.path, got)
		}
	}
}

func FuzzIndex(f *testing.F) {
	for _, b := range brokenIndices {
		f.Add(b.Raw)
	}
	f.Add(indexOf(`"a": "a.safetensors", "b": "b.safetensors"`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		filetest.Fuzzed(t, openIndex, filetest.Memory("", raw, shardsBeside)) // errors may name a shard
	})
}
