package prove

import "testing"

// Lists of any length are proved by one item that stands for all.
func TestListsOfAnyLength(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"block f(c: int) repeat i of n | [N, C, H, W] as xs -> repeat i of n | [N, c, H, W] where c >= 1 { each conv(c, 1x1) }", "proved"},
		{"block f(c: int) repeat i of n | [N, C, H/2**i, W/2**i] as xs -> repeat i of n | [N, c, H/2**i, W/2**i] where c >= 1 { each { conv(C, 3x3, pad=1) -> relu -> conv(c, 3x3, pad=1) } }", "proved"},
		{"block f repeat i of n | [N, C*2**i, H/2**i, W] as xs -> repeat i of n | [N, C*2**i, H/2**i, _] { list { repeat i of n | @xs[i] -> relu } }", "proved"},
		{"block f repeat i of n | [N, C*2**i, H/2**i, W] as xs -> repeat i of n | [N, C*2**i, H/2**i, _] { each conv(C, 1x1) }", "refuted"},
		{"block f(n: int) [N, C, H, W] -> repeat i of n | [N, i + 1, H, W] where n >= 1 { list { repeat i of n | conv(i + 1, 1x1) } }", "proved"},
		{"block f repeat i of n | [N, C, H, W] as xs -> [N, C*n, H, W] { concat }", "proved"},
		{"block f repeat i of n | [N, C, H, W] as xs -> [N, C, H, W] { each relu -> add }", "proved"},
		{"block f repeat i of n | [N, C, H, W] as xs -> [N, C, H, W] { add { repeat i, x in @xs | @x -> relu } }", "proved"},
		{"block f repeat i of n | [N, C, H, W] as xs -> [N, C, H, W] { @xs[n-1] }", "proved"},
		{"block f repeat i of n | [N, C, H, W] as xs -> [N, C, H, W] { @xs[0] }", "proved"},
		{"block f repeat i of n | [N, _, H, W] as xs -> repeat i of n | [N, 2, H, W] { list { repeat i of n | @xs[i] -> conv(2, 1x1) } }", "proved"},
		{"block f repeat i of n | [N, _, H, W] as xs -> [N, 2*n, H, W] { concat { repeat i of n | @xs[i] -> conv(2, 1x1) } }", "proved"},
	} {
		v := verdictOn(t, test.text)
		if string(v.Status) != test.want {
			t.Errorf("%s\n got %s (%s), want %s", test.text, v.Status, v.Reason, test.want)
		}
	}
}
