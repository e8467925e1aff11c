//go:build !race

package nettest

import (
	"flag"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"cnnlang/interp/internal/reftest"
)

// checkTable compares the deviations just measured with the table. Processors and kernels
// round differently, so the table states bounds.
func checkTable(t *testing.T, found map[string]reftest.Deviation) {
	t.Helper()
	if update := flag.Lookup("update"); *all && update.Value.String() == "true" {
		bounds := map[string]string{}
		for name, d := range found {
			bounds[name] = "below " + bound(d.Size)
		}
		writeTable(t, bounds)
		return
	}
	stated := statedDeviations(t)
	for name, d := range found {
		limit, err := strconv.ParseFloat(strings.TrimPrefix(stated[name], "below "), 64)
		if err != nil || !(d.Size < limit) || limit > tolerance {
			t.Errorf("%s: %s states that %s deviates %q, found %.2g", name, tableFile, name, stated[name], d.Size)
		}
	}
	for name := range stated {
		if _, ok := found[name]; !ok {
			t.Errorf("%s states a deviation of %s, which has no reference", tableFile, name)
		}
	}
}

// bound is the next of 1, 2 and 5 times a power of ten above one and a half deviations, so
// that other roundings stay below it too.
func bound(x float64) string {
	for power := -9; ; power++ {
		for _, digit := range []float64{1, 2, 5} {
			if b := digit * math.Pow10(power); 1.5*x < b {
				return fmt.Sprintf("%.0fe%d", digit, power)
			}
		}
	}
}
