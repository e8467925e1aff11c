package interp_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
)

// The error of a file that does not fit says what makes it fit, and with that it does.
func TestWhatMakesAFileFit(t *testing.T) {
	for _, c := range []struct {
		net    string
		rename *strings.Replacer
		set    string
		help   string
	}{
		{"resnet50", strings.NewReplacer("conv", "c", "bn", "norm"), "",
			"add --rename 'c1.=conv1.' --rename 'norm1.=bn1.' --rename '{x:path}.c{i}.{y:path}={x}.conv{i}.{y}' --rename '{x:path}.norm{i}.{y:path}={x}.bn{i}.{y}'"},
		{"resnet18", strings.NewReplacer("layer", "stages/", ".", "/"), "", "add --rename '/=.' --rename 'stages.{i}.=layer{i}.'"},
		{"resnet18", strings.NewReplacer("layer", "layer"), "classes=7", "add --set classes=7"},
		{"squeezenet1_1", strings.NewReplacer("features.", "f", "classifier.", "c"), "", "add --rename 'c1.=classifier.1.' --rename 'f{i}.=features.{i}.'"},
		{"squeezenet1_1", strings.NewReplacer("0", "zero", "1", "one", "2", "two", "3", "three", "4", "four", "5", "five", "6", "six", "7", "seven", "8", "eight", "9", "nine"), "",
			"--against squeezenet1_1 --map` prints the map of names with which the file fits"},
	} {
		var set []string
		if c.set != "" {
			set = []string{c.set}
		}
		var tensors []shaped
		for _, x := range ofNet(t, libraryNet(t, c.net, set...), "") {
			tensors = append(tensors, shaped{c.rename.Replace(x.name), x.shape})
		}
		path := zeros(t, tensors)
		n := libraryNet(t, c.net)
		_, err := n.Fit(interp.WeightsFile(path))
		fit, ok := errors.AsType[*interp.FitError](err)
		if !ok || !strings.HasSuffix(fit.Advice(), c.help) {
			t.Errorf("%s: got %v, want %s", c.net, err, c.help)
			continue
		}
		if lines := strings.Count(fit.Error(), "\n"); lines > 12 {
			t.Errorf("%s: an answer of %d lines: %v", c.net, lines, fit)
		}
		if fit.Set != c.set {
			t.Errorf("%s: set %q", c.net, fit.Set)
		} else if c.set != "" {
			n = libraryNet(t, c.net, fit.Set)
		}
		if len(fit.Rules) > 0 || c.set != "" {
			if _, err := n.Fit(interp.WeightsFile(path).Renamed(interp.Rename(fit.Rules...))); err != nil {
				t.Errorf("%s: with that it does not: %v", c.net, err)
			}
		}
		f, err := interp.WeightsFile(path).Open()
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		list, err := f.Against(t.Context(), []*interp.Net{libraryNet(t, c.net)})
		if err != nil || list[0].Set != fit.Set || !slices.Equal(list[0].Differs.Rules, fit.Rules) || list[0].Differs.Error() != fit.Error() {
			t.Errorf("%s: two answers: %v and %v, %v", c.net, fit, list[0].Differs, err)
		}
	}
}

// A prefix is tried only if it makes many names those of the net; of a file that fits nothing its
// own names are told.
func TestNoPrefixOfFewNames(t *testing.T) {
	n := libraryNet(t, "resnet18")
	var tensors []shaped
	for _, x := range ofNet(t, n, "") {
		if !strings.HasPrefix(x.name, "fc.") {
			tensors = append(tensors, shaped{strings.NewReplacer("conv1", "0", "bn1", "1", "layer1", "4", "layer2", "5", "layer3", "6", "layer4", "7").Replace(x.name), x.shape})
		}
	}
	_, err := n.Fit(interp.WeightsFile(zeros(t, tensors)))
	fit, ok := errors.AsType[*interp.FitError](err)
	if !ok || len(fit.Read) > 0 || !strings.HasSuffix(fit.Advice(), "--against all` says which net of the library is nearest") {
		t.Errorf("got %v", err)
	}
}
