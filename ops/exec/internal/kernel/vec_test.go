//go:build !purego && (amd64 || arm64)

package kernel

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"cnnlang/ops/cpu"
)

// A vectorKernel is one with its twin, constants filled in.
type vectorKernel struct {
	name string
	isa  cpu.ISA
	run  func(dst, src *float32, n int)
	twin func(dst, src []float32)
}

// A dotKernel adds products to sums and returns how many columns it did.
type dotKernel struct {
	isa cpu.ISA
	run func(sums *[DotRows]float64, rows, x []float32) int
}

// Every length around the iterations, every side of the pages, NaN and infinities,
// and dst the same as src.
func TestVectors(t *testing.T) {
	for _, k := range vectorTable {
		if !slices.Contains(cpu.Available(), k.isa) {
			continue
		}
		for n := 1; n < 150; n++ {
			for _, s := range sides {
				dst, src := guarded(t, n, s), guarded(t, n, s)
				src[n/2], dst[n/3] = float32(math.NaN()), float32(math.NaN())
				src[n-1] = float32(math.Inf(-1))
				want, in := slices.Clone(dst), slices.Clone(src)
				k.twin(want, src)
				k.run(&dst[0], &src[0], n)
				if !slices.EqualFunc(dst, want, sameValue) || !slices.EqualFunc(src, in, sameValue) {
					t.Fatalf("%s %s, %d elements: got %v, want %v", k.name, k.isa, n, dst, want)
				}
				k.twin(want, want)
				k.run(&dst[0], &dst[0], n)
				if !slices.EqualFunc(dst, want, sameValue) {
					t.Fatalf("%s %s, %d elements in place: got %v, want %v", k.name, k.isa, n, dst, want)
				}
			}
		}
	}
}

func BenchmarkVectors(b *testing.B) {
	for _, k := range vectorTable {
		b.Run(fmt.Sprintf("%s-%s", k.name, k.isa), func(b *testing.B) {
			const n = 1 << 11
			dst, src := make([]float32, n), make([]float32, n)
			b.SetBytes(8 * n)
			for b.Loop() {
				k.run(&dst[0], &src[0], n)
			}
		})
	}
}

// The dot products of every set against sums in float64.
func TestDots(t *testing.T) {
	for _, d := range dotTable {
		if !slices.Contains(cpu.Available(), d.isa) {
			continue
		}
		for _, k := range []int{0, 1, 7, 8, 9, 15, 16, 17, 31, 255, 256, 257, 600, dotSpan - 1, dotSpan, dotSpan + 300} {
			for _, s := range sides {
				rows, x := guarded(t, DotRows*k, s), guarded(t, k, s)
				var got, want [DotRows]float64
				done := d.run(&got, rows, x)
				if done > k || k-done > 15 {
					t.Fatalf("%s: %d of %d columns", d.isa, done, k)
				}
				dotGeneric(&got, rows, x, done)
				for i := range want {
					for p := range k {
						want[i] += float64(rows[i*k+p]) * float64(x[p])
					}
					if e := math.Abs(got[i] - want[i]); e > 1e-6*math.Sqrt(float64(k)) {
						t.Errorf("%s, %d columns, row %d: off by %.3g", d.isa, k, i, e)
					}
				}
			}
		}
	}
}
