package weights

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"cnnlang/interp/graph"
)

// What a file has beyond the net is passed over where it can be no part of it; otherwise the file
// is refused, which says why and what leaves it out.
func TestSurplus(t *testing.T) {
	net := []string{"conv1.weight 8,3,3,3", "bn1.weight 8", "layer1.0.conv.weight 8,8,3,3", "layer1.1.conv.weight 8,8,3,3", "fc.weight 10,8", "fc.bias 10"}
	within := func(prefix string, list []string) (all []string) {
		for _, x := range list {
			all = append(all, prefix+x)
		}
		return all
	}
	const leave = "if the net computes without %s what it was trained to, leave it out: add --rename '%s'"
	for name, c := range map[string]struct {
		net, file []string // net's, and beyond them
		over      string
		why, help string
	}{
		"nothing":            {net, nil, "", "", ""},
		"counters":           {net, []string{"bn1.num_batches_tracked"}, "", "", ""},
		"thop":               {net, []string{"total_ops 1", "total_params 1", "conv1.total_ops 1"}, "passed over 3 other tensors: total_ops, total_params and conv1.total_ops", "", ""},
		"head":               {net, []string{"head.weight 3,4", "head.bias 3"}, "passed over 2 other tensors: head.weight and head.bias", "", ""},
		"another classifier": {net, []string{"fc2.weight 3,4"}, "passed over 1 other tensor: fc2.weight", "", ""},
		"projector":          {net, []string{"projector.0.weight 3,4", "projector.1.running_mean 3"}, "passed over 2 other tensors: projector.0.weight and projector.1.running_mean", "", ""},
		"many":               {net, within("decoder.", net), "passed over 6 other tensors: 6 in decoder", "behind decoder. stand the net's names once more", fmt.Sprintf(leave, "decoder", "decoder.{x:path}=")},
		"few of many":        {net, append(within("decoder.", net[1:]), "queue 4,5"), "passed over 6 other tensors: 5 in decoder and queue", "", ""},
		"deeper":             {net, []string{"layer1.2.conv.weight 8,8,3,3"}, "", "layer1.2 is within layer1, which the net has without it", fmt.Sprintf(leave, "layer1.2", "layer1.2.{x:path}=")},
		"longer":             {net, []string{"layer2.0.conv.weight 8,8,3,3"}, "", "layer2 is called like layer1 of the net, up to its number", fmt.Sprintf(leave, "layer2", "layer2.{x:path}=")},
		"attention":          {net, []string{"layer1.0.se.fc.weight 8,8"}, "", "layer1.0.se is within layer1.0, which the net has without it", fmt.Sprintf(leave, "layer1.0.se", "layer1.0.se.{x:path}=")},
		"bias":               {net, []string{"conv1.bias 8"}, "", "conv1 is a step of the net that has no bias", "write bias=true at conv1, if that is the net that was trained"},
		"norm of weights":    {net, []string{"conv1.weight_g 8"}, "", "conv1 is a step of the net that has no weight_g", ""},
		"normalisation":      {net, []string{"norm.weight 8", "norm.bias 8"}, "", "norm has only scales or biases, as of a normalisation that the net lacks", fmt.Sprintf(leave, "norm", "norm.{x:path}=")},
		"means":              {net, []string{"mean 1,3,1,1"}, "", "mean has only scales or biases, as of a normalisation that the net lacks", fmt.Sprintf(leave, "mean", "mean=")},
		"slashes":            {[]string{"a/kernel 3,3", "b/kernel 3,3"}, []string{"c/kernel 3,3", "a/d/kernel 2,2"}, "passed over 1 other tensor: c/kernel", "a is a step of the net that has no d", ""},
		"in one module":      {[]string{"net.a.weight 3,3", "net.c.weight 3,3"}, []string{"net.d.weight 3,3", "e.weight 3,3"}, "passed over 2 other tensors: net.d.weight and e.weight", "", ""},
		"one step":           {[]string{"a.weight 3,3"}, []string{"a.bias 3"}, "", "a is a step of the net that has no bias", "write bias=true at a, if that is the net that was trained"},
	} {
		all := params(append(append([]string{}, c.net...), c.file...)...)
		over, err := Check("tiny", "", params(c.net...), nil, fileOf(t, all))
		fit, _ := errors.AsType[*FitError](err)
		if (fit != nil) != (c.why != "") {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if fit != nil {
			if text := fit.Error(); !strings.Contains(text, "\n   = "+c.why+"\n") || fit.Advice() != c.help {
				t.Errorf("%s: %v", name, text)
			}
			over = fit.Over
			if name == "many" {
				over = fit.Unexpected
			}
		}
		if got := PassedOver(over); c.over == "" && len(over) > 0 || c.over != "" && got != c.over {
			t.Errorf("%s: %s, want %s", name, got, c.over)
		}
	}
}

// Where the order of a file is that of its net, what stands in between is a part of it.
func TestSurplusInOrder(t *testing.T) {
	stem, rest := params("stem.weight 8,3,3,3"), params("layer1.weight 8,8,3,3", "fc.weight 10,8")
	other := params("attn.weight 8,8")
	required := append(append([]graph.Param{}, stem...), rest...)
	for i, file := range [][]graph.Param{append(append([]graph.Param{}, required...), other...), append(append([]graph.Param{}, other...), required...), append(append(append([]graph.Param{}, stem...), other...), rest...)} {
		var entries []Entry
		for _, p := range file {
			entries = append(entries, Entry{Name: p.Path, Shape: p.Shape, DType: "F32"})
		}
		fit := compare(required, nil, entries, Holds)
		if refused := i == 2; refused != (len(fit.Unexpected) == 1) || refused && fit.refused[0].why != "attn stands between tensors of the net" {
			t.Errorf("%d: %v", i, fit)
		}
	}
}

// The cost of looking at what a file has beyond a net is about that of its names.
func TestSurplusOfStrangeNames(t *testing.T) {
	required := params("a.b.weight 2")
	entries := []Entry{{Name: "a.b.weight", Shape: []int{2}, DType: "F32"}, {Name: strings.Repeat(".", 1<<20), DType: "F32"}, {Name: strings.Repeat("a.b", 1<<19), DType: "F32"}, {DType: "F32"}, {Name: "a.", DType: "F32"}}
	for i := range 1 << 15 {
		entries = append(entries, Entry{Name: fmt.Sprintf("'%d'.\x1b[2J", i), DType: "F32"})
	}
	fit := compare(required, nil, entries, Holds)
	if len(fit.Over)+len(fit.Unexpected) != len(entries)-1 {
		t.Errorf("%d passed over and %d refused, of %d", len(fit.Over), len(fit.Unexpected), len(entries)-1)
	}
	if text := fit.Error(); len(text) > 4000 {
		t.Errorf("got %d bytes of message", len(text))
	}
}
