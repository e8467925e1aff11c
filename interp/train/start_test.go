package train

import (
	"math"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/train/recipe"
)

// TestLastOfBranches: of ResNet these are the last norms of the blocks, and not those of projections.
func TestLastOfBranches(t *testing.T) {
	for net, want := range map[string]string{"resnet18": ".bn2.weight", "resnet50": ".bn3.weight"} {
		p, err := interp.Open(net)
		if err != nil {
			t.Fatal(err)
		}
		n, err := p.Net(interp.Options{})
		if err != nil {
			t.Fatal(err)
		}
		blocks := map[string]int{"resnet18": 8, "resnet50": 16}[net]
		paths := lastOfBranches(n.Graph)
		for _, path := range paths {
			if !strings.HasSuffix(path, want) {
				t.Errorf("%s: %s", net, path)
			}
		}
		if len(paths) != blocks {
			t.Errorf("%s: %d norms, want %d", net, len(paths), blocks)
		}
	}
}

// TestInitial: drawn tensors have the deviations that their kinds say.
func TestInitial(t *testing.T) {
	p, err := interp.Open("resnet18")
	if err != nil {
		t.Fatal(err)
	}
	n, err := p.Net(interp.Options{})
	if err != nil {
		t.Fatal(err)
	}
	owners := owners(n.Graph)
	for kind, want := range map[recipe.InitKind]float64{
		recipe.HeUniform: math.Sqrt(2. / (64 * 9)), recipe.HeNormalOut: math.Sqrt(2. / (128 * 9)), recipe.Truncated: 0.05 * 0.8796,
	} {
		for _, q := range n.Graph.Params(true) {
			x := initial(owners[q.Path], q, recipe.Init{Kind: kind, Std: 0.05}, 3)
			sum, squares := 0.0, 0.0
			for _, v := range x.Data {
				sum, squares = sum+float64(v), squares+float64(v)*float64(v)
			}
			count := float64(len(x.Data))
			mean, deviation := sum/count, math.Sqrt(squares/count-sum/count*sum/count)
			switch q.Path {
			case "layer2.0.conv1.weight":
				if math.Abs(mean) > 4*want/math.Sqrt(count) || math.Abs(deviation/want-1) > 0.02 {
					t.Errorf("%s: mean %.4g, deviation %.4g, want %.4g", kind, mean, deviation, want)
				}
			case "bn1.weight", "bn1.running_var":
				if mean != 1 || deviation > 1e-6 {
					t.Errorf("%s: %s is %g", kind, q.Path, mean)
				}
			case "bn1.bias", "bn1.running_mean", "fc.bias":
				if squares != 0 {
					t.Errorf("%s: %s is not 0", kind, q.Path)
				}
			}
		}
	}
}
