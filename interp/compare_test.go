package interp_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/compare"
	"cnnlang/interp/graph"
	"cnnlang/ops/dim"
)

func compared(a, b *interp.Net) *compare.Diff {
	return compare.Nets(compare.Net{Graph: a.Graph, Outline: a.Outline()}, compare.Net{Graph: b.Graph, Outline: b.Outline()})
}

// gain is what changes add.
func gain(list []*compare.Change) (params, macs, written dim.Size) {
	for _, c := range list {
		params = params.Add(c.After.Params).Sub(c.Before.Params)
		macs = macs.Add(c.After.MACs).Sub(c.Before.MACs)
		written = written.Add(c.After.Written).Sub(c.Before.Written)
	}
	return params, macs, written
}

// holds checks that the changes are all that differs: applied to what A costs they give what B
// costs, and every tensor is accounted for once.
func holds(t *testing.T, a, b *interp.Net, d *compare.Diff) {
	t.Helper()
	name := a.Name + " and " + b.Name
	params, macs, written := gain(d.Changes)
	if d.A.Params.Add(params) != d.B.Params || d.A.MACs.Add(macs) != d.B.MACs || d.A.Written.Add(written) != d.B.Written {
		t.Errorf("%s: the changes add %v parameters and %v MACs, from %v and %v to %v and %v", name, params, macs, d.A.Params, d.A.MACs, d.B.Params, d.B.MACs)
	}
	if of := a.Main.Add(a.Sides); d.A.Params != of.Params || d.A.MACs != of.MACs {
		t.Errorf("%s: A has %v parameters, the net %v", name, d.A.Params, of.Params)
	}
	var inside func(list []*compare.Change)
	inside = func(list []*compare.Change) {
		for _, c := range list {
			if len(c.Inner) > 0 && c.A.Count == 1 && c.B.Count == 1 {
				p, m, w := gain(c.Inner)
				// A merge may be another operation itself, which costs nothing that is counted but its values.
				if c.Before.Params.Add(p) != c.After.Params || c.Before.MACs.Add(m) != c.After.MACs || c.A.Shape.Equal(c.B.Shape) && c.Before.Written.Add(w) != c.After.Written {
					t.Errorf("%s: what changes in %s is not what it gains", name, c.A.Path)
				}
			}
			inside(c.Inner)
		}
	}
	inside(d.Changes)
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
			holds(t, n, before, compared(n, before))
		}
		before = n
	}
}

func TestDiffsOfRandomNets(t *testing.T) {
	differ := 0
	for seed := range uint64(200) {
		text := randomNet(seed)
		_, a := selected(t, "-", text, interp.Options{})
		other := randomNet(seed + 1)
		if seed%2 == 0 { // the same text with a line more, or another operation
			other = strings.Replace(text, "relu", "sigmoid", 1)
		}
		_, b := selected(t, "-", other, interp.Options{})
		if d := compared(a, a); !d.Empty() {
			t.Fatalf("seed %d: a net differs from itself\n%s", seed, text)
		}
		d := compared(a, b)
		if holds(t, a, b, d); t.Failed() {
			t.Fatalf("seed %d\n%s\n%s", seed, text, other)
		}
		if slices.Equal(operations(a), operations(b)) {
			continue
		}
		if differ++; len(d.Changes) == 0 {
			t.Fatalf("seed %d: the operations differ, and no change is told\n%s\n%s", seed, text, other)
		}
	}
	if differ < 100 {
		t.Errorf("%d pairs differ", differ)
	}
}

// operations are those of a net with their arguments and shapes, sorted.
func operations(n *interp.Net) (list []string) {
	for _, node := range n.Graph.Nodes[1:] {
		list = append(list, fmt.Sprint(graph.Describe(node.Op), node.Shape))
	}
	slices.Sort(list)
	return list
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
