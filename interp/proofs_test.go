package interp_test

import (
	"strings"
	"testing"
	"time"

	"cnnlang/interp"
	"cnnlang/interp/internal/prove"
)

// Every block and net of the library is proved, within half of the work that a file is given, so
// that a file which adds as much to one of the library's is proved too. Work is counted, and so the same on every machine.
func TestProofsOfTheLibraryTakeLittleWork(t *testing.T) {
	// Four blocks read their lists at several places at once, and are proved for a few lengths. HRNet of all
	// widths applies one of them eight times, which is more work than a file is given.
	otherwise := map[string]prove.Status{"exchange": prove.Bounded, "fpn": prove.Bounded, "bottle2neck": prove.Bounded, "efficientnet_v2": prove.Bounded, "hrnet": prove.NotProved}
	prover := prove.New()
	prover.Now = func() time.Time { return time.Time{} }
	total, proved := 0, 0
	for _, f := range shippedFiles(t) {
		p, err := interp.Read("<stdin>", strings.NewReader(f.text))
		if err != nil {
			t.Fatal(err)
		}
		_, list, err := p.Check(interp.Options{})
		if err != nil || list.HasErrors() {
			t.Fatal(f.name, err, list)
		}
		verdicts, _ := p.Prove(prover, "", list)
		for _, v := range verdicts {
			want := prove.Proved
			if status, other := otherwise[v.Block.Name]; other {
				want = status
			}
			if v.Status != want {
				t.Errorf("%s: %s is %s: %s", f.name, v.Block.Name, v.Status, v.Reason)
			}
			proved++
		}
		used := prover.Used()
		if f.name == "std/hrnet.cnn" { // it gives up when what a file is given is spent
			continue
		}
		if total += used; used > prove.FileWork/2 {
			t.Errorf("%s: proofs take %d, want at most %d", f.name, used, prove.FileWork/2)
		}
	}
	t.Logf("%d proofs take %d", proved, total)
}
