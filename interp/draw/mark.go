package draw

import (
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp/graph"
)

// A Sign is how a part differs from what another network has in its place.
type Sign int

const (
	Quiet   Sign = iota // not at all
	Follows             // its shapes alone do
	Changed             // it is there in both, and does something else
	Added               // it is there in the second alone
	Removed             // in the first alone
)

var signNames = [...]string{"quiet", "follows", "changed", "added", "removed"}

func (s Sign) String() string { return signNames[s] }

// prefix is what stands before the text of something that differs, for those who see no colours.
func (s Sign) prefix() string { return [...]string{"", "", "~ ", "+ ", "− "}[s] }

// tells reports whether the difference is one by itself.
func (s Sign) tells() bool { return s >= Changed }

// with is the sign of something that consists of two parts.
func (s Sign) with(other Sign) Sign {
	switch {
	case s == other:
		return s
	case s <= Follows && other <= Follows:
		return Follows
	}
	return Changed
}

// A Mark is what a picture of a difference says of a part: its sign, the numbers of the changes
// that tell of it, and those of what only the other network has behind it.
type Mark struct {
	Sign    Sign
	Changes []int
	Behind  []int
}

// Marks are those of the parts of an outline that differ.
type Marks map[*graph.Part]*Mark

// marked adds what the marks say of a part to an item that it is in.
func (b *builder) marked(i *Item, p *graph.Part) *Item {
	if m := b.marks[p]; m != nil {
		if i.sign == Quiet || m.Sign > i.sign {
			i.sign = m.Sign
		}
		i.refers(m.Changes, m.Behind)
	}
	return i
}

// refers adds numbers of changes.
func (i *Item) refers(changes, behind []int) {
	add := func(list, more []int) []int {
		for _, n := range more {
			if !slices.Contains(list, n) {
				list = append(list, n)
			}
		}
		return list
	}
	i.changes, i.behind = add(i.changes, changes), add(i.behind, behind)
}

// differing shuts the frames in which nothing differs by itself, and blocks that are there in one network
// alone.
func differing(items []*Item) []*Item {
	for _, i := range items {
		tells := false
		each(i.Items, func(in *Item) { tells = tells || in.sign.tells() })
		switch {
		case i.Kind == Frame && (!tells || i.sign > Changed && i.Call != ""):
			i.shut()
		default:
			i.Items = differing(i.Items)
		}
		for b := range i.Branches {
			i.Branches[b] = differing(i.Branches[b])
		}
	}
	return items
}

// classes are those of an item's element: its kind, and its sign in a picture of a difference.
func (i *Item) classes(kind string) string {
	if i.marked {
		kind += " " + i.sign.String()
	}
	return kind
}

// references are the attributes with the numbers of its changes.
func (i *Item) references() (text string) {
	for _, a := range []struct {
		name    string
		numbers []int
	}{{"changes", i.changes}, {"behind", i.behind}} {
		if len(a.numbers) > 0 {
			text += fmt.Sprintf(` data-%s="%s"`, a.name, strings.Trim(fmt.Sprint(a.numbers), "[]"))
		}
	}
	return text
}

// signStyle has its colours and lines: what was added is solid, what was removed is in dashes, what changed is
// in dots, so that a print in grey tells them.
var signStyle = strings.TrimPrefix(Fallbacks(styleRules+signColours), style)

const signColours = `
:root{--added:#d5f0dc;--plus:#1a7f37;--removed:#fbdcd8;--minus:#b42318;--changed:#fdebb5;--other-than:#8a5a00}
@media (prefers-color-scheme:dark){:root{--added:#16391f;--plus:#4ac26b;--removed:#4b1f1c;--minus:#ff8a7a;--changed:#40310c;--other-than:#e0b23c}}
@media print{:root{--added:#e2f4e6;--plus:#116329;--removed:#fbe3e0;--minus:#a01b12;--changed:#fdf0cb;--other-than:#6f4800}}
.box.quiet rect,.box.quiet circle,.box.quiet .back,.box.follows rect,.box.follows circle,.box.follows .back{fill:var(--paper);stroke:var(--rim)}
.box.quiet text,.box.follows text{fill:var(--soft)}
.box.follows rect,.box.follows circle{stroke:var(--other-than)}
.key rect{fill:var(--paper);stroke:var(--other-than)}
.key.added rect,.box.added rect,.box.added circle,.box.added .back{fill:var(--added);stroke:var(--plus)}
.key.removed rect,.box.removed rect,.box.removed circle,.box.removed .back{fill:var(--removed);stroke:var(--minus)}
.key.changed rect,.box.changed rect,.box.changed circle,.box.changed .back{fill:var(--changed);stroke:var(--other-than)}
.key.added rect,.box.added rect,.box.added circle,.frame.added rect{stroke-width:2}
.key.removed rect,.box.removed rect,.box.removed circle,.frame.removed rect{stroke-width:2;stroke-dasharray:7 4}
.key.changed rect,.box.changed rect,.box.changed circle,.frame.changed rect{stroke-width:2;stroke-dasharray:2 2}
.frame.added rect{stroke:var(--plus)}
.frame.removed rect{stroke:var(--minus)}
.frame.changed rect{stroke:var(--other-than)}
.frame.added .title,.frame.removed .title,.frame.changed .title{fill:var(--ink)}
.box rect.none{stroke:none!important;fill:none!important}
`
