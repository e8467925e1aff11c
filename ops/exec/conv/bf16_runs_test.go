package conv_test

import (
	"os"
	"os/exec"
	"testing"

	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/optest"
	"cnnlang/ops/tensor"
)

// TestBF16InRunsOf16 cuts convolutions as for AMX and computes them in plain Go, in a
// process of its own.
func TestBF16InRunsOf16(t *testing.T) {
	if kernel.BF16ISA() != "generic" {
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		generic := exec.Command(self, "-test.run=^TestBF16InRunsOf16$")
		generic.Env = append(os.Environ(), "CNNLANG_ISA=generic")
		if text, err := generic.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, text)
		}
		return
	}
	usual := kernel.ConvRun
	kernel.ConvRun = 16
	defer func() { kernel.ConvRun = usual }()
	for _, c := range blockedConvs {
		t.Run(describe(c.op, c.in), func(t *testing.T) {
			if c.in[1] > 64 {
				return
			}
			x := []tensor.Tensor{optest.Rand(1, c.in[:]...)}
			params := optest.Params(c.op, 100, x...)
			bounds := optest.NewBounds(c.op, x, params)
			for _, w := range optest.Ways(t, c.op, x, params) {
				if w.Precision != layout.F32 {
					w.Try(t, func(w *optest.Way, got tensor.Tensor) { bounds.Check(t, w, got) })
				}
			}
		})
	}
}
