package interp_test

import (
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/internal/nettest"
)

// A side head within a side head may be requested alone: it gives the same numbers as the
// same steps in the main path, and what it needs of the outer one is computed.
func TestSideHeadWithinASideHead(t *testing.T) {
	const steps = `conv(4, 3x3, pad=1) -> relu`
	_, nested := selected(t, "-", `net n [N, 3, H = 9, W = 8] -> [N, 5, _, _] {
		side a: { `+steps+`; side b: { gap -> flatten -> linear(2) }; conv(4, 1x1); side c: relu }
		conv(5, 3x3) }`, interp.Options{})
	_, plain := selected(t, "-", `net n [N, 3, H = 9, W = 8] -> [N, 2] { a: { `+steps+`; b: { gap -> flatten -> linear(2) } } }`, interp.Options{})
	input := nettest.Image(0, nested.Graph.Input().Shape)
	build := func(n *interp.Net, sides ...string) *interp.Model {
		m, err := n.Build(t.Context(), interp.Options{Weights: interp.RandomWeights(3), Values: sides})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	s := build(nested, "a.b").NewSession(1)
	defer s.Close()
	if err := s.Run(t.Context(), input); err != nil {
		t.Fatal(err)
	}
	got, ok := s.Value("a.b")
	if !ok {
		t.Fatal("the head was not computed")
	}
	if !nettest.SameBits(got.Data, nettest.Results(t, build(plain), 1, input)[0]) {
		t.Error("the head has other numbers than the same steps in the main path")
	}
	if _, ok := s.Value("a.c"); ok {
		t.Error("a head that was not asked for was computed")
	}
}

// If a head does not fit the input, those within it do not either; if only one within it
// does not, the head is whole.
func TestSideHeadsThatDoNotFitWithinOthers(t *testing.T) {
	for _, c := range []struct{ text, unfit string }{
		{`side a: { relu; side b: gap; maxpool(20x20) }`, "a a.b"},
		{`side a: { relu; side b: maxpool(20x20); gap }`, "a.b"},
		{`side a: { relu; side b: { side c: gap; maxpool(20x20) } }`, "a.b a.b.c"},
	} {
		_, n := selected(t, "-", "net n [N, 3, H = 8, W = 8] -> [N, 3, 8, 8] { "+c.text+"; relu }", interp.Options{})
		var unfit []string
		for _, s := range n.Graph.Sides {
			if s.Output == nil {
				unfit = append(unfit, s.Name)
			}
			_, err := n.Build(t.Context(), interp.Options{Weights: interp.RandomWeights(0), Values: []string{s.Name}})
			if (err != nil) != (s.Output == nil) {
				t.Errorf("%s: the head %s: %v", c.text, s.Name, err)
			}
		}
		if got := strings.Join(unfit, " "); got != c.unfit {
			t.Errorf("%s: %s do not fit, want %s", c.text, got, c.unfit)
		}
	}
}

// A mistake in a head that is left out may be made again elsewhere, and is told there.
func TestAMistakeOfAHeadIsToldElsewhere(t *testing.T) {
	t.Chdir(t.TempDir())
	const block = "block pooled [N, C, H, W] -> [N, C, _, _] { maxpool(9x9) }\n"
	for _, c := range []struct {
		body string
		want string
	}{
		{"side a: pooled\n side b: pooled\n relu", "a E0506, b E0506"},
		{"side a: pooled\n pooled", "a E0506, E0403"},
		{"side a: slice(0, 4)\n slice(0, 4)", "a E0506, E0305"},
		{"side a: pad(8, mode=\"reflect\")\n relu", "a E0506"},
		{"side a: conv(3, 9x9, stride=0)\n relu", "E0305"},
		{"side a: add { | pooled | conv(3, 1x1, stride=0) }\n relu", "E0305, a E0506"},
	} {
		_, list := check(t, block+"net n [N, 3, H = 8, W = 8] -> [N, 3, _, _] {\n "+c.body+"\n}\n", interp.Options{})
		var got []string
		for _, d := range list {
			text := string(d.Code)
			if _, name, about := strings.Cut(d.Message, "the side head `"); about {
				text = name[:1] + " " + text
			}
			got = append(got, text)
		}
		slices.Sort(got)
		want := strings.Split(c.want, ", ")
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", c.body, got, want)
		}
	}
}
