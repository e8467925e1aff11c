package optim

import (
	"flag"
	"path/filepath"
	"strings"
	"testing"

	"cnnlang/interp/internal/mutant"
)

// go test ./interp/train/optim -run TestMutants -mutants 1 tries every mutant of the package, for
// some minutes; without the flag it is a sample.
var mutantStep = flag.Int("mutants", 40, "TestMutants tries one mutant in `n`")

// harmless are changes of signs after which the package does the same.
var harmless = map[string]string{
	"mean[i] = keep*mean[i] + fresh*g   with -":                  "the mean is only squared",
	"const little = 1e-6 // of a step   with (1e-6*(1+0x1p-23))": "any little will do",
}

func TestMutants(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var all []mutant.Mutant
	for _, file := range files {
		if !strings.HasSuffix(file, "_test.go") {
			all = append(all, mutant.Of(t, file)...)
		}
	}
	if len(all) < 100 {
		t.Fatalf("%d mutants, want at least 100", len(all))
	}
	built := 0
	for i := *mutantStep - 1; i < len(all); i += *mutantStep {
		if harmless[all[i].What] == "" && all[i].Noticed(t, ".", "-test.skip", "TestMutants") {
			built++
		}
	}
	t.Logf("%d of %d mutants built", built, len(all))
}
