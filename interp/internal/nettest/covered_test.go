//go:build !race

package nettest

import (
	"slices"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/internal/reftest"
)

// withoutReference are networks that no implementation was compared with, and why.
var withoutReference = map[string]string{
	"glyphs":             "it is the library's own",
	"inception_v2":       "no implementation of the paper's table was found",
	"inception_v3_keras": "inception_v3 with other arguments",
	"mobilenet_v2_keras": "mobilenet_v2 with other arguments",
	"resnet50_keras":     "resnet50 with other arguments",
	"resnet50_v1":        "resnet50 with the stride elsewhere",
	"unet":               "the graph of unet_taps",
	"xception_keras":     "xception with other arguments",
}

// Every network of the library has a reference, or a reason why not; then its values are stored.
func TestEveryNetworkHasAReference(t *testing.T) {
	maps, references, exact := mapNets(t), reftest.Nets(t, referenceFolder), storedNets(t)
	for _, name := range interp.Library() {
		if slices.Contains(maps, name) || slices.Contains(references, name) {
			if why := withoutReference[name]; why != "" {
				t.Errorf("%s has a reference, and not %q", name, why)
			}
			continue
		}
		if withoutReference[name] == "" || !slices.Contains(exact, name) {
			t.Errorf("%s has no reference", name)
		}
	}
	for name := range withoutReference {
		if !slices.Contains(interp.Library(), name) {
			t.Errorf("there is no %s", name)
		}
	}
}
