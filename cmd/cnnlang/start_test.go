package main

import (
	"runtime"
	"strings"
	"testing"

	"cnnlang/interp"
)

// A command about one net reads that net and what it imports, not the library, and allocates in
// proportion to its steps. That is what keeps a cold start short.
func TestParamsReadOneNet(t *testing.T) {
	const always, perStep = 2 << 20, 16 << 10
	for _, name := range interp.Library() {
		p, err := interp.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		n, err := p.Net(interp.Options{})
		if err != nil {
			t.Fatal(err)
		}
		nets := 0
		for _, file := range n.Files() {
			if strings.Contains(file, "nets/") {
				nets++
			}
		}
		if nets != 1 {
			t.Errorf("%s: it is of %d files of nets: %v", name, nets, n.Files())
		}
		a, _, _ := newApp()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if err := a.execute(t.Context(), []string{"params", name}); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		if taken, steps := int(after.TotalAlloc-before.TotalAlloc), len(n.Graph.Nodes); taken > always+perStep*steps {
			t.Errorf("%s: params allocates %d bytes for %d steps, want at most %d and %d for each", name, taken, steps, always, perStep)
		}
	}
}
