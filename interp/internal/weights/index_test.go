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

// indexOf is an index with this map.
func indexOf(where string) []byte { return []byte(`{"weight_map": {` + where + `}}`) }

// shardsBeside lie beside every index of brokenIndices.
var shardsBeside = map[string][]byte{
	"a.safetensors":   []byte(st(one("F32", "[1]", "[0,4]"), 4)), // the tensor a
	"b.safetensors":   []byte(st(strings.Replace(one("F32", "[1]", "[0,4]"), `"a"`, `"b"`, 1), 4)),
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
	{"PyTorch", indexOf(`"a": "pytorch_model-00001-of-00002.bin"`), "tensor a: is in pytorch_model-00001-of-00002.bin by the index, want a .safetensors file; name its shards one by one if they are files of PyTorch"},
	{"no such shard", indexOf(`"a": "c.safetensors"`), "its shard c.safetensors cannot be read: no such file; fetch it into the same folder"},
	{"shard elsewhere", indexOf(`"a": "../a.safetensors"`), "its shard ../a.safetensors cannot be read: no such file; fetch it into the same folder"},
	{"shard cut short", indexOf(`"a": "cut.safetensors"`), "weights: cut.safetensors: the header claims 54 bytes, the file has 12 after its length; it was cut short, fetch it again"},
	{"in another shard", indexOf(`"a": "b.safetensors", "b": "b.safetensors"`), "tensor a: is not in b.safetensors, where the index has it, nor are 0 others where they should be; the two are of different models, fetch both again"},
	{"in two shards", indexOf(`"a": "b.safetensors", "b": "a.safetensors"`), "tensor b: is in b.safetensors, by the index it is in a.safetensors; the shards are of different models, fetch all of them again"},
	{"more in the shard", indexOf(`"c": "a.safetensors"`), "tensor a: is in a.safetensors and not in the index; the two are of different models, fetch both again"},
	{"missing", indexOf(`"a": "a.safetensors", "c": "a.safetensors", "d": "a.safetensors"`), "tensor c: is not in a.safetensors, where the index has it, nor are 1 others where they should be; the two are of different models, fetch both again"},
	{"too many names", indexOf(`"a": "a.safetensors", "b": "a.safetensors", "c": "a.safetensors", "d": "a.safetensors"`), "got 4 tensors, the limit is 3; no network needs so many; put one network in an index"},
	{"too long", append(bytes.Repeat([]byte(" "), 5000), indexOf(`"a": "a.safetensors"`)...), "got 5038 bytes of index, the limit is 4096; no network needs so many names; put one network in an index"},
}

func TestRefusesIndices(t *testing.T) {
	filetest.Refused(t, openIndex, weightfile.Limits{Header: 4096, Tensors: 3}, shardsBeside, brokenIndices)
}

func TestIsIndex(t *testing.T) {
	for _, c := range []struct {
		head, path string
		want       bool
	}{
		{`{"metadata": {}, "weight_map": {`, "w", true}, {" {", "model.safetensors.index.json", true},
		{`{"a": 1}`, "config.json", false}, {"{\x00\x00\x00\x00\x00\x00\x00{\"weight_map\"", "w", false}, {"", "w.index.json", false},
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
		filetest.Fuzzed(t, openIndex, filetest.Memory("f", raw, shardsBeside))
	})
}
