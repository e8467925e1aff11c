package interp_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/interp/npy"
	"cnnlang/interp/torch"
	"cnnlang/ops"
	"cnnlang/ops/tensor"
)

// A torchWorker is a Python that imports files that were written for PyTorch:
// bench/exchange/module.py.
type torchWorker struct {
	in     *json.Encoder
	out    *bufio.Scanner
	folder string
}

// startTorch starts one, or skips the test where there is no Python with torch.
func startTorch(t *testing.T) *torchWorker {
	t.Helper()
	python := ""
	for _, p := range []string{"/usr/bin/python3", "python3"} { // Debian's torch is for Debian's Python alone
		if exec.Command(p, "-c", "import torch, numpy").Run() == nil {
			python = p
			break
		}
	}
	if python == "" {
		t.Skip("no Python here has torch and numpy, which compute what exported files give; bench/exchange/run installs them")
	}
	c := exec.CommandContext(t.Context(), python, "../bench/exchange/module.py")
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); c.Wait() })
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 16<<20)
	return &torchWorker{json.NewEncoder(in), lines, t.TempDir()}
}

// A torchAnswer is what a file gave: its tensors in order, and of each output the largest
// difference from ours in standard deviations.
type torchAnswer struct {
	Error      string
	Tensors    [][2]any
	Missing    []string
	Unexpected []string
	Errors     map[string]float64
	Shapes     map[string][]int
}

// check writes a net as a file, imports it, gives it generated weights and compares the outputs.
func (w *torchWorker) check(t *testing.T, n *interp.Net) error {
	t.Helper()
	text, class, err := torch.Write(torchNet(n))
	if err != nil {
		return err
	}
	ask := map[string]any{"class": class}
	for _, name := range []string{"module.py", "weights.safetensors"} {
		key, _, _ := strings.Cut(name, ".")
		ask[key] = filepath.Join(w.folder, name)
	}
	if err := os.WriteFile(ask["module"].(string), text, 0o644); err != nil {
		return err
	}
	tensors := interp.RandomTensors(n, 3)
	if err := interp.WriteWeights(t.Context(), ask["weights"].(string), tensors); err != nil {
		return err
	}
	inputs, values, err := answers(t, n, tensors)
	if err != nil {
		return err
	}
	var files []string
	for i, x := range inputs {
		files = append(files, filepath.Join(w.folder, fmt.Sprintf("input%d.npy", i)))
		if err := npy.Write(t.Context(), files[i], x); err != nil {
			return err
		}
	}
	ask["inputs"] = files
	if len(n.Graph.Outputs) > 1 {
		ask["names"] = n.OutputNames()
	}
	outputs := map[string]string{}
	for side, v := range values {
		outputs[side] = filepath.Join(w.folder, fmt.Sprintf("output%d.npy", len(outputs)))
		if err := npy.Write(t.Context(), outputs[side], v); err != nil {
			return err
		}
	}
	ask["outputs"] = outputs
	var got torchAnswer
	if err := w.in.Encode(ask); err != nil || !w.out.Scan() {
		return fmt.Errorf("the worker ended: %v, %v", err, w.out.Err())
	}
	if err := json.Unmarshal(w.out.Bytes(), &got); err != nil {
		return err
	}
	if err := got.compare(n, values); err != nil {
		return fmt.Errorf("%v\n%s", err, text)
	}
	return nil
}

func torchNet(n *interp.Net) torch.Net {
	return torch.Net{Self: n.Self(), Graph: n.Graph, Again: func(parameter string, value int) *torch.Net {
		other := n.With(parameter, value)
		if other == nil {
			return nil
		}
		return &torch.Net{Self: other.Self(), Graph: other.Graph}
	}}
}

// answers are inputs and our outputs for them, the only one by the name "".
func answers(t *testing.T, n *interp.Net, tensors map[string]tensor.Tensor) (inputs []tensor.Tensor, values map[string]tensor.Tensor, err error) {
	sides, err := n.SideHeads(nil)
	if err != nil {
		return nil, nil, err
	}
	weights := interp.WeightsOf(tensors)
	if len(tensors) == 0 {
		weights = interp.RandomWeights(3)
	}
	m, err := n.Build(t.Context(), interp.Options{Weights: weights, Values: sides, Threads: 1})
	if err != nil {
		return nil, nil, err
	}
	defer m.Close()
	state := uint32(7)
	for _, in := range n.Graph.Inputs {
		x := tensor.New(in.Shape...)
		for i := range x.Data {
			state = state*1664525 + 1013904223
			x.Data[i] = float32(int32(state)) / (1 << 31)
		}
		inputs = append(inputs, x)
	}
	s := m.NewSession(1)
	defer s.Close()
	if err := s.Run(t.Context(), inputs...); err != nil {
		return nil, nil, err
	}
	copied := func(v tensor.Tensor) tensor.Tensor {
		return tensor.Tensor{Shape: v.Shape, Data: slices.Clone(v.Data)}
	}
	values = map[string]tensor.Tensor{"": copied(s.Output())}
	for _, name := range n.OutputNames() {
		if v, _ := s.Value(name); len(n.Graph.Outputs) > 1 {
			delete(values, "")
			values[name] = copied(v)
		}
	}
	for _, side := range sides {
		v, _ := s.Value(side)
		values[side] = copied(v)
	}
	return inputs, values, nil
}

// compare says what is wrong with an answer. torch lists the tensors of a module before those of
// the modules in it, so the order is that of the net for all but learned tensors by themselves.
func (a torchAnswer) compare(n *interp.Net, values map[string]tensor.Tensor) error {
	if a.Error != "" || len(a.Missing)+len(a.Unexpected) > 0 {
		return fmt.Errorf("%s missing %v, unexpected %v", a.Error, a.Missing, a.Unexpected)
	}
	own := map[string]bool{}
	for _, node := range n.Graph.Nodes {
		_, own[node.Path] = node.Op.(*ops.Learned)
	}
	var want, got []string
	for _, p := range n.Graph.Params(true) {
		if !own[p.Path] {
			want = append(want, fmt.Sprintf("%s %v", p.Path, []int(p.Shape)))
		}
	}
	for _, t := range a.Tensors {
		if !own[fmt.Sprint(t[0])] {
			got = append(got, fmt.Sprintf("%v %v", t[0], t[1]))
		}
	}
	if len(a.Tensors) != len(n.Graph.Params(true)) || !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))) {
		return fmt.Errorf("the tensors are %v, want %v", got, want)
	}
	for side, v := range values {
		const most = 2e-5
		if e, ok := a.Errors[side]; !ok || !(e <= most) {
			return fmt.Errorf("output %q is %v standard deviations off, and %v; want %v", side, e, a.Shapes[side], v.Shape)
		}
	}
	return nil
}

// Files for PyTorch give in torch what the nets give: of each construct, of a few nets of the library, and of
// random programs.
func TestTorchGivesWhatNetsGive(t *testing.T) {
	w := startTorch(t)
	files, err := filepath.Glob("torch/testdata/*.cnn")
	if err != nil || len(files) == 0 {
		t.Fatal(err, "no texts")
	}
	for _, name := range append(files, "squeezenet1_1", "shufflenet_v2_x1_0") {
		p, err := interp.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		n, err := p.Net(interp.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.check(t, n); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	lacks := 0
	for seed := range uint64(torchSeeds + 30) {
		text := randomOf(seed, torchSeeds)
		if seed >= torchSeeds+15 {
			text = randomEnds(seed)
		}
		n, _ := expanded(t, "-", text)
		err := w.check(t, n)
		if lacking := new(graph.LackingError); seed >= torchSeeds && errors.As(err, &lacking) {
			lacks++ // the items of an each take different values in ways that one module cannot be called in
			continue
		}
		if err != nil {
			t.Errorf("seed %d: %v\n%s", seed, err, text)
		}
	}
	if lacks > 4 {
		t.Errorf("%d of 30 programs with items cannot be written", lacks)
	}
}

// torchSeeds is how many random programs are tried.
const torchSeeds = 25
