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

// A member is a published network of a family whose general net is in the library. Its file
// of weights does not show eps, the padding of strided windows, and how pictures are
// prepared.
type member struct {
	name, text   string
	params       int    // as torchvision states them for its weights, and timm for the legacy ones
	gmacs        string // the same, where it is stated
	eps          dim.Size
	same         bool // pads as TensorFlow does
	resize, crop int
}

var e5, e3, e6 = dim.Ratio(1, 100_000), dim.Ratio(1, 1000), dim.Ratio(1, 1_000_000)

var members = []member{
	{"efficientnet_b0", "efficientnet", 5_288_548, "0.4", e5, false, 256, 224},
	{"efficientnet_b1", `efficientnet(1.0, 1.1, H=240, W=240) { meta { prepare = imagenet(resize=256, interpolation="bicubic") } }`, 7_794_184, "0.7", e5, false, 256, 240},
	{"efficientnet_b2", `efficientnet(1.1, 1.2, drop=0.3, H=288, W=288) { meta { prepare = imagenet(resize=288, interpolation="bicubic") } }`, 9_109_994, "1.1", e5, false, 288, 288},
	{"efficientnet_b3", `efficientnet(1.2, 1.4, drop=0.3, H=300, W=300) { meta { prepare = imagenet(resize=320, interpolation="bicubic") } }`, 12_233_232, "1.8", e5, false, 320, 300},
	{"efficientnet_b4", `efficientnet(1.4, 1.8, drop=0.4, H=380, W=380) { meta { prepare = imagenet(resize=384, interpolation="bicubic") } }`, 19_341_616, "4.4", e5, false, 384, 380},
	{"efficientnet_b5", `efficientnet(1.6, 2.2, drop=0.4, eps=0.001, H=456, W=456) { meta { prepare = imagenet(resize=456, interpolation="bicubic") } }`, 30_389_784, "10.3", e3, false, 456, 456},
	{"efficientnet_b6", `efficientnet(1.8, 2.6, drop=0.5, eps=0.001, H=528, W=528) { meta { prepare = imagenet(resize=528, interpolation="bicubic") } }`, 43_040_704, "19.1", e3, false, 528, 528},
	{"efficientnet_b7", `efficientnet(2.0, 3.1, drop=0.5, eps=0.001, H=600, W=600) { meta { prepare = imagenet(resize=600, interpolation="bicubic") } }`, 66_347_960, "37.7", e3, false, 600, 600},
	{"tf_efficientnet_b0", "efficientnet(eps=0.001, same_pad=true)", 5_288_548, "", e3, true, 256, 224},

	{"convnext_tiny", "convnext([3, 3, 9, 3], [96, 192, 384, 768], resize=236)", 28_589_128, "4.5", e6, false, 236, 224},
	{"convnext_small", "convnext([3, 3, 27, 3], [96, 192, 384, 768], resize=230)", 50_223_688, "8.7", e6, false, 230, 224},
	{"convnext_base", "convnext([3, 3, 27, 3], [128, 256, 512, 1024], resize=232)", 88_591_464, "15.4", e6, false, 232, 224},
	{"convnext_large", "convnext([3, 3, 27, 3], [192, 384, 768, 1536], resize=232)", 197_767_336, "34.4", e6, false, 232, 224},

	{"shufflenet_v2_x0_5", "shufflenet_v2([24, 48, 96, 192, 1024], resize=256)", 1_366_792, "", e5, false, 256, 224},
	{"shufflenet_v2_x1_5", "shufflenet_v2([24, 176, 352, 704, 1024], resize=232)", 3_503_624, "0.3", e5, false, 232, 224},
	{"shufflenet_v2_x2_0", "shufflenet_v2([24, 244, 488, 976, 2048], resize=232)", 7_393_996, "0.6", e5, false, 232, 224},

	{"regnet_y_800mf", "regnet_y([1, 3, 8, 2], [64, 144, 320, 784], g=16)", 6_432_512, "0.8", e5, false, 256, 224},
	{"regnet_y_1_6gf", "regnet_y([2, 6, 17, 2], [48, 120, 336, 888], g=24)", 11_202_430, "1.6", e5, false, 256, 224},
	{"regnet_y_3_2gf", "regnet_y([2, 5, 13, 1], [72, 216, 576, 1512], g=24)", 19_436_338, "3.2", e5, false, 256, 224},
	{"regnet_y_8gf", "regnet_y([2, 4, 10, 1], [224, 448, 896, 2016], g=56)", 39_381_472, "8.5", e5, false, 256, 224},
	{"regnet_y_16gf", "regnet_y([2, 4, 11, 1], [224, 448, 1232, 3024], g=112)", 83_590_140, "15.9", e5, false, 256, 224},
	{"regnet_y_32gf", "regnet_y([2, 5, 12, 1], [232, 696, 1392, 3712], g=232)", 145_046_770, "32.3", e5, false, 256, 224},

	{"densenet161", "densenet([6, 12, 36, 24], k=48)", 28_681_000, "7.7", e5, false, 256, 224},
	{"densenet201", "densenet([6, 12, 48, 32])", 20_013_928, "4.3", e5, false, 256, 224},

	{"vgg11", "vgg([1, 1, 2, 2, 2])", 132_863_336, "7.6", dim.Size{}, false, 256, 224},
	{"vgg16_bn", "vgg([2, 2, 3, 3, 3], norm=true)", 138_365_992, "15.5", e5, false, 256, 224},
	{"vgg19_bn", "vgg([2, 2, 4, 4, 4], norm=true)", 143_678_248, "19.6", e5, false, 256, 224},

	{"wide_resnet50_2", "resnet(bottleneck(base=128), [3, 4, 6, 3])", 68_883_240, "11.4", e5, false, 256, 224},
	// Of timm, with the mean before the projection and the deep stem.
	{"resnet50d", "resnet(bottleneck(shortcut=avg_project), [3, 4, 6, 3], stem=stem_3x3)", 25_576_264, "", e5, false, 256, 224},
	{"resnet18d", "resnet(basic(shortcut=avg_project), [2, 2, 2, 2], stem=stem_3x3)", 11_708_744, "2.1", e5, false, 256, 224},
	{"legacy_seresnet50", `senet(bottleneck(se=16, stride_first=true), [3, 4, 6, 3])`, 28_088_024, "3.9", e5, false, 256, 224},
}

const importMembers = `import std.efficientnet { efficientnet }
import std.prepare { imagenet }
import std.convnext { convnext }
import std.shufflenet { shufflenet_v2 }
import std.regnet { regnet_y }
import std.densenet { densenet }
import std.vgg { vgg }
import std.resnet { basic, bottleneck, resnet }
import std.resnet_d { avg_project, stem_3x3 }
import std.senet { senet }
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
			case *ops.LayerNorm:
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
	for _, c := range []struct{ net, argument string }{
		{"convnext_small", "resize=230"}, {"shufflenet_v2_x2_0", "resize=232"},
	} {
		for _, m := range members {
			if m.name != c.net {
				continue
			}
			if !strings.Contains(m.text, ", "+c.argument) {
				t.Fatalf("%s has no %s", c.net, c.argument)
			}
			p, err := interp.Read("<stdin>", strings.NewReader(importMembers+"net n = "+strings.Replace(m.text, ", "+c.argument, "", 1)+"\n"))
			if err != nil {
				t.Fatal(err)
			}
			parameter, _, _ := strings.Cut(c.argument, "=")
			made, list, err := p.Check(interp.Options{Net: "n"})
			if err != nil || len(made) != 0 || len(list) == 0 || list[0].Code != diag.MissingArgument || !strings.Contains(list[0].Message, "`"+parameter+"`") {
				t.Errorf("%s without %s: got %d nets, %v, %v", c.net, c.argument, len(made), list, err)
			}
		}
	}
}
