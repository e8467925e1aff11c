package prove

import (
	"strings"
	"testing"
)

// A repeat that is followed for a few iterations is proved for those that its `where`
// admits; where that is none, nothing is known of it.
func TestBoundedProofsFollowSomething(t *testing.T) {
	const (
		ports = " repeat i of n | [N, C, H, W] as xs -> "
		image = " [N, C, H, W] -> [N, C, H, W] "
		named = "repeat i of n { conv(C, 1x1) as y[i] }\n @y[0]"
	)
	for _, test := range []struct {
		text string
		want Status
	}{
		{"block f" + ports + "[N, C, H, W] where n >= 2 { add { | @xs[0] | @xs[1] } }", Proved}, // for any length
		{"block f" + ports + "[N, C, H, W] where n >= 4 { add { | @xs[0] | @xs[1] } }", Proved},
		{"block f" + ports + "[N, C, H, W] where n >= 2 { repeat n each relu\n add }", Bounded},
		{"block f" + ports + "[N, C, H, W] where n >= 3 { repeat n each relu\n add }", Bounded},
		{"block f" + ports + "[N, C, H, W] where n >= 4 { repeat n each relu\n add }", NotProved},
		{"block f" + ports + "[N, C + 1, H, W] where n >= 4 { add { | @xs[0] | @xs[1] } }", NotProved},
		{"block f" + ports + "[N, C, H, W] where n >= 4 { conv(C + 1, 1x1) }", NotProved},
		{"block f" + ports + "[N, C, H, W] where n >= 2 { conv(C + 1, 1x1) }", Refuted},
		{"block f(n: int) [N, C, H, W] -> repeat i of n | [N, C + 1, H, W] where n >= 4 { list { repeat i of n | relu } }", NotProved},
		{"block f(n: int)" + image + "where n >= 1 { " + named + " }", Bounded},
		{"block f(n: int)" + image + "where n >= 4 { " + named + " }", NotProved},
		{"block f(n: int)" + image + "where n % 5 == 0, n > 0 { " + named + " -> conv(C + 1, 1x1) }", NotProved},
		{"block f(n: int, m: int)" + image + "where n >= m, m >= 4 { " + named + " }", NotProved},
		{"block f(n: int)" + image + "where n >= 4 { relu\n side s: { " + named + " } }", NotProved},
		{"block f(n: int) [N, C, H, W] -> [N, C + 1, H, W] where n >= 9 { repeat n maxpool(2x2) }", NotProved},
		{"block f(c: list[int]) [N, C, H, W] -> [N, C + 1, H, W] where len(c) >= 9 { repeat i, x in c { conv(x, 1x1) as y[i] }\n @y[8] }", NotProved},
		// What has no such repeat says nothing of it.
		{"block f(b: bool, n: int)" + image + "where n >= 4 { if b { " + named + " -> conv(C + 1, 1x1) } }", NotProved},
		{"block f(b: bool, n: int)" + image + "where n >= 3 { if b { " + named + " } }", Bounded},
		{"block f(n: int)" + image + "where n >= 2 { repeat i of n { conv(C, 1x1) as x[i] }\n " + named + " }", Bounded},
		// A way that no whole numbers take, as 2*n == 3 or n*n == 2, is none that was followed.
		{"block f(n: int)" + image + "where n//2 >= 1 { " + strings.Replace(named, "of n", "of 2*n", 1) + " }", NotProved},
		{"block f(n: int, m: int)" + image + "where n//2 >= 1 { " + strings.Replace(named, "of n", "of 2*n + 2*m", 1) + " }", NotProved},
		{"block f(n: int)" + image + "where n//2 >= 1 { " + strings.Replace(named, "of n", "of n*n", 1) + " }", NotProved},
		{"block f(n: int)" + image + "where n//2 >= 1 { " + strings.Replace(named, "of n", "of 2*n - 2", 1) + " }", Bounded},
		{"block f(n: int)" + image + "where n//2 >= 1 { " + strings.Replace(named, "of n", "of n*n - 3", 1) + " }", Bounded},
		// One that calls itself is followed as far as it goes on.
		{"block f(n: int) [N, C, H, W] -> [N, C + 1, H, W] where n >= 4 { if n > 4 { f(n-1) } else { " + named + " } }", Refuted},
		{"block f(n: int) [N, C, H, W] -> [N, C + 1, H, W] where n >= 4 { if n > 0 { conv(C, 1x1)\n f(n-1) } }", NotProved},
	} {
		v := verdictOn(t, test.text)
		if v.Status != test.want || v.Status == Refuted && v.Reason != "" {
			t.Errorf("%s\n got %s (%s), want %s", test.text, v.Status, v.Reason, test.want)
		}
	}
}
