package nettest

import (
	"math"
	"runtime"
	"strings"
	"sync"
	"testing"

	"cnnlang/interp"
	"cnnlang/ops/exec"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// tolerance is how far a value may be from the reference, in standard deviations: fifteen
// times the largest error of float32, and below every mistake that testdata/reference/README.md
// lists.
const tolerance = 1e-4

// One model of every family serves four goroutines at once, on different numbers of
// threads, and all get the same bits as one alone.
func TestFamiliesAtASmallSize(t *testing.T) {
	for _, f := range Families {
		t.Run(f.Net, func(t *testing.T) {
			defer runtime.GC()
			m := Build(t, Instantiate(t, f.Net, f.Shape, f.Settings...))
			input := Image(0, f.Shape)
			want := Results(t, m, 1, input)
			var group sync.WaitGroup
			for _, threads := range []int{1, 2, 3, 7} {
				group.Go(func() {
					for k, got := range Results(t, m, threads, input) {
						if !SameBits(got, want[k]) {
							t.Errorf("on %d threads, beside another: output %d has other bits", threads, k)
						}
					}
				})
			}
			group.Wait()
		})
	}
}

// TestBatchIsItsImages: the sizes of the tiles depend on the batch, so that sums may round
// differently, but nothing else differs.
func TestBatchIsItsImages(t *testing.T) {
	for net, size := range map[string]int{
		"resnet18": 64, "googlenet": 64, "mobilenet_v2": 64, "convnext_tiny": 64, "unet": 64, "densenet121": 64, "inception_v3": 107,
	} {
		t.Run(net, func(t *testing.T) {
			const images = 3
			shape := tensor.Shape{images, 3, size, size}
			batch := Image(0, shape)
			whole := Results(t, Build(t, Instantiate(t, net, shape)), 2, batch)
			shape[0] = 1
			single := Build(t, Instantiate(t, net, shape))
			size := shape.Elements()
			for i := range images {
				one := tensor.From(batch.Data[i*size:(i+1)*size], shape...)
				for k, want := range Results(t, single, 2, one) {
					got := whole[k][i*len(want) : (i+1)*len(want)]
					if d := farthest(got, want); !(d <= tolerance) {
						t.Errorf("image %d, output %d: deviates by %.3g standard deviations", i, k, d)
					}
				}
			}
		})
	}
}

// TestBranchesOfABatchAreNotCopied: where values are blocked, each branch of these
// networks is computed where its concatenation lies.
func TestBranchesOfABatchAreNotCopied(t *testing.T) {
	isa, err := exec.ISA()
	if err != nil {
		t.Fatal(err)
	}
	for net, size := range map[string]int{"googlenet": 64, "inception_v3": 107, "densenet121": 64, "squeezenet1_1": 64} {
		var steps strings.Builder
		if err := Build(t, Instantiate(t, net, tensor.Shape{8, 3, size, size})).PrintPlan(&steps, 1); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(steps.String(), "  concat("); (n > 0) != (isa == "generic") {
			t.Errorf("%s: %d concatenations are copied", net, n)
		}
		runtime.GC()
	}
}

// farthest is the largest difference, in standard deviations of want.
func farthest(got, want []float32) float64 {
	sum, squares := 0.0, 0.0
	for _, v := range want {
		sum += float64(v)
		squares += float64(v) * float64(v)
	}
	n := float64(len(want))
	std := math.Sqrt(squares/n - sum/n*sum/n)
	worst := 0.0
	for i, v := range want {
		if d := math.Abs(float64(got[i])-float64(v)) / std; !(d <= worst) {
			worst = d
		}
	}
	return worst
}

// everyKind is a small net that has convolutions of all kinds: a stem, dense ones with and
// without stride, of groups, and a depthwise one with the 1x1 that reads it on an image too
// large to lie between them; branches, a residual, and a gate.
const everyKind = `net kinds [N, 3, H = 40, W = 40] -> [N, 10] {
  stem: conv(64, 3x3, pad=1) -> relu
  wide: conv(64, 3x3, pad=1, groups=64) -> relu6
  point: conv(16, 1x1)
  maxpool(3x3, stride=2, pad=1)
  groups: conv(16, 3x3, stride=2, pad=1, groups=4) -> bn -> relu
  concat {
    | a: conv(16, 1x1) -> relu
    | b: conv(16, 1x1) -> c: conv(32, 3x3, pad=1) -> relu
    | avgpool(3x3, stride=1, pad=1) -> d: conv(16, 1x1)
  }
  add {
    | e: conv(64, 3x3, pad=1) -> mul { | id | gap -> down: conv(8, 1x1) -> relu -> up: conv(64, 1x1) -> sigmoid }
    | id
  }
  relu -> gap -> flatten -> fc: linear(10)
}
`

// One model in each precision serves 64 goroutines, half of which share a pool of threads,
// with the selected kernels: those in assembly, which the race detector does not see, or
// with CNNLANG_ISA=generic those in Go. If plain Go emulates a precision, a smaller net is
// used.
func TestOneModelServes64Goroutines(t *testing.T) {
	p, err := interp.Read("kinds.cnn", strings.NewReader(everyKind))
	if err != nil {
		t.Fatal(err)
	}
	nets, list, err := p.Check(interp.Options{})
	if err != nil || list.HasErrors() {
		t.Fatal(err, list.Err())
	}
	for precision := range layout.BF16 + 1 {
		t.Run(precision.String(), func(t *testing.T) {
			n, rounds := nets[0], 2
			if precision != layout.F32 {
				n, rounds = Instantiate(t, "unet", tensor.Shape{1, 3, 16, 16}, "base=4"), 1
			}
			shape := n.Graph.Input().Shape
			m := ModelIn(t, n, precision, Tensors(t, n, 0))
			const inputs = 4
			var want [inputs][]float32
			for i := range want {
				want[i] = Results(t, m, 1, Image(uint64(i), shape))[0]
			}
			pool := task.NewWorkers(2)
			defer pool.Close()
			var group sync.WaitGroup
			for i := range 64 {
				group.Go(func() {
					s := m.NewSession(1 + i%2)
					if i%4 > 1 {
						s.Close()
						s = m.NewSessionOn(pool)
					}
					defer s.Close()
					for round := range rounds {
						k := (i + round) % inputs
						if err := s.Run(t.Context(), Image(uint64(k), shape)); err != nil || !SameBits(s.Output().Data, want[k]) {
							t.Errorf("goroutine %d, round %d: %v, or other bits", i, round, err)
						}
					}
				})
			}
			group.Wait()
		})
	}
}
