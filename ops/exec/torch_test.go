package exec_test

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/optest"
	"cnnlang/ops/tensor"
)

var torchCases = flag.String("torch", "testdata/torch", "folder with what PyTorch computes, as its make.py writes it")

// A torchCase is a line of a file that testdata/torch/make.py writes.
type torchCase struct {
	Args    map[string]any
	In, Out []int
	More    [][]int // further inputs
	Params  [][]int
	Special bool
	At      []int
	Values  []any // numbers, or nan, inf, -inf

	seed uint64 // the number of its line
}

// fewestCases is how many random cases an operation has at least.
const fewestCases = 200

// inTorch are the operations that have a file.
var inTorch = []string{"bn", "concat", "crop", "deconv", "drop_path", "elu", "gelu", "group_norm", "hard_sigmoid", "hard_swish", "instance_norm", "leaky_relu",
	"matmul", "mish", "mul", "pad", "param", "permute", "pixel_shuffle", "pixel_unshuffle", "pow", "prelu", "reduce_max", "reduce_mean", "reshape", "resize",
	"softmax", "softplus", "tanh"}

// Every operation that has a file is computed by all algorithms, and compared with PyTorch in
// float64: random shapes, all settings, and in a quarter of the cases NaN and infinities.
func TestTorch(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(*torchCases, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases in %s: %v", *torchCases, err)
	}
	var names []string
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		names = append(names, name)
		t.Run(name, func(t *testing.T) {
			f, err := os.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			lines := bufio.NewScanner(f)
			lines.Buffer(nil, 1<<20)
			cases, settings := 0, map[string]bool{}
			for ; lines.Scan(); cases++ {
				c := torchCase{seed: uint64(cases)}
				if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
					t.Fatal(err)
				}
				c.check(t, name)
				for arg, value := range c.Args {
					settings[fmt.Sprint(arg, value)] = true
				}
			}
			if err := lines.Err(); err != nil || cases < fewestCases {
				t.Fatalf("%d cases: %v", cases, err)
			}
			for _, setting := range settingsOf(name) {
				if !settings[setting] {
					t.Errorf("no case has %s", setting)
				}
			}
		})
	}
	if !slices.Equal(names, inTorch) {
		t.Errorf("there are cases of %v, want %v", names, inTorch)
	}
}

// settingsOf are the values of an operation's arguments of which there are few.
func settingsOf(name string) (all []string) {
	for _, p := range ops.Parameters(name) {
		var values []any
		switch {
		case p.Kind == ops.Flag:
			values = []any{false, true}
		case p.Kind == ops.Pad && name == "deconv":
			values = []any{ops.Half, ops.Same, []int{0, 0, 0, 0}}
		case p.Kind == ops.Word && name == "pad":
			values = []any{ops.Zeros, ops.Reflect, ops.Replicate}
		case p.Kind == ops.Word && name == "resize":
			values = []any{ops.Nearest, ops.Bilinear, ops.Bicubic}
		}
		for _, v := range values {
			if mode, is := v.(ops.PaddingMode); is {
				v = ops.Padding{Mode: mode}
			}
			all = append(all, fmt.Sprint(p.Name, v))
		}
	}
	return all
}

// check compares one case, in every way that computes in float32.
func (c *torchCase) check(t *testing.T, name string) {
	t.Helper()
	op := c.op(t, name)
	in, params := []tensor.Tensor{c.numbers(0, c.In, c.Special)}, []tensor.Tensor(nil)
	for i, shape := range c.More {
		in = append(in, c.numbers(128+i, shape, c.Special))
	}
	for i, p := range op.Params([]dim.Shape{dim.Shaped(c.In...)}) {
		values := c.numbers(1+i, c.Params[i], false)
		for k, v := range values.Data {
			if p.Leaf == "running_var" {
				values.Data[k] = max(v, -v)
			}
		}
		params = append(params, values)
	}
	sums := 0.0
	deconv, _ := op.(*ops.Deconv)
	if _, multiplies := op.(*ops.Matmul); multiplies || deconv != nil {
		sums = eps * 16 * float64(optest.Products(op, in)) // one rounding of the largest sum that there can be
	}
	for _, w := range optest.Ways(t, op, in, params) {
		if w.Precision != layout.F32 {
			continue
		}
		got := w.Run(t, 2)
		if !got.Shape.Equal(tensor.Shape(c.Out)) {
			t.Fatalf("%s(%v) of %v, %v: got shape %v, want %v", name, c.Args, c.In, w, got.Shape, c.Out)
		}
		for k, at := range c.At {
			want, g := float(c.Values[k]), float64(got.Data[at])
			if math.IsNaN(want) && math.IsNaN(g) || want == g {
				continue
			}
			if deconv != nil && deconv.Groups != dim.Int(1) && c.Special && w.IsBlocked() && math.IsNaN(g) {
				continue // of an infinity in a channel of another group of a block
			}
			if d := math.Abs(g - want); !(d <= sums+1e-6*max(1, math.Abs(want))) {
				t.Fatalf("%s(%v) of %v, seed %d, %v: element %d: got %v, want %v", name, c.Args, c.In, c.seed, w, at, g, want)
			}
		}
	}
}

// op is the operation with its settings.
func (c *torchCase) op(t *testing.T, name string) ops.Op {
	t.Helper()
	args := map[string]any{}
	for _, p := range ops.Parameters(name) {
		switch v := c.Args[p.Name]; p.Kind {
		case ops.Number:
			args[p.Name] = fraction(t, v)
		case ops.Word:
			args[p.Name] = v.(string)
		case ops.Dims:
			hw := v.([]any)
			args[p.Name] = pair(int(hw[0].(float64)), int(hw[1].(float64)))
		case ops.Numbers:
			var list []dim.Size
			for _, x := range v.([]any) {
				list = append(list, fraction(t, x))
			}
			args[p.Name] = list
		case ops.Pad:
			if mode, is := v.(string); is {
				args[p.Name] = map[string]ops.Padding{"half": halfPad, "same": samePad}[mode]
				break
			}
			by := v.([]any)
			side := func(i int) int { return int(by[i].(float64)) }
			args[p.Name] = pads(side(0), side(1), side(2), side(3))
		case ops.Flag:
			args[p.Name] = v.(bool)
		default:
			t.Fatalf("%s: no argument of kind %v can be read", name, p.Kind)
		}
	}
	op, err := ops.New(name, args)
	if err != nil {
		t.Fatal(err)
	}
	return op
}

// fraction is a decimal number, or a fraction as text.
func fraction(t *testing.T, v any) dim.Size {
	t.Helper()
	text := fmt.Sprint(v)
	num, den, _ := strings.Cut(text, "/")
	if den != "" {
		n, err1 := strconv.ParseInt(num, 10, 64)
		d, err2 := strconv.ParseInt(den, 10, 64)
		if err1 != nil || err2 != nil {
			t.Fatalf("no fraction: %q", text)
		}
		return dim.Ratio(n, d)
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return dim.Ratio(int64(math.Round(x*1e6)), 1e6)
}

// float is a number, or one that JSON has no form for.
func float(v any) float64 {
	switch v {
	case "nan":
		return math.NaN()
	case "inf":
		return math.Inf(1)
	case "-inf":
		return math.Inf(-1)
	}
	return v.(float64)
}

// numbers are those of the function of this name in make.py.
func (c *torchCase) numbers(i int, shape []int, special bool) tensor.Tensor {
	x := tensor.New(shape...)
	base := c.seed<<8 + uint64(i)
	for k := range x.Data {
		z := base + uint64(k+1)*0x9E3779B97F4A7C15
		z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
		z = (z ^ z>>27) * 0x94D049BB133111EB
		z ^= z >> 31
		x.Data[k] = 4 * (2*float32(z>>40)/(1<<24) - 1)
		if special && k%7 == 3 {
			x.Data[k] = float32([]float64{math.NaN(), math.Inf(1), math.Inf(-1)}[k%3])
		}
	}
	return x
}
