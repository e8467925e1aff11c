package prove

import (
	"slices"
	"strings"
	"testing"
)

// What a side head needs of arguments is required of the block, and what it needs to fit is not.
// All requirements are worked out by hand.
func TestArgumentsInSideHeads(t *testing.T) {
	for _, test := range []struct{ body, requires string }{
		{"side s: conv(1, 1x1, stride=n-1)\n relu", "n >= 2"},
		{"side s: maxpool(3x3)\n relu", "H >= 3 of s; W >= 3 of s"},
		{"side s: { maxpool(3x1) -> conv(n, 1x1) }\n relu", "n >= 1 when H >= 3; H >= 3 of s"},
		{"side s: { maxpool(3x1, stride=1) -> conv(n, 1x1) }\n conv(n, 1x1)", "n >= 1; H >= 3 of s"},
		{"side s: { maxpool(3x1) -> conv(H - 2, 1x1) }\n relu", "H >= 3 of s"},
		{"side s: add { | conv(1, 1x1) | maxpool(3x1) -> conv(H - 2, 1x1) }\n relu", ""},
		// Both branches are made, whether the other one fits or not. These never fit together.
		{"side s: concat { | maxpool(3x1, stride=1) | conv(H - 1, [H, 1], pad=[[H - 2, 0], [0, 0]]) }\n relu", "H >= 2"},
		{"side s: add { | id | maxpool(1x1) -> conv(n, 1x1) }\n relu", "n >= 1"},
		{"side s: add { | id | conv(n + 1, 1x1) }\n relu", ""},
		{"side s: { add { | id | conv(n + 1, 1x1) } -> conv(2 - n, 1x1) }\n relu", "1 >= n"},
		{"side s: repeat n maxpool(3x1, stride=1)\n relu", "H >= 3 of s when n >= 1; H >= 2*n + 1 of s when n >= 1"},
		{"side s: repeat n-1 relu\n relu", "n >= 1"},
		{"side s: pad([[n, 0], [0, 0]], mode=\"reflect\")\n relu", "H >= n + 1 of s"},
		{"side s: crop([[n-1, 0], [0, 0]])\n relu", "n >= 1; H >= n of s"},
		{"side s: group_norm(n)\n relu", "n >= 1; C % n == 0 of s"},
		{"side s: conv(6/n, 1x1)\n relu", "n != 0; 6 % n == 0"},
		{"side s: { side t: { conv(n, [3, 1]) -> relu }\n relu }\n relu", "n >= 1; H >= 3 of s.t"},
		{"side s: unit(n)\n relu", "n >= 1; H >= 3 of s"},
		// What follows a repeat is made whether its iterations fit or not.
		{"side s: { repeat n add { | id | concat { | id | id } } -> crop([[W-2, 0], [0, 0]]) }\n relu", "W >= 2; H + 1 >= W of s when n == 0"},
		{"side s: { repeat n+1 { add { | id | concat { | id | id } } } -> conv(2 - n, 1x1) }\n relu", "1 >= n"},
		{"side s: { crop([[n, 0], [0, 0]]) -> repeat (W+1)//2 conv(6/(n+1), 1x1) }\n relu", "6 % (n + 1) == 0; H >= n + 1 of s when 1 == ceil(W/2) or ceil(W/2) >= 2"},
		// A repeat behind branches that differ is tried once, as any other step is.
		{"side s: { add { | id | conv(n + 1, 1x1) } -> repeat n conv(2 - n, 1x1) }\n relu", "1 >= n when n >= 1"},
		{"side s: { add { | id | concat { | id | id } } -> repeat n conv(3 - n, 1x1) }\n relu", "2 >= n when n >= 1"},
		// A size that is given is one, even where another flows in.
		{"side s: sized(H=2 - n)\n relu", "1 >= n"},
	} {
		text := "block sized [N, C, H = 4, W] -> [N, C, H, W] { relu }\n" +
			"block unit(k: int) [N, C, H, W] -> [N, k, H - 2, W] { concat { | conv(k, [3, 1]) } }\n" +
			"block f(n: int) [N, C, H, W] -> [N, _, _, _] { " + test.body + " }"
		v := verdictOn(t, text)
		var got []string
		for _, c := range v.Contract().Requires {
			if c.When != "" {
				c.Text += " when " + c.When
			}
			got = append(got, strings.ReplaceAll(strings.ReplaceAll(c.Text, " for the side head `", " of "), "`", ""))
		}
		if v.Status != Proved || strings.Join(got, "; ") != test.requires {
			t.Errorf("%s\n got %s (%s), requires %q; want proved, %q", test.body, v.Status, v.Reason, strings.Join(got, "; "), test.requires)
		}
	}
}

// Where an iteration of a list does not fit, the list may be empty, or have no such item: what follows it is made
// of images of which nothing is known. These fail at n = 0 for the empty list.
func TestIterationsOfAListThatDoNotFit(t *testing.T) {
	for _, iteration := range []string{"{ conv(3, 1x1) -> add { | id | conv(4, 1x1) } }", "{ conv(3, 1x1) -> if x > 5 { add { | id | conv(4, 1x1) } } }"} {
		v := verdictOn(t, "block f(n: int, l: list[int]) [N, C, H, W] -> [N, C, H, W] { side s: { repeat x in l "+iteration+" -> crop([[n-1, 0], [0, 0]]) }\n relu }")
		if v.Status != NotProved && v.Status != Refuted {
			t.Errorf("%s: %s, and it fails for l = [] and n = 0\n%s", iteration, v.Status, v.ways())
		}
	}
}

// The second branch fits 2 rows alone, where the first does not, and makes no channels of them.
func TestABranchOfAHeadIsMadeBesideOneThatDoesNotFit(t *testing.T) {
	v := verdictOn(t, "block f [N, C, H, W] -> [N, C, H, W] { side s: concat { | conv(1, [3, 1]) | maxpool([2*H - 2, 1], stride=1) -> conv(H - 2, 1x1) }\n relu }")
	if v.Status != Refuted || v.Counterexample.Values["H"] != 2 {
		t.Errorf("%s (%s) at %v, want refuted at H = 2", v.Status, v.Reason, v.Counterexample)
	}
}

// That a head fits says nothing of how often it repeats: H*W may be 1, where it does not fit.
func TestABoundedProofFollowsHeadsThatDoNotFit(t *testing.T) {
	v := verdictOn(t, "block f [N, C, H, W] -> [N, C, H, W] { side s: repeat H*W { conv(W + 2, 3x3) -> conv(3, 1x1) }\n relu }")
	at := map[string]int64{"N": 1, "C": 1, "H": 1, "W": 1}
	if v.Status != Bounded || !slices.ContainsFunc(v.Results, func(r Result) bool { r.requires = nil; return r.admits(at) }) {
		t.Errorf("%s (%s), and no way is followed at %v:\n%s", v.Status, v.Reason, at, v.ways())
	}
}

// A size that is not known may be 1 by chance, which makes a gate of what is none otherwise.
func TestGatesByChance(t *testing.T) {
	for _, test := range []struct{ body, requires string }{
		{"repeat n mul { | param([3, 1, W]) | conv(3, 3x3) }", "n == 0 when H != 3 or W != 3"},
		{"if n == 1 { side s: { mul { | conv(1, [3, 1]) | id } -> conv(W - 1, 1x1) } }", "W >= 2 when n == 1 and ((H >= 3 and H != 3) or H == 3)"},
	} {
		v := verdictOn(t, "block f(n: int) [N, 3, H, W] -> [N, _, _, _] where n <= 1 { "+test.body+" }")
		var got []string
		for _, c := range v.Contract().Requires {
			got = append(got, c.Text+" when "+c.When)
		}
		if v.Status != Proved || strings.Join(got, "; ") != test.requires {
			t.Errorf("%s\n got %s (%s), requires %q; want proved, %q\n%s", test.body, v.Status, v.Reason, strings.Join(got, "; "), test.requires, v.ways())
		}
	}
}
