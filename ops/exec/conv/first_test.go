package conv_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"cnnlang/ops/dim"
)

// TestFirstRunsAllocateNothing computes grouped convolutions each in a process of its own:
// what is made once must be made before the first run that needs it, whatever was computed
// before. With -short, as under emulation, no process is started.
func TestFirstRunsAllocateNothing(t *testing.T) {
	if testing.Short() {
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range blockedConvs {
		if c.op.Groups == dim.Int(1) || c.in[1] > 60 {
			continue
		}
		name := strings.ReplaceAll(describe(c.op, c.in), " ", "_")
		child := exec.Command(self, "-test.short", "-test.v", "-test.run=^TestConvMatchesReference$/^"+regexp.QuoteMeta(name)+"$")
		if text, err := child.CombinedOutput(); err != nil || !strings.Contains(string(text), "--- PASS: TestConvMatchesReference/") {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
	}
}
