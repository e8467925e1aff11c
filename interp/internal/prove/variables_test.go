package prove

import (
	"slices"
	"testing"
)

// Numbers of which nothing is known are told apart wherever they may differ. Each of these
// blocks fails for the values that are named beside it.
func TestUnknownNumbersAreToldApart(t *testing.T) {
	for fails, block := range map[string]string{
		"l = [0]":              "(l: list[int]) [N, C, H, W] -> [N, C, H, W] { if l[0] == 0 { conv(C + 1, 1x1) } }",
		"l = [0, 1, 2]":        "(l: list[int]) [N, C, H, W] -> [N, C, H, W] { repeat i of len(l) { if i > 0 { repeat j of len(l) - 1 { if l[i-1] != l[j] { conv(C + 1, 1x1) } } } } }",
		"l = [1]":              "(l: list[int]) [N, C, H, W] -> [N, _, _, _] { repeat x in l { conv(x + 1, 1x1) } -> id as a\n repeat x in l { conv(x + 2, 1x1) }\n add { | @a | id } }",
		"u = maxpool(2x2)":     "(u: block) [N, C, H, W] -> [N, _, _, _] { add { | u | u -> u } }",
		"u = conv(C + 1)":      "(u: block [N, C, H, W] -> [N, _, H, W]) [N, C, H, W] -> [N, _, _, _] { add { | u | u -> u } }",
		"u(c) = conv(c)":       "(u: block(c: int) [N, C, H, W] -> [N, _, H, W]) [N, C, H, W] -> [N, _, _, _] { add { | u(1) | u(2) } }",
		"u(v) = v":             "(u: block(v: block) [N, C, H, W] -> [N, _, H, W]) [N, C, H, W] -> [N, _, _, _] { add { | u(conv(1, 1x1)) | u(conv(2, 1x1)) } }",
		"l = [1, 0]":           "(l: list[int]) [N, C, H, W] -> [N, C, H, W] { repeat i of len(l) { \"x{i + l[i]}\": conv(C, 1x1) } }",
		"n = 2, u = conv(C+1)": "(n: int, u: block [N, C, H, W] -> [N, _, H, W]) [N, C, H, W] -> [N, _, _, _] { u -> u as a\n repeat n { u }\n add { | @a | id } }",
	} {
		if v := verdictOn(t, "block f"+block); v.Status == Proved {
			t.Errorf("%s\n is proved, and fails for %s", block, fails)
		}
	}
}

// What a called block calls by a name is another thing than what has that name here.
func TestCallsDoNotMixUpNames(t *testing.T) {
	for _, test := range []struct{ text, requires, parameters string }{
		// By hand: C*d channels and back, where d is 2*c, rounded.
		{`
block g(c: int) [N, C, H, W] -> [N, C, H, W] { a: conv(make_divisible(c, 8), 1x1, bias=false) -> b: conv(C, 1x1, bias=false) }
block f(c: int) [N, C, H, W] -> [N, C, H, W] { g(2*c) }`, "", "16*(make_divisible(2*c, 8)/8)*C"},
		// 3*2**(n + 1) groups are required; 2*(C + 3*2**n*C/(3*2**n)) + ... with one bias for each channel.
		{`
block g(n: int) [N, C, H, W] -> [N, C, H, W] { a: conv(3*2**n, 1x1, bias=false) -> b: conv(C, 1x1, groups=3*2**n, bias=false) }
block f(n: int) [N, C, H, W] -> [N, C, H, W] { g(n + 1) -> g(n) }`, "C % (6*2**(n)) == 0", "2*C + 9*2**(n)*C"},
		{`
block g [N, C, H, W] -> [N, C, H, W] { conv(C, 1x1, groups=4) }
block f(l: list[int]) [N, C, H, W] -> [N, _, _, _] { repeat x in l { g -> conv(x + 1, 1x1) }
  conv(8, 1x1, groups=4) }`, "C % 4 == 0 for what `repeat l` gives", ""},
	} {
		c := verdictOn(t, test.text).Contract()
		if c.Status != Proved || test.requires != "" && !containsClause(c.Requires, Clause{Text: test.requires}) ||
			test.parameters != "" && !slices.Contains(c.Parameters, Clause{Text: test.parameters}) {
			t.Errorf("%s\n got %v, requires %v, parameters %v; want %q, %q", test.text, c.Status, c.Requires, c.Parameters, test.requires, test.parameters)
		}
	}
}

// Iterations of repeats of one length within each other are different ones, however deep.
func TestIterationsOfOneLengthDiffer(t *testing.T) {
	const image = " [N, C, H, W] -> [N, C, H, W] "
	for _, body := range []string{
		"repeat i of n { repeat j of n { if i != j { conv(C + 1, 1x1) } } }",
		"repeat i of n { repeat j of n { repeat k of n { if j != k { conv(C + 1, 1x1) } } } }",
		"repeat i of n { repeat j of n { repeat k of n { repeat l of n { if j < l { conv(C + 1, 1x1) } } } } }",
	} {
		if v := verdictOn(t, "block f(n: int)"+image+"{ "+body+" }"); v.Status != Refuted && v.Status != NotProved {
			t.Errorf("%s: %s", body, v.Status)
		}
	}
}
