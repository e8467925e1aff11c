package tfjs_test

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/filetest"
)

// manifest is a model with one group of these weights in shard a, which has 16 bytes.
func manifest(weights string) string {
	return `{"weightsManifest": [{"paths": ["a"], "weights": [` + weights + `]}]}`
}

// paths is a model with one tensor of 16 bytes and these paths.
func paths(list string) string {
	return `{"weightsManifest": [{"paths": ` + list + `, "weights": [{"name": "w", "shape": [4], "dtype": "float32"}]}]}`
}

// topology is a model with one tensor and this topology.
func topology(text string) string {
	return strings.Replace(paths(`["a"]`), "{", `{"modelTopology": `+text+`, `, 1)
}

// nested is n models within each other.
func nested(n int) string {
	return strings.Repeat(`{"class_name": "Model", "config": {"layers": [`, n) + strings.Repeat(`]}}`, n)
}

// Broken and hostile models, each with the message that refuses it, after "weights: m.json: ".
var attacks = []struct{ name, text, want string }{
	{"cut short", `{"weightsManifest": [{"paths": ["a"]`, `is not the JSON of a TensorFlow.js model: unexpected end of JSON input, at byte 36; it is damaged or was cut short, fetch it again`},
	{"manifest cut short", `[{"paths": ["a"], "weights": []}`, `is not the JSON of a TensorFlow.js model: unexpected end of JSON input, at byte 32; it is damaged or was cut short, fetch it again`},
	{"more than a manifest", `[{"paths": [], "weights": []}] []`, `is not the JSON of a TensorFlow.js model: invalid character '[' after top-level value, at byte 32; it is damaged or was cut short, fetch it again`},
	{"no JSON", `{weights}`, `is not the JSON of a TensorFlow.js model: invalid character 'w' looking for beginning of object key string, at byte 2; it is damaged or was cut short, fetch it again`},
	{"no manifest", `{"modelTopology": {}}`, `has no weightsManifest, want the list of its weights; save the model again with its weights`},
	{"null manifest", `{"weightsManifest": null}`, `has a weightsManifest that is no list of {"paths", "weights"}; fetch it again`},
	{"manifest is an object", `{"weightsManifest": {}}`, `has a weightsManifest that is no list of {"paths", "weights"}; fetch it again`},
	{"group is a number", `{"weightsManifest": [1]}`, `has a weightsManifest that is no list of {"paths", "weights"}; fetch it again`},
	{"group without paths", `{"weightsManifest": [{"weights": []}]}`, `has a weightsManifest that is no list of {"paths", "weights"}; fetch it again`},
	{"weights are an object", `{"weightsManifest": [{"paths": [], "weights": {}}]}`, `has weights that are no list of descriptions in its weightsManifest; fetch it again`},
	{"weight is a number", manifest(`7`), `describes weight 0 wrongly: it cannot be of the kind number; fetch it again`},
	{"no name", manifest(`{"shape": [4], "dtype": "float32"}`), `has no name for weight 0; fetch it again`},
	{"name is a number", manifest(`{"name": 1, "shape": [4], "dtype": "float32"}`), `describes weight 0 wrongly: name cannot be of the kind number; fetch it again`},
	{"name twice", manifest(`{"name": "w", "shape": [2], "dtype": "float32"}, {"name": "w", "shape": [2], "dtype": "float32"}`), `tensor w: is there twice; which of them counts cannot be known, save the model again`},
	{"shape is text", manifest(`{"name": "w", "shape": "4", "dtype": "float32"}`), `describes weight 0 wrongly: shape cannot be of the kind string; fetch it again`},
	{"negative shape", manifest(`{"name": "w", "shape": [-4], "dtype": "float32"}`), `tensor w: has the shape [-4], want sizes from 0 and at most 2147483647 elements; fetch the model again`},
	{"fraction in a shape", manifest(`{"name": "w", "shape": [4.5], "dtype": "float32"}`), `describes weight 0 wrongly: shape cannot be of the kind number 4.5; fetch it again`},
	{"huge axis", manifest(`{"name": "w", "shape": [9000000000000000000], "dtype": "float32"}`), `tensor w: has the shape [9000000000000000000], want sizes from 0 and at most 2147483647 elements; fetch the model again`},
	{"huge product", manifest(`{"name": "w", "shape": [65536, 65536], "dtype": "float32"}`), `tensor w: has the shape [65536 65536], want sizes from 0 and at most 2147483647 elements; fetch the model again`},
	{"many axes", manifest(`{"name": "w", "shape": [1` + strings.Repeat(",1", 40) + `], "dtype": "float32"}`), `tensor w: has a shape of 41 axes, want at most 32; fetch the model again`},
	{"long shape", manifest(`{"name": "w", "shape": [1` + strings.Repeat(",1", 40000) + `], "dtype": "float32"}`), `has weights that are no list of descriptions in its weightsManifest; fetch it again`},
	{"no dtype", manifest(`{"name": "w", "shape": [4]}`), `tensor w: holds "", want float32, int32, uint8, bool or complex64; save the model without it`},
	{"texts", manifest(`{"name": "w", "shape": [4], "dtype": "string"}`), `tensor w: holds string, want float32, int32, uint8, bool or complex64; save the model without it`},
	{"float16 unquantised", manifest(`{"name": "w", "shape": [4], "dtype": "float16"}`), `tensor w: holds float16, want float32, int32, uint8, bool or complex64; save the model without it`},
	{"quantised to int4", manifest(`{"name": "w", "shape": [4], "dtype": "float32", "quantization": {"dtype": "int4", "min": 0, "scale": 1}}`), `tensor w: is float32 quantised to int4, want float32 or int32 quantised to uint8 or uint16 with min and scale, or float32 to float16; convert the model again`},
	{"quantised without scale", manifest(`{"name": "w", "shape": [16], "dtype": "float32", "quantization": {"dtype": "uint8", "min": 0}}`), `tensor w: is float32 quantised to uint8, want float32 or int32 quantised to uint8 or uint16 with min and scale, or float32 to float16; convert the model again`},
	{"quantised bool", manifest(`{"name": "w", "shape": [16], "dtype": "bool", "quantization": {"dtype": "uint8", "min": 0, "scale": 1}}`), `tensor w: is bool quantised to uint8, want float32 or int32 quantised to uint8 or uint16 with min and scale, or float32 to float16; convert the model again`},
	{"scale too large", manifest(`{"name": "w", "shape": [16], "dtype": "float32", "quantization": {"dtype": "uint8", "min": 0, "scale": 1e999}}`), `describes weight 0 wrongly: quantization.scale cannot be of the kind number 1e999; fetch it again`},
	{"more than the shard", manifest(`{"name": "w", "shape": [5], "dtype": "float32"}`), `describes 20 bytes of weights, its shards (a) have 16; one is damaged or was cut short, fetch them again`},
	{"less than the shard", manifest(`{"name": "w", "shape": [3], "dtype": "float32"}`), `describes 12 bytes of weights, its shards (a) have 16; one is damaged or was cut short, fetch them again`},
	{"much more than the shard", manifest(`{"name": "w", "shape": [2147483647], "dtype": "complex64"}`), `describes 17179869176 bytes of weights, its shards (a) have 16; one is damaged or was cut short, fetch them again`},
	{"paths are a text", paths(`"a"`), `has paths that are no list of names in its weightsManifest; fetch it again`},
	{"path is a number", paths(`[1]`), `has paths that are no list of names in its weightsManifest; fetch it again`},
	{"no paths", paths(`[]`), `describes 16 bytes of weights and names no shards for them; fetch it again`},
	{"path in another folder", paths(`["sub/a"]`), `names the shard sub/a, want the name of a file in its own folder; move the shards beside it and correct the name`},
	{"path upwards", paths(`["../a"]`), `names the shard ../a, want the name of a file in its own folder; move the shards beside it and correct the name`},
	{"absolute path", paths(`["/etc/passwd"]`), `names the shard /etc/passwd, want the name of a file in its own folder; move the shards beside it and correct the name`},
	{"path of Windows", paths(`["..\\a"]`), `names the shard ..\a, want the name of a file in its own folder; move the shards beside it and correct the name`},
	{"path on a drive", paths(`["C:a"]`), `names the shard C:a, want the name of a file in its own folder; move the shards beside it and correct the name`},
	{"the folder itself", paths(`[".."]`), `names the shard .., want the name of a file in its own folder; move the shards beside it and correct the name`},
	{"empty path", paths(`[""]`), `names the shard "", want the name of a file in its own folder; move the shards beside it and correct the name`},
	{"shard twice", paths(`["a", "a"]`), `names the shard a twice, want each once; fetch it again`},
	{"shard that is missing", paths(`["group1-shard1of1.bin"]`), `has weights in group1-shard1of1.bin, which cannot be read: no such file; fetch all files of the model into one folder`},
	{"many shards", paths(`["e0"` + many(1001) + `]`), `got 1001 shards, the limit is 1000; convert the model again with larger shards`},
	{"layers are a number", topology(`{"class_name": "Model", "config": {"layers": 7}}`), `modelTopology has layers that are no list of objects; the file is damaged, fetch it again`},
	{"layer is a number", topology(`{"class_name": "Model", "config": {"layers": [7]}}`), `modelTopology has layers that are no list of objects; the file is damaged, fetch it again`},
	{"models within models", topology(nested(12)), `got 9 models within each other, the limit is 8; save the weights alone`},
	{"node is a number", topology(`{"node": [7]}`), `has a modelTopology whose node 0 is not one of TensorFlow's; fetch it again`},
	{"nodes are a number", topology(`{"node": 7}`), `has a modelTopology whose node 0 is not one of TensorFlow's; fetch it again`},
}

// many are names of empty shards.
func many(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `, "e%d"`, i+1)
	}
	return b.String()
}

func TestRefusesAttacks(t *testing.T) {
	shards := map[string]string{"a": strings.Repeat("x", 16)}
	for i := range 1002 {
		shards[fmt.Sprint("e", i)] = ""
	}
	var files [][]byte
	for _, a := range attacks {
		files = append(files, []byte(a.text))
		_, err := read([]byte(a.text), "m.json", shards)
		if err == nil {
			t.Errorf("%s: read without an error", a.name)
			continue
		}
		if want := "weights: m.json: " + a.want; err.Error() != want {
			t.Errorf("ATTACK %q\ngot  %v\nwant %s", a.name, err, want)
		}
		_, limit := errors.AsType[*weightfile.LimitError](err)
		_, corrupt := errors.AsType[*weightfile.Error](err)
		if !limit && !corrupt {
			t.Errorf("%s: the error is a %T", a.name, err)
		}
	}
	filetest.Keep(t, "tfjs", ".json", map[string][]byte{"a": []byte(shards["a"]), "e0": nil}, func(raw []byte) error {
		_, err := read(raw, "m.json", map[string]string{"a": shards["a"], "e0": ""})
		return err
	}, files)
	if f, err := read([]byte(paths(`["e0", "a", "e1"]`)), "m.json", shards); err != nil {
		t.Error(err)
	} else if raw, err := f.Bytes(0); err != nil || string(raw) != shards["a"] {
		t.Errorf("%q, %v", raw, err)
	}
}

// A file beyond a limit is not read, and says so.
func TestLimits(t *testing.T) {
	in := weightfile.Input{ReaderAt: bytes.NewReader(nil), Size: 17 << 20, Path: "m.json"}
	if _, err := openInput(in); fmt.Sprint(err) != "weights: m.json: got 17825792 bytes of JSON, the limit is 16777216; no model needs so much text; fetch the file again" {
		t.Error(err)
	}
	text := manifest(`{"name": "v", "shape": [2], "dtype": "float32"}, {"name": "w", "shape": [2], "dtype": "float32"}`)
	in = weightfile.Input{ReaderAt: strings.NewReader(text), Size: int64(len(text)), Path: "m.json", Limits: weightfile.Limits{Tensors: 1}}
	if _, err := openInput(in); fmt.Sprint(err) != "weights: m.json: got 2 tensors, the limit is 1; no network needs so many; keep those of one network in a file" {
		t.Error(err)
	}
}

// FuzzOpen reads a model whose shard a has some bytes.
func FuzzOpen(f *testing.F) {
	for _, name := range []string{"float32.json", "uint8.json", "graph.json"} {
		f.Add(filetest.Read(f, filepath.Join(folder, name)), "")
	}
	for _, a := range attacks {
		if len(a.text) < 1000 {
			f.Add([]byte(a.text), strings.Repeat("x", 16))
		}
	}
	f.Fuzz(func(t *testing.T, text []byte, shard string) {
		file, err := read(text, "m.json", map[string]string{"a": shard, "b": "1234"})
		if err != nil {
			if !strings.HasPrefix(err.Error(), "weights: m.json: ") {
				t.Error(err)
			}
			return
		}
		for i, x := range file.Tensors() {
			raw, err := file.Bytes(i)
			if n, ok := weightfile.Elements(x.Shape); err != nil || !ok || int64(len(raw)) != n*int64(x.Type.Size()) {
				t.Errorf("%+v is %d bytes, %v", x, len(raw), err)
			}
		}
	})
}
