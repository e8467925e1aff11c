package prove

import (
	"fmt"
	"testing"
)

// TestBlocksOfSeveralValues: what is proved of them, as it is written out, and what a picture of one
// over unknown sizes begins and ends with.
func TestBlocksOfSeveralValues(t *testing.T) {
	for _, test := range []struct{ text, signature, status, takes, gives string }{
		{"block f(c: int) | [N, c, H, W] as a | [N, D, H, W] as b -> | [N, _, H, W] | [N, D, _, _] { list { | concat { | @a | @b } | @b -> relu } }",
			"f(c): | [N, c, H, W] as a | [N, D, H, W] as b -> | [N, D + c, H, W] | [N, D, H, W]", "proved",
			"a [N, c, H, W] b [N, D, H, W] ", "[N, D + c, H, W] [N, D, H, W] "},
		{"block f repeat i of n | [N, C*2**i, H/2**i, W] as xs -> repeat i of n | [N, C*2**i, H/2**i, _] { list { repeat i of n | @xs[i] -> relu } }",
			"f: repeat i of n | [N, C*2**i, H/2**i, W] as xs -> repeat i of n | [N, C*2**i, H/2**i, _]",
			"proved for bounded repeats: up to 3 iterations of repeat n", "xs[i] [N, C*2**i, H/2**i, W] ", "[N, C*2**i, H/2**i, W] "},
		{"block f repeat i of n | [N, C, H / # half\n  2**i, W] as xs -> repeat i of n | [N, C, H/2**i, # all\n  W] { list { repeat i of n | @xs[i] -> relu } }",
			"f: repeat i of n | [N, C, H / 2**i, W] as xs -> repeat i of n | [N, C, H/2**i, W]",
			"proved for bounded repeats: up to 3 iterations of repeat n", "xs[i] [N, C, H / 2**i, W] ", "[N, C, H/2**i, W] "},
		{"block f | [N, _, H, W] as a | [N, _, H, W] as b -> [N, _, H, W] { concat { | @a | @b } }",
			"f: | [N, _, H, W] as a | [N, _, H, W] as b -> [N, _, H, W]", "proved", "a [N, _, H, W] b [N, _, H, W] ", "[N, _, H, W] "},
		{"block f | [N, _, H, W] as a | [N, _, H, W] as b -> [N, _, H, W] { add { | @a | @b } }",
			"f: | [N, _, H, W] as a | [N, _, H, W] as b -> [N, _, H, W]", "refuted", "", ""},
		{"block f repeat 5 | [N, _, H, W] as xs -> [N, _, H, W] { concat }",
			"f: repeat 5 | [N, _, H, W] as xs -> [N, _, H, W]", "proved",
			"xs[0] [N, _, H, W] xs[1] [N, _, H, W] xs[2] [N, _, H, W] xs[3] [N, _, H, W] xs[4] [N, _, H, W] ", "[N, _, H, W] "},
		{"block f repeat 5 | [N, _, H, W] as xs -> [N, _, H, W] { add }",
			"f: repeat 5 | [N, _, H, W] as xs -> [N, _, H, W]", "refuted", "", ""},
		{"block f repeat 5 | [N, C, H, W] as xs | [N, _, H, W] as q -> [N, _, H, W] { add { | @xs[0] | @q } }",
			"f: repeat 5 | [N, C, H, W] as xs | [N, _, H, W] as q -> [N, _, H, W]", "refuted", "", ""},
		{"block f repeat 5 | [N, _, H, W] as xs -> [N, _, H, W] { add { | @xs[3] | @xs[4] } }",
			"f: repeat 5 | [N, _, H, W] as xs -> [N, _, H, W]", "refuted", "", ""},
		{"block f(like: [N, _, h, w]) [N, C, H, W] -> [N, C, h, w] { resize([h, w]) }",
			"f(like): [N, C, H, W] -> [N, C, h, w]", "proved", "input [N, C, H, W] ", "[N, C, h, w] "},
	} {
		blocks := blocksOf(t, test.text)
		prover := New()
		prover.Sketches = true
		v := prover.Block(blocks[0])
		status := string(v.Status)
		if v.Status == Bounded {
			status += ": " + v.Reason
		}
		s, _ := v.Sketch()
		takes, gives := "", ""
		for _, n := range s.Inputs {
			takes += fmt.Sprintf("%s %v ", n.Path, n.Sizes)
		}
		for _, n := range s.Outputs {
			gives += fmt.Sprintf("%v ", n.Sizes)
		}
		if v.Status == Refuted {
			takes, gives = "", ""
		}
		if got := v.Contract().Signature; got != test.signature || status != test.status || takes != test.takes || gives != test.gives {
			t.Errorf("%s\n got %s, %s: takes %q, gives %q\nwant %s, %s: takes %q, gives %q", test.text, got, status, takes, gives, test.signature, test.status, test.takes, test.gives)
		}
	}
}
