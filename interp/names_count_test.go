package interp_test

import (
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
)

// A net with three convolutions in two depths, a side head in their midst, and the same step
// below two labels.
const countedNet = `
let words = ["zero", "one"]
net n [N, 3, H = 8, W = 8] -> [N, 3, _, _] {
  names keras { ROWS }
  a: { conv: conv(3, 1x1, bias=false) }
  side head: { conv: conv(2, 1x1) -> gap -> flatten }
  b: { c: { conv: conv(3, 1x1) } }
  repeat i of 2 { "d{i}": { conv: conv(3, 1x1, bias=false) -> out: conv(3, 1x1, bias=false) } }
}`

// Rows with one right side count together, each step once, in the order of the net.
func TestNamesCount(t *testing.T) {
	for _, c := range []struct{ rows, want string }{
		{`"{p:path}.conv." = "c_{count}/"`, "c_1/kernel c_2/kernel c_2/bias c_3/kernel c_3/bias c_4/kernel d0/out/kernel c_5/kernel d1/out/kernel"},
		{`"{a}.conv." = "c_{count}/"; "{a}.{b}.conv." = "c_{count}/"`, "c_1/kernel c_2/kernel c_2/bias c_3/kernel c_3/bias c_4/kernel d0/out/kernel c_5/kernel d1/out/kernel"},
		{`"{a}.conv." = "c_{count}/"; "{a}.{b}.conv." = "e_{count}/"`, "c_1/kernel c_2/kernel c_2/bias e_1/kernel e_1/bias c_3/kernel d0/out/kernel c_4/kernel d1/out/kernel"},
		{`"head." = "side/"; "{p:path}.conv." = "c_{count - 1}/"`, "c_0/kernel side/conv/kernel side/conv/bias c_1/kernel c_1/bias c_2/kernel d0/out/kernel c_3/kernel d1/out/kernel"},
		{`"d{i}." = "d_{count}/"`, "a/conv/kernel head/conv/kernel head/conv/bias b/c/conv/kernel b/c/conv/bias d_1/conv/kernel d_1/out/kernel d_2/conv/kernel d_2/out/kernel"},
		{`"{count}.conv." = "{count}/"; "{p:path}.conv." = "x/{p}/"`, "a/kernel head/kernel head/bias x/b/c/kernel x/b/c/bias d0/kernel d0/out/kernel d1/kernel d1/out/kernel"},
		{`"d{i:int}.{x}." = "{words[i]}_{x}/"`, "a/conv/kernel head/conv/kernel head/conv/bias b/c/conv/kernel b/c/conv/bias zero_conv/kernel zero_out/kernel one_conv/kernel one_out/kernel"},
		{`"{p:path}.kernel" = "x"; "{p:path}.c.conv.weight" = "{p}{count}"`, ""},
		{`"{p:path}.c.conv.weight" = "{p}{count}"`, "a/conv/kernel head/conv/kernel head/conv/bias b1 b/c/conv/bias d0/conv/kernel d0/out/kernel d1/conv/kernel d1/out/kernel"},
	} {
		p, err := interp.Read("n.cnn", strings.NewReader(strings.Replace(countedNet, "ROWS", c.rows, 1)))
		if err != nil {
			t.Fatalf("%s: %v", c.rows, err)
		}
		n, err := p.Net(interp.Options{})
		if (err != nil) != (c.want == "") {
			t.Fatalf("%s: %v", c.rows, err)
		}
		if err != nil {
			continue
		}
		tensors, err := n.Tensors("keras")
		if err != nil {
			t.Fatalf("%s: %v", c.rows, err)
		}
		var names []string
		for _, x := range tensors {
			names = append(names, x.Name)
		}
		if want := strings.Fields(c.want); !slices.Equal(names, want) {
			t.Errorf("%s\n got %q\nwant %q", c.rows, names, want)
		}
	}
}
