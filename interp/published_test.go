package interp_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/internal/nettest"
	"cnnlang/ops/tensor"
)

const namesFolder = "../testdata/names"

// published are the lists of testdata/names, with the nets and maps that read them. What a
// list has beyond the net begins with Beyond.
var published = []struct {
	List, Net, Names string
	Set              []string
	Beyond           string
}{
	{List: "xception_keras", Net: "xception_keras", Names: "keras"},
	{List: "xception_keras1", Net: "xception_keras", Names: "keras1"},
	{List: "inception_v3_keras", Net: "inception_v3_keras", Names: "keras"},
	{List: "inception_resnet_v2_keras", Net: "inception_resnet_v2", Names: "keras"},
	{List: "resnet50_keras", Net: "resnet50_keras", Names: "keras"},
	{List: "mobilenet_v2_keras", Net: "mobilenet_v2_keras", Names: "keras"},
	{List: "legacy_seresnext50_32x4d_caffe", Net: "legacy_seresnext50_32x4d", Names: "caffe"},
	{List: "retinanet_resnet50_fpn_coco", Net: "retinanet_resnet50_fpn", Names: "coco"},
	{List: "inception_v4_slim", Net: "inception_v4", Names: "slim", Set: []string{"classes=1001"}, Beyond: "InceptionV4/AuxLogits/"},
	{List: "inception_resnet_v2_slim", Net: "inception_resnet_v2", Names: "slim", Set: []string{"classes=1001"}, Beyond: "InceptionResnetV2/AuxLogits/"},
}

// Read through its map, a net has exactly the tensors of the published file, each for the
// same one, of the same shape; where a file has no factors of normalisations, it has all
// others.
func TestNamesArePublished(t *testing.T) {
	lists, err := filepath.Glob(filepath.Join(namesFolder, "*_*.txt"))
	if err != nil || len(lists) != len(published) {
		t.Errorf("%s has %d lists, %d are tested", namesFolder, len(lists), len(published))
	}
	for _, f := range published {
		t.Run(f.List, func(t *testing.T) {
			want := listed(t, f.List, f.Beyond)
			tensors, err := nettest.Instantiate(t, f.Net, nil, f.Set...).Tensors(f.Names)
			if err != nil {
				t.Fatal(err)
			}
			factors := slices.ContainsFunc(slices.Collect(maps.Keys(want)), func(name string) bool { return strings.HasSuffix(name, "gamma") })
			for _, x := range tensors {
				there, known := want[x.Name]
				switch here := written(x.Shape) + " " + x.Own.Path; {
				case !known && x.Absent && !factors:
				case !known:
					t.Errorf("%s is called %s, which the file has not", x.Own.Path, x.Name)
				case here != there:
					t.Errorf("%s is %s, want %s", x.Name, here, there)
				}
				delete(want, x.Name)
			}
			for _, name := range slices.Sorted(maps.Keys(want)) {
				t.Errorf("no tensor is called %s", name)
			}
		})
	}
}

// inCaffe is what Caffe's name of a tensor is in a map: its layers' slashes are underscores, and a
// Scale behind a BatchNorm goes by the name of that.
var inCaffe = strings.NewReplacer("/bn/scale.", "_bn.", "/", "_")

// listed reads a list, by the file's names, but for what is beyond the net, which has to be
// there too.
func listed(t *testing.T, list, beyond string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(namesFolder, list+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	found, left := map[string]string{}, 0
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		name, there, ok := strings.Cut(line, " ")
		if strings.HasSuffix(list, "_caffe") {
			name = inCaffe.Replace(name)
		}
		switch {
		case !ok || found[name] != "":
			t.Fatalf("%s: a line is %q", list, line)
		case beyond != "" && strings.HasPrefix(name, beyond):
			left++
		default:
			found[name] = there
		}
	}
	if (left > 0) != (beyond != "") {
		t.Errorf("%s has %d tensors under %q", list, left, beyond)
	}
	return found
}

// written is a shape as the lists have it.
func written(s tensor.Shape) string {
	var sizes []string
	for _, n := range s {
		sizes = append(sizes, fmt.Sprint(n))
	}
	return strings.Join(sizes, "x")
}

// smallNet is the net of small.cnn, and smallCases what another implementation computes with it, by
// the names in its file of weights.
func smallNet(t *testing.T) *interp.Net {
	t.Helper()
	return nettest.Instantiate(t, filepath.Join(namesFolder, "small.cnn"), nil)
}

type smallCase struct{ Input, Output []float32 }

func smallCases(t *testing.T) map[string]smallCase {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(namesFolder, "small.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases map[string]smallCase
	if err := json.Unmarshal(text, &cases); err != nil || len(cases) != 2 || len(cases["keras"].Output) != 5 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	return cases
}

// computed compares what a net computes with a file of weights, and returns its model.
func (c smallCase) computed(t *testing.T, what string, n *interp.Net, w interp.Weights) *interp.Model {
	t.Helper()
	m, err := n.Build(t.Context(), interp.Options{Weights: w})
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	t.Cleanup(m.Close)
	got := nettest.Results(t, m, 1, tensor.Tensor{Shape: n.Graph.Input().Shape, Data: c.Input})[0]
	if len(got) != len(c.Output) {
		t.Fatalf("%s: %d outputs, want %d", what, len(got), len(c.Output))
	}
	for i, want := range c.Output {
		if !(math.Abs(float64(got[i]-want)) <= 1e-5) {
			t.Errorf("%s: output %d is %v, want %v", what, i, got[i], want)
		}
	}
	return m
}

// Files of Keras and TensorFlow.js give the outputs that another implementation computes from their numbers.
func TestKerasFilesGiveTheirOutputs(t *testing.T) {
	n, c := smallNet(t), smallCases(t)["keras"]
	for _, file := range []string{"keras/weights.h5", "keras/model.h5", "keras/latest.h5", "keras/nested.h5", "keras/named.weights.h5", "keras/model.keras", "keras/arrays.h5", "tfjs/float32.json"} {
		c.computed(t, file, n, interp.WeightsFile(filepath.Join("../testdata/weights", file)))
	}
}

// A file that h5py wrote for an Xception, by Keras's names and in its order, gives the bits of the
// same numbers by the net's own names.
func TestXceptionOfKeras(t *testing.T) {
	const folder = "../testdata/weights/keras"
	n := nettest.Instantiate(t, filepath.Join(folder, "xception.cnn"), nil)
	var results [][]float32
	for file, names := range map[string]string{"xception.h5": "keras", "xception.safetensors": ""} {
		m, err := n.Build(t.Context(), interp.Options{Weights: interp.WeightsFile(filepath.Join(folder, file))})
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		if m.Fit.Names != names || len(m.Fit.Differences) > 0 {
			t.Errorf("%s: %+v", file, m.Fit)
		}
		results = append(results, nettest.Results(t, m, 1, nettest.Image(0, n.Graph.Input().Shape))[0])
	}
	if !nettest.SameBits(results[0], results[1]) || slices.Max(results[0]) == slices.Min(results[0]) {
		t.Errorf("got %v", results)
	}
}

// Parameters packed before are not taken for those of a model of which only a shard differs.
func TestCacheTellsShardsApart(t *testing.T) {
	folder, cache := t.TempDir(), t.TempDir()
	const text, shard = "uint8.json", "uint8-group1-shard1of1.bin"
	build := func(flip byte) float32 {
		for _, name := range []string{text, shard} {
			raw, err := os.ReadFile(filepath.Join("../testdata/weights/tfjs", name))
			if err != nil {
				t.Fatal(err)
			}
			if name == shard {
				raw[len(raw)-1] ^= flip // of the last bias
			}
			if err := os.WriteFile(filepath.Join(folder, name), raw, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		n := smallNet(t)
		m, err := n.Build(t.Context(), interp.Options{Weights: interp.WeightsFile(filepath.Join(folder, text)), Cache: cache})
		if err != nil || m.CacheProblem != nil {
			t.Fatal(err, m.CacheProblem)
		}
		return nettest.Results(t, m, 1, tensor.New(n.Graph.Input().Shape...))[0][4]
	}
	if a, again, b := build(0), build(0), build(0xff); a != again || a == b {
		t.Errorf("%v, %v and with another shard %v", a, again, b)
	}
}

// Weights that another implementation has written in its own order give the outputs that it
// computes from them.
func TestFilesOfOthersGiveTheirOutputs(t *testing.T) {
	n := smallNet(t)
	for names, c := range smallCases(t) {
		for _, given := range []string{names, ""} {
			w := interp.WeightsFile(filepath.Join(namesFolder, "small_"+names+".safetensors"))
			if given != "" {
				w = w.Named(given)
			}
			c.computed(t, fmt.Sprintf("%s, read by %q", names, given), n, w)
		}
	}
}
