package weights

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/weightfile"
)

// The structure of names is a tree: what begins alike is a group, of modules or of tensors.
//
//	layer1.0.conv1.weight      layer1 ─ 0 ┬ conv1 ── weight
//	layer1.0.bn1.weight                   └ bn1 ─┬── weight
//	layer1.0.bn1.bias                            └── bias
//
// Those of a net and a file agree if the groups of both have the same shapes in them, whatever
// they are called and in whichever order. Groups of the same shapes are told apart by their names
// where these are the same, by the order of the file where that is not just the alphabet's, or by
// their numbers: conv2 is before conv10, and branch2a before branch2b. Where none of this helps it
// cannot be known which is which.
type group struct {
	name     string
	inside   []*group // in the order in which they begin
	tensor   *graph.Param
	contents int // the same for groups of the same shapes
}

// deepest is how many groups may be within each other.
const deepest = 64

// treeOf makes the tree of names, cut where cut says; nil if it is too deep, or two are one.
func treeOf(params []graph.Param, cut func(name string) []string) *group {
	type step struct {
		in   *group
		name string
	}
	root, at := &group{}, map[step]*group{}
	for i := range params {
		segments := cut(params[i].Path)
		if len(segments) > deepest {
			return nil
		}
		g := root
		for _, s := range segments {
			next := at[step{g, s}]
			if next == nil {
				next = &group{name: s}
				at[step{g, s}] = next
				g.inside = append(g.inside, next)
			}
			g = next
		}
		if g.tensor != nil {
			return nil
		}
		g.tensor = &params[i]
	}
	return root.short()
}

// short is a group without groups that hold nothing but one other.
func (g *group) short() *group {
	for i := range g.inside {
		g.inside[i] = g.inside[i].short()
	}
	if len(g.inside) == 1 && g.tensor == nil {
		g.inside[0].name = strings.TrimPrefix(g.name+"."+g.inside[0].name, ".")
		return g.inside[0]
	}
	return g
}

// count numbers groups by the shapes in them.
func (g *group) count(known map[string]int) {
	text := "-"
	if g.tensor != nil {
		text = ""
		for _, size := range g.tensor.Shape {
			if size != 1 {
				text += fmt.Sprint(size, " ")
			}
		}
	}
	var inside []int
	for _, other := range g.inside {
		other.count(known)
		inside = append(inside, other.contents)
	}
	slices.Sort(inside)
	text += fmt.Sprint(inside)
	if known[text] == 0 {
		known[text] = len(known) + 1
	}
	g.contents = known[text]
}

// A matching pairs the groups of a net with those of a file.
type matching struct {
	ordered bool // the order of the file means something
	pairs   []Pair
	unclear *Unclear
	wrong   bool // shapes that seemed to agree do not
}

// Unclear are groups of names that have the same shapes, of which it is not known which is
// which: the first tensor of each, as the net and the file call it.
type Unclear struct {
	Here  []string `json:"here"`
	There []string `json:"there"`
}

// String says so.
func (u *Unclear) String() string {
	shown := func(names []string) string {
		const most = 3
		list := make([]string, min(most, len(names)))
		for i := range list {
			list[i] = weightfile.Shown(names[i])
		}
		if len(names) > most {
			return strings.Join(list, ", ") + fmt.Sprintf(" and %d more", len(names)-most)
		}
		return strings.Join(list[:len(list)-1], ", ") + " and " + list[len(list)-1]
	}
	return fmt.Sprintf("which of %s is which of %s cannot be told: their shapes are the same, and the file's order is the alphabet's", shown(u.There), shown(u.Here))
}

// match pairs two groups of the same contents.
func (m *matching) match(net, file *group) {
	if net.tensor != nil {
		here, there := word(leafOf(net.tensor.Path)), word(leafOf(file.tensor.Path))
		m.wrong = m.wrong || !Holds(file.tensor.Shape, net.tensor.Shape) || here != there && told[here] && told[there]
		m.pairs = append(m.pairs, Pair{net.tensor.Path, file.tensor.Path})
	}
	byContents := func(g *group) map[int][]*group {
		all := map[int][]*group{}
		for _, other := range g.inside {
			all[other.contents] = append(all[other.contents], other)
		}
		return all
	}
	there := byContents(file)
	done := map[int]bool{}
	for _, g := range net.inside {
		if done[g.contents] {
			continue
		}
		done[g.contents] = true
		here := slices.DeleteFunc(slices.Clone(net.inside), func(other *group) bool { return other.contents != g.contents })
		m.alike(here, there[g.contents])
	}
}

// alike pairs groups that all have the same contents.
func (m *matching) alike(net, file []*group) {
	net, file = m.sameNames(net, file)
	if m.ordered || len(net) < 2 {
		for i := range net {
			m.match(net[i], file[i])
		}
		return
	}
	here, there := byTemplate(net), byTemplate(file)
	for i := range here {
		if len(here) != len(there) || len(here[i]) != len(there[i]) || i > 0 && len(here[i]) == len(here[i-1]) {
			m.unknown(net, file)
			return
		}
	}
	for i := range here {
		for k := range here[i] {
			m.match(here[i][k], there[i][k])
		}
	}
}

// unknown notes groups that cannot be told apart, the first such.
func (m *matching) unknown(net, file []*group) {
	if m.unclear != nil {
		return
	}
	m.unclear = &Unclear{}
	for i := range net {
		m.unclear.Here = append(m.unclear.Here, net[i].first())
		m.unclear.There = append(m.unclear.There, file[i].first())
	}
}

// first is the name of the first tensor in a group.
func (g *group) first() string {
	for g.tensor == nil {
		g = g.inside[0]
	}
	return g.tensor.Path
}

// called is the name of a group, of a tensor the net's word for it.
func (g *group) called() string {
	if g.tensor != nil {
		return word(g.name)
	}
	return g.name
}

// sameNames pairs the groups that are called alike, first those whose names are the same, and
// returns the others.
func (m *matching) sameNames(net, file []*group) (here, there []*group) {
	for _, name := range []func(*group) string{func(g *group) string { return g.name }, (*group).called} {
		called, count := map[string]*group{}, map[string]int{}
		for _, g := range file {
			called[name(g)] = g
			count[name(g)]++
		}
		taken := map[*group]bool{}
		here = nil
		for _, g := range net {
			if other := called[name(g)]; other != nil && !taken[other] && count[name(g)] == 1 {
				taken[other] = true
				m.match(g, other)
			} else {
				here = append(here, g)
			}
		}
		net, file = here, slices.DeleteFunc(slices.Clone(file), func(g *group) bool { return taken[g] })
	}
	return net, file
}

// byTemplate puts groups together whose names differ by nothing but numbers, in the order of
// these, those of which there are most first. Two of the same numbers are not put together.
func byTemplate(groups []*group) (all [][]*group) {
	numbers := map[*group][]int{}
	at := map[string]int{}
	for _, g := range groups {
		text, n := template(g.name)
		numbers[g] = n
		i, ok := at[text]
		if !ok {
			i = len(all)
			at[text] = i
			all = append(all, nil)
		}
		all[i] = append(all[i], g)
	}
	order := func(a, b *group) int { return slices.Compare(numbers[a], numbers[b]) }
	for i, list := range all {
		slices.SortStableFunc(list, order)
		for k := range list[1:] {
			if order(list[k], list[k+1]) == 0 {
				all = append(all, list[k+1:])
				all[i] = list[:k+1]
				break
			}
		}
	}
	slices.SortStableFunc(all, func(a, b []*group) int { return len(b) - len(a) })
	return all
}

// template is a name with # for numbers and for letters by themselves, which count as numbers.
func template(name string) (text string, numbers []int) {
	letters := []rune(name)
	for i := 0; i < len(letters); {
		end := i
		for end < len(letters) && end < i+9 && unicode.IsDigit(letters[end]) {
			end++
		}
		alone := unicode.IsLetter(letters[i]) && (i == 0 || !unicode.IsLetter(letters[i-1])) && (i+1 == len(letters) || !unicode.IsLetter(letters[i+1]))
		switch {
		case end > i:
			n := 0
			for _, d := range letters[i:end] {
				n = 10*n + int(d-'0')
			}
			text, numbers, i = text+"#", append(numbers, n), end
		case alone:
			text, numbers, i = text+"#", append(numbers, int(letters[i])), i+1
		default:
			text, i = text+string(letters[i]), i+1
		}
	}
	return text, numbers
}
