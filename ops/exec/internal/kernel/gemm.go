package kernel

import (
	"slices"

	"cnnlang/ops/cpu"
)

// A Gemm multiplies a panel of MR rows with a panel of NR columns.
type Gemm struct {
	Name   string // gemm-<isa>-<MR>x<NR>
	ISA    cpu.ISA
	MR, NR int
	run    func(c []float32, ldc int, a, b []float32)
}

// Run adds the product of two panels to a tile of c:
//
//	c[i*ldc + j] += sum over p of a[p*MR + i] * b[p*NR + j]    0 <= i < MR, 0 <= j < NR
//
// p running over len(b)/NR. The sum starts from 0 and is added to c at the end, so that
// calls on successive blocks of p sum in blocks. It panics if a slice is too short.
func (g *Gemm) Run(c []float32, ldc int, a, b []float32) {
	k := len(b) / g.NR
	g.run(slices.Clip(c)[:(g.MR-1)*ldc+g.NR], ldc, slices.Clip(a)[:k*g.MR], b[:k*g.NR])
}

// Gemms is every gemm kernel that this machine can run.
var Gemms = append(fastGemms(), &Gemm{Name: "gemm-generic-4x2", ISA: cpu.Generic, MR: 4, NR: 2, run: gemm4x2Generic})

// BestGemm returns the kernel of the selected ISA.
func BestGemm() *Gemm {
	for _, g := range Gemms {
		if g.ISA == isa {
			return g
		}
	}
	panic("kernel: no gemm for " + string(isa))
}
