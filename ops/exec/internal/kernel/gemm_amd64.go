//go:build !purego

package kernel

import (
	"slices"

	"cnnlang/ops/cpu"
)

// fastGemms are the assembly kernels that this machine can run.
func fastGemms() []*Gemm {
	all := []*Gemm{
		{Name: "gemm-avx2-6x16", ISA: cpu.AVX2, MR: 6, NR: 16, run: gemmAVX2},
		{Name: "gemm-avx512-8x32", ISA: cpu.AVX512, MR: 8, NR: 32, run: gemmAVX512},
	}
	return slices.DeleteFunc(all, func(g *Gemm) bool { return !slices.Contains(cpu.Available(), g.ISA) })
}

func gemmAVX2(c []float32, ldc int, a, b []float32) {
	if len(b) > 0 {
		gemm6x16AVX2(&c[0], ldc, &a[0], &b[0], len(b)/16)
	}
}

func gemmAVX512(c []float32, ldc int, a, b []float32) {
	if len(b) > 0 {
		gemm8x32AVX512(&c[0], ldc, &a[0], &b[0], len(b)/32)
	}
}

// It works like gemm4x2Generic, on a tile of 6 rows and 16 columns.
//
//go:noescape
func gemm6x16AVX2(c *float32, ldc int, a, b *float32, k int)

// It works like gemm4x2Generic, on a tile of 8 rows and 32 columns.
//
//go:noescape
func gemm8x32AVX512(c *float32, ldc int, a, b *float32, k int)
