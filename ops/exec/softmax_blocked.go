package exec

import (
	"context"
	"math"

	"cnnlang/ops"
	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// softmaxed lists how a softmax is computed: an image in blocks along any of its axes, and any value
// where it is plain.
func (s *size) softmaxed(op *ops.Softmax) []task.Algorithm {
	return s.inBlocks(func(layout.Element) bool { return len(s.out) == 4 }, func(in []layout.Value, out layout.Value, _ []tensor.Tensor) *task.Prepared {
		return blockedSoftmax(op.Axis.MustInt(), in[0].Grid(), out.Grid())
	}, func(_ []layout.Value, out layout.Value, _ []tensor.Tensor) *task.Prepared {
		return prepareSoftmax(op, out.Shape)
	})
}

// A softmaxOfBlocks is one of an image in blocks. Lines of float32 are read and written where they
// are. Of smaller numbers all that are to sum to 1 are first loaded, and rounded when they do.
type softmaxOfBlocks struct {
	in, out layout.Grid
	width   int // float32 of a loaded row
	lines   int // of 16 channels
}

func blockedSoftmax(axis int, in, out layout.Grid) *task.Prepared {
	b := &softmaxOfBlocks{in, out, in.RowFloats(), task.CeilDiv(in.C, layout.Lanes)}
	work, n, loaded := b.channels, in.N*in.H, in.Blocks
	switch axis {
	case 2:
		work, n, loaded = b.rows, in.N*in.Blocks, in.H
	case 3:
		work, n, loaded = b.columns, in.N*in.Blocks*in.H, 1
	}
	p := &task.Prepared{Algorithm: "three-pass-" + in.Element.ISA()}
	if in.Element != layout.Float32 {
		p.PerWorker = loaded * b.width
	}
	p.Tasks = func(out tensor.Tensor, in []tensor.Tensor, s task.Scratch) []task.Task {
		return []task.Task{task.LongRanges(n, max(1, task.Grain/(loaded*b.width)), func(ctx context.Context, from, to, worker int) {
			for i := from; i < to && ctx.Err() == nil; i++ {
				work(task.Looks{Ctx: ctx}, out.Data, in[0].Data, i, s.Of(worker))
			}
		})}
	}
	return p
}

// channels computes the pixels of a row of the image.
func (b *softmaxOfBlocks) channels(until task.Looks, out, in []float32, i int, mem []float32) {
	image, y := i/b.in.H, i%b.in.H
	dst, src := lines{out[b.out.At(image, 0, y, 0):], b.out.Plane}, lines{in[b.in.At(image, 0, y, 0):], b.in.Plane}
	if b.in.Element != layout.Float32 {
		for block := range b.in.Blocks {
			b.in.LoadInto(mem[block*b.width:][:b.width], in, image, block, y)
		}
		src = lines{mem, b.width / b.in.Halves()}
		dst = src
	}
	for at, end := 0, b.in.W*layout.Lanes; at < end && !until.Over; at += pixelBlock {
		softmaxPixels(&until, dst.from(at), src.from(at), b.lines, min(pixelBlock, end-at), b.in.C-(b.lines-1)*layout.Lanes)
	}
	for block := range b.in.Blocks {
		row := b.out.Target(mem[min(len(mem), block*b.width):], out, image, block, y)
		b.out.Store(row, out, image, block, y)
	}
}

// rows computes the columns of a block.
func (b *softmaxOfBlocks) rows(until task.Looks, out, in []float32, i int, mem []float32) {
	image, block := i/b.in.Blocks, i%b.in.Blocks
	dst, src := lines{out[b.out.At(image, block, 0, 0):], b.out.Pitch}, lines{in[b.in.At(image, block, 0, 0):], b.in.Pitch}
	if b.in.Element != layout.Float32 {
		for y := range b.in.H {
			b.in.LoadInto(mem[y*b.width:][:b.width], in, image, block, y)
		}
		src = lines{mem, b.width}
		dst = src
	}
	for at := 0; at < b.width && !until.Over; at += pixelBlock {
		softmaxLines(&until, dst.from(at), src.from(at), b.in.H, min(pixelBlock, b.width-at))
	}
	for y := range b.in.H {
		row := b.out.Target(mem[min(len(mem), y*b.width):], out, image, block, y)
		b.out.Store(row, out, image, block, y)
	}
}

// columns computes a row of a block.
func (b *softmaxOfBlocks) columns(until task.Looks, out, in []float32, i int, mem []float32) {
	image, block, y := i/(b.in.Blocks*b.in.H), i/b.in.H%b.in.Blocks, i%b.in.H
	src := b.in.Load(mem, in, image, block, y)
	dst := b.out.Target(mem, out, image, block, y)
	half := len(src) / b.in.Halves()
	for at := 0; at < len(src); at += half {
		softmaxRow(until, dst[at:][:half], src[at:][:half], layout.Lanes)
	}
	b.out.Store(dst, out, image, block, y)
}

// Lines are rows of numbers so far apart.
type lines struct {
	data  []float32
	apart int
}

func (l lines) from(at int) lines { return lines{l.data[at:], l.apart} }

func (l lines) line(i, width int) []float32 { return l.data[i*l.apart:][:width] }

// softmaxLines is a softmax over n lines, each number by itself.
func softmaxLines(until *task.Looks, dst, src lines, n, width int) {
	var top [pixelBlock]float32
	var sum pixelSums
	copy(top[:width], src.data)
	for i := 1; i < n && !until.Ended(width); i++ {
		kernel.Max(top[:width], src.line(i, width))
	}
	for i := 0; i < n && !until.Ended(width); i++ {
		kernel.ExpSums(dst.line(i, width), src.line(i, width), top[:], sum[:])
	}
	invert(sum[:width])
	for i := 0; i < n && !until.Ended(width); i++ {
		kernel.ScaleWide(dst.line(i, width), sum[:])
	}
}

// softmaxPixels is one over n lines and the 16 numbers of each pixel in them, of which so many belong
// to the last line.
func softmaxPixels(until *task.Looks, dst, src lines, n, width, inLast int) {
	var top, last [pixelBlock]float32
	var sum pixelSums
	copy(last[:width], src.line(n-1, width))
	for x := inLast; x < width; x++ {
		if x%layout.Lanes >= inLast {
			last[x] = float32(math.Inf(-1))
		}
	}
	top = last
	for i := 0; i < n-1 && !until.Ended(width); i++ {
		kernel.Max(top[:width], src.line(i, width))
	}
	for x := 0; x < width; x += layout.Lanes {
		pixel := top[x:][:layout.Lanes]
		for half := layout.Lanes / 2; half > 0; half /= 2 {
			kernel.Max(pixel[:half], pixel[half:])
		}
		for half := 1; half < layout.Lanes; half *= 2 {
			copy(pixel[half:], pixel[:half])
		}
	}
	for i := 0; i < n-1 && !until.Ended(width); i++ {
		kernel.ExpSums(dst.line(i, width), src.line(i, width), top[:], sum[:])
	}
	kernel.ExpSums(dst.line(n-1, width), last[:width], top[:], sum[:])
	for x := 0; x < width; x += layout.Lanes {
		total, pixel := 0.0, sum[x:][:layout.Lanes]
		for _, v := range pixel {
			total += v
		}
		for lane := range pixel {
			pixel[lane] = 1 / total
		}
	}
	for i := 0; i < n && !until.Ended(width); i++ {
		kernel.ScaleWide(dst.line(i, width), sum[:])
	}
}
