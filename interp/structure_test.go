package interp_test

import (
	"cnnlang/interp"
	"slices"
	"strings"
	"testing"
)

// Of a file whose names are in the order of the alphabet the rows that are offered name every
// tensor rightly, or it is told which tensors cannot be told apart; none is ever wrong.
func TestStructureDoesNotNeedTheOrder(t *testing.T) {
	for _, c := range []struct {
		net     string
		rename  *strings.Replacer
		unclear bool
	}{
		{"resnet18", strings.NewReplacer("layer", "stage", "conv1", "first", "conv2", "second"), true},
		{"resnet18", strings.NewReplacer("layer", "stage", "conv", "c", "downsample.0", "shortcut.conv", "downsample.1", "shortcut.norm"), false},
		{"resnet101", strings.NewReplacer("layer", "blocks.", "bn", "norm", "fc", "head"), false},
		{"resnet50", strings.NewReplacer("layer", "stage", ".", "/"), false},
		{"resnet50", strings.NewReplacer("layer", "res", ".", "_"), false},
		{"squeezenet1_1", strings.NewReplacer("features", "body", "weight", "w", "bias", "b"), false},
		{"mobilenet_v2", strings.NewReplacer("features", "stages", "running_mean", "moving_mean", "running_var", "moving_variance", "weight", "gamma", "bias", "beta"), false},
		{"vgg16", strings.NewReplacer("features.", "conv", "classifier.", "fc", ".", "_"), false},
		{"densenet121", strings.NewReplacer("denseblock", "dense", "denselayer", "unit", "norm", "n", "conv", "c"), false},
		{"efficientnet_b0", strings.NewReplacer("features.", "trunk.s", ".block.", "."), false},
		{"googlenet", strings.NewReplacer("inception", "mixed", "branch", "b", "conv.", "c."), false},
	} {
		n := libraryNet(t, c.net)
		tensors := ofNet(t, n, "")
		want := map[string]string{}
		for i, x := range tensors {
			tensors[i].name = c.rename.Replace(x.name)
			want[x.name] = strings.ReplaceAll(tensors[i].name, "/", ".")
		}
		slices.SortFunc(tensors, func(a, b shaped) int { return strings.Compare(a.name, b.name) })
		got := nearest(t, tensors, []*interp.Net{n})
		if got.Differs == nil {
			t.Errorf("%s: fits", c.net)
			continue
		}
		for own, there := range want {
			for _, r := range got.Renames {
				if rest, ok := strings.CutPrefix(own, r.Here); ok && (rest == "" || strings.HasSuffix(r.Here, ".")) {
					own = r.There + rest
					break
				}
			}
			if got.Renames != nil && own != there {
				t.Errorf("%s: got %s, want %s", c.net, own, there)
				break
			}
		}
		if got.Renames == nil != c.unclear || c.unclear != (got.Unclear != nil) {
			t.Errorf("%s: %d rows, unclear: %v", c.net, len(got.Renames), got.Unclear)
		}
	}
}
