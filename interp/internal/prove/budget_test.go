package prove

import (
	"fmt"
	"maps"
	"runtime"
	"strings"
	"testing"
	"time"
)

// A proof is given up for the work it takes, not for the time: the same verdict on
// every machine.
func TestProofsAreGivenUpByWork(t *testing.T) {
	var params, body strings.Builder
	for i := range 14 {
		fmt.Fprintf(&params, "p%d: int, ", i)
		fmt.Fprintf(&body, "  if p%d > p%d { conv(C, 3x3, stride=p%d + 1, pad=1) } else { maxpool(3x3, stride=p%d + 2, pad=1) }\n",
			i, (i+3)%14, i, (i+1)%14)
	}
	o := lastBlock(t, fmt.Sprintf("block b(%s) [N, C, H, W] -> [N, _, _, _] {\n%s}\n", &params, &body))
	cases := 0
	for i := range 2 {
		p := New()
		p.Now = func() time.Time { return time.Time{} }
		v := p.Block(o)
		if v.Status != NotProved || v.Reason != tooMuch {
			t.Fatalf("%s: %s, want %q", v.Status, v.Reason, tooMuch)
		}
		if i > 0 && v.Cases != cases {
			t.Errorf("%d cases, then %d", cases, v.Cases)
		}
		cases = v.Cases
	}
}

// Where the clock ends a proof, it is not said to be the work; and another file has its own
// time.
func TestTheClockIsTheLastResort(t *testing.T) {
	o := lastBlock(t, "block b(n: int) [N, C, H, W] -> [N, C, H, W] {\n"+strings.Repeat("if n > C { relu }\nconv(C, 3x3, pad=1)\n", 20)+"}\n")
	p, now := New(), time.Unix(0, 0)
	tick := time.Minute
	p.Now = func() time.Time {
		now = now.Add(tick)
		return now
	}
	p.Allow()
	if v := p.Block(o); v.Status != NotProved || v.Reason != tooSlow || p.Used() > FileWork/10 {
		t.Errorf("%s: %s after work of %d, want %q", v.Status, v.Reason, p.Used(), tooSlow)
	}
	tick = time.Millisecond
	p.Allow()
	if v := p.Block(o); v.Status != Proved {
		t.Errorf("with another time: %s: %s", v.Status, v.Reason)
	}
}

// What a block declares does not choose the memory and the work of its proof: there are
// three ways for every padding, and each parameter is looked at for each.
// A name that is made of two others, and so on, does not grow with the power of a text.
func TestNamesMadeOfNames(t *testing.T) {
	for _, call := range []string{"make_divisible(%s + %s, 3)", "l[%s + %s]"} {
		text := "block f(n: int, l: list[int]) [N, C, H, W] -> [N, _, H, W] {\n let a0 = n\n let a1 = n + 1\n"
		for i := 2; i < 60; i++ {
			text += fmt.Sprintf(" let a%d = "+call+"\n", i, fmt.Sprint("a", i-1), fmt.Sprint("a", i-2))
		}
		before := allocated()
		v := verdictOn(t, text+" conv(a59, 1x1)\n}")
		if took := allocated() - before; v.Status != NotProved || took > 200<<20 {
			t.Errorf("%s: %s (%s), and %d bytes were taken", call, v.Status, v.Reason, took)
		}
	}
	// Images made of images, each in three ways.
	v := verdictOn(t, "block f(n: int, u: block) [N, C, H, W] -> [N, _, _, _] { repeat i of n { "+strings.Repeat("u -> ", 60)+"conv(i + 1, 1x1) } }")
	if v.Status == Refuted {
		t.Error("a block that is right is refuted")
	}
}

func allocated() uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.TotalAlloc
}

func TestBlocksOfManyParametersAreNotProved(t *testing.T) {
	list := func(n int, kind string) string {
		names := make([]string, n)
		for i := range names {
			names[i] = fmt.Sprintf("p%d%s", i, kind)
		}
		return strings.Join(names, ", ")
	}
	const body = " { repeat p0 relu }\n"
	for _, test := range []struct{ text, reason string }{
		{"block b(" + list(30, ": pad") + ") [N, C, H, W] -> [N, C, H, W] { relu }\n", tooManyCases},
		{"block b(" + list(5000, ": int") + ") [N, C, H, W] -> [N, C, H, W]" + body, "more than 200 parameters and sizes"},
		{"block b(q: int) [" + list(5000, "") + "] -> [p0]" + body, "more than 200 parameters and sizes"},
		{"block b(" + list(150, ": int") + ") [N, C, H, W] -> [N, C, H, W]" + body, ""},
	} {
		if v := verdictOn(t, test.text); v.Reason != test.reason {
			t.Errorf("%s: %q, want %q", v.Status, v.Reason, test.reason)
		}
	}
}

// What is left of a file's allowance is what the next block gets; another file
// has its own.
func TestBlocksOfAFileShareAnAllowance(t *testing.T) {
	o := lastBlock(t, "block b [N, C, H, W] -> [N, C, H, W] { relu }\n")
	p := New()
	p.Allow()
	p.spendAll()
	if v := p.Block(o); v.Status != NotProved || v.Reason != tooMuch {
		t.Errorf("%s: %s, want %q", v.Status, v.Reason, tooMuch)
	}
	p.Allow()
	if v := p.Block(o); v.Status != Proved {
		t.Errorf("%s: %s, want a proof", v.Status, v.Reason)
	}
}

func (p *Prover) spendAll() { p.left = -1 }

// A block that takes all it is given leaves enough for the others: what is wrong with
// them does not depend on it.
func TestABlockThatTakesMuchLeavesTheOthersTheirs(t *testing.T) {
	const text = `
block hungry(n: int) [N, C, H, W] -> [N, C, _, _] { if n > 0 { maxpool(2) -> hungry(n - 1) } }
block wrong(c: int) [N, C, H, W] -> [N, c, H, W] { conv(c, 3x3) }
block right(c: int) [N, C, H, W] -> [N, c, H, W] { conv(c, 3x3, pad=1) }
`
	p := New()
	p.Now = func() time.Time { return time.Time{} }
	p.Allow()
	got := map[string]Status{}
	for _, o := range blocksOf(t, text) {
		got[o.Name] = p.Block(o).Status
	}
	want := map[string]Status{"hungry": NotProved, "wrong": Refuted, "right": Proved}
	if !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
