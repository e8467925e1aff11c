//go:build !race

package nettest

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cnnlang/interp"
	"cnnlang/interp/internal/reftest"
	"cnnlang/ops/tensor"
)

// A mapReference is a file of testdata/reference/maps: what a network computes in float64 at one
// size, with weights and an image of seed 0, and the multiply-accumulates at its own size.
type mapReference struct {
	Net       string
	Inputs    []tensor.Shape
	Params    int64
	MACs      int64
	StateDict []reftest.Tensor `json:"state_dict"`
	Outputs   map[string]struct {
		Shape  tensor.Shape
		Std    float64
		At     []int
		Values []float64
	}
}

// mapOutputs are what the implementations call the outputs of ours, where that is not "0" for the main
// one, which is "" here.
var mapOutputs = map[string]map[string]string{
	"unetpp":   {"0": "final1", "1": "final2", "2": "final3", "3": ""},
	"yolo_v3":  {"0": "boxes.0", "1": "boxes.1", "2": "boxes.2"},
	"yolo_v5s": {"0": "boxes.0", "1": "boxes.1", "2": "boxes.2"},

	"fcn_resnet50":                 segmenter,
	"fcn_resnet101":                segmenter,
	"deeplabv3_resnet50":           segmenter,
	"deeplabv3_resnet101":          segmenter,
	"deeplabv3_mobilenet_v3_large": segmenter,
	"lraspp_mobilenet_v3_large":    {"out": ""},
	"retinanet_resnet50_fpn":       levels(5, "scores", "boxes"),
	"fcos_resnet50_fpn":            levels(5, "scores", "boxes", "centerness"),
	"ssd300_vgg16":                 levels(6, "scores", "boxes"),
}

// segmenter are the outputs of torchvision's networks that have a second head for training.
var segmenter = map[string]string{"out": "", "aux": "aux_classifier"}

// onlyNamed are networks whose values are compared with -reference.all alone: a larger or lesser sister of
// theirs is compared always.
var onlyNamed = map[string]bool{
	"densenet161": true, "densenet169": true, "densenet201": true,
	"mnasnet0_75": true, "mnasnet1_0": true, "mnasnet1_3": true,
	"shufflenet_v2_x0_5": true, "shufflenet_v2_x1_5": true, "shufflenet_v2_x2_0": true,
	"vgg11": true, "vgg11_bn": true, "vgg13": true, "vgg13_bn": true, "vgg16_bn": true, "vgg19": true, "vgg19_bn": true,
	"wide_resnet50_2": true, "wide_resnet101_2": true,
	"darknet53": true, "darknet53_timm": true, "dncnn_s_folded": true, "edsr": true, "edsr_baseline_x4": true,
	"resnet18d": true, "resnet34d": true, "resnet50d": true, "resnet101d": true, "resnet152d": true, "resnetv2_50": true, "resnetv2_101": true, "resnet101v2_keras": true, "resnet152v2_keras": true,
	"resnet32": true, "resnet44": true, "resnet56": true, "resnet110": true, "wrn_28_10": true, "wrn_40_4": true,
	"res2net101_26w_4s": true, "skresnet34": true, "skresnext50_32x4d": true, "eca_resnet50": true, "vovnet39a": true,
	"efficientnet_b1": true, "efficientnet_b2": true, "efficientnet_b3": true, "efficientnet_b4": true,
	"efficientnet_b6": true, "efficientnet_b7": true, "efficientnet_v2_m": true, "efficientnet_v2_l": true,
	"convnext_small": true, "convnext_base": true, "convnext_large": true,
	"regnet_x_400mf": true, "regnet_x_800mf": true, "regnet_x_1_6gf": true, "regnet_x_3_2gf": true,
	"regnet_x_16gf": true, "regnet_x_32gf": true,
	"regnet_y_800mf": true, "regnet_y_1_6gf": true, "regnet_y_3_2gf": true, "regnet_y_8gf": true,
	"regnet_y_16gf": true, "regnet_y_32gf": true, "regnet_y_128gf": true,
	"regnet_y_16gf_swag": true, "regnet_y_32gf_swag": true, "regnet_y_128gf_swag": true,
	"fcn_resnet101": true, "deeplabv3_resnet50": true, "deeplabv3_resnet101": true,
}

// levels are those of a detector's outputs, which torchvision's module is given the same names for.
func levels(n int, outputs ...string) map[string]string {
	names := map[string]string{}
	for _, name := range outputs {
		for i := range n {
			names[fmt.Sprint(name, ".", i)] = fmt.Sprint(name, ".", i)
		}
	}
	return names
}

// readMaps reads the reference of a network.
func readMaps(t *testing.T, name string) (r mapReference) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(referenceFolder, "maps", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// mapNets are the networks that have a file in testdata/reference/maps.
func mapNets(t *testing.T) []string {
	return netsIn(t, filepath.Join(referenceFolder, "maps"), ".json")
}

// Networks compared by their outputs alone have the tensors of their references, by name, their
// multiply-accumulates, and their values within what the table states.
func TestMaps(t *testing.T) {
	stated := statedDeviations(t)
	found := map[string]reftest.Deviation{}
	for _, name := range mapNets(t) {
		t.Run(name, func(t *testing.T) {
			want := readMaps(t, name)
			n := withInputs(t, name, want.Inputs)
			if all, _ := n.Main.Params.Add(n.Sides.Params).Int(); int64(all) != want.Params {
				t.Errorf("%d parameters, want %d", all, want.Params)
			}
			own := Instantiate(t, name, nil)
			if all, _ := own.Main.MACs.Add(own.Sides.MACs).Int(); int64(all) != want.MACs {
				t.Errorf("%d MACs, want %d", all, want.MACs)
			}
			if diff := cmp.Diff(lines(want.StateDict), sourceTensors(t, n)); diff != "" {
				t.Errorf("the tensors differ (-want +got):\n%s", diff)
			}
			if onlyNamed[name] && !*all {
				return
			}
			found[name] = compareMaps(t, n, want)
			t.Logf("deviates by %.2g", found[name].Size)
			if !updates() {
				checkDeviation(t, stated, name, found[name].Size)
			}
		})
	}
	if *all && updates() && !t.Failed() {
		updateTable(t, found)
	}
}

// compareMaps runs a network and gives the largest difference from its reference.
func compareMaps(t *testing.T, n *interp.Net, want mapReference) (largest reftest.Deviation) {
	t.Helper()
	outputs, ok := mapOutputs[n.Name]
	if !ok {
		outputs = map[string]string{"0": ""}
	}
	if len(want.Outputs) != len(outputs) {
		t.Errorf("the reference has %d outputs, want %d", len(want.Outputs), len(outputs))
	}
	s := Build(t, n).NewSession(2)
	defer s.Close()
	Run(t, s, Images(n)...)
	for key, w := range want.Outputs {
		got := s.Output()
		if ours := outputs[key]; ours != "" {
			got, _ = s.Value(ours)
		}
		if !got.Shape.Equal(w.Shape) || len(w.At) == 0 {
			t.Fatalf("%s: got shape %v, want %v", key, got.Shape, w.Shape)
		}
		for i, at := range w.At {
			if size := math.Abs(float64(got.Data[at])-w.Values[i]) / w.Std; !(size <= largest.Size) {
				largest = reftest.Deviation{Size: size, Where: fmt.Sprintf("%s, %d", key, at)}
			}
		}
	}
	return largest
}

// withInputs is a network whose inputs have these shapes.
func withInputs(t *testing.T, name string, shapes []tensor.Shape) *interp.Net {
	t.Helper()
	if len(shapes) == 1 {
		return Instantiate(t, name, shapes[0])
	}
	p, err := interp.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	named := map[string][]int{}
	for i, in := range Instantiate(t, name, nil).Graph.Inputs {
		named[in.Path] = shapes[i]
	}
	n, err := p.Net(interp.Options{Shapes: named})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// sourceTensors are the tensors of a network by the names of its reference.
func sourceTensors(t *testing.T, n *interp.Net) []string {
	t.Helper()
	var tensors []reftest.Tensor
	if names := SourceNames[n.Name]; names == "" {
		for _, p := range n.Graph.Params(true) {
			tensors = append(tensors, reftest.Tensor{Name: p.Path, Shape: p.Shape})
		}
	} else {
		all, err := n.Tensors(names)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range all {
			tensors = append(tensors, reftest.Tensor{Name: x.Name, Shape: x.Shape})
		}
	}
	return lines(tensors)
}

// lines are tensors in the order of their names, as modules are declared in another order than they
// run.
func lines(tensors []reftest.Tensor) (lines []string) {
	for _, x := range tensors {
		lines = append(lines, fmt.Sprint(x.Name, x.Shape))
	}
	slices.Sort(lines)
	return lines
}
