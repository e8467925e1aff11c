package interp_test

import (
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/lang/resolve"
)

// Every key of `train` and every word that one takes says what it does, in a sentence of its own.
func TestRecipesAreDescribed(t *testing.T) {
	all, err := interp.Declarations()
	if err != nil {
		t.Fatal(err)
	}
	said, entries := map[string]string{}, map[string][]string{}
	for _, d := range all {
		if d.Package != "train" {
			continue
		}
		entries[d.Kind] = append(entries[d.Kind], d.Name)
		first, rest, _ := strings.Cut(d.Doc, ".")
		if len(strings.Fields(first)) < 3 || first[0] < 'A' || first[0] > 'Z' || !strings.HasSuffix(d.Doc, ".") || strings.Contains(rest, "  ") {
			t.Errorf("%s %s: %q", d.Kind, d.Name, d.Doc)
		}
		if other := said[first]; other != "" {
			t.Errorf("%s says what %s says: %q", d.Name, other, first)
		}
		said[first] = d.Name
	}
	if !slices.Equal(entries["setting"], resolve.TrainKeys) || len(entries) != 2 {
		t.Errorf("got %q", entries)
	}
	for key, words := range resolve.Forms {
		for _, word := range words {
			if !slices.Contains(entries["form"], word) {
				t.Errorf("%s of %s is not described", word, key)
			}
		}
	}
}
