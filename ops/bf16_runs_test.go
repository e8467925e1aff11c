package ops_test

import (
	"os"
	"os/exec"
	"testing"

	"cnnlang/ops/internal/kernel"
	"cnnlang/ops/optest"
)

// TestBF16InRunsOf16 cuts convolutions as for AMX and has plain Go compute them, in a
// process in which it does.
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
			if c.in[1] <= 64 {
				againstBF16(t, c.op, optest.Rand(1, c.in[:]...))
			}
		})
	}
}
