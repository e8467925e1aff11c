package interp_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cnnlang/interp"
	"cnnlang/interp/compare"
	"cnnlang/interp/draw"
	"cnnlang/interp/graph"
)

// side is one net of a pair with what a picture needs of it.
type side struct {
	net     *interp.Net
	outline []*graph.Part
	marks   map[*graph.Part]compare.Mark
}

func sidesOf(a, b *interp.Net) (x, y side, d *compare.Diff) {
	x, y = side{net: a, outline: a.Outline()}, side{net: b, outline: b.Outline()}
	d = compare.Nets(compare.Net{Graph: a.Graph, Outline: x.outline}, compare.Net{Graph: b.Graph, Outline: y.outline})
	x.marks, y.marks = d.Marks()
	return x, y, d
}

// unmarked are the steps of a series that no mark is on, in order, but for those of blocks of which there are
// more or fewer, that are marked as wholes.
func (s side) unmarked(series []*graph.Part) (list []string) {
	for _, p := range series {
		if m, ok := s.marks[p]; ok && m.Change.Copies {
			continue
		} else if !ok && (p.Kind == graph.Operation || p.Kind == graph.Merge) {
			list = append(list, stepOf(p.Node))
		}
		list = append(list, s.unmarked(p.Parts)...)
		for _, b := range p.Branches {
			list = append(list, s.unmarked(b)...)
		}
	}
	return list
}

// drawnSigns draws a side with its marks, and returns the signs of its boxes at the last depth.
func (s side) drawnSigns(t *testing.T, d *compare.Diff, depths []int) (signs []string) {
	t.Helper()
	number := map[*compare.Change]int{}
	for _, c := range d.Changes {
		for _, one := range c.All() {
			number[one] = len(number)
		}
	}
	marks := draw.Marks{}
	for p, m := range s.marks {
		sign := map[compare.Kind]draw.Sign{compare.Changed: draw.Changed, compare.Added: draw.Added, compare.Removed: draw.Removed}[m.Kind]
		if m.Follows {
			sign = draw.Follows
		}
		marks[p] = &draw.Mark{Sign: sign, Changes: []int{number[m.Change]}}
	}
	for _, depth := range depths {
		signs = nil
		for _, box := range drawnAs(t, s.net, s.outline, draw.Options{Depth: depth, Marks: marks}).boxes {
			signs = append(signs, box.sign)
		}
	}
	return signs
}

// pictured checks that what no mark is on is the same on both sides, in order, and that the pictures show
// what the changes say: something is added, removed or changed just if a change says so.
func pictured(t *testing.T, a, b *interp.Net, depths ...int) {
	t.Helper()
	x, y, d := sidesOf(a, b)
	if diff := cmp.Diff(x.unmarked(x.outline), y.unmarked(y.outline)); diff != "" {
		t.Errorf("%s and %s: steps without a mark differ\n%s", a.Name, b.Name, diff)
	}
	kinds := map[string]bool{}
	for _, c := range d.Changes {
		for _, one := range c.All() {
			kinds[one.Kind.String()] = true
			if one.Copies && one.A.Count != one.B.Count { // some of the copies are
				kinds[map[bool]string{true: "added", false: "removed"}[one.B.Count > one.A.Count]] = true
			}
		}
	}
	before, after := x.drawnSigns(t, d, depths), y.drawnSigns(t, d, depths)
	for _, s := range []struct {
		kind        string
		shown, told bool
	}{
		{"removed", slices.Contains(before, "removed"), kinds["removed"]},
		{"added", slices.Contains(after, "added"), kinds["added"]},
		{"removed from the second", slices.Contains(after, "removed"), false},
		{"added to the first", slices.Contains(before, "added"), false},
	} {
		if s.shown && !s.told {
			t.Errorf("%s and %s: something is %s in the picture, and no change says so", a.Name, b.Name, s.kind)
		}
	}
	if len(d.Changes) == 0 {
		for _, sign := range append(before, after...) {
			if sign != "quiet" {
				t.Errorf("%s and %s do not differ, and a box is %s", a.Name, b.Name, sign)
			}
		}
	}
}

func TestPicturesOfDiffs(t *testing.T) {
	var before *interp.Net
	for _, name := range interp.Library() {
		_, n := selected(t, name, "", interp.Options{})
		if before != nil {
			pictured(t, before, n, draw.Told)
		}
		before = n
	}
	editedNets(t, 60, 5, func(a, b *interp.Net) { pictured(t, a, b, 1, draw.All, draw.Told) })
}
