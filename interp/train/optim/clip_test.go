package optim

import (
	"fmt"
	"math"
	"math/big"
	"testing"

	"cnnlang/interp/train/chance"
	"cnnlang/interp/train/recipe"
)

// noise is a gradient of so many elements.
func noise(elements int, seed uint64) []float32 {
	g, s := make([]float32, elements), chance.Named("noise", seed)
	for i := range g {
		g[i] = float32(s.Signed(i))
	}
	return g
}

func TestNormIsTheExactOneRounded(t *testing.T) {
	for _, elements := range [][]int{{}, {0}, {1}, {2, 3, 0, 5}, {Part - 1, Part, Part + 1}, {2*Part + 3, 7}} {
		var gradients [][]float32
		sum := new(big.Float).SetPrec(200)
		for i, n := range elements {
			g := noise(n, uint64(i))
			gradients = append(gradients, g)
			for _, v := range g {
				x := new(big.Float).SetPrec(200).SetFloat64(float64(v))
				sum.Add(sum, x.Mul(x, x))
			}
		}
		exact, _ := sum.Sqrt(sum).Float64()
		if got := Norm(gradients); math.Abs(got-exact) > 1e-13*exact {
			t.Errorf("%v elements: got %.17g, want %.17g", elements, got, exact)
		}
	}
}

func TestSumsOfPartsAreTheNorm(t *testing.T) {
	gradients := [][]float32{noise(3*Part+5, 1), noise(9, 2), noise(Part, 3)}
	var sum float64
	for _, g := range gradients {
		for from := 0; from < len(g); from += Part {
			sum += SquareSum(g[from:min(from+Part, len(g))])
		}
	}
	if got, want := Norm(gradients), math.Sqrt(sum); got != want {
		t.Errorf("got %x, want %x", got, want)
	}
}

func TestClipping(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct{ norm, most, want float64 }{
		{3, 0, 1}, {3, 4, 1}, {0, 1, 1}, {4, 2, 2 / 4.000001}, {inf, 2, 0},
	} {
		if got := ClipScale(c.norm, c.most); got != c.want {
			t.Errorf("ClipScale(%g, %g): got %g, want %g", c.norm, c.most, got, c.want)
		}
	}
	if got := ClipScale(nan, 1); got == got {
		t.Errorf("ClipScale of no number: got %g, want no number", got)
	}
	g := []float64{-2, -0.5, 0, 0.25, 0.6, inf, -inf, nan}
	ClipValue(g, 0.5)
	for i, want := range []float64{-0.5, -0.5, 0, 0.25, 0.5, 0.5, -0.5} {
		if g[i] != want {
			t.Errorf("ClipValue, element %d: got %g, want %g", i, g[i], want)
		}
	}
	if g[7] == g[7] {
		t.Errorf("ClipValue of no number: got %g, want no number", g[7])
	}
}

// A centered mean square is 0 where all gradients are equal; rounding must not make a root of less.
func TestACenteredMeanSquareIsNeverNegative(t *testing.T) {
	for _, variant := range []recipe.Variant{recipe.Torch, recipe.TensorFlow} {
		o := recipe.Optimizer{Kind: recipe.RMSProp, Decay: 0.9, Eps: 1e-30, Centered: true, Variant: variant}
		w, g := make([]float32, 512), noise(512, 8)
		tensor := Tensor[float32]{Value: w, Gradient: g, Slots: Start[float32](o, len(w)), RateFactor: 1}
		for n := range 2000 {
			Update(o, tensor, Step{Rate: 1e-30, Scale: 1, Update: n + 1}, 0, len(w))
		}
		for i, v := range w {
			if v != v {
				t.Fatalf("%s, element %d: a gradient of always %g gave no number", variant, i, g[i])
			}
		}
	}
}

func TestAStepAllocatesNothing(t *testing.T) {
	for _, r := range readReference(t).Cases {
		o := r.settings(t).optimizer()
		w, g := make([]float32, 100), noise(100, 0)
		tensor := Tensor[float32]{Value: w, Gradient: g, Slots: Start[float32](o, len(w)), RateFactor: 1}
		all, average := [][]float32{g}, noise(100, 1)
		if n := testing.AllocsPerRun(20, func() {
			ClipValue(g, 0.5)
			Update(o, tensor, Step{Rate: 0.1, Scale: ClipScale(Norm(all), 1), Update: 3}, 0, len(w))
			Average(average, w, AverageDecay(0.9, true, 3))
		}); n != 0 {
			t.Errorf("%s: a step allocates %g times, want 0", r.Name, n)
		}
	}
}

func TestRateFactorMultipliesTheRate(t *testing.T) {
	for _, kind := range []recipe.Optimizer{
		{Kind: recipe.SGD}, {Kind: recipe.SGD, Momentum: 0.9}, {Kind: recipe.AdamW, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8},
		{Kind: recipe.RMSProp, Decay: 0.9, Eps: 1, Variant: recipe.Torch}, {Kind: recipe.RMSProp, Decay: 0.9, Eps: 1, Momentum: 0.9, Variant: recipe.Keras},
	} {
		var results [2][]float64
		for i, at := range []struct{ rate, factor float64 }{{0.5, 0.25}, {0.125, 1}} {
			w, g := []float64{1, -2, 3}, []float64{0.3, 0.1, -4}
			tensor := Tensor[float64]{Value: w, Gradient: g, Slots: Start[float64](kind, 3), Decay: 0.1, RateFactor: at.factor}
			for n := range 3 {
				Update(kind, tensor, Step{Rate: at.rate, Scale: 1, Update: n + 1}, 0, 3)
			}
			results[i] = w
		}
		for i, v := range results[0] {
			if v != results[1][i] || v == []float64{1, -2, 3}[i] {
				t.Errorf("%s, element %d: got %g with a factor, %g with its product", kind.Kind, i, v, results[1][i])
			}
		}
	}
}

func TestSlotsAreWhatARuleNeeds(t *testing.T) {
	for _, c := range []struct {
		o    recipe.Optimizer
		want string
	}{
		{recipe.Optimizer{Kind: recipe.SGD}, ""},
		{recipe.Optimizer{Kind: recipe.SGD, Momentum: 0.9}, "momentum 0, "},
		{recipe.Optimizer{Kind: recipe.RMSProp, Variant: recipe.Torch}, "mean_square 0, "},
		{recipe.Optimizer{Kind: recipe.RMSProp, Variant: recipe.Keras, Momentum: 0.9}, "mean_square 0, momentum 0, "},
		{recipe.Optimizer{Kind: recipe.RMSProp, Variant: recipe.TensorFlow, Momentum: 0.9, Centered: true}, "mean_square 1, momentum 0, mean 0, "},
		{recipe.Optimizer{Kind: recipe.RMSProp, Variant: recipe.TensorFlow, Centered: true}, "mean_square 1, mean 0, "},
		{recipe.Optimizer{Kind: recipe.Adam}, "mean 0, mean_square 0, "},
		{recipe.Optimizer{Kind: recipe.AdamW, AMSGrad: true}, "mean 0, mean_square 0, max_mean_square 0, "},
	} {
		var got string
		for _, s := range Slots(c.o) {
			got += fmt.Sprintf("%s %g, ", s.Name, s.Start)
		}
		if got != c.want {
			t.Errorf("%+v: got %s, want %s", c.o, got, c.want)
		}
	}
}

func TestDescentWithoutMomentum(t *testing.T) {
	w, g := []float64{1, -2, 0.5}, []float64{0.25, 0.5, -4}
	Update(recipe.Optimizer{Kind: recipe.SGD}, Tensor[float64]{Value: w, Gradient: g, Decay: 0.125, RateFactor: 2}, Step{Rate: 0.25, Scale: 0.5, Update: 1}, 0, 3)
	// w - 0.5*(0.5*g + 0.125*w), exactly; of the second element the sum is 0
	for i, want := range []float64{1 - 0.5*(0.125+0.125), -2, 0.5 - 0.5*(-2+0.0625)} {
		if w[i] != want {
			t.Errorf("element %d: got %g, want %g", i, w[i], want)
		}
	}
}
