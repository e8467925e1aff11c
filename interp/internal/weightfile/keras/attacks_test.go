package keras_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/filetest"
	"cnnlang/interp/internal/weightfile/keras"
)

// with is a file in which each text of pairs is replaced by the next, of the same length,
// wherever it stands.
func with(name string, pairs ...string) func(t testing.TB) []byte {
	return func(t testing.TB) []byte {
		raw := content(t, name)
		for i := 0; i < len(pairs); i += 2 {
			if len(pairs[i]) != len(pairs[i+1]) || !bytes.Contains(raw, []byte(pairs[i])) {
				t.Fatalf("%s: %q for %q", name, pairs[i+1], pairs[i])
			}
			raw = bytes.ReplaceAll(raw, []byte(pairs[i]), []byte(pairs[i+1]))
		}
		return raw
	}
}

// archived is a .keras file with this config and weights, without them if they are "".
func archived(config, weights string) func(t testing.TB) []byte {
	return func(t testing.TB) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		add := func(name, text string) {
			w, err := z.CreateHeader(&zip.FileHeader{Name: name})
			if err != nil {
				t.Fatal(err)
			}
			w.Write([]byte(text))
		}
		add("metadata.json", "{}")
		if config != "" {
			add("config.json", config)
		}
		if weights != "" {
			if strings.HasSuffix(weights, ".h5") {
				weights = string(content(t, weights))
			}
			add("model.weights.h5", weights)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
}

func layers(list string) string {
	return `{"class_name": "Functional", "config": {"layers": [` + list + `]}}`
}

func dense(name string) string {
	return `{"class_name": "Dense", "config": {"name": "` + name + `"}}`
}

var attacks = []struct {
	name string
	make func(t testing.TB) []byte
	want string // after "weights: m.h5: "
}{
	{"cut short", func(t testing.TB) []byte { return content(t, "weights.h5")[:20000] }, `should have 45080 bytes and has 20000; it was cut short, fetch it again`},
	{"an archive cut short", func(t testing.TB) []byte { return content(t, "model.keras")[:20000] }, `is a zip archive without the directory at its end; it was cut short, fetch it again`},
	{"no group for a layer", with("weights.h5", "depthwise\x00\x00\x00\x00\x00\x00\x00\x05", "depthwisX\x00\x00\x00\x00\x00\x00\x00\x05"), `/ has no group for the layer depthwisX that it lists; the file is damaged, save the weights again`},
	{"no dataset for a weight", with("weights.h5", "predictions/bias:0", "predictions/bias:1"), `/predictions has no dataset for the weight predictions/bias:1 that it lists; the file is damaged, save the weights again`},
	{"a weight that is a group", with("weights.h5", "up/kernel:0", "up\x00\x00\x00\x00\x00\x00\x00\x00\x00"), `/up has no dataset for the weight up that it lists; the file is damaged, save the weights again`},
	{"no names of weights", with("weights.h5", "weight_names", "weight_namex"), `/input_1 has no attribute weight_names, want the names of what it holds; the file is damaged, save the weights again`},
	{"no names of weights in the first part", with("parts.h5", "weight_names0", "weight_names7"), `/batch_normalization_1 has no attribute weight_names, want the names of what it holds; the file is damaged, save the weights again`},
	{"names that are no text", with("weights.h5", "conv2d_1/kernel:0", "conv2d_1/\xff\xff\xff\xff\xff\xff:0"), `/conv2d_1 has the attribute weight_names with a text that is not UTF-8; write the file again`},
	{"config that is no JSON", with("model.h5", `{"class_name": "Model"`, `{"class_name": "Model)`), `the attribute model_config is not the JSON of a model: invalid character 'c' after object key:value pair, at byte 26; the file is damaged, fetch it again`},
	{"names of layers of a model", with("model.h5", "layer_names", "layer_namex"), `/model_weights has no attribute layer_names, want the names of what it holds; the file is damaged, save the weights again`},
	{"an archive without weights", archived(layers(""), ""), `is a zip archive without model.weights.h5, which every .keras file has; save the model again with model.save`},
	{"weights that are no HDF5", archived(layers(""), "weights: none to be found"), `model.weights.h5: begins with 77 65 69 67 68 74 73 3a, want 89 48 44 46 0d 0a 1a 0a as every HDF5 file does; it is another kind of file or is damaged`},
	{"weights cut short", archived(layers(""), "\x89HDF\r\n\x1a\n"), `model.weights.h5: ends within its superblock, at 8 bytes; it was cut short, fetch it again`},
	{"config of an archive", archived(`{"class_name": `, "numbered.weights.h5"), `config.json is not the JSON of a model: unexpected end of JSON input, at byte 15; the file is damaged, fetch it again`},
	{"config that is a list", archived(`[]`, "numbered.weights.h5"), `config.json is not the JSON of a model: it cannot be of the kind array; the file is damaged, fetch it again`},
	{"layers of an archive", archived(`{"config": {"layers": {"a": 1}}}`, "numbered.weights.h5"), `config.json has layers that are no list of objects; the file is damaged, fetch it again`},
	{"a layer that is null", archived(layers("null, 7"), "numbered.weights.h5"), `config.json has layers that are no list of objects; the file is damaged, fetch it again`},
	{"two layers of one name", archived(layers(`{"class_name": "Conv2D", "config": {"name": "a", "use_bias": false}}, {"class_name": "Conv2D", "config": {"name": "a", "use_bias": false}}`), "numbered.weights.h5"), `model.weights.h5: tensor a/kernel: is there twice; which of them counts cannot be known, save the weights again`},
	{"models within models", archived(strings.Repeat(`{"class_name": "Model", "config": {"layers": [`, 20)+strings.Repeat(`]}}`, 20), "numbered.weights.h5"), `got 9 models within each other, the limit is 8; save the weights alone`},
	{"layers within layers", archived(layers(strings.Repeat(`{"class_name": "TimeDistributed", "config": {"layer": `, 20)+dense("x")+strings.Repeat(`}}`, 20)), "numbered.weights.h5"), `got 9 models within each other, the limit is 8; save the weights alone`},
	{"many layers", archived(layers("{}"+strings.Repeat(",{}", 1<<16)), "numbered.weights.h5"), `got 65537 layers, the limit is 65536; no network needs so many; save the weights alone`},
	{"a long config", archived(layers(dense(noise(4<<20))), "numbered.weights.h5"), `got 4194405 bytes of config.json, the limit is 4194304; save the weights alone`},
}

// noise is text that does not compress to a hundredth.
func noise(n int) string {
	random := rand.New(rand.NewPCG(1, 1))
	b := make([]byte, n)
	for i := range b {
		b[i] = "0123456789abcdef"[random.IntN(16)]
	}
	return string(b)
}

func TestRefusesAttacks(t *testing.T) {
	var files [][]byte
	for _, a := range attacks {
		files = append(files, a.make(t))
		f, err := open(files[len(files)-1], "m.h5")
		for i := 0; err == nil && i < len(f.Tensors()); i++ {
			_, err = f.Bytes(i)
		}
		if err == nil {
			t.Errorf("%s: read without an error", a.name)
			continue
		}
		if want := "weights: m.h5: " + a.want; err.Error() != want {
			t.Errorf("ATTACK %q\ngot  %v\nwant %s", a.name, err, want)
		}
		_, limit := errors.AsType[*weightfile.LimitError](err)
		_, corrupt := errors.AsType[*weightfile.Error](err)
		if !limit && !corrupt {
			t.Errorf("%s: the error is a %T", a.name, err)
		}
	}
	// The last is of noise, and does not compress.
	filetest.Keep(t, "keras", ".h5", nil, func(raw []byte) error {
		return filetest.Look(func(in weightfile.Input) (weightfile.File, error) { return keras.Open(in) }, filetest.Memory("m.h5", raw, nil))
	}, files[:len(files)-1])
}

func TestLimitOnTensors(t *testing.T) {
	in := filetest.Memory("m.h5", content(t, "weights.h5"), nil)
	in.Limits.Tensors = 3
	if _, err := keras.Open(in); fmt.Sprint(err) != "weights: m.h5: got 4 tensors, the limit is 3; no network needs so many; keep those of one network in a file" {
		t.Error(err)
	}
}

// FuzzOpen reads any file as one of Keras.
func FuzzOpen(f *testing.F) {
	for _, name := range []string{"weights.h5", "keras1.h5", "latest.h5", "nested.h5", "named.weights.h5", "model.keras", "arrays.h5"} {
		f.Add(content(f, name))
	}
	f.Fuzz(func(t *testing.T, raw []byte) { filetest.Fuzzed(t, keras.Open, filetest.Memory("m.h5", raw, nil)) })
}

// A .keras archive in which a number is another is not opened.
func TestChecksumsOfArchives(t *testing.T) {
	raw := filetest.Read(t, "../../../../testdata/weights/keras/model.keras")
	at := bytes.Index(raw, []byte("\x89HDF\r\n"))
	if at < 0 {
		t.Fatal("the weights are not stored")
	}
	for _, place := range []int{at + 8, at + 2000, at + 4000} {
		other := bytes.Clone(raw)
		other[place] ^= 1
		_, err := keras.Open(filetest.Memory("m.keras", other, nil))
		if err == nil || !strings.HasPrefix(err.Error(), "weights: m.keras: model.weights.h5 has the checksum ") {
			t.Errorf("byte %d: %v", place, err)
		}
	}
}
