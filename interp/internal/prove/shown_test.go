package prove

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp/internal/elab"
)

// A counterexample is written in the language: a net that calls the block with the values as
// they are shown fails.
func TestCounterexamplesAreWhatTheySay(t *testing.T) {
	const image = " [N, C, H, W] -> [N, C, H, W] "
	for _, test := range []struct{ block, betrays string }{
		{"block f(s: pad)" + image + "{ if s == half { conv(C, 2x2) } }", "s = half"},
		{"block f(s: pad)" + image + "{ if s == same { conv(C, 2x2) } }", "s = same"},
		{"block f(s: pad)" + image + "{ if s == valid { conv(C, 2x2) } }", "s = 0"},
		{"block f(s: pad)" + image + "{ if s == [[1, 0], [2, 1]] { conv(C, 2x2) } }", "s = [[1, 0], [2, 1]]"},
		{"block f(s: pad)" + image + "{ if s == [1, 2] { conv(C, 2x2) } }", "s = [1, 2]"},
		{"block f(s: pad)" + image + "where s != half, s != same { conv(C, 3x3, pad=s) }", "s = "},
		{"block f(s: pad)" + image + "{ conv(C, 3x3, pad=s) }", "s = "},
		{"block f(s: pad, t: pad)" + image + "{ if s == half and t == same { conv(C, 2x2) } }", "s = half, t = same"},
		{"block f(s = half)" + image + "{ conv(C, 3x3, pad=s) }", "s = "},
		{"block f(a: bool, b: bool)" + image + "{ if a and not b { conv(C, 2x2) } }", "a = true, b = false"},
		{"block f(k: dims)" + image + "{ conv(C, k) }", "k = 2x1"},
		{"block f(k: dims)" + image + "{ if k == 2x3 { conv(C, k) } }", "k = 2x3"},
		{"block f(a = 0.5)" + image + "{ if a > 0.3 { conv(C, 2x2) } }", "a = "},
		{"block f(n: int)" + image + "{ if n == 3 { conv(C, 2x2) } }", "n = 3"},
	} {
		v := verdictOn(t, test.block+"\n")
		if v.Status != Refuted {
			t.Errorf("%s: %s (%s), want refuted", test.block, v.Status, v.Reason)
			continue
		}
		c := v.Counterexample
		if !strings.HasPrefix(c.String(), test.betrays) {
			t.Errorf("%s: fails at %s, want %s", test.block, c, test.betrays)
		}
		var args, sizes []string
		for _, part := range strings.SplitAfter(c.String(), ", ") {
			list := &args
			if slices.Contains([]string{"C = ", "H = ", "W = "}, part[:min(4, len(part))]) {
				list = &sizes
			}
			*list = append(*list, part)
		}
		net := fmt.Sprintf("net n [N, %s] -> [N, _, _, _] { f(%s) }\n", strings.Join(sizes, ""), strings.TrimSuffix(strings.Join(args, ""), ", "))
		if _, list := elab.Net(lastBlock(t, test.block+"\n"+net), elab.Options{}); !list.HasErrors() {
			t.Errorf("%s: it does not fail at %s", test.block, c)
		}
	}
}
