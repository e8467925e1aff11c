package nettest

import (
	"math"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/ops/optest"
	"cnnlang/ops/tensor"
)

// The deployed form of RepVGG computes what the trained one does, with the branches of every block added
// into one convolution.
func TestFormsOfRepVGG(t *testing.T) {
	shape := tensor.Shape{2, 3, 33, 31}
	trained, deployed := Instantiate(t, "repvgg_a0", shape), Instantiate(t, "repvgg_a0_deploy", shape)
	weights := Tensors(t, trained, 0)
	want := resultOf(t, trained, weights)
	optest.Close(t, resultOf(t, deployed, withoutBranches(deployed, weights)), want, 1e-5*float64(slices.Max(want.Data)))
}

// withoutBranches are the weights of the deployed form. A branch is a window, normalised: its rows times
// weight/sqrt(running_var + eps), and a constant. A 1x1 is the middle of a 3x3, and so is 1 for a channel
// itself (arXiv:2101.03697, section 3.3).
func withoutBranches(n *interp.Net, trained map[string]tensor.Tensor) map[string]tensor.Tensor {
	folded := map[string]tensor.Tensor{}
	for _, p := range n.Graph.Params(false) {
		block, leaf, isBlock := strings.Cut(p.Path, ".rbr_reparam.")
		if !isBlock {
			folded[p.Path] = trained[p.Path]
			continue
		}
		made := tensor.New(p.Shape...)
		sum := make([]float64, len(made.Data))
		for _, branch := range []string{"rbr_dense", "rbr_1x1", "rbr_identity"} {
			window, norm := trained[block+"."+branch+".conv.weight"], block+"."+branch+".bn."
			if branch == "rbr_identity" {
				norm = block + "." + branch + "."
			}
			if _, ok := trained[norm+"weight"]; !ok {
				continue // the input has another shape
			}
			addBranch(sum, leaf == "bias", window, trained, norm)
		}
		for i, v := range sum {
			made.Data[i] = float32(v)
		}
		folded[p.Path] = made
	}
	return folded
}

// addBranch adds the windows of a branch, or its constants, to those of a 3x3.
func addBranch(sum []float64, constants bool, window tensor.Tensor, all map[string]tensor.Tensor, norm string) {
	channels := len(all[norm+"weight"].Data)
	for c := range channels {
		factor := float64(all[norm+"weight"].Data[c]) / math.Sqrt(float64(all[norm+"running_var"].Data[c])+1e-5)
		if constants {
			sum[c] += float64(all[norm+"bias"].Data[c]) - factor*float64(all[norm+"running_mean"].Data[c])
			continue
		}
		row := sum[c*len(sum)/channels : (c+1)*len(sum)/channels] // of 3x3 windows, whose middle is the fifth
		switch size := len(window.Data) / channels; size {
		case 0:
			row[9*c+4] += factor
		case len(row):
			for i := range row {
				row[i] += factor * float64(window.Data[c*size+i])
			}
		default:
			for i := range size {
				row[9*i+4] += factor * float64(window.Data[c*size+i])
			}
		}
	}
}
