package prove

import (
	"strings"
	"testing"
)

// What is unknown is required to be what an operation or an index can take, worked out by
// hand: an index is whole and within the list at both ends, an axis one that there is.
func TestUnknownIndicesAndAxes(t *testing.T) {
	for _, test := range []struct{ block, requires string }{
		{"(l: list[int]) [N, C, H, W] -> [N, _, H, W] { conv(l[len(l) - 1] + 1, 1x1) }", "len(l) >= 1"},
		{"(l: list[int], n: int) [N, C, H, W] -> [N, _, H, W] { conv(l[n - 2] + 1, 1x1) }", "n >= 2; len(l) + 1 >= n"},
		{"(l: list[int], n: int) [N, C, H, W] -> [N, _, H, W] { conv(l[n/2] + 1, 1x1) }", "n % 2 == 0; len(l) >= n/2 + 1"},
		{"(l: list[int]) [N, C, H, W] -> [N, C, H, W] { repeat i of len(l) { if i > 0 { conv(l[i - 1] + 1, 1x1) -> conv(C, 1x1) } } }", ""},
		{"(n: int) [N, C, H, W] -> [N, _, _, _] where n >= 1, n <= 3 { concat(axis=n) { | id | relu } }", ""},
		{"(n: int) [N, C, H, W] -> [N, C, _, _] where n <= 3 { repeat n { concat(axis=min(n, 3)) { | id | relu } -> slice(0, C) } }", ""},
	} {
		v := verdictOn(t, "block f"+test.block)
		var got []string
		for _, c := range v.Contract().Requires {
			got = append(got, c.Text)
		}
		if v.Status != Proved || strings.Join(got, "; ") != test.requires {
			t.Errorf("%s\n got %s (%s), requires %q; want proved, %q", test.block, v.Status, v.Reason, strings.Join(got, "; "), test.requires)
		}
	}
}

// A block that is right for some lists is no mistake where nothing can be said of all.
func TestBlocksOfListsThatCannotBeFollowed(t *testing.T) {
	for _, block := range []string{
		"(l: list[int]) [N, C, H, W] -> [N, C, H, W] { if l == [1, 2] { relu } }",
		"(l: list[int], m: list[int]) [N, C, H, W] -> [N, C, H, W] { if m != l { relu } }",
		"(l: list[float]) [N, C, H, W] -> [N, C, H, W] { channel_affine(l, l) }",
		"(l: list[int]) [N, C, H, W] -> [N, C, _, _] { conv(C, l) }",
		"(l: list[int]) [N, C, H, W] -> [N, C, _, _] { conv(C, 1x1, pad=l) }",
		"(l: list) [N, C, H, W] -> [N, _, _, _] { repeat r in l { conv(r[0], r[1], pad=half) } }",
		"(l: list) [N, C, H, W] -> [N, _, _, _] { repeat x in l { if x { relu } } }",
		"(l: list) [N, C, H, W] -> [N, _, _, _] { conv(l[0][1], 1x1) }",
	} {
		if v := verdictOn(t, "block f"+block); v.Status != NotProved || len(v.Others) > 0 {
			t.Errorf("%s\n got %s (%s) with %v, want not proved", block, v.Status, v.Reason, v.Others)
		}
	}
}
