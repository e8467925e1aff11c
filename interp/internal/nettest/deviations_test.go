//go:build !race

package nettest

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"cnnlang/interp/internal/reftest"
)

// checkTable compares the deviations just measured with the table. Processors and kernels
// round differently, so the table states bounds.
func checkTable(t *testing.T, found map[string]reftest.Deviation) {
	t.Helper()
	if *all && updates() {
		updateTable(t, found)
		return
	}
	stated := statedDeviations(t)
	for name, d := range found {
		checkDeviation(t, stated, name, d.Size)
	}
	maps := mapNets(t)
	for name := range stated {
		if _, ok := found[name]; !ok && !slices.Contains(maps, name) {
			t.Errorf("%s states a deviation of %s, which has no reference", tableFile, name)
		}
	}
}

// updateTable writes these deviations into the table.
func updateTable(t *testing.T, found map[string]reftest.Deviation) {
	t.Helper()
	bounds := statedDeviations(t)
	for name, d := range found {
		bounds[name] = "below " + bound(d.Size)
	}
	writeTable(t, bounds)
}

// checkDeviation compares one deviation with the table.
func checkDeviation(t *testing.T, stated map[string]string, name string, found float64) {
	t.Helper()
	limit, err := strconv.ParseFloat(strings.TrimPrefix(stated[name], "below "), 64)
	if err != nil || !(found < limit) || limit > tolerance {
		t.Errorf("%s states that %s deviates %q, found %.2g, so \"below %s\"", tableFile, name, stated[name], found, bound(found))
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
