package elab

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cnnlang/lang/resolve"
)

// The tables here have the words whose names are resolved there.
func TestTrainKnowsTheWordsThatAreResolved(t *testing.T) {
	if diff := cmp.Diff(slices.Sorted(slices.Values(resolve.TrainKeys)), slices.Sorted(maps.Keys(trainKeys))); diff != "" {
		t.Errorf("keys (-resolve +elab)\n%s", diff)
	}
	var forms []string
	for key, list := range resolve.Forms {
		if _, known := trainKeys[key]; !known {
			t.Errorf("%s is no key", key)
		}
		forms = append(forms, list...)
	}
	if diff := cmp.Diff(slices.Sorted(slices.Values(forms)), slices.Sorted(maps.Keys(trainForms))); diff != "" {
		t.Errorf("forms (-resolve +elab)\n%s", diff)
	}
	for key, k := range trainKeys {
		if k.only && len(resolve.Forms[key]) == 0 || k.several && !k.only {
			t.Errorf("%s takes forms alone, and there are none", key)
		}
	}
}
