package prove

import (
	"testing"

	"cnnlang/interp/internal/elab"
)

// What a proof knows of the stages of the blocks that a block calls.
func TestStagesInProofs(t *testing.T) {
	const blocks = `block two(w: int) [N, C, H, W] -> [N, 4*w, H, W] where w >= 1 { stage low: conv(2*w, 1x1) -> stage high: conv(4*w, 1x1) }
block many(n: int) [N, C, H, W] -> [N, _, H, W] { repeat i of n { stage "l{i}": conv(C + i, 1x1) } }
block around(w: int) [N, C, H, W] -> [N, C, H, W] where w >= 1 { a: two(w); conv(C, 1x1) }
block same(n: int) [N, C, H, W] -> [N, C, H, W] { repeat i of n { stage "l{i}": conv(C, 1x1) } }
block per_item(xs: list[int]) [N, C, H, W] -> [N, _, H, W] { repeat i, x in xs { stage "l{i}": conv(x + 1, 1x1) } }
block loop [N, C, H, W] -> [N, C, H, W] { repeat 3 { relu }; stage low: relu }
`
	const image = " [N, C, H, W] -> [N, "
	for _, test := range []struct{ text, want string }{
		{"block f(w: int)" + image + "2*w, H, W] where w >= 1 { b: two(w)\n @b.low }", "proved"},
		{"block f(w: int)" + image + "6*w, H, W] where w >= 1 { g: { b: two(w) }\n concat { | @g.b.low | @g.b.high } }", "proved"},
		{"block f(w: int)" + image + "2*w, H, W] where w >= 1 { x: around(w)\n @x.a.low }", "proved"},
		{"block f(w: int)" + image + "2*w, H, W] where w >= 1 { \"\": two(w)\n @low }", "proved"},
		{"block f(w: int)" + image + "2*w, H, W] where w >= 1 { \"\": around(w)\n @a.low }", "proved"},
		{"block f(w: int)" + image + "4*w, H, W] where w >= 1 { b: two(w)\n @b.low }", "refuted"},
		{"block f(w: int)" + image + "4*w, H, W] where w >= 1 { b: two(w) -> add { | id | @b.low } }", "refuted"},
		{"block f(w: int)" + image + "2*w, H, W] where w >= 1 { b: two(w)\n @b.lo }", "not proved, mistaken"},
		{"block f(w: int)" + image + "2*w, H, W] where w >= 1 { x: around(w)\n @x.low }", "not proved, mistaken"},
		{"block f(n: int)" + image + "2, H, W] { if n > 1 { b: two(1) }\n @b.low }", "refuted"},
		{"block f(n: int)" + image + "2, H, W] where n > 1 { if n > 1 { b: two(1) }\n @b.low }", "proved"},
		{"block f(n: int)" + image + "_, H, W] where n >= 1 { b: many(n)\n @b.l0 }", "proved for bounded repeats"},
		{"block f(n: int)" + image + "C + 1, H, W] where n >= 9 { b: many(n)\n @b.l1 }", "not proved"},
		{"block f(n: int)" + image + "_, H, W] { b: many(n)\n @b.l1 }", "refuted"},
		{"block f" + image + "C, H, W] { b: many(3)\n concat { | @b.l0 | @b.l1 } -> slice(0, C) }", "proved"},
		{"block f(n: int)" + image + "C, H, W] where n >= 2 { b: same(n)\n @b.l1 }", "not proved"},
		{"block f(n: int)" + image + "C, H, W] where n >= 2 { \"\": same(n)\n @l1 }", "not proved"},
		{"block f(n: int)" + image + "C, H, W] where n >= 2 { b: { repeat i of n { \"g{i}\": { stage low: relu } } }\n @b.g1.low }", "not proved"},
		{"block f(n: int, u: block)" + image + "_, _, _] where n >= 2 { b: { repeat i of n { stage \"l{i}\": u } }\n @b.l1 }", "not proved"},
		{"block f(s: string)" + image + "C, H, W] { b: { stage \"{s}\": relu }\n @b.low }", "not proved"},
		{"block f(xs: list[int])" + image + "_, H, W] { b: per_item(xs)\n @b.l1 }", "not proved"},
		{"block f(xs: list[int])" + image + "_, H, W] { \"\": per_item(xs)\n @l1 }", "not proved"},
		{"block f(xs: list[int])" + image + "xs[1] + 1, H, W] where len(xs) == 3 { b: per_item(xs)\n @b.l1 }", "proved"},
		{"block f(xs: list[int])" + image + "xs[1] + 1, H, W] where len(xs) == 3 { \"\": per_item(xs)\n @l1 }", "proved"},
		{"block f(xs: list[int])" + image + "xs[0] + 1, H, W] where len(xs) == 3 { b: per_item(xs)\n @b.l1 }", "not proved"},
		// What no number can make is a mistake as before.
		{"block f(n: int)" + image + "C, H, W] where n >= 2 { b: same(n)\n @b.k1 }", "not proved, mistaken"},
		{"block f(xs: list[int])" + image + "_, H, W] where len(xs) == 3 { b: per_item(xs)\n @b.l3 }", "not proved, mistaken"},
		// Of two stages with one label the later one is meant, whichever it is.
		{"block f(k: int)" + image + "_, H, W] { \"\": { g: { stage l1: conv(2, 1x1) }\n h: { stage \"l{k}\": conv(3, 1x1) } }\n @g.l1 }", "proved"},
		{"block f(u: block)" + image + "_, H, W] { b: u\n @b.low }", "not proved"},
		{"block f(u: block)" + image + "_, H, W] { b: { u }\n add { | id | @b.low } }", "not proved, mistaken"},
		{"block f(n: int)" + image + "C, H, W] { if n > 0 { x: f(n-1) -> add { | id | @x.mid } }\n stage mid: relu }", "not proved"},
		{"block f" + image + "C, H, W] { x: loop -> add { | id | @x.low } }", "proved"},
		{"block f(n: int)" + image + "C, H, W] { repeat i of n { \"x{i}\": loop }\n add { | id | @x3.low } }", "not proved"},
		{"block f(n: int)" + image + "C, H, W] { repeat n { x: loop }\n add { | id | @x.low } }", "not proved"},
		{"block f(n: int)" + image + "C, H, W] { repeat i of n { \"g{i}\": { x: loop -> y: loop -> add { | id | @x.low } } } }", "not proved"},
	} {
		v := verdictOn(t, blocks+test.text)
		got := string(v.Status)
		if len(v.Others) > 0 {
			got += ", mistaken"
		}
		for _, r := range v.Requirements {
			got += ", " + r.String()
		}
		if got != test.want {
			t.Errorf("%s\n got %s (%s), want %s", test.text, got, v.Reason, test.want)
		}
	}
}

// Items are followed one by one for the sake of stages alone: kinds of iterations take fewer cases.
func TestItemsThatNobodyReads(t *testing.T) {
	const text = `block f(xs: list[int]) [N, C, H, W] -> [N, C, H, W] where len(xs) == 8 {
  repeat i, x in xs { stage "l{i}": { if x > 3 { c: conv(C, 1x1) } else { r: relu } } }
}`
	if v := verdictOn(t, text); v.Status != Proved || v.Cases > 10 {
		t.Errorf("%s (%s) in %d cases", v.Status, v.Reason, v.Cases)
	}
}

// What is proved, or not, of stages that numbers name is what they are at those numbers.
func TestStagesThatNumbersName(t *testing.T) {
	const blocks = `block trunk(xs: list[int]) [N, C, H, W] -> [N, _, H, W] { repeat i, x in xs { stage "l{i+1}": conv(x, 1x1) } }
block three(xs: list[int]) [N, C, H, W] -> [N, xs[1], H, W] where len(xs) == 3 { b: trunk(xs)
 @b.l2 }
block any(xs: list[int]) [N, C, H, W] -> [N, _, H, W] { "": trunk(xs)
 @l2 }
block inner(n: int) [N, C, H, W] -> [N, _, H, W] { repeat i of n { "g{i}": { stage low: conv(i + 1, 1x1) } } }
block outer(n: int) [N, C, H, W] -> [N, _, H, W] { x: { y: inner(n) }
 @x.y.g2.low }
`
	for _, test := range []struct {
		call, width string
		fine        bool
	}{
		{"three([3, 4, 5])", "4", true}, {"three([4, 3, 5])", "4", false}, {"three([3, 4])", "4", false},
		{"any([3, 4, 5])", "4", true}, {"any([3, 4])", "4", true}, {"any([4])", "4", false},
		{"outer(3)", "3", true}, {"outer(9)", "3", true}, {"outer(2)", "3", false},
	} {
		net := "net n [N, C = 2, H = 4, W = 4] -> [N, " + test.width + ", H, W] { " + test.call + " }\n"
		if _, list := elab.Net(lastBlock(t, blocks+net), elab.Options{}); list.HasErrors() == test.fine {
			t.Errorf("%s: errors %v", test.call, list)
		}
	}
	want := map[string]Status{"three": Proved, "any": NotProved}
	for _, o := range blocksOf(t, blocks) {
		v := New().Block(o)
		if status := want[o.Name]; status != "" && v.Status != status || len(v.Others) > 0 {
			t.Errorf("%s: %s (%s), mistakes %v", o.Name, v.Status, v.Reason, v.Others)
		}
	}
}
