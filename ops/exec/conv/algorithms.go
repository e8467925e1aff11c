// Package conv runs convolutions by a table of algorithms, each with a file of its own; of
// those that fit the cheapest is taken.
package conv

import (
	"slices"

	"cnnlang/ops"
	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// An algorithm is a row of the table.
type algorithm struct {
	name      string
	precision layout.Precision // of its products
	blocked   bool             // whether values lie in blocks
	fits      func(p *problem) bool
	estimate  func(p *problem) int           // ns on one core, about
	wants     func(p *problem) layout.Layout // of the image
	prepare   func(p *problem, v values) *task.Prepared
	means     bool // whether it can write the means of its result's channels
}

// values are the values and parameters of a problem.
type values struct {
	in     []layout.Value
	out    layout.Value
	params []tensor.Tensor
	memory task.Memory
}

// algorithms is the table. Of equal estimates the first wins.
var algorithms = []algorithm{
	// On float32 in blocks of channels.
	{"winograd", layout.F32, true, fitsWinograd, estimateWinograd, wantsWinograd, prepareWinograd, false},
	{"depthwise", layout.F32, true, fitsDepthwise, estimateLanes, wantsLines, prepareDepthwise, true},
	{"grouped", layout.F32, true, fitsGrouped, estimateLanes, wantsLines, prepareGrouped, true},
	{"compacted", layout.F32, true, fitsCompacted, estimateTiles, wantsLines, prepareCompacted, true},
	{"direct", layout.F32, true, fitsDirect, estimateTiles, wantsLines, prepareDirect, true},
	{"image", layout.F32, true, fitsImage, estimateLanes, wantsImage, prepareDirect, true},
	// On plain float32.
	{"dot", layout.F32, false, fitsDot, estimateDot, wantsPlain, prepareDot, false},
	{"plain depthwise", layout.F32, false, fitsPlainDepthwise, estimatePlainDepthwise, wantsPlain, preparePlainDepthwise, false},
	{"gemm", layout.F32, false, fitsAll, estimateGemm, wantsPlain, prepareGemm, false},
	// On bfloat16, and on float32 as sums of two.
	{"bf16 depthwise", layout.BF16, true, fitsDepthwiseBF16, estimateLanes, wantsBF16, prepareDepthwiseBF16, false},
	{"bf16", layout.BF16, true, fitsBF16, estimateTiles, wantsBF16, prepareBF16, false},
	{"split", layout.F32Fast, true, fitsSplit, estimateTiles, wantsSplit, prepareSplit, false},
}

func wantsPlain(*problem) layout.Layout   { return layout.Layout{} }
func wantsLines(p *problem) layout.Layout { return p.layout(layout.Float32) }
func fitsAll(*problem) bool               { return true }

// hasTiles reports whether there are kernels for blocks of float32. Plain Go has none.
func hasTiles() bool { return kernel.TilePixels > 0 }

// Algorithms are those that fit a convolution in a precision, the best first: those that
// multiply in that precision before float32, then those on blocks, which avoid conversions,
// then the cheapest. The last works on plain values.
func Algorithms(c *ops.Conv, in []tensor.Shape, out tensor.Shape, precision layout.Precision) []task.Algorithm {
	return Stacked([]*ops.Conv{c}, in, out, precision)
}

// Stacked is Algorithms for several convolutions as one, whose filters follow one another:
// see Stackable.
func Stacked(members []*ops.Conv, in []tensor.Shape, out tensor.Shape, precision layout.Precision) []task.Algorithm {
	return newProblem(members, in[0], out).algorithms(precision)
}

func (p *problem) algorithms(precision layout.Precision) []task.Algorithm {
	var found []task.Algorithm
	for _, a := range algorithms {
		if (a.precision == layout.F32 || a.precision == precision) && a.fits(p) {
			found = append(found, a.of(p))
		}
	}
	slices.SortStableFunc(found, func(a, b task.Algorithm) int {
		switch {
		case a.Precision != b.Precision:
			return int(b.Precision) - int(a.Precision)
		case a.Leads != b.Leads && a.Leads:
			return -1
		case a.Leads != b.Leads:
			return 1
		}
		return a.Time - b.Time
	})
	return found
}

func (a algorithm) of(p *problem) task.Algorithm {
	made := task.Algorithm{
		Name: a.name, Precision: a.precision, In: []layout.Layout{a.wants(p)},
		Leads: a.blocked, Packs: true, Time: a.estimate(p),
		Prepare: func(in []layout.Value, out layout.Value, params []tensor.Tensor, m task.Memory) *task.Prepared {
			return a.prepare(p, values{in, out, params, m})
		},
	}
	switch {
	case a.blocked && a.precision == layout.BF16:
		made.Out = layout.Blocked(layout.BFloat16)
		made.Wide = evenBlocks(p.filters) && !p.add
	case a.blocked:
		made.Out = layout.Blocked(layout.Float32)
		made.Means = a.means && p.out.Elements() >= leastSummed
	}
	if p.add {
		made.In = append(made.In, made.Out)
	}
	return made
}

// Linear is Algorithms for a linear layer, as a 1x1 convolution of an image of one pixel or more.
func Linear(l *ops.Linear, in []tensor.Shape, out tensor.Shape, precision layout.Precision) []task.Algorithm {
	if len(out) == 2 {
		shapes := make([]tensor.Shape, len(in))
		for i, s := range in {
			shapes[i] = tensor.Shape{s[0], s[1], 1, 1}
		}
		in, out = shapes, tensor.Shape{out[0], out[1], 1, 1}
	}
	return Algorithms(l.Pointwise(), in, out, precision)
}
