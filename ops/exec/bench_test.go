package exec_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/exec"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/optest"
	"cnnlang/ops/tensor"
)

// BenchmarkConv times layers of ResNet-50, ResNeXt-50 and MobileNet v2, one
// worker; GF/s counts 2 for each multiply-accumulate.
func BenchmarkConv(b *testing.B) {
	for _, c := range []struct {
		name string
		in   [4]int
		op   *ops.Conv
	}{
		{"stem7x7", [4]int{1, 3, 224, 224}, conv(64, pair(7, 7), stride(2, 2), padded(pad(3)))},
		{"3x3x64", [4]int{1, 64, 56, 56}, conv(64, pair(3, 3), padded(pad(1)))},
		{"3x3x256", [4]int{1, 256, 14, 14}, conv(256, pair(3, 3), padded(pad(1)))},
		{"3x3x512", [4]int{1, 512, 7, 7}, conv(512, pair(3, 3), padded(pad(1)))},
		{"1x1x64to256", [4]int{1, 64, 56, 56}, conv(256, pair(1, 1))},
		{"1x1x1024to256", [4]int{1, 1024, 14, 14}, conv(256, pair(1, 1))},
		{"groups32of4", [4]int{1, 128, 56, 56}, conv(128, pair(3, 3), padded(pad(1)), groups(32))},
		{"depthwise", [4]int{1, 144, 56, 56}, conv(144, pair(3, 3), padded(pad(1)), groups(144))},
		{"depthwise-stride2", [4]int{1, 144, 56, 56}, conv(144, pair(3, 3), padded(pad(1)), groups(144), stride(2, 2))},
	} {
		x := optest.Rand(1, c.in[:]...)
		benchmark(b, c.name, c.op, x)
	}
}

// BenchmarkMatmul times products of attention and of context blocks, beside 1x1 convolutions of
// blocked values of the same work.
func BenchmarkMatmul(b *testing.B) {
	for _, c := range []struct {
		name       string
		n, a, k, b int
	}{
		{"pairs of 14x14 pixels, 512 channels", 1, 196, 512, 196},
		{"sums of 14x14 pixels, 512 channels", 1, 196, 196, 512},
		{"pairs of 28x28 pixels, 256 channels", 1, 784, 256, 784},
		{"sums of 28x28 pixels, 256 channels", 1, 784, 784, 256},
		{"pairs of 28x28 and 14x14 pixels, 256 channels", 1, 784, 256, 196},
		{"pairs of 56x56 and 28x28 pixels, 64 channels", 1, 3136, 64, 784},
		{"pairs of 32x32 pixels, 8 channels", 1, 1024, 8, 1024},
		{"pairs of 512 channels, 28x28 pixels", 1, 512, 784, 512},
		{"pairs of 197 words, 12 heads of 64", 12, 197, 64, 197},
		{"sums of 197 words, 12 heads of 64", 12, 197, 197, 64},
	} {
		x := []tensor.Tensor{optest.Rand(1, c.n, c.a, c.k), optest.Rand(2, c.n, c.k, c.b)}
		benchmark(b, c.name, optest.Matmul(), x...)
		op, image := conv(c.b, pair(1, 1)), optest.Rand(1, c.n, c.k, 1, c.a)
		for _, w := range optest.Ways(b, op, []tensor.Tensor{image}, optest.Params(op, 2, image)) {
			if w.IsBlocked() && w.Precision == layout.F32 {
				way(b, c.name+" as 1x1", w, 2*float64(c.n*c.a*c.k*c.b))
				break
			}
		}
	}
}

// BenchmarkResize times resizes of blocked values, beside a copy of their result.
func BenchmarkResize(b *testing.B) {
	for _, c := range []struct {
		name string
		op   ops.Op
		in   []int
	}{
		{"copy", &ops.Crop{By: pad(0)}, []int{1, 64, 112, 112}},
		{"nearest", resize(112, 112, ops.Nearest, false), []int{1, 64, 56, 56}},
		{"bilinear", resize(112, 112, ops.Bilinear, false), []int{1, 64, 56, 56}},
		{"bilinear, corners", resize(112, 112, ops.Bilinear, true), []int{1, 64, 56, 56}},
		{"bicubic", resize(112, 112, ops.Bicubic, false), []int{1, 64, 56, 56}},
	} {
		blocked(b, c.name, c.op, optest.Rand(1, c.in...), 0)
	}
}

// BenchmarkDeconv times transposed convolutions of blocked values, beside convolutions of stride 1
// of the same work.
func BenchmarkDeconv(b *testing.B) {
	for _, c := range []struct{ in, out, size, k int }{
		{256, 128, 28, 2}, {256, 128, 28, 3}, {256, 128, 28, 4}, {128, 64, 56, 4}, {512, 256, 14, 4},
	} {
		x := optest.Rand(1, 1, c.in, c.size, c.size)
		work := 2 * float64(c.in*c.out*c.size*c.size*c.k*c.k)
		name := fmt.Sprintf("%d to %d channels, %dx%d", c.in, c.out, c.k, c.k)
		blocked(b, name, deconv(c.out, pair(c.k, c.k), pair(2, 2), samePad), x, work)
		blocked(b, name+" as a convolution", conv(c.out, pair(c.k, c.k), padded(samePad)), x, work)
	}
}

// blocked times the first way that computes blocks of float32; GF/s counts so many FLOPs.
func blocked(b *testing.B, name string, op ops.Op, x tensor.Tensor, flops float64) {
	b.Helper()
	in := []tensor.Tensor{x}
	for _, w := range optest.Ways(b, op, in, optest.Params(op, 2, x)) {
		if w.IsBlocked() && w.Precision == layout.F32 {
			way(b, name, w, flops)
			return
		}
	}
}

// BenchmarkOther times ops that are no convolutions; GF/s counts their own FLOPs.
func BenchmarkOther(b *testing.B) {
	x := optest.Rand(1, 1, 64, 112, 112)
	benchmark(b, "linear2048to1000", &ops.Linear{Out: dim.Int(1000), Bias: true}, optest.Rand(1, 1, 2048))
	benchmark(b, "maxpool3x3s2", &ops.MaxPool{K: pair(3, 3), Stride: pair(2, 2), Pad: pad(1)}, x)
	benchmark(b, "avgpool3x3s1", &ops.AvgPool{K: pair(3, 3), Stride: pair(1, 1), Pad: pad(1)}, x)
	benchmark(b, "gap", &ops.GlobalAvgPool{}, x)
	benchmark(b, "add", &ops.Add{}, x, x)
	benchmark(b, "relu", ops.ReLU.Op(), x)
	benchmark(b, "silu", ops.SiLU.Op(), x)
	benchmark(b, "gelu", ops.GELU.Op(), x)
	benchmark(b, "hard_swish", ops.HardSwish.Op(), x)
	benchmark(b, "prelu", &ops.PReLU{PerChannel: true}, x)
	benchmark(b, "resize bilinear", &ops.Resize{Size: pair(112, 112), Mode: ops.Bilinear}, optest.Rand(1, 1, 64, 56, 56))
	benchmark(b, "resize nearest", &ops.Resize{Size: pair(112, 112), Mode: ops.Nearest}, optest.Rand(1, 1, 64, 56, 56))
	benchmark(b, "pad reflect", &ops.Border{By: pad(3), Mode: ops.Reflect}, optest.Rand(1, 1, 64, 106, 106))
	benchmark(b, "crop", &ops.Crop{By: pad(3)}, optest.Rand(1, 1, 64, 118, 118))
	benchmark(b, "pixel_shuffle", &ops.PixelShuffle{R: dim.Int(2)}, optest.Rand(1, 1, 256, 56, 56))
	benchmark(b, "pixel_unshuffle", &ops.PixelUnshuffle{R: dim.Int(2)}, optest.Rand(1, 1, 64, 112, 112))
	benchmark(b, "bn", &ops.BatchNorm{Scale: true, Shift: true}, x)
	benchmark(b, "softmax channels", optest.Softmax(1), optest.Rand(1, 1, 64, 56, 56))
	benchmark(b, "softmax rows", optest.Softmax(3), optest.Rand(1, 4, 1, 224, 224))
	benchmark(b, "permute", optest.Permute(0, 2, 1), optest.Rand(1, 1, 512, 784))
	benchmark(b, "layer_norm", &ops.LayerNorm{}, x)
	benchmark(b, "lrn", &ops.LRN{Size: dim.Int(5), Alpha: dim.Ratio(1, 10000), Beta: dim.Ratio(3, 4), K: dim.Int(1)}, x)
}

func benchmark(b *testing.B, name string, op ops.Op, in ...tensor.Tensor) {
	b.Helper()
	shape := optest.Shape(b, op, in...)
	var shapes []dim.Shape
	for _, x := range in {
		shapes = append(shapes, dim.Shaped(x.Shape...))
	}
	flops := op.Cost(shapes, dim.Shaped(shape...)).FLOPs.Float()
	way(b, name, optest.NewWay(optest.Plain(b, op, in), in, optest.Params(op, 2, in...), shape), flops)
}

func way(b *testing.B, name string, w *optest.Way, flops float64) {
	for _, n := range []int{1, runtime.GOMAXPROCS(0)} {
		b.Run(fmt.Sprintf("%s/%s/workers=%d", name, w.Prepared().Algorithm, n), func(b *testing.B) {
			tasks := w.Tasks(n)
			w := task.NewWorkers(n)
			defer w.Close()
			for b.Loop() {
				if err := w.Run(context.Background(), tasks); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(flops*float64(b.N)/b.Elapsed().Seconds()/1e9, "GF/s")
		})
	}
}

// BenchmarkPeak is what all others can be compared with.
func BenchmarkPeak(b *testing.B) {
	best := 0.0
	for b.Loop() {
		best = max(best, exec.Peak(1, time.Millisecond))
	}
	b.ReportMetric(best/1e9, "GF/s")
}
