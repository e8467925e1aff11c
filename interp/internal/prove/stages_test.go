package prove

import "testing"

// What a proof knows of the stages of the blocks that a block calls.
func TestStagesInProofs(t *testing.T) {
	const blocks = `block two(w: int) [N, C, H, W] -> [N, 4*w, H, W] where w >= 1 { stage low: conv(2*w, 1x1) -> stage high: conv(4*w, 1x1) }
block many(n: int) [N, C, H, W] -> [N, _, H, W] { repeat i of n { stage "l{i}": conv(C + i, 1x1) } }
block around(w: int) [N, C, H, W] -> [N, C, H, W] where w >= 1 { a: two(w); conv(C, 1x1) }
block same(n: int) [N, C, H, W] -> [N, C, H, W] { repeat i of n { stage "l{i}": conv(C, 1x1) } }
block each(xs: list[int]) [N, C, H, W] -> [N, _, H, W] { repeat i, x in xs { stage "l{i}": conv(x + 1, 1x1) } }
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
		{"block f(n: int)" + image + "C + 1, H, W] where n >= 9 { b: many(n)\n @b.l1 }", "proved for bounded repeats"},
		{"block f(n: int)" + image + "_, H, W] { b: many(n)\n @b.l1 }", "refuted"},
		{"block f" + image + "C, H, W] { b: many(3)\n concat { | @b.l0 | @b.l1 } -> slice(0, C) }", "proved"},
		{"block f(n: int)" + image + "C, H, W] where n >= 2 { b: same(n)\n @b.l1 }", "not proved"},
		{"block f(n: int)" + image + "C, H, W] where n >= 2 { \"\": same(n)\n @l1 }", "not proved"},
		{"block f(n: int)" + image + "C, H, W] where n >= 2 { b: { repeat i of n { \"g{i}\": { stage low: relu } } }\n @b.g1.low }", "not proved"},
		{"block f(n: int, u: block)" + image + "_, _, _] where n >= 2 { b: { repeat i of n { stage \"l{i}\": u } }\n @b.l1 }", "not proved"},
		{"block f(s: string)" + image + "C, H, W] { b: { stage \"{s}\": relu }\n @b.low }", "not proved"},
		{"block f(xs: list[int])" + image + "_, H, W] { b: each(xs)\n @b.l1 }", "not proved"},
		{"block f(xs: list[int])" + image + "_, H, W] { \"\": each(xs)\n @l1 }", "not proved"},
		{"block f(xs: list[int])" + image + "xs[1] + 1, H, W] where len(xs) == 3 { b: each(xs)\n @b.l1 }", "proved"},
		{"block f(xs: list[int])" + image + "xs[1] + 1, H, W] where len(xs) == 3 { \"\": each(xs)\n @l1 }", "proved"},
		{"block f(xs: list[int])" + image + "xs[0] + 1, H, W] where len(xs) == 3 { b: each(xs)\n @b.l1 }", "not proved"},
		// What no number can make is a mistake as before.
		{"block f(n: int)" + image + "C, H, W] where n >= 2 { b: same(n)\n @b.k1 }", "not proved, mistaken"},
		{"block f(xs: list[int])" + image + "_, H, W] where len(xs) == 3 { b: each(xs)\n @b.l3 }", "not proved, mistaken"},
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
