// Package reftest is for tests: it reads the reference in testdata/reference, which
// describes the networks of nets/ and their outputs by independent implementations, and
// measures how far a result is from it.
package reftest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cnnlang/ops/tensor"
)

// A Model describes a network. Its parameters include those of the auxiliary heads.
type Model struct {
	Net              string
	Input            []int // [C, H, W]
	Params           int64
	ParamsWithoutAux int64             `json:"params_without_aux"`
	BufferElements   int64             `json:"buffer_elements"` // of the running statistics
	MACs             int64             // of one image, without the auxiliary heads
	AuxMACs          int64             `json:"aux_macs"`
	AuxHeads         map[string]string `json:"aux_heads"`
	StateDict        []Tensor          `json:"state_dict"`
	Preprocess       Preprocess
}

// Preprocess is how pictures are prepared for a network's published weights. Mean is a list
// of numbers, or words where the source has no such list.
type Preprocess struct {
	Mean          any
	Std           []float64
	Range         []float64 // of pixels, before mean and std
	Order         string    // RGB or BGR
	Resize, Crop  int
	Interpolation string
}

// A Tensor is one entry of a state dict: a parameter or a running statistic.
type Tensor struct {
	Name  string
	Shape tensor.Shape
}

// UnmarshalJSON reads ["conv1.weight", [64, 3, 7, 7]].
func (t *Tensor) UnmarshalJSON(text []byte) error {
	return json.Unmarshal(text, &[]any{&t.Name, &t.Shape})
}

// Outputs are the outputs of a network with generated weights.
type Outputs struct {
	Seed uint64
	Runs []Run
}

// A Run is one generated input and its results.
type Run struct {
	Input                    tensor.Shape // [N, C, H, W]
	InputScale               float32      `json:"input_scale"`
	Logits                   Vectors
	AuxLogits                map[string]Vectors `json:"aux_logits"`
	Embedding                *Vectors
	LogitsWithTransformInput *Vectors `json:"logits_with_transform_input"`
	Features                 map[string]Feature
	// Convs are the mean, the standard deviation, the first element of the first sample and
	// the last of the last, of the output of every convolution and linear layer.
	Convs map[string][4]float64 `json:"conv_outputs_mean_std_first_last"`
}

// Vectors are a result [N, C]: some values of each sample, and their statistics.
type Vectors struct {
	Shape    tensor.Shape
	SpacedAt []int `json:"spaced16_at"`
	Samples  []Vector
	Float64  Double
}

// A Double is the same result computed in float64.
type Double struct {
	First [][]float64 `json:"first16"` // of each sample
}

// A Vector is one sample of Vectors.
type Vector struct {
	First      []float64 `json:"first16"`
	Spaced     []float64 `json:"spaced16"`
	Mean, Std  float64
	Min, Max   float64
	Argmax     int
	Top5       []int
	Top5Values []float64 `json:"top5_values"`
}

// A Feature is the output of a step: some values of the first sample, and the
// statistics of the whole batch.
type Feature struct {
	Shape     tensor.Shape
	Mean, Std float64
	Min, Max  float64
	First     []float64 `json:"first8"`
	Spaced    []float64 `json:"spaced8"`
	SpacedAt  []int     `json:"spaced8_at"`
}

// Nets lists the networks of a folder testdata/reference, by name.
func Nets(t testing.TB, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "models", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no models in %s (%v)", folder, err)
	}
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(f), ".json"))
	}
	return names
}

// ReadModel reads the description of a network.
func ReadModel(t testing.TB, folder, net string) (m Model) {
	t.Helper()
	read(t, filepath.Join(folder, "models", net+".json"), &m)
	if m.Net != net || len(m.StateDict) == 0 || m.Params == 0 || m.MACs == 0 {
		t.Fatalf("the model of %s is incomplete", net)
	}
	return m
}

// ReadOutputs reads the outputs of a network.
func ReadOutputs(t testing.TB, folder, net string) (o Outputs) {
	t.Helper()
	read(t, filepath.Join(folder, "outputs", net+".json"), &o)
	if len(o.Runs) == 0 {
		t.Fatalf("the outputs of %s hold no run", net)
	}
	return o
}

func read(t testing.TB, file string, to any) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, to)
	}
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}
