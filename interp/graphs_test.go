package interp_test

import (
	"path/filepath"
	"strings"
	"testing"

	"cnnlang/interp/graph"
	"cnnlang/lang/langtest"
)

// The graph of one net of each family at its own size, so that a change to a block or to the checker shows
// where it is felt. Where the reference is a second opinion, these are only what
// was there before: read the difference before writing them anew with -update.
func TestGraphsOfTheFamilies(t *testing.T) {
	const folder = "../testdata/graph"
	for _, f := range families {
		t.Run(f.net, func(t *testing.T) {
			var b strings.Builder
			if err := graph.Print(&b, instantiate(t, f.net, nil).Graph); err != nil {
				t.Fatal(err)
			}
			langtest.Golden(t, filepath.Join(folder, f.net+".golden"), b.String())
		})
	}
	goldens, err := filepath.Glob(filepath.Join(folder, "*.golden"))
	if err != nil || len(goldens) != len(families) {
		t.Errorf("%d goldens for %d families (%v)", len(goldens), len(families), err)
	}
}
