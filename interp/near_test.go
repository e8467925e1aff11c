package interp_test

import (
	"errors"
	"slices"
	"testing"

	"cnnlang/interp"
)

// Of nets whose names differ in a number, the nearest is the one with the closest number.
func TestNearInNumber(t *testing.T) {
	for name, want := range map[string]string{"resnet49": "resnet50", "resnet19": "resnet18", "ResNet100": "resnet101", "vgg15": "vgg16", "densenet122": "densenet121", "resnet5o": "resnet50"} {
		var unknown *interp.UnknownNetError
		if err := interp.Known(name); !errors.As(err, &unknown) || !slices.Equal(unknown.Near, []string{want}) {
			t.Errorf("%s: got %v, want %s", name, err, want)
		}
	}
}
