package draw

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/lang/source"
)

// A builder makes items of the parts of an outline.
type builder struct {
	steps bool
	marks Marks
}

// series makes the items of a series within the part of this path.
func (b *builder) series(parts []*graph.Part, within string) (items []*Item) {
	var names *Item // what only passes its value on, until there is an item to be with
	add := func(more ...*Item) {
		for _, i := range more {
			switch last := lastBox(items); {
			case i.passes && last != nil:
				last.with(i)
			case i.passes && names == nil:
				names = i
			case i.passes:
				names.with(i)
			case len(items) == 0 || b.steps || !items[len(items)-1].join(i):
				items = append(items, i)
				if box := lastBox(items); names != nil && box != nil {
					box.with(names)
					names = nil
				}
			}
		}
	}
	for _, p := range parts {
		switch p.Kind {
		case graph.Operation:
			i := b.marked(operation(p.Path, p.Node), p)
			i.passes = p.Node.Op.Name() == "id"
			if len(p.Node.Params) > 0 && len(p.Node.Own()) == 0 {
				i.Text += ", shared" // its weights are those of an item before
			}
			add(i)
		case graph.Merge:
			var joined *Item
			if n := len(items); n > 0 && items[n-1].list && joinsList(p) {
				joined, items = items[n-1], items[:n-1]
			}
			add(b.merged(p, within, joined)...)
		case graph.List:
			items = append(items, b.list(p, within))
			continue
		case graph.Tap:
			add(b.marked(&Item{Kind: Tap, Text: p.Call, Path: p.Path, Count: 1, shape: p.Node.Dims(), value: p.Node, from: read(p.Node)}, p))
		case graph.Head:
			items = append(items, b.marked(&Item{Kind: Head, Text: p.Side.Name, Path: p.Path, Count: 1, shape: p.Node.Dims(), value: p.Node,
				Items: unwrapped(b.series(p.Parts, within))}, p))
			continue
		case graph.Choice:
			add(b.choice(p, within)...)
		case graph.Repeat:
			add(&Item{Kind: Frame, Text: "repeat " + p.Call, Times: factor(p.Times), Path: within, Count: 1, Items: b.series(p.Parts, within)})
		default:
			if p.Closed {
				items = append(items, &Item{Kind: Closed, Text: cut(p.Text(), mostTitle), Call: p.Call, Label: label(p, within), Path: p.Path, Nodes: []string{p.Path}, Count: 1})
			} else if inner := b.series(p.Parts, p.Path); p.Path == within || len(inner) == 0 {
				add(inner...)
			} else {
				add(b.frame(p, within, inner))
			}
		}
		if len(items) > 0 {
			last := items[len(items)-1]
			if last.value = p.Node; !last.lists() {
				last.shape = p.Node.Dims()
			}
		}
	}
	if names != nil {
		items = append(items, names)
	}
	return items
}

// read is what a tap reads, of several values in a sketch the first.
func read(n *graph.Node) *graph.Node {
	if n.Op == nil && len(n.In) == 1 {
		return n.In[0]
	}
	return n
}

// frame is a block or a group with what it consists of; a single box needs no frame.
func (b *builder) frame(p *graph.Part, within string, inner []*Item) *Item {
	if len(inner) == 1 && !p.Stage {
		switch only := inner[0]; {
		case only.Kind.isBox() && !(only.written && len(p.Args) > 0):
			return b.marked(only, p)
		case only.Kind == Frame && p.Call == "" && only.Label == "":
			only.Label = label(p, within)
			only.first = only.Label
			return b.marked(only, p)
		}
	}
	name := label(p, within)
	i := &Item{Kind: Frame, Label: name, first: name, Text: cut(p.Text(), mostTitle), Call: p.Call, Stage: p.Stage, Path: p.Path, Count: 1,
		Items: inner, shape: p.Node.Dims(), value: p.Node, at: []source.Pos{p.Span.Start}}
	if i.Call == "" {
		i.told = i.tell()
	}
	if i.lists() {
		i.shape = nil
	}
	return b.marked(i, p)
}

// label is how the weights call a part, "" for a number.
func label(p *graph.Part, within string) string {
	if p.Label != nil {
		return *p.Label
	}
	label := strings.TrimPrefix(strings.TrimPrefix(p.Path, within), ".")
	if _, err := strconv.Atoi(label); err == nil {
		return ""
	}
	return label
}

const mostTitle = 160 // characters; a frame shows as many as it is wide for

// title is what stands above a frame.
func (i *Item) title() string {
	sign := i.sign.prefix()
	switch {
	case i.Text == "":
		return sign + i.Label
	case i.Label == "" || i.Label == i.Call:
		return sign + i.Text
	}
	return sign + i.Label + ": " + i.Text
}

// unwrapped takes the frame off a head that consists of it alone: the head has its name.
func unwrapped(items []*Item) []*Item {
	if len(items) == 1 && items[0].Kind == Frame {
		return items[0].Items
	}
	return items
}

func (b *builder) merge(p *graph.Part, within string) *Item {
	i := b.marked(operation(p.Path, p.Node), p)
	i.Kind = Circle
	if p.Call == "concat" {
		i.Kind = Bar
	}
	i.Text = mergeText(p.Node)
	b.branches(i, p, within)
	return i
}

// merged is a merge, of the branches of the list that it joins where it has none in the text.
func (b *builder) merged(p *graph.Part, within string, list *Item) []*Item {
	if len(p.Branches) == 1 && len(p.Branches[0]) > 0 {
		only := operation(p.Path, p.Node)
		only.passes = true
		var items []*Item
		if list != nil {
			only.with(list)
			items = list.Branches[0]
		} else {
			items = ungrouped(b.series(p.Branches[0], within))
		}
		if n := len(items); n == 0 || items[n-1].Times == "" { // a shortcut is not there; in a sketch one branch may stand for many
			return append(items, only)
		}
	}
	i := b.merge(p, within)
	if list != nil {
		i.with(list)
		i.Branches = list.Branches
	}
	return []*Item{i}
}

// list is the bar at which the branches of a list end, until something joins them.
func (b *builder) list(p *graph.Part, within string) *Item {
	i := b.marked(&Item{Kind: Bar, Text: strings.TrimSpace("list " + p.As), Path: p.Path, Count: 1, list: true, last: p.Node}, p)
	b.branches(i, p, within)
	return i
}

// joinsList reports whether a merge has no branches in the text, and joins the list that flows in.
func joinsList(p *graph.Part) bool {
	for n, b := range p.Branches {
		if len(b) != 1 || b[0].Kind != graph.Tap || b[0].Call != fmt.Sprintf("@%d", n) {
			return false
		}
	}
	return true
}

func (b *builder) branches(i *Item, p *graph.Part, within string) {
	for _, branch := range p.Branches {
		items := ungrouped(b.series(branch, within))
		switch {
		case len(items) == 1 && items[0].passes:
			i.with(items[0])
			items = nil
		case len(items) == 1 && items[0].Kind == Tap: // it may be an arc, which stands for nothing else
			i.with(items[0])
			items[0].Nodes, items[0].Cost = nil, graph.Count{}
		}
		i.Branches = append(i.Branches, items)
	}
}

// choice is what is applied in some cases: frames with the cases as titles, side by side where
// there are several.
func (b *builder) choice(p *graph.Part, within string) []*Item {
	ways := b.ways(p, within, "if ")
	if len(ways) == 1 {
		return ways // its frame says that it may not be there
	}
	either := &Item{Kind: Circle, Text: "or", Path: p.Path, Count: 1}
	for _, way := range ways {
		either.Branches = append(either.Branches, []*Item{way})
	}
	if passesOn(p) {
		either.Branches = append(either.Branches, nil)
	}
	return []*Item{either}
}

// passesOn reports whether an `if` with all its `else if` may apply nothing, as it does without an `else`.
func passesOn(p *graph.Part) bool {
	for _, branch := range p.Branches {
		if len(branch) == 0 || len(branch) == 1 && branch[0].Kind == graph.Choice && passesOn(branch[0]) {
			return true
		}
	}
	return false
}

func (b *builder) ways(p *graph.Part, within, title string) (list []*Item) {
	for n, branch := range p.Branches {
		frame := &Item{Kind: Frame, Optional: true, Text: title + p.Call, Path: within, Count: 1, shape: p.Node.Dims(), value: p.Node}
		switch further := n == 1 && len(branch) == 1 && branch[0].Kind == graph.Choice; {
		case len(branch) == 0:
			continue
		case p.Call == "":
			frame.Text = "case"
		case n == 1 && further && len(list) > 0:
			list = append(list, b.ways(branch[0], within, "else if ")...)
			continue
		case n == 1 && len(list) > 0:
			frame.Text = "else"
		case n == 1:
			frame.Text = "if not (" + p.Call + ")"
		}
		if frame.Items = b.series(branch, within); len(frame.Items) > 0 {
			list = append(list, frame)
		}
	}
	return list
}

// oneCall is a call with nothing behind it: len(depths), max(i - j, 0).
var oneCall = regexp.MustCompile(`^\w+\([^()]*\)$`)

// factor is a number as it stands behind a times sign.
func factor(text string) string {
	if strings.ContainsAny(text, " +-*/") && !oneCall.MatchString(text) {
		return "(" + text + ")"
	}
	return text
}

// ungrouped takes the frames off the groups of a branch: their labels are for weights.
func ungrouped(items []*Item) (list []*Item) {
	for _, i := range items {
		if i.Kind == Frame && i.Call == "" && !i.Stage && !i.Optional && i.Times == "" {
			list = append(list, ungrouped(i.Items)...)
		} else {
			list = append(list, i)
		}
	}
	return list
}

// operation is the box of an operation.
func operation(path string, n *graph.Node) *Item {
	text, kind := words(n)
	return &Item{Kind: kind, Text: text, Path: path, Nodes: []string{n.Path}, Count: 1, Cost: n.Count(), shape: n.Dims(), value: n, written: asWritten(n.Op)}
}

// with makes an item stand for what another one does, too.
func (i *Item) with(other *Item) {
	i.Nodes = append(i.Nodes, other.Nodes...)
	i.Cost = i.Cost.Add(other.Cost)
	i.sign = i.sign.with(other.sign)
	i.written = i.written || other.written
	i.refers(other.changes, other.behind)
}

// lastBox is what a series ends with, in the frames that it ends with; nil for none.
func lastBox(items []*Item) *Item {
	for _, i := range slices.Backward(items) {
		switch i.Kind {
		case Head:
			continue
		case Frame:
			if i.Optional || i.Times != "" {
				return nil
			}
			if in := lastBox(i.Items); in != nil {
				return in
			}
		default:
			return i
		}
	}
	return nil
}

// join draws the next item with this one, if it belongs to it.
func (i *Item) join(next *Item) bool {
	name := next.Text
	if len(next.Nodes) != 1 || !i.takes(next.Kind, name) || i.sign != next.sign && (next.sign.tells() || i.sign > Changed) {
		return false
	}
	i.with(next)
	if name != "flatten" && name != "dropout" && name != "drop path" {
		i.Marks = append(i.Marks, name)
	}
	return true
}
