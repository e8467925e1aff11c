package interp_test

import (
	"path/filepath"
	"strings"
	"testing"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/nettest"
	"cnnlang/lang/langtest"
)

// The graph of one net of each family at its own size, so that a change to a block or to
// the checker shows its effects. The reference verifies networks independently; these
// goldens only record the previous state: read the difference before updating them.
func TestGraphsOfTheFamilies(t *testing.T) {
	const folder = "../testdata/graph"
	for _, f := range nettest.Families {
		t.Run(f.Net, func(t *testing.T) {
			var b strings.Builder
			if err := graph.Print(&b, nettest.Instantiate(t, f.Net, nil).Graph); err != nil {
				t.Fatal(err)
			}
			langtest.Golden(t, filepath.Join(folder, f.Net+".golden"), b.String())
		})
	}
	goldens, err := filepath.Glob(filepath.Join(folder, "*.golden"))
	if err != nil || len(goldens) != len(nettest.Families) {
		t.Errorf("%d goldens for %d families (%v)", len(goldens), len(nettest.Families), err)
	}
}
