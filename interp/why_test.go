package interp_test

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"cnnlang/interp"
	"cnnlang/interp/graph"
)

// explained makes a net.
func explained(t *testing.T, argument, text string) *interp.Net {
	t.Helper()
	_, n := selected(t, argument, text, interp.Options{})
	return n
}

const whyText = `net n(classes = 10) [N, 3, H = 32, W = 30] -> [N, classes] {
  stem: { conv(16, 3x3, stride=2, pad=1) -> bn -> relu }
  mixed: concat {
    | id
    | a: conv(8, 1x1)
    | b: conv(4, 3x3, pad=1)
  }
  pool: maxpool(2x2, stride=2)
  side aux: { gap -> flatten -> linear(2) }
  gap -> flatten -> fc: linear(classes)
}
`

// By hand: 32 and 30 halve to 16 and 15, then to 8 and 7; 16 + 8 + 4 channels.
func TestWhyFollowsEveryAxisBackToTheInput(t *testing.T) {
	n := explained(t, "-", whyText)
	for path, want := range map[string][]string{
		"mixed": {"batch 1 input:1", "channels 3 input:1, 16 stem.0 out = 16:2, 28 mixed 16 + 8 + 4:3",
			"height 32 input:1, 16 stem.0 stride = 2:2", "width 30 input:1, 15 stem.0 stride = 2:2"},
		"pool": {"batch 1 input:1", "channels 3 input:1, 16 stem.0 out = 16:2, 28 mixed 16 + 8 + 4:3",
			"height 32 input:1, 16 stem.0 stride = 2:2, 8 pool stride = 2:8", "width 30 input:1, 15 stem.0 stride = 2:2, 7 pool stride = 2:8"},
		"output": {"batch 1 input:1", "channels 3 input:1, 16 stem.0 out = 16:2, 28 mixed 16 + 8 + 4:3, 10 fc out = 10:10"},
		"aux":    {"batch 1 input:1", "channels 3 input:1, 16 stem.0 out = 16:2, 28 mixed 16 + 8 + 4:3, 2 aux.2 out = 2:9"},
	} {
		w, err := n.Why(path)
		if err != nil {
			t.Error(err)
			continue
		}
		var got []string
		for _, a := range w.Axes {
			var steps []string
			for _, c := range a.Changes {
				steps = append(steps, strings.Join(strings.Fields(fmt.Sprint(c.Size, " ", c.Path, " ", c.Reason)), " ")+fmt.Sprint(":", c.Span.Start.Line))
			}
			got = append(got, a.Name+" "+strings.Join(steps, ", "))
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
	var unknown *interp.SelectionError
	for path, near := range map[string]string{"mixd": "mixed", "fc.weight": "fc"} {
		if _, err := n.Why(path); !errors.As(err, &unknown) || unknown.Nearest != near {
			t.Errorf("%s: got %v, want a suggestion of %s", path, err, near)
		}
	}
}

// In every library net every step's history begins at the input, or at the learned tensor or the reshape that gives the
// size, and ends at its size, and no two neighbours are the same.
func TestWhyOfTheLibrary(t *testing.T) {
	for _, name := range interp.Library() {
		n := explained(t, name, "")
		seen, gives := map[string]bool{}, map[string]bool{} // gives a size of its own
		for _, s := range n.Graph.Steps {
			if s.Node != nil && s.Node.Op != nil && slices.Contains([]string{"param", "reshape"}, s.Node.Op.Name()) {
				gives[s.Path] = true
			}
			if seen[s.Path] || s.Node == nil || len(s.Items) > 0 {
				continue
			}
			seen[s.Path] = true
			w, err := n.Why(s.Path)
			if err != nil {
				t.Fatalf("%s: %s: %v", name, s.Path, err)
			}
			if len(w.Axes) != len(s.Node.Shape) {
				t.Fatalf("%s: %s: %d axes of %v", name, s.Path, len(w.Axes), s.Node.Shape)
			}
			for i, a := range w.Axes {
				last := a.Changes[len(a.Changes)-1]
				first := a.Changes[0]
				begins := slices.ContainsFunc(n.Graph.Inputs, func(in *graph.Node) bool {
					return first.Path == cmp.Or(in.Path, "input") && first.Size == in.Shape[i]
				})
				if !begins && !(i > 0 && gives[first.Path]) || last.Size != s.Node.Shape[i] {
					t.Errorf("%s: %s: %s of %v: %v", name, s.Path, a.Name, s.Node.Shape, a.Changes)
				}
				for k := 1; k < len(a.Changes); k++ {
					if a.Changes[k].Size == a.Changes[k-1].Size {
						t.Errorf("%s: %s: %s stays %d at %s", name, s.Path, a.Name, last.Size, a.Changes[k].Path)
					}
				}
			}
		}
	}
}

// A name that stands for several values says which there are.
func TestWhyOfSeveral(t *testing.T) {
	n := explained(t, "-", `net n | [N, 3, H = 8, W = 8] as a | [N, 3, h = 4, w = 4] as b -> | [N, 4, H, W] as boxes | [N, 4, h, w] as q {
  cls: each { conv(4, 1x1) -> relu } as [x, y]
  list {
    | @x
    | @y -> relu
  }
}
`)
	r := explained(t, "-", `net r(k = 3) repeat i of k | [N, 3, H = 8, W = 8] as xs -> repeat i of k | [N, 4, H, W] as scores {
  each conv(4, 1x1)
}
`)
	for _, c := range []struct {
		n          *interp.Net
		path, want string
	}{
		{n, "output", `interp: n has 2 outputs; ask for one, "boxes" or "q"`},
		{n, "input", `interp: n has 2 inputs; ask for one, "a" or "b"`},
		{n, "cls", `interp: "cls" of n is there for each of 2 items; ask for one, "cls[0]" to "cls[1]"`},
		{n, "cls.0", `interp: "cls.0" of n is there for each of 2 items; ask for one, "cls[0].0" to "cls[1].0"`},
		{n, "1", `interp: "1" of n is a list of tensors, 2 of them; ask for the step that makes one, "cls[0].1" or "1.1.0"`},
		{r, "scores", `interp: "scores" of r is 3 outputs; ask for one, "scores.0", "scores.1" or "scores.2"`},
		{r, "xs", `interp: "xs" of r is 3 inputs; ask for one, "xs.0", "xs.1" or "xs.2"`},
		{r, "output", `interp: r has 3 outputs; ask for one, "scores.0", "scores.1" or "scores.2"`},
	} {
		if _, err := c.n.Why(c.path); err == nil || err.Error() != c.want {
			t.Errorf("%s: got %v, want %s", c.path, err, c.want)
		}
	}
}
