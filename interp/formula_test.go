package interp_test

import (
	"fmt"
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
	for _, c := range []struct {
		net    string
		set    map[string]string
		shapes [][]int
	}{
		{"-", map[string]string{"classes": "5", "w": "6", "deep": "true"}, [][]int{{1, 3, 8, 8}, {3, 3, 9, 14}}},
		{"-", map[string]string{"classes": "3", "w": "16", "deep": "false"}, [][]int{{1, 3, 11, 8}}},
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
			_, n := selected(t, c.net, own, interp.Options{Set: interp.Settings{Texts: set, Name: "set"}, Shape: shape})
			formulas := n.Formulas()
			for _, count := range []struct {
				value   string
				formula interp.Formula
			}{{n.Main.Params.String(), formulas.Params}, {n.Main.MACs.String(), formulas.MACs}} {
				if count.formula.Without != "" || len(count.formula.Clauses) == 0 {
					t.Errorf("%s: %+v", n.Name, count.formula)
				}
				holds := []string{}
				for _, clause := range count.formula.Clauses {
					text := clause.Text + " == " + count.value
					if clause.When != "" {
						text = fmt.Sprintf("(%s) and %s", clause.When, text)
					}
					holds = append(holds, text)
				}
				lets := fmt.Sprintf("let C = %d\nlet H = %d\nlet W = %d\n", shape[1], shape[2], shape[3])
				for name, value := range c.set {
					lets += fmt.Sprintf("let %s = %s\n", name, value)
				}
				text := lets + "net sum [N, 2] -> [N, 2] { relu\n  expect " + strings.Join(holds, " or ") + "\n}\n"
				p, err := interp.Read("sum.cnn", strings.NewReader(text))
				if err == nil {
					_, err = p.Net(interp.Options{})
				}
				if err != nil {
					t.Errorf("%s %v: %v\n%s", n.Name, shape, err, text)
				}
			}
		}
	}
}
