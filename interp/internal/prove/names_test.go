package prove

import (
	"strings"
	"testing"
)

// Two steps of one name are a mistake for some values: a block is proved only where there
// are none, or where it requires that there are none.
func TestNamesInProofs(t *testing.T) {
	const image = " [N, C, H, W] -> [N, C, H, W] "
	const unit = "block u(c: int) [N, C, H, W] -> [N, c, H, W] { x: conv(c, 1x1) }\n"
	for _, test := range []struct{ text, want string }{
		{"block f(n: int)" + image + "{ repeat n conv(C, 1x1) }", "proved"},
		{"block f(n: int)" + image + "{ repeat n { x: conv(C, 1x1) } }", "proved, 1 >= n"},
		{"block f(n: int)" + image + "{ repeat n { x: relu } }", "proved, 1 >= n"},
		{"block f" + image + `{ mul { | id | scale: param([C, 1, 1]) } }`, "proved"},
		{"block f" + image + `{ add { | id | offset: param([C, H, W]) } }`, "proved"},
		{"block f(n: int)" + image + `{ repeat n { mul { | id | a: param([C, 1, 1]) } } }`, "proved, 1 >= n"},
		{"block f(n: int)" + image + `{ repeat i of n { "x{i}": conv(C, 1x1) -> mul { | id | "x{i+n}.weight": param([C, 1, 1]) } } }`, "not proved"},
		{"block f(n: int)" + image + `{ mul { | id | "x{n}.weight": param([C, 1, 1]) }` + "\n" + `repeat i of n { "x{i+n}": conv(C, 1x1) } }`, "not proved"},
		{"block f(n: int)" + image + `{ repeat i of n { "x{i}": conv(C, 1x1) -> mul { | id | "x{i}.scale": param([C, 1, 1]) } } }`, "proved"},
		{"block f(n: int)" + image + "{ repeat n+2 { x: conv(C, 1x1) } }", "not proved"},
		{"block f(n: int)" + image + `{ repeat i of n { "x{i}": conv(C, 1x1) } }`, "proved"},
		{"block f(n: int)" + image + `{ repeat i of n { "x{2*i+1}": conv(C, 1x1) -> "x{2*i}": conv(C, 1x1) } }`, "proved"},
		{"block f(n: int)" + image + `{ repeat i of n { "x{i+1}": conv(C, 1x1) -> "x{i}": conv(C, 1x1) } }`, "not proved"},
		{"block f(n: int)" + image + `{ repeat i of n { "x{i//2}": conv(C, 1x1) } }`, "not proved"},
		{"block f(n: int)" + image + `{ repeat i of n { "x{i}": conv(C, 1x1) }` + "\n x0: conv(C, 1x1) }", "not proved"},
		{"block f(n: int)" + image + `{ repeat i of n { "x{i+1}": conv(C, 1x1) }` + "\n x0: conv(C, 1x1) }", "proved"},
		{"block f(n: int)" + image + `{ repeat i of n { repeat j of n { "x{i}{j}": conv(C, 1x1) } } }`, "not proved"},
		{"block f(n: int)" + image + `{ repeat i of n { repeat j of n { "x{i}_{j}": conv(C, 1x1) } } }`, "proved"},
		{"block f(n: int)" + image + `{ repeat i of n { repeat j of n { "x{j}": conv(C, 1x1) } } }`, "not proved"},
		{"block f(n: int)" + image + `{ repeat i of n { "x{i}": { repeat j of n { "x{j}": conv(C, 1x1) } } } }`, "proved"},
		{"block f(n: int, m: int)" + image + `{ "x{n}": relu -> "x{m}": relu }`, "not proved"},
		{"block f(m: int)" + image + `{ repeat r in [1, m % 2] { repeat r { "x{r}": relu } } }`, "not proved"},
		{"block f(n: int)" + image + `{ "x{n}": relu -> "x{n+1}": relu }`, "proved"},
		{"block f(n: int)" + image + `{ repeat n conv(C, 1x1)` + "\n" + `"1": conv(C, 1x1) }`, "not proved"},
		{"block f(n: int)" + image + `{ "5": relu` + "\n repeat 9 relu }", "not proved"},
		{"block f(n: int)" + image + `{ "9": relu` + "\n repeat 9 relu }", "not proved"},
		{"block f(n: int)" + image + `{ "10": relu` + "\n repeat 9 relu }", "proved"},
		{"block f(n: int)" + image + `{ "5": relu` + "\n repeat 9 { relu -> relu } }", "not proved"},
		{"block f(n: int)" + image + `{ repeat 9 { relu -> x: relu6 }` + "\n" + `"4": relu }`, "not proved"},
		{"block f(n: int)" + image + `{ repeat 9 { relu -> { relu } }` + "\n" + `"14.0": relu }`, "proved"},
		{"block f(n: int)" + image + `{ repeat 9 { relu -> { relu } }` + "\n" + `"14": relu }`, "not proved"},
		{"block f(n: int)" + image + `{ repeat 9 { relu -> add { | relu | id } }` + "\n" + `"15.0.0": relu }`, "not proved"},
		{"block f(n: int)" + image + `{ repeat 9 { relu -> add { | relu | id } }` + "\n" + `"14.0.0": relu }`, "proved"},
		{"block f(n: int, s: string)" + image + `{ repeat 2 { "{s}": relu } }`, "not proved"},
		{unit + "block f(n: int)" + image + "{ repeat n u(C) }", "proved"},
		{unit + "block f(n: int)" + image + `{ repeat n { "": u(C) } }`, "proved, 1 >= n"},
		{unit + "block f(n: int)" + image + `{ "": u(C) -> "": u(C) }`, "not proved"},
		{unit + "block f(n: int)" + image + `{ if n > 0 { "": u(C) -> "": f(n-1) } }`, "not proved"},
		{"block f(n: int, u: block [N, C, H, W] -> [N, C, H, W])" + image + `{ repeat n { "": u } }`, "not proved"},
		{"block f(n: int, u: block [N, C, H, W] -> [N, C, H, W])" + image + `{ repeat n u }`, "proved"},
	} {
		v := verdictOn(t, test.text)
		got := string(v.Status)
		for _, r := range v.Requirements {
			got += ", " + r.String()
		}
		if got != test.want {
			t.Errorf("%s\n got %s (%s), want %s", strings.TrimPrefix(test.text, unit), got, v.Reason, test.want)
		}
	}
}
