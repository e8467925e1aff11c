package interp_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cnnlang/interp"
	"cnnlang/lang/diag"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// A member is a published network that the library does not have, of a family whose general net it has. Its file
// of weights does not show eps, the padding of strided windows, and how pictures are
// prepared.
type member struct {
	name, text   string
	params       int    // as timm states them
	gmacs        string // the same, where it is stated
	eps          dim.Size
	same         bool // pads as TensorFlow does
	resize, crop int
}

var e5, e3 = dim.Ratio(1, 100_000), dim.Ratio(1, 1000)

var members = []member{
	{"tf_efficientnet_b0", "efficientnet(eps=0.001, same_pad=true)", 5_288_548, "", e3, true, 256, 224},
	{"legacy_seresnet50", "senet(bottleneck(se=16, stride_first=true), [3, 4, 6, 3])", 28_088_024, "3.9", e5, false, 256, 224},
}

const importMembers = `import std.convnext { convnext }
import std.efficientnet { efficientnet }
import std.mnasnet { mnasnet }
import std.resnet { bottleneck }
import std.senet { senet }
import std.shufflenet { shufflenet_v2 }
`

// One line makes each published member from the general net of its family.
func TestPublishedMembers(t *testing.T) {
	text := importMembers
	for _, m := range members {
		text += "net " + m.name + " = " + m.text + "\n"
	}
	p, err := interp.Read("<stdin>", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	made, list, err := p.Check(interp.Options{})
	if err != nil || len(list) > 0 || len(made) != len(members) {
		t.Fatalf("got %d nets of %d, %v, %v", len(made), len(members), list, err)
	}
	for i, m := range members {
		n := made[i]
		if got := n.Main.Params.MustInt(); got != m.params {
			t.Errorf("%s: got %d parameters, want %d", m.name, got, m.params)
		}
		if got := fmt.Sprintf("%.1f", n.Main.MACs.Float()/1e9); m.gmacs != "" && got != m.gmacs {
			t.Errorf("%s: got %s billion MACs, want %s", m.name, got, m.gmacs)
		}
		if p := n.Meta.Prepare; p.Resize != [2]int{m.resize, m.resize} || p.At != [2]int{m.crop, m.crop} {
			t.Errorf("%s: pictures: got %v for inputs of %v, want %d and %d", m.name, p.Resize, p.At, m.resize, m.crop)
		}
		for _, node := range n.Graph.Nodes {
			switch op := node.Op.(type) {
			case *ops.BatchNorm:
				if op.Eps.Cmp(m.eps) != 0 {
					t.Errorf("%s: %s has eps %v, want %v", m.name, node.Path, op.Eps, m.eps)
				}
			case *ops.Conv:
				strides := op.Stride.H.Cmp(dim.Int(1)) > 0 && op.K.H.Cmp(dim.Int(1)) > 0
				if strides && (op.Pad.Mode == ops.Same) != m.same {
					t.Errorf("%s: %s pads by %v", m.name, node.Path, op.Pad)
				}
			}
		}
	}
}

// The stride of SE-ResNet is in the first 1x1, that of SE-ResNeXt in the 3x3.
func TestStrideOfSENets(t *testing.T) {
	for _, first := range []bool{true, false} {
		text := importMembers + fmt.Sprintf("net n = senet(bottleneck(stride_first=%t), [2, 2, 2, 2])\n", first)
		p, err := interp.Read("<stdin>", strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		made, _, err := p.Check(interp.Options{Net: "n"})
		if err != nil || len(made) != 1 {
			t.Fatalf("got %d nets, %v", len(made), err)
		}
		for path, want := range map[string]bool{"layer2.0.conv1": first, "layer2.0.conv2": !first} {
			node, ok := made[0].Graph.At(path)
			if !ok || (node.Op.(*ops.Conv).Stride.H.Cmp(dim.Int(2)) == 0) != want {
				t.Errorf("stride_first=%t: %s strides: want %t", first, path, want)
			}
		}
	}
}

// Stages dilate in place of a stride as torchvision's do with replace_stride_with_dilation:
// the first unit by what the stage before did, with the same tensors and maps of an eighth.
func TestDilatedStages(t *testing.T) {
	text := importMembers + `import std.resnet { trunk }
net whole [N, C = 3, H = 225, W = 224] -> [N, 2048, ceil(H/32), ceil(W/32)] { body: trunk(bottleneck, [3, 4, 6, 3]) }
net dilated [N, C = 3, H = 225, W = 224] -> [N, 2048, ceil(H/8), ceil(W/8)] {
  body: trunk(bottleneck, [3, 4, 6, 3], output_stride=8)
}
`
	p, err := interp.Read("<stdin>", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	whole, err := p.Net(interp.Options{Net: "whole"})
	if err != nil {
		t.Fatal(err)
	}
	n, err := p.Net(interp.Options{Net: "dilated"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(tensorsOf(t, whole), tensorsOf(t, n)); diff != "" {
		t.Errorf("the tensors differ (-without dilation +with):\n%s", diff)
	}
	want := map[string]string{"1.0": "1 1", "2.0": "2 1", "2.3": "1 1", "3.0": "1 1", "3.1": "1 2", "3.5": "1 2", "4.0": "1 2", "4.1": "1 4", "4.2": "1 4"}
	for unit, want := range want {
		node, ok := n.Graph.At("body.layer" + unit + ".conv2")
		if !ok {
			t.Fatalf("there is no layer%s", unit)
		}
		conv := node.Op.(*ops.Conv)
		if got := fmt.Sprint(conv.Stride.H, " ", conv.Dilation.H); got != want {
			t.Errorf("layer%s: stride and dilation are %s, want %s", unit, got, want)
		}
	}
}

// Parameters that a member's weights do not show, and in which members differ, must be
// given.
func TestWhatMembersDifferInHasNoDefault(t *testing.T) {
	for _, c := range []struct{ without, parameter string }{
		{"convnext([3, 3, 27, 3], [96, 192, 384, 768])", "resize"},
		{"shufflenet_v2([24, 244, 488, 976, 2048])", "resize"},
		{"mnasnet(1.3)", "resize"},
		{"mnasnet(resize=232)", "width"},
	} {
		p, err := interp.Read("<stdin>", strings.NewReader(importMembers+"net n = "+c.without+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		made, list, err := p.Check(interp.Options{Net: "n"})
		if err != nil || len(made) != 0 || len(list) == 0 || list[0].Code != diag.MissingArgument || !strings.Contains(list[0].Message, "`"+c.parameter+"`") {
			t.Errorf("%s without %s: got %d nets, %v, %v", c.without, c.parameter, len(made), list, err)
		}
	}
}
