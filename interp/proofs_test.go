package interp_test

import (
	"strings"
	"testing"
	"time"

	"cnnlang/interp"
	"cnnlang/interp/internal/prove"
)

// Every block and net of the library is proved, within the work of a fraction of a second,
// counted so that it is the same on every machine.
func TestProofsOfTheLibraryTakeLittleWork(t *testing.T) {
	const mostOfFile, mostOfAll = 500_000, 2_500_000
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
			if v.Status != prove.Proved {
				t.Errorf("%s: %s is %s: %s", f.name, v.Block.Name, v.Status, v.Reason)
			}
			proved++
		}
		used := prover.Used()
		if total += used; used > mostOfFile {
			t.Errorf("%s: proofs take %d, want at most %d", f.name, used, mostOfFile)
		}
	}
	if total > mostOfAll {
		t.Errorf("all proofs take %d, want at most %d", total, mostOfAll)
	}
	t.Logf("%d proofs take %d", proved, total)
}
