package prove

import (
	"strings"
	"testing"
)

// The tensors of an each have one shape for all items, which a block requires where it is not so
// by itself; worked out by hand.
func TestTensorsOfItemsHaveOneShape(t *testing.T) {
	const image = " [N, C, H, W] -> [N, _, _, _]"
	for _, test := range []struct{ block, want, params string }{
		// Items of one shape, and of several heights and widths.
		{"block f" + image + " where H >= 2, W >= 2 { list { | relu | avgpool(2x2) } -> each conv(C, 3x3, pad=1) as [x, _]\n@x }", "proved", "C + 9*C*C"},
		{"block f(n: int)" + image + " where n >= 1 { list { | relu | id } -> each repeat i of n { conv(C + i, 1x1) -> conv(C, 1x1) } -> add }", "proved", "*"},
		{"block f(u: block" + image + ")" + image + " { list { | relu | id } -> each u -> add }", "proved", "*"},
		{"block f(u: block" + image + ")" + image + " where H >= 2, W >= 2 { list { | relu | avgpool(2x2) } -> each u as [x, _]\n@x }", "not proved", ""},
		// Of several numbers of channels.
		{"block f(a: int, b: int)" + image + " where a >= 1, b >= 1 { list { | conv(a, 1x1) | conv(b, 1x1) } -> each conv(C, 1x1) -> add }", "refuted", ""},
		{"block f(a: int, b: int)" + image + " where a >= 1, b == a { list { | conv(a, 1x1) | conv(b, 1x1) } -> each conv(C, 1x1) -> add }", "proved", "C + 2*a + 3*C*a"},
		{"block f(a: int)" + image + " where a >= 1 { list { | conv(a, 1x1) | conv(a + 1, 1x1) } -> each conv(C, 1x1) -> add }", "refuted", ""},
		{"block f(a: int)" + image + " where a >= 1 { list { | conv(a, 1x1) | conv(a + 1, 1x1) } -> each { bn -> gap } as [x, _]\n@x }", "refuted", ""},
		{"block f(a: int)" + image + " where a >= 1 { list { | conv(a, 1x1) | conv(a + 1, 1x1) } -> each gap as [x, _]\n@x }", "proved", "C + 2*a + 2*C*a + 1"},
		// Through a block, which a summary does not tell the tensors of.
		{"block h [N, C, H, W] -> [N, 2, H, W] { conv(C, 1x1) -> conv(2, 1x1) }\nblock f(a: int)" + image + " where a >= 1 { list { | conv(a, 1x1) | conv(2, 1x1) } -> each h -> add }", "refuted", ""},
		{"block h [N, C, H, W] -> [N, 2, H, W] { conv(C, 1x1) -> conv(2, 1x1) }\nblock f(a: int)" + image + " where a == 2 { list { | conv(a, 1x1) | conv(2, 1x1) } -> each h -> add }", "proved", "4*C + 16"},
		{"block h [N, C, H, W] -> [N, 2, 1, 1] { gap -> conv(2, 1x1) }\nblock f" + image + " where H >= 2, W >= 2 { list { | relu | avgpool(2x2) } -> each h -> add }", "proved", "2*C + 2"},
		{"block h [N, C, H, W] -> [N, 2] { flatten -> linear(2) }\nblock f" + image + " where H >= 2, W >= 2 { list { | relu | avgpool(2x2) } -> each h -> gap }", "refuted", ""},
		// One way of a condition has other tensors.
		{"block h [N, C, H, W] -> [N, C, H, W] { if H > 4 { conv(C, 1x1) } else { conv(C, 3x3, pad=1) } }\nblock f" + image + " where H >= 2, W >= 2 { list { | relu | avgpool(2x2) } -> each h as [x, _]\n@x }", "refuted", ""},
		{"block h(n: int) [N, C, H, W] -> [N, C, H, W] where n >= 0 { repeat i of n { \"a{i}\": conv(C, 1x1) } }\nblock f(n: int)" + image + " where n >= 0, H >= 2, W >= 2 { list { | relu | avgpool(2x2) } -> each h(n) as [x, _]\n@x }", "not proved", ""},
		// An each in an each, of which the outer one has items of several shapes.
		{"block f" + image + " where H >= 2, W >= 2 { list { | relu | avgpool(2x2) } -> each { list { | relu | sigmoid } -> each conv(C, 1x1) -> add } as [x, _]\n@x }", "proved", "C + C*C"},
	} {
		v := verdictOn(t, test.block)
		got := string(v.Status)
		for _, c := range v.Contract().Requires {
			if v.Status == Proved {
				got += ", requires " + c.Text
			}
		}
		for _, d := range v.Others {
			got += " " + string(d.Code)
		}
		if got != test.want {
			t.Errorf("%s\n is %s (%s), want %s", test.block, got, v.Reason, test.want)
		}
		var params []string
		for _, c := range v.Contract().Parameters {
			params = append(params, c.Text)
		}
		if all := strings.Join(params, "; "); v.Status == Proved && test.params != "*" && all != test.params {
			t.Errorf("%s\n has %s parameters, want %s", test.block, all, test.params)
		}
	}
}
