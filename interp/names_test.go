package interp_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/ops/tensor"
)

// A lastNet is a network as Keras computes it, with channels last, written as loops: a 3x3
// convolution, a depthwise one with two kernels for each channel, a normalisation, a transposed
// convolution, and a linear layer over the flattened map. kernel(name) gives its weights.
func lastNet(x []float32, kernel map[string]tensor.Tensor) []float64 {
	at := func(name string, index ...int) float64 {
		k := kernel[name]
		offset := 0
		for i, n := range k.Shape {
			offset = offset*n + index[i]
		}
		return float64(k.Data[offset])
	}
	const size = 5
	var a [3][3][4]float64 // conv 3x3, valid, of 2 channels, with relu
	for y := range 3 {
		for w := range 3 {
			for o := range 4 {
				sum := at("stem/bias", o)
				for i := range 3 {
					for j := range 3 {
						for c := range 2 {
							sum += float64(x[(c*size+y+i)*size+w+j]) * at("stem/kernel", i, j, c, o)
						}
					}
				}
				a[y][w][o] = max(sum, 0)
			}
		}
	}
	var b [2][2][8]float64 // depthwise 2x2, multiplier 2, then normalised
	for y := range 2 {
		for w := range 2 {
			for c := range 4 {
				for m := range 2 {
					sum, o := 0.0, 2*c+m
					for i := range 2 {
						for j := range 2 {
							sum += a[y+i][w+j][c] * at("dw/depthwise_kernel", i, j, c, m)
						}
					}
					b[y][w][o] = (sum-at("norm/moving_mean", o))/math.Sqrt(at("norm/moving_variance", o)+1e-5)*at("norm/gamma", o) + at("norm/beta", o)
				}
			}
		}
	}
	var d [4][4][3]float64 // transposed 2x2, stride 2
	for y := range 4 {
		for w := range 4 {
			for o := range 3 {
				for c := range 8 {
					d[y][w][o] += b[y/2][w/2][c] * at("up/kernel", y%2, w%2, o, c)
				}
			}
		}
	}
	out := make([]float64, 2)
	for k := range out {
		out[k] = at("head/bias", k)
		for y := range 4 {
			for w := range 4 {
				for c := range 3 {
					out[k] += d[y][w][c] * at("head/kernel", (y*4+w)*3+c, k)
				}
			}
		}
	}
	return out
}

const lastText = `net last [N, C = 2, H = 5, W = 5] -> [N, 2] {
  names keras {
    "stem."        = "stem/"
    "body.{x}."    = "{x}/"
    "fc.weight"    = "head/kernel"
    "fc."          = "head/"
  }
  stem: conv(4, 3x3) -> relu
  body: { dw: conv(8, 2x2, groups=4, bias=false) -> norm: bn -> up: deconv(3, 2x2, stride=2, bias=false) }
  flatten -> dropout(0.5) -> fc: linear(2)
}
`

func lastShapes() map[string]tensor.Shape {
	return map[string]tensor.Shape{
		"stem/kernel": {3, 3, 2, 4}, "stem/bias": {4}, "dw/depthwise_kernel": {2, 2, 4, 2},
		"norm/gamma": {8}, "norm/beta": {8}, "norm/moving_mean": {8}, "norm/moving_variance": {8},
		"up/kernel": {2, 2, 3, 8}, "head/kernel": {48, 2}, "head/bias": {2},
	}
}

func lastWeights() map[string]tensor.Tensor {
	random := rand.New(rand.NewPCG(3, 4))
	all := map[string]tensor.Tensor{}
	names := []string{}
	for name := range lastShapes() {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		x := tensor.New(lastShapes()[name]...)
		for i := range x.Data {
			x.Data[i] = random.Float32() + 0.1
		}
		all[name] = x
	}
	return all
}

func readNet(t *testing.T, text string) *interp.Net {
	t.Helper()
	p, err := interp.Read("text.cnn", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	n, err := p.Net(interp.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A file with channels last, whose names end in :0, computes what a network with channels
// last does, whether it is mapped or read, and with the factors of normalisations left out
// what it does with ones.
func TestKerasFileComputesWhatKerasDoes(t *testing.T) {
	n := readNet(t, lastText)
	input := tensor.New(1, 2, 5, 5)
	for i := range input.Data {
		input.Data[i] = float32(math.Sin(float64(i)))
	}
	for _, without := range []bool{false, true} {
		given := lastWeights()
		stored := map[string]tensor.Tensor{}
		for name, x := range given {
			stored[name+":0"] = x
		}
		if without {
			delete(stored, "norm/gamma:0")
			for i := range given["norm/gamma"].Data {
				given["norm/gamma"].Data[i] = 1
			}
		}
		want := lastNet(input.Data, given)
		file := filepath.Join(t.TempDir(), "keras.safetensors")
		if err := interp.WriteWeights(t.Context(), file, stored); err != nil {
			t.Fatal(err)
		}
		for what, w := range map[string]interp.Weights{
			"mapped": interp.WeightsFile(file), "read": interp.WeightsFile(file).Unmapped(),
			"forced": interp.WeightsFile(file).Named("keras"), "memory": interp.WeightsOf(stored),
		} {
			fit, err := n.Fit(w)
			if err != nil || fit.Names != "keras" || fit.Tensors != len(stored) {
				t.Fatalf("%s: fits as %+v, %v", what, fit, err)
			}
			m, err := n.Build(t.Context(), interp.Options{Weights: w})
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			out, err := m.Run(t.Context(), input)
			if err != nil {
				t.Fatal(err)
			}
			for k, v := range want {
				if d := math.Abs(float64(out.Data[k]) - v); d > 1e-4*math.Abs(v) {
					t.Errorf("%s, without factors %v: output %d is %v, want %v", what, without, k, out.Data[k], v)
				}
			}
			if m.Fit.Names != "keras" {
				t.Errorf("%s: read by names %q", what, m.Fit.Names)
			}
			m.Close()
		}
	}
}

// The table has the names and shapes of the file, and goes both ways.
func TestTensorsByNames(t *testing.T) {
	n := readNet(t, lastText)
	list, err := n.Tensors("keras")
	if err != nil {
		t.Fatal(err)
	}
	want := lastShapes()
	for _, x := range list {
		if !x.Shape.Equal(want[x.Name]) {
			t.Errorf("%s is %v, want %v", x.Name, x.Shape, want[x.Name])
		}
		delete(want, x.Name)
		data := make([]float32, x.Shape.Elements())
		for i := range data {
			data[i] = float32(i)
		}
		if back := x.ToFile(x.ToNet(data)); !slices.Equal(back, data) {
			t.Errorf("%s: there and back gives %v", x.Name, back)
		}
	}
	if len(want) > 0 {
		t.Errorf("no tensors called %v", want)
	}
}

// Errors about maps have types, and say which map differs least.
func TestErrorsOfNames(t *testing.T) {
	n := readNet(t, lastText)
	_, err := n.Fit(interp.WeightsOf(nil).Named("kreas"))
	if unknown, ok := errors.AsType[*interp.UnknownNamesError](err); !ok || unknown.Nearest != "keras" {
		t.Errorf("unknown map: %v", err)
	}
	stored := lastWeights()
	delete(stored, "head/bias")
	stored["stem/kernel"] = tensor.New(3, 3, 4, 2)
	_, err = n.Fit(interp.WeightsOf(stored))
	fit, ok := errors.AsType[*interp.FitError](err)
	if !ok || fit.Names != "keras" || len(fit.Missing) != 1 || fit.Missing[0].Name != "head/bias" ||
		len(fit.Misshaped) != 1 || !fit.Misshaped[0].Net.Equal(tensor.Shape{3, 3, 2, 4}) {
		t.Errorf("file that nearly fits: %v", err)
	}
	twice := map[string]tensor.Tensor{"a/kernel": tensor.New(3, 3, 2, 2), "a/kernel:0": tensor.New(3, 3, 2, 2)}
	one := readNet(t, `net one [N, 2, H = 5, W = 5] -> [N, 2, _, _] { names keras {}; a: conv(2, 3x3, bias=false) }`)
	if _, err := one.Fit(interp.WeightsOf(twice)); !errors.As(err, &fit) || len(fit.Unexpected) != 1 {
		t.Errorf("one tensor under two names: %v", err)
	}
	both := readNet(t, `net both [N, 3, H = 5, W = 5] -> [N, 3, _, _] {
  names a { "c.weight" = "w" [2, 3, 0, 1] }
  names b { "c.weight" = "w" [3, 2, 1, 0] }
  names c { "c.weight" = "w" [2, 3, 0, 1] }
  c: conv(3, 3x3, bias=false)
}`)
	w := interp.WeightsOf(map[string]tensor.Tensor{"w": tensor.New(3, 3, 3, 3)})
	_, err = both.Fit(w)
	if names, ok := errors.AsType[*interp.NamesError](err); !ok || !slices.Equal(names.Names, []string{"a", "b"}) {
		t.Errorf("two maps that fit: %v", err)
	}
	if fit, err := both.Fit(w.Named("b")); err != nil || fit.Names != "b" {
		t.Errorf("the map that was chosen: %+v, %v", fit, err)
	}
}

// Maps take from the budget of the checker: as many rows as a file can hold, against as many tensors
// as a net may have, are refused soon, and rows without captures cost next to nothing.
func TestManyRowsTimesManyTensors(t *testing.T) {
	for _, c := range []struct{ row, code string }{
		{`"x{i}y{j}z{a}.b%d." = "q"`, "E0804"},
		{`"c%d." = "d%d/"`, ""},
	} {
		var b strings.Builder
		b.WriteString("net many [N, 1, H = 1, W = 1] -> [N, 1, H, W] {\n  names keras {\n")
		for i := range 5_000 {
			b.WriteString("    " + strings.ReplaceAll(c.row, "%d", strconv.Itoa(i)) + "\n")
		}
		b.WriteString("  }\n  repeat i of 10_000 { \"c{i}\": conv(1, 1x1) }\n}\n")
		p, err := interp.Read("many.cnn", strings.NewReader(b.String()))
		if err != nil {
			t.Fatal(err)
		}
		_, list, err := p.Check(interp.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if c.code == "" && list.HasErrors() || c.code != "" && (len(list) != 1 || string(list[0].Code) != c.code) {
			t.Errorf("%s: %v, want %q", c.row, list, c.code)
		}
	}
}

// Packed parameters are kept for each way of reading a file.
func TestCacheDistinguishesMaps(t *testing.T) {
	n := readNet(t, `net two [N, 3, H = 5, W = 5] -> [N, 3, _, _] {
  names a { "c.weight" = "w" [2, 3, 0, 1] }
  names b { "c.weight" = "w" [3, 2, 1, 0] }
  c: conv(3, 3x3, bias=false)
}`)
	w := tensor.New(3, 3, 3, 3)
	for i := range w.Data {
		w.Data[i] = float32(i)
	}
	file, cache := filepath.Join(t.TempDir(), "w.safetensors"), t.TempDir()
	if err := interp.WriteWeights(t.Context(), file, map[string]tensor.Tensor{"w": w}); err != nil {
		t.Fatal(err)
	}
	input := tensor.New(1, 3, 5, 5)
	input.Data[7] = 1
	results := map[string][]float32{}
	for i, names := range []string{"a", "b", "a", "b"} {
		m, err := n.Build(t.Context(), interp.Options{Weights: interp.WeightsFile(file).Named(names), Cache: cache})
		if err != nil || m.CacheProblem != nil {
			t.Fatal(err, m.CacheProblem)
		}
		if known := i > 1; m.Known() != known {
			t.Errorf("%s: from the cache: %v, want %v", names, m.Known(), known)
		}
		out, err := m.Run(t.Context(), input)
		if err != nil {
			t.Fatal(err)
		}
		if i > 1 && !slices.Equal(out.Data, results[names]) {
			t.Errorf("%s: other values from the cache", names)
		}
		results[names] = slices.Clone(out.Data)
		m.Close()
	}
	if slices.Equal(results["a"], results["b"]) {
		t.Error("both maps give the same values")
	}
}

// What tensors take while they are put in another order is counted before it is allocated.
func TestMemoryOfReadingByAMap(t *testing.T) {
	n := readNet(t, `net wide [N, C = 3, H = 8, W = 8] -> [N, 500] {
  names keras { "fc." = "head/" }
  conv(64, 3x3, pad=1, bias=false) -> flatten -> fc: linear(500)
}`)
	stored := map[string]tensor.Tensor{"0/kernel": tensor.New(3, 3, 3, 64), "head/kernel": tensor.New(64*64, 500), "head/bias": tensor.New(500)}
	file := filepath.Join(t.TempDir(), "w.safetensors")
	if err := interp.WriteWeights(t.Context(), file, stored); err != nil {
		t.Fatal(err)
	}
	const tensorBytes = 4 * 64 * 64 * 500
	for what, c := range map[string]struct {
		w     interp.Weights
		least int64
	}{
		"mapped": {interp.WeightsFile(file), tensorBytes},
		"read":   {interp.WeightsFile(file).Unmapped(), 2 * tensorBytes},
	} {
		fetched := int64(0)
		m, err := n.Build(t.Context(), interp.Options{Weights: c.w, Threads: 1, Afforded: func(m interp.Memory) { fetched = m.Fetched }})
		if err != nil {
			t.Fatal(err)
		}
		m.Close()
		if fetched < c.least {
			t.Errorf("%s: %d bytes are counted for fetched tensors, want at least %d", what, fetched, c.least)
		}
	}
}
