package weights

import (
	"math"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"cnnlang/interp/graph"
	"cnnlang/interp/train/chance"
	"cnnlang/ops/tensor"
)

// A Generator makes every tensor of a network from its name, its shape and one
// seed, so that two programs can agree on 25 million weights by agreeing on a
// number. Element i comes from number i of the stream of that name and seed
// (package chance), so any part of a tensor can be made alone.
//
// The scales keep a deep network level: He variance for convolutions (He et
// al. 2015, arXiv:1502.01852), smaller normalisation weights at the end of
// residual branches, and statistics and biases far enough from 0 and 1 that
// leaving one out shows in the result.
type Generator struct{ seed uint64 }

// Random returns the generator of this seed.
func Random(seed uint64) Generator { return Generator{seed} }

// Tensor makes the tensor of this name and shape. A num_batches_tracked counter
// is zero.
func (g Generator) Tensor(name string, shape tensor.Shape) tensor.Tensor {
	return g.Bind([]graph.Param{{Path: name, Shape: shape}})[name]
}

// fill makes the numbers of this tensor, which are 0 before.
func (g Generator) fill(name string, shape tensor.Shape, data []float32) {
	if v, ok := valueOf(name, shape); ok {
		runFills(v.fills(chance.Named(name, g.seed), data))
	}
}

// Bind makes the tensors of all params, by path, on all processors; the result does not
// depend on their number.
func (g Generator) Bind(params []graph.Param) map[string]tensor.Tensor {
	tensors := make(map[string]tensor.Tensor, len(params))
	var jobs []fill
	for _, p := range params {
		t := tensor.New(p.Shape...)
		tensors[p.Path] = t
		if v, ok := valueOf(p.Path, p.Shape); ok {
			jobs = append(jobs, v.fills(chance.Named(p.Path, g.seed), t.Data)...)
		}
	}
	runFills(jobs)
	return tensors
}

// Image makes a batch of images [n, c, h, w] with values in [-scale, scale): a level for
// each image and channel, squares of 32 pixels, and noise. (After a global pooling, images
// of noise alone would all be the same.)
func Image(seed uint64, n, c, h, w int, scale float32) tensor.Tensor {
	t := tensor.New(n, c, h, w)
	base, coarse, fine := chance.Named("input.base", seed), chance.Named("input.coarse", seed), chance.Named("input.fine", seed)
	squaresH, squaresW := (h+31)/32, (w+31)/32
	for i := range t.Data {
		x, y, plane := i%w, i/w%h, i/(w*h)
		square := (plane*squaresH+y/32)*squaresW + x/32
		v := 0.5*base.Signed(plane) + 0.25*coarse.Signed(square) + 0.25*fine.Signed(i)
		t.Data[i] = float32(v) * scale
	}
	return t
}

// A value is the distribution of a tensor: uniform over [low, low+span) if span is not 0,
// else over [-scale, scale).
type value struct{ low, span, scale float64 }

// valueOf is the table from a tensor's name and shape to its distribution; false means that
// the tensor is left at zero.
func valueOf(name string, shape tensor.Shape) (value, bool) {
	leaf := name[strings.LastIndexByte(name, '.')+1:]
	switch {
	case leaf == "num_batches_tracked":
		return value{}, false
	case leaf == "running_mean", leaf == "bias":
		return value{scale: 0.125}, true
	case leaf == "running_var":
		return value{low: 0.75, span: 0.5}, true
	case leaf == "layer_scale", leaf == "gamma":
		return value{low: 0.125, span: 0.25}, true
	case len(shape) <= 1 && hasSuffix(name, "bn2.weight", "bn3.weight"):
		return value{low: 0.375, span: 0.25}, true
	case len(shape) <= 1:
		return value{low: 0.75, span: 0.5}, true
	}
	fanIn := float64(shape[1:].Elements())
	return value{scale: math.Sqrt(3.0 * gain(name, shape) / fanIn)}, true
}

// gain is the square of the factor for a layer's activation.
func gain(name string, shape tensor.Shape) float64 {
	switch {
	case len(shape) == 2:
		return 1
	case len(shape) == 4 && hasSuffix(name, "block.0.0.weight", "block.1.0.weight", "block.2.0.weight", "block.3.0.weight"):
		return unitGain(name, shape)
	case strings.HasSuffix(name, ".f.c.0.weight") && further(name, unitsOfY400MF[:]):
		return 0.25
	case shape[1] == 1, strings.HasSuffix(name, "pointwise.weight"):
		return 1
	}
	return 2
}

// How many units the stages of EfficientNet-B0 and RegNetY-400MF have, from the first on. Others have up
// to 25, through which values would grow until every gate is 0 or 1, or about to be either.
var (
	unitsOfB0     = [...]int{1, 2, 2, 3, 3, 4, 1}
	unitsOfY400MF = [...]int{1, 3, 6, 6}
)

// further reports whether a tensor is of a further unit than these: of "block3-7", the eighth of stage 3,
// in a name of RegNet, or "3.7".
func further(name string, units []int) bool {
	m := unitName.FindStringSubmatch(name)
	if m == nil {
		return false
	}
	stage, _ := strconv.Atoi(m[1])
	unit, _ := strconv.Atoi(m[2])
	return stage >= 1 && stage <= len(units) && unit >= units[stage-1]
}

var unitName = regexp.MustCompile(`(\d+)[-.](\d+)\.(?:f|block)\.`)

// unitGain is the gain of a convolution in a unit of MobileNet v3 or EfficientNet.
func unitGain(name string, shape tensor.Shape) float64 {
	if strings.Count(name, ".") == 5 { // features.4.block.1.0.weight of MobileNet v3
		return 2 // not every block has a gate: with 2.5 the outputs of the large one are a hundred times as large
	}
	dense, pointwise := shape[1] > 1 && shape[2] > 1, shape[2] == 1
	switch {
	case further(name, unitsOfB0[:]): // features.2.5.block.1.0.weight of EfficientNet: the sixth unit of stage 2
		return 0.5
	case dense, pointwise && strings.HasSuffix(name, "block.1.0.weight"):
		return 1.25 // Fused-MBConv, which has no gate
	}
	return 2.5 // SiLU and squeeze-and-excitation pass on less than ReLU
}

func hasSuffix(s string, suffixes ...string) bool {
	return slices.ContainsFunc(suffixes, func(suffix string) bool { return strings.HasSuffix(s, suffix) })
}

// A fill is the work on one range of a tensor.
type fill struct {
	value
	chance.Stream
	first int // index of data[0] in the tensor
	data  []float32
}

// fillLength is how many elements one fill holds, about half a millisecond.
const fillLength = 1 << 18

func (v value) fills(s chance.Stream, data []float32) []fill {
	var jobs []fill
	for first := 0; first < len(data); first += fillLength {
		jobs = append(jobs, fill{v, s, first, data[first:min(first+fillLength, len(data))]})
	}
	return jobs
}

// run computes in float64, where every operation but the product with scale is exact, and
// rounds once.
func (f fill) run() {
	s, data, low, span, scale := f.Stream, f.data, f.low, f.span, f.scale
	if span != 0 {
		for i := range data {
			data[i] = float32(low + span*s.Unit(f.first+i))
		}
		return
	}
	for i := range data {
		data[i] = float32(s.Signed(f.first+i) * scale)
	}
}

func runFills(jobs []fill) {
	var next atomic.Int64
	var done sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(jobs)) {
		done.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(jobs); i = int(next.Add(1)) - 1 {
				jobs[i].run()
			}
		})
	}
	done.Wait()
}
