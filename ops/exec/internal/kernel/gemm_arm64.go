//go:build !purego

package kernel

import "cnnlang/ops/cpu"

// fastGemms are the assembly kernels that this machine can run.
func fastGemms() []*Gemm {
	return []*Gemm{{Name: "gemm-neon-8x12", ISA: cpu.NEON, MR: 8, NR: 12, run: gemmNEON}}
}

func gemmNEON(c []float32, ldc int, a, b []float32) {
	if len(b) > 0 {
		gemm8x12NEON(&c[0], ldc, &a[0], &b[0], len(b)/12)
	}
}

// It works like gemm4x2Generic, on a tile of 8 rows and 12 columns.
//
//go:noescape
func gemm8x12NEON(c *float32, ldc int, a, b *float32, k int)
