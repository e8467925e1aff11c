package interp_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
)

// The formulas of a net, computed by the language itself from its parameters and sizes, are what
// is counted at them.
func TestFormulasAreTheCounts(t *testing.T) {
	const own = `net own(classes = 4, w = 8, deep = false) [N, 3, H = 8, W = 8] -> [N, classes] {
	  conv(w, 3x3, pad=1, bias=false) -> bn -> if deep { conv(3 * w, 1x1) } -> conv(2 * w, 3x3, stride=2, pad=1) -> gap -> flatten -> fc: linear(classes)
	}`
	const grows = `net grows(n = 2, w = 4) [N, C = 3, H = 8, W = 8] -> [N, C, H, W] {
	  repeat i of n { conv(w * (i + 1), 1x1) -> conv(C, 1x1) }
	  repeat i of n { concat { | id | conv(w, 3x3, pad=1) } }
	  conv(C, 1x1)
	}`
	for _, c := range []struct {
		net    string
		set    map[string]string
		shapes [][]int
	}{
		{"-", map[string]string{"classes": "5", "w": "6", "deep": "true"}, [][]int{{1, 3, 8, 8}, {3, 3, 9, 14}}},
		{"-", map[string]string{"classes": "3", "w": "16", "deep": "false"}, [][]int{{1, 3, 11, 8}}},
		{grows, map[string]string{"n": "1", "w": "5"}, [][]int{{1, 3, 8, 8}}},
		{grows, map[string]string{"n": "4", "w": "3"}, [][]int{{1, 2, 9, 7}}},
		{"resnet50", map[string]string{"classes": "1000"}, [][]int{{1, 3, 224, 224}, {2, 1, 97, 130}}},
		{"mobilenet_v2", map[string]string{"classes": "10"}, [][]int{{1, 3, 75, 224}}},
		{"vgg16", map[string]string{"norm": "false", "classes": "7"}, [][]int{{1, 3, 97, 130}}},
		{"vgg16", map[string]string{"norm": "true", "classes": "1000"}, [][]int{{1, 4, 64, 65}}},
	} {
		var set []string
		for name, value := range c.set {
			set = append(set, name+"="+value)
		}
		for _, shape := range c.shapes {
			net, text := c.net, own
			if strings.HasPrefix(net, "net ") {
				net, text = "-", c.net
			}
			_, n := selected(t, net, text, interp.Options{Set: interp.Settings{Texts: set, Name: "set"}, Shape: shape})
			formulasAre(t, n, n.Formulas(), shape, nil) // for these settings
			_, open := selected(t, net, text, interp.Options{})
			formulasAre(t, n, open.Formulas(), shape, c.set)
		}
	}
}

// formulasAre evaluates formulas in the language at a net's sizes and settings, and compares
// what comes out with what is counted.
func formulasAre(t *testing.T, n *interp.Net, formulas interp.Formulas, shape []int, set map[string]string) {
	t.Helper()
	for _, count := range []struct {
		name, value string
		formula     interp.Formula
	}{{"params", n.Main.Params.String(), formulas.Params}, {"MACs", n.Main.MACs.String(), formulas.MACs}} {
		if len(count.formula.Clauses) == 0 {
			t.Errorf("%s has no formula of %s: %+v", n.Name, count.name, count.formula)
		}
		holds := []string{}
		for _, clause := range count.formula.Clauses {
			text := clause.Text + " == " + count.value
			if clause.When != "" {
				text = fmt.Sprintf("(%s) and %s", clause.When, text)
			}
			holds = append(holds, text)
		}
		var lets strings.Builder
		for i, axis := range []string{"C", "H", "W"}[:len(shape)-1] {
			fmt.Fprintf(&lets, "let %s = %d\n", axis, shape[i+1])
		}
		for name, value := range set {
			fmt.Fprintf(&lets, "let %s = %s\n", name, value)
		}
		text := lets.String() + "net sum [N, 2] -> [N, 2] { relu\n  expect " + strings.Join(holds, " or ") + "\n}\n"
		p, err := interp.Read("sum.cnn", strings.NewReader(text))
		if err == nil {
			_, err = p.Net(interp.Options{})
		}
		if err != nil {
			t.Errorf("%s %v %v: %s: %v\n%.2000s", n.Name, shape, set, count.name, err, text)
		}
	}
}

// Every net of the library has formulas, and they are its counts at other settings and sizes too.
func TestFormulasOfTheLibrary(t *testing.T) {
	values := map[string][]string{ // by the names of parameters, for one setting after the other
		"classes": {"7", "1000"}, "base": {"24"}, "k": {"12", "5"}, "width": {"1.4", "1.0"}, "depth": {"1.3", "1.0"},
		"eps": {"0.001", "1"}, "drop": {"0.5", "0"}, "anchors": {"5"}, "aux": {"false", "true"}, "r": {"2", "5"},
		"w": {"24", "40"}, "c": {"24", "40"}, "by": {"0.5", "1"}, "times": {"4", "3"}, "layers": {"9", "5"}, "channels": {"1", "4"}, "blocks": {"3", "5"}, "repeats": {"2", "3"}, "scaling": {"0.5", "1"},
	}
	for _, name := range interp.Library() {
		var formulas *interp.Formulas
		sizes := [][2]int{{32, 96}, {13, 27}}
		if slices.Contains([]string{"bninception", "unet", "unet_taps", "unetpp", "yolo_v3", "yolo_v5s", "dla34", "hrnet_w18", "retinanet_resnet50_fpn", "fcos_resnet50_fpn"}, name) {
			sizes = sizes[:1] // these are for multiples of 32 and 16
		}
		if name == "ssd300_vgg16" {
			sizes = [][2]int{{}, {}} // of one size
		}
		for k, more := range sizes {
			p, n := selected(t, name, "", interp.Options{})
			set, texts := map[string]string{}, []string{}
			shape := slices.Clone([]int(n.Graph.Input().Shape))
			if formulas == nil {
				f := n.Formulas()
				formulas = &f
			}
			for _, param := range p.Settable("") {
				value := []string{"true", "false"} // of ways to pad, to begin and to count
				if values[param] != nil {
					value = values[param]
				}
				if !slices.Contains([]string{"N", "C", "H", "W", "stem", "pool", "act", "n", "unit"}, param) { // formulas are for blocks by default
					set[param], texts = value[k], append(texts, param+"="+value[k])
				}
			}
			shape[2], shape[3] = shape[2]+more[0], shape[3]+more[1]
			opts := interp.Options{Set: interp.Set(texts...), Shape: shape}
			if len(n.Graph.Inputs) > 1 {
				opts.Shape, opts.Shapes = nil, map[string][]int{}
				for _, in := range n.Graph.Inputs {
					opts.Shapes[in.Path] = shape
				}
			}
			_, n = selected(t, name, "", opts)
			formulasAre(t, n, *formulas, shape, set)
		}
	}
}
