package interp_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"cnnlang/interp"
	"cnnlang/interp/internal/prove"
	"cnnlang/interp/internal/prove/provetest"
)

// Every block and net of the library is proved, within half of the work that a file is given, so
// that a file which adds as much to one of the library's is proved too. Work is counted, and so the same on every machine.
func TestProofsOfTheLibraryTakeLittleWork(t *testing.T) {
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
			switch name := v.Block.Name; {
			case slices.Contains(provetest.Bounded, name):
				want = prove.Bounded
			case slices.Contains(provetest.Costly, name):
				want = prove.NotProved
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
