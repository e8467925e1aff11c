package ref

import (
	"math"
	"math/rand/v2"
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/tensor"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// A linear layer is x · Wᵀ, a 1x1 convolution W · x: gonum has a second opinion.
func TestProductsMatchBLAS(t *testing.T) {
	const batch, in, out, pixels = 3, 37, 11, 20
	random := rand.New(rand.NewPCG(1, 2))
	x, w := make([]float64, batch*in*pixels), make([]float64, out*in)
	for _, s := range [][]float64{x, w} {
		for i := range s {
			s[i] = float64(float32(random.NormFloat64()))
		}
	}
	weight := general(out, in, w)

	vectors := general(batch, in, x[:batch*in])
	want := general(batch, out, make([]float64, batch*out))
	blas64.Gemm(blas.NoTrans, blas.Trans, 1, vectors, weight, 0, want)
	got := Run(&ops.Linear{Out: n(out)}, of(narrow(vectors.Data, batch, in)), of(narrow(w, out, in)))
	equal(t, "linear", got.Data, want.Data)

	c := convOp(out, p(1, 1))
	got = Run(&c, of(narrow(x, batch, in, 4, 5)), of(narrow(w, out, in, 1, 1)))
	for i := range batch {
		want := general(out, pixels, make([]float64, out*pixels))
		blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, weight, general(in, pixels, x[i*in*pixels:][:in*pixels]), 0, want)
		equal(t, "conv", got.Data[i*out*pixels:][:out*pixels], want.Data)
	}
}

func general(rows, cols int, data []float64) blas64.General {
	return blas64.General{Rows: rows, Cols: cols, Stride: cols, Data: data}
}

func narrow(x []float64, shape ...int) tensor.Tensor {
	t := tensor.New(shape...)
	for i := range t.Data {
		t.Data[i] = float32(x[i])
	}
	return t
}

func equal(t *testing.T, what string, got []float32, want []float64) {
	t.Helper()
	for i, w := range want {
		if math.Abs(float64(got[i])-w) > 1e-6*(1+math.Abs(w)) {
			t.Fatalf("%s: element %d: got %v, want %v", what, i, got[i], w)
		}
	}
}
