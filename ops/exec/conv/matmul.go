package conv

import (
	"context"

	"cnnlang/ops"
	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/rowwise"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// A product of matrices is a 1x1 convolution in groups: of each pair the second is an image of as
// many channels as it has rows, and the rows of the first are the filters. These are known only
// when they are multiplied, and so packed in every run, into scratch memory. Where there are kernels
// for blocks it is the reverse (matmul_direct.go). With one column it is dot products, which need no
// packing.

// Matmul are the algorithms for [N, …, a, k] by [N, …, k, b].
func Matmul(in []tensor.Shape) []task.Algorithm {
	rank := len(in[0])
	m := &matmul{groups: in[0][:rank-2].Elements(), a: in[0][rank-2], k: in[0][rank-1], b: in[1][rank-1]}
	by := func(name string, prepare func() *task.Prepared) task.Algorithm {
		return task.Algorithm{Name: name, In: make([]layout.Layout, 2),
			Prepare: func([]layout.Value, layout.Value, []tensor.Tensor, task.Memory) *task.Prepared { return prepare() }}
	}
	var list []task.Algorithm
	switch {
	case m.b == 1:
		list = append(list, by("dot", m.dots))
	case m.fitsDirect():
		list = append(list, by("direct", m.direct))
	}
	return append(list, by("gemm", m.gemm))
}

// A matmul is so many products of [a, k] by [k, b].
type matmul struct{ groups, a, k, b int }

// gemm packs the first factors, and then multiplies as a convolution does.
func (m *matmul) gemm() *task.Prepared {
	one, line := window{k: 1, stride: 1, dilation: 1, in: 1, out: 1}, window{k: 1, stride: 1, dilation: 1, in: m.b, out: m.b}
	g := &gemmConv{
		kernel: kernel.BestGemm(), batch: 1, groups: m.groups, channels: m.k, filters: m.a,
		inW: m.b, inPixels: m.b, outW: m.b, outPixels: m.b, act: rowwise.ActOf(ops.None),
	}
	p := phase{rows: one.convolved(), cols: line.convolved(), block: g.tile(m.b, m.k)}
	g.tilePixels = p.block.pixels
	g.phases = []phase{p}
	prepared := g.prepare()
	prepared.Shared = m.groups * m.packed(g.kernel)
	prepared.Tasks = func(out tensor.Tensor, in []tensor.Tensor, s task.Scratch) []task.Task {
		bound := p
		bound.packed = s.Shared
		return []task.Task{m.pack(g.kernel, s.Shared, in[0].Data), g.task(&bound, out, in[1:], s)}
	}
	return prepared
}

// packed is how many float32 the panels of a first factor take.
func (m *matmul) packed(g *kernel.Gemm) int { return task.RoundUp(m.a, g.MR) * m.k }

// packedPiece is how many columns are packed between two checks of the context.
const packedPiece = 1 << 12

// pack packs the first factors as newPhase does.
func (m *matmul) pack(g *kernel.Gemm, dst, src []float32) task.Task {
	panels := task.CeilDiv(m.a, g.MR)
	return task.LongRanges(m.groups*panels, max(1, task.Grain/(g.MR*m.k)), func(ctx context.Context, first, end, _ int) {
		until := task.Looks{Ctx: ctx}
		for i := first; i < end && !until.Over; i++ {
			group, row := i/panels, i%panels*g.MR
			panel := dst[i*g.MR*m.k:][:g.MR*m.k]
			rows := src[(group*m.a+row)*m.k:]
			for from := 0; from < m.k && !until.Ended(g.MR*packedPiece); from += packedPiece {
				to := min(from+packedPiece, m.k)
				for r := range g.MR {
					at := panel[from*g.MR+r:]
					if row+r >= m.a {
						for c := range to - from {
							at[c*g.MR] = 0
						}
						continue
					}
					for c, v := range rows[r*m.k+from : r*m.k+to] {
						at[c*g.MR] = v
					}
				}
			}
		}
	})
}

// dots multiplies the rows of the first factors with vectors.
func (m *matmul) dots() *task.Prepared {
	rows := max(dotPart/m.k, 1)
	if rows > kernel.DotRows {
		rows = rows / kernel.DotRows * kernel.DotRows
	}
	return &task.Prepared{Algorithm: "dot-" + kernel.ISA() + "-8", Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
		return []task.Task{task.LongRanges(m.groups*m.a, rows, func(ctx context.Context, row, end, _ int) {
			until := task.Looks{Ctx: ctx}
			for row < end && !until.Over {
				n := min(kernel.DotRows, end-row, m.a-row%m.a)
				x := in[1].Data[row/m.a*m.k:][:m.k]
				var sums [kernel.DotRows]float64
				dotRows(&until, &sums, n, in[0].Data[row*m.k:], x)
				for j := range n {
					out.Data[row+j] = float32(sums[j])
				}
				row += n
			}
		})}
	}}
}
