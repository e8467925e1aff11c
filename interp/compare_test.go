package interp_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cnnlang/interp"
	"cnnlang/interp/compare"
	"cnnlang/interp/graph"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

func compared(a, b *interp.Net) *compare.Diff {
	return compare.Nets(compare.Net{Graph: a.Graph, Outline: a.Outline()}, compare.Net{Graph: b.Graph, Outline: b.Outline()})
}

// stepOf is what a step does, with what it costs.
func stepOf(n *graph.Node) string {
	var in []tensor.Shape
	for _, x := range n.In {
		in = append(in, x.Shape)
	}
	c := n.Count()
	return fmt.Sprint(graph.Describe(n.Op), in, n.Shape, c.Params, c.MACs, n.Bytes())
}

// applied is what A has of each step after the changes are made to it: the steps of what was added
// are there, those of what was removed are not, in as many copies as there are.
func applied(a *interp.Net, d *compare.Diff) map[string]int {
	steps := map[string]int{}
	add := func(parts []*graph.Part, times int) {
		graph.Walk(parts, func(p *graph.Part) {
			if p.Kind == graph.Operation || p.Kind == graph.Merge {
				steps[stepOf(p.Node)] += times
			}
		})
	}
	add(a.Outline(), 1)
	var apply func(list []*compare.Change, times int)
	apply = func(list []*compare.Change, times int) {
		for _, c := range list {
			if len(c.Inner) == 0 {
				add(c.A.Parts, -times)
				add(c.B.Parts, times)
				continue
			}
			if c.A.Kind == graph.Merge {
				n := times * c.A.Count
				steps[stepOf(c.A.Parts[0].Node)] -= n
				steps[stepOf(c.B.Parts[0].Node)] += n
			}
			apply(c.Inner, times*c.A.Count)
		}
	}
	apply(d.Changes, 1)
	maps.DeleteFunc(steps, func(_ string, n int) bool { return n == 0 })
	return steps
}

// stepsOf is how many there are of each step.
func stepsOf(n *interp.Net) map[string]int {
	steps := map[string]int{}
	for _, node := range n.Graph.Operations() {
		steps[stepOf(node)]++
	}
	return steps
}

// gained is what changes add to a cost.
func gained(c compare.Cost, list []*compare.Change, times int) compare.Cost {
	n := dim.Int(times)
	for _, one := range list {
		c = compare.Cost{
			Params:  c.Params.Add(one.After.Params.Sub(one.Before.Params).Mul(n)),
			MACs:    c.MACs.Add(one.After.MACs.Sub(one.Before.MACs).Mul(n)),
			Weights: c.Weights.Add(one.After.Weights.Sub(one.Before.Weights).Mul(n)),
			Values:  c.Values.Add(one.After.Values.Sub(one.Before.Values).Mul(n)),
		}
	}
	return c
}

// holds checks that the changes are all that differs: applied to A they give the steps of B and what
// they cost, in all and within each, and every tensor is accounted for once.
func holds(t *testing.T, a, b *interp.Net, d *compare.Diff) {
	t.Helper()
	name := a.Name + " and " + b.Name
	if diff := cmp.Diff(stepsOf(b), applied(a, d)); diff != "" {
		t.Errorf("%s: the changes do not make one of the other (-want +got)\n%s", name, diff)
	}
	if got := gained(d.A.Cost, d.Changes, 1); got != d.B.Cost {
		t.Errorf("%s: the changes make %v of %v, want %v", name, got, d.A.Cost, d.B.Cost)
	}
	if of := a.Main.Add(a.Sides); d.A.Params != of.Params || d.A.MACs != of.MACs {
		t.Errorf("%s: A has %v parameters, the net %v", name, d.A.Params, of.Params)
	}
	var inside func(list []*compare.Change)
	inside = func(list []*compare.Change) {
		for _, c := range list {
			if len(c.Inner) > 0 {
				got := gained(c.Before, c.Inner, c.A.Count)
				if c.A.Kind == graph.Merge { // its own value
					n := dim.Int(c.A.Count)
					got.Values = got.Values.Add(c.B.Parts[0].Node.Bytes().Values.Sub(c.A.Parts[0].Node.Bytes().Values).Mul(n))
				}
				if got != c.After {
					t.Errorf("%s: what changes in %s makes %v of %v, want %v", name, c.A.Path, got, c.Before, c.After)
				}
			}
			inside(c.Inner)
		}
	}
	inside(d.Changes)
	accounted(t, a, b, d)
	if back := compared(b, a); !t.Failed() {
		if diff := cmp.Diff(told(d.Changes, false), told(back.Changes, true)); diff != "" {
			t.Errorf("%s: the other way something else is told (-there +back)\n%s", name, diff)
		}
	}
	if d.Empty() {
		sameGraphs(t, a, b)
	}
}

// told writes changes, back as those of the other way.
func told(list []*compare.Change, back bool) (lines []string) {
	for _, c := range list {
		x, y := c.A, c.B
		if back {
			x, y = y, x
		}
		lines = append(lines, fmt.Sprintf("%d %q %s %v | %d %q %s %v", x.Count, x.Path, x.Text, x.Shape, y.Count, y.Path, y.Text, y.Shape))
		for _, in := range told(c.Inner, back) {
			lines = append(lines, "  "+in)
		}
	}
	if len(list) > 0 {
		slices.Sort(lines) // what stands in one place is added and removed in no order
	}
	return lines
}

// sameGraphs checks that two nets are one, but for the paths.
func sameGraphs(t *testing.T, a, b *interp.Net) {
	t.Helper()
	if len(a.Graph.Nodes) != len(b.Graph.Nodes) || a.Graph.Output().ID != b.Graph.Output().ID {
		t.Fatalf("no difference is told between %d steps and %d", len(a.Graph.Nodes), len(b.Graph.Nodes))
	}
	for i, x := range a.Graph.Operations() {
		y := b.Graph.Nodes[1+i]
		ids := func(n *graph.Node) (list []int) {
			for _, in := range n.In {
				list = append(list, in.ID)
			}
			return list
		}
		if stepOf(x) != stepOf(y) || !slices.Equal(ids(x), ids(y)) {
			t.Errorf("no difference is told, and %s is %s of %v, then %s of %v", x.Path, stepOf(x), ids(x), stepOf(y), ids(y))
		}
	}
}

// accounted checks that every tensor is told once.
func accounted(t *testing.T, a, b *interp.Net, d *compare.Diff) {
	t.Helper()
	name := a.Name + " and " + b.Name
	seen := map[string]int{}
	for _, p := range d.Weights.Kept {
		seen["a "+p]++
		seen["b "+p]++
	}
	for _, p := range d.Weights.Renamed {
		seen["a "+p[0]]++
		seen["b "+p[1]]++
	}
	for _, p := range d.Weights.Resized {
		seen["a "+p[0].Path]++
		seen["b "+p[1].Path]++
	}
	for _, p := range d.Weights.Gone {
		seen["a "+p.Path]++
	}
	for _, p := range d.Weights.New {
		seen["b "+p.Path]++
	}
	tensors := 0
	for _, side := range []struct {
		of  string
		net *interp.Net
	}{{"a ", a}, {"b ", b}} {
		for _, p := range side.net.Graph.Params(true) {
			tensors++
			if seen[side.of+p.Path] != 1 {
				t.Errorf("%s: %s%s is told %d times", name, side.of, p.Path, seen[side.of+p.Path])
			}
		}
	}
	if len(seen) != tensors {
		t.Errorf("%s: %d tensors are told, there are %d", name, len(seen), tensors)
	}
}

func TestDiffs(t *testing.T) {
	var before *interp.Net
	for _, name := range interp.Library() {
		_, n := selected(t, name, "", interp.Options{})
		if d := compared(n, n); !d.Empty() {
			t.Errorf("%s differs from itself: %v", name, d.Changes)
		}
		if before != nil {
			holds(t, before, n, compared(before, n))
		}
		before = n
	}
}

// TestDiffsOfRandomNets compares random nets with others, and with what some edits make of them.
func TestDiffsOfRandomNets(t *testing.T) {
	differ, edits := 0, 0
	for seed := range uint64(190) {
		text := randomOf(seed, 150)
		_, a := selected(t, "-", text, interp.Options{})
		if d := compared(a, a); !d.Empty() {
			t.Fatalf("seed %d: a net differs from itself\n%s", seed, text)
		}
		other := randomNet(seed + 1)
		if seed%5 > 0 {
			other = edited(text, rand.New(rand.NewPCG(seed, 3)))
		}
		p, err := interp.Read("-", strings.NewReader(other))
		if err != nil {
			t.Fatal(err)
		}
		b, err := p.Net(interp.Options{})
		if err != nil {
			continue // the edits do not go together
		}
		edits++
		d := compared(a, b)
		if holds(t, a, b, d); t.Failed() {
			t.Fatalf("seed %d\n%s\n%s", seed, text, other)
		}
		if !d.Empty() {
			differ++
		}
	}
	if differ < 75 || edits < 110 {
		t.Errorf("%d of %d pairs differ", differ, edits)
	}
}

// editedNets calls f for random nets and what two edits make of each, where the edits go together.
func editedNets(t *testing.T, nets, sequence uint64, f func(a, b *interp.Net)) {
	t.Helper()
	tried := uint64(0)
	for seed := range nets {
		text := randomNet(seed)
		other := edited(text, rand.New(rand.NewPCG(seed, sequence)))
		_, a := selected(t, "-", text, interp.Options{})
		p, err := interp.Read("-", strings.NewReader(other))
		if err != nil {
			t.Fatal(err)
		}
		b, err := p.Net(interp.Options{})
		if err != nil {
			continue
		}
		tried++
		if f(a, b); t.Failed() {
			t.Fatalf("seed %d\n%s\n%s", seed, text, other)
		}
	}
	if tried < nets/3 { // so that the test is no empty one
		t.Errorf("the edits of %d nets go together, of %d", tried, nets)
	}
}

// edited makes two edits in the text of a random net: an operation is another or twice there, a line is not, is
// there twice or one further down, a loop is longer, or a value is taken from elsewhere.
func edited(text string, r *rand.Rand) string {
	operation := regexp.MustCompile(`\b(relu|bn\(eps=1e-3\)|conv\(4, 3x3, pad=1\)|lrn\(k=2\))`)
	loop, tap := regexp.MustCompile(`of 2 `), regexp.MustCompile(`@v[0-9]+`)
	others := []string{"sigmoid", "bn(eps=1e-5)", "conv(4, 1x1)", "relu -> conv(4, 3x3, pad=1)", "relu6", "add { | id | relu }"}
	for edits := 0; edits < 2; {
		before := text
		var at *regexp.Regexp
		now := ""
		switch r.IntN(6) {
		case 0, 1:
			at, now = operation, others[r.IntN(len(others))]
		case 2:
			at, now = loop, "of 3 "
		case 3:
			if taps := tap.FindAllString(text, -1); len(taps) > 0 {
				at, now = tap, taps[r.IntN(len(taps))]
			}
		default:
			lines := strings.SplitAfter(text, "\n")
			n := r.IntN(len(lines) - 1)
			if strings.ContainsAny(lines[n], "{}|") {
				continue
			}
			switch r.IntN(3) {
			case 0:
				lines[n] += lines[n]
			case 1:
				lines[n] = ""
			default:
				lines[n], lines[n+1] = lines[n+1], lines[n]
			}
			text = strings.Join(lines, "")
		}
		if at != nil {
			if all := at.FindAllStringIndex(text, -1); len(all) > 0 {
				where := all[r.IntN(len(all))]
				text = text[:where[0]] + now + text[where[1]:]
			}
		}
		if text != before || r.IntN(4) == 0 {
			edits++
		}
	}
	return text
}

// Another activation stands in the place of one, whatever the width.
func TestDiffOfActivation(t *testing.T) {
	const text = "net n [N, 3, H = 4, W = 4] -> [N, _, H, W] { c: conv(8, 1x1) -> relu -> d: conv(2, 1x1) }"
	_, a := selected(t, "-", text, interp.Options{})
	_, b := selected(t, "-", strings.NewReplacer("8", "6", "relu", "silu").Replace(text), interp.Options{})
	var words []string
	for _, c := range compared(a, b).Changes {
		words = append(words, c.Words())
	}
	want := []string{"c: conv: out 8 → 6, 8×4×4 → 6×4×4", "relu → silu, 8×4×4 → 6×4×4", "d: conv(out=2, k=1x1): reads 8×4×4 → 6×4×4"}
	if diff := cmp.Diff(want, words); diff != "" {
		t.Error(diff)
	}
}

// What an architect would say of ResNet-50 and ResNet-101.
func TestDiffOfDepth(t *testing.T) {
	_, a := selected(t, "resnet50", "", interp.Options{})
	_, b := selected(t, "resnet101", "", interp.Options{})
	d := compared(a, b)
	if len(d.Changes) != 1 || len(d.Changes[0].Inner) != 1 || d.Changes[0].Inner[0].A.Label != "layer3" || len(d.Changes[0].Inner[0].Inner) != 1 {
		t.Fatalf("got %+v", d.Changes)
	}
	if args := d.Changes[0].Arguments; len(args) != 1 || args[0] != (compare.Argument{Name: "depths", A: "[3, 4, 6, 3]", B: "[3, 4, 23, 3]"}) {
		t.Errorf("got %v", args)
	}
	if units := d.Changes[0].Inner[0].Units; units != (compare.Units{Call: "bottleneck", A: 6, B: 23}) {
		t.Errorf("got %v", units)
	}
	if in := d.Changes[0].Inner[0].Inner[0]; in.A.Count != 5 || in.B.Count != 22 || in.A.Text != "bottleneck(c=256)" {
		t.Errorf("got %+v", in)
	}
	if w := d.Weights; len(w.Kept) != len(a.Graph.Params(true)) || len(w.Gone)+len(w.Renamed)+len(w.Resized) > 0 {
		t.Errorf("got %d kept", len(w.Kept))
	}
}
