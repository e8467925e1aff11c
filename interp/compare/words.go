package compare

import (
	"fmt"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// Words says what changed, on one line, as a person would: "6 → 23 bottleneck",
// "bottleneck(c=256) ×5 → ×22", "conv: stride 2 → 1".
func (c *Change) Words() string {
	switch c.Kind {
	case Added:
		return c.B.named() + c.B.shaped()
	case Removed:
		return c.A.named() + c.A.shaped()
	}
	var told []string
	add := func(format string, args ...any) { told = append(told, fmt.Sprintf(format, args...)) }
	if c.A.Label != c.B.Label && c.A.Label+c.B.Label != "" {
		add("called %s → %s", orNumber(c.A), orNumber(c.B))
	}
	if c.A.Call != c.B.Call {
		add("%s → %s", c.A.Text, c.B.Text)
	}
	if c.Units.Call != "" {
		add("%d → %d %s", c.Units.A, c.Units.B, c.Units.Call)
	}
	for _, a := range c.Arguments {
		switch {
		case a.A == "":
			add("%s=%s added", a.Name, a.B)
		case a.B == "":
			add("%s=%s removed", a.Name, a.A)
		default:
			add("%s %s → %s", a.Name, a.A, a.B)
		}
	}
	if c.A.Count != c.B.Count {
		add("%d → %d times", c.A.Count, c.B.Count)
	} else if c.A.Count > 1 {
		add("%d times", c.A.Count)
	}
	if !c.A.Shape[1:].Equal(c.B.Shape[1:]) && c.B.Kind != graph.List {
		add("%s → %s", sizes(c.A.Shape), sizes(c.B.Shape))
	}
	if len(told) == 0 && !c.A.In.Equal(c.B.In) && len(c.A.In) > 0 && len(c.B.In) > 0 {
		add("reads %s → %s", sizes(c.A.In), sizes(c.B.In))
	}
	name := joined(c.A.Label, c.A.Text)
	switch {
	case c.A.Call != c.B.Call:
		name = c.A.Label
	case len(c.Arguments) > 0:
		name = c.A.short()
	}
	if len(told) == 0 {
		return name
	}
	return joined(name, strings.Join(told, ", "))
}

// named is a place with its label, its text, and the number of its copies.
func (p Place) named() string {
	text := p.Text
	if p.Count > 1 {
		text += fmt.Sprintf(" ×%d", p.Count)
	}
	return joined(p.Label, text)
}

// short is a place without arguments.
func (p Place) short() string { return joined(p.Label, p.Call) }

func joined(label, text string) string {
	if label == "" || text == "" {
		return label + text
	}
	return label + ": " + text
}

func orNumber(p Place) string {
	if p.Label == "" {
		return "by its number"
	}
	return p.Label
}

// shaped says what a place gives; a list gives several values.
func (p Place) shaped() string {
	if p.Kind == graph.List {
		return ""
	}
	return " to " + sizes(p.Shape)
}

// Follows reports whether a part is called as before, and what it consists of: its shapes alone
// differ, since what it reads does.
func (c *Change) Follows() bool {
	if c.Kind != Changed || c.A.Call != c.B.Call || len(c.Arguments) > 0 || c.A.Count != c.B.Count || c.Units.Call != "" || c.A.Label != c.B.Label {
		return false
	}
	for _, in := range c.Inner {
		if !in.Follows() {
			return false
		}
	}
	return true
}

// Explained reports whether the change around this one accounts for it: an operation of a block
// that is called with other arguments.
func (c *Change) Explained(around *Change) bool {
	if around == nil || around.Kind != Changed || len(around.Arguments) == 0 || around.A.Kind != graph.Block {
		return false
	}
	frame := func(p Place) bool { return p.Kind == graph.Block || p.Kind == graph.Group || p.Kind == graph.Head }
	return !frame(c.A) && !frame(c.B) || c.Kind == Changed && !frame(c.A)
}

func sizes(s tensor.Shape) string { return graph.SizesOf(dim.Shaped(s...)) }
