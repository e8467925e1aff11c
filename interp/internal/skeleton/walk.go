package skeleton

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A line is a step of the text: an operation, a group with a body, or a learned tensor whose
// place is not known.
type line struct {
	label   string
	text    string // of an operation
	norm    bool   // whether it is written behind the step before it
	comment string // above it
	group   bool
	body    []line
	other   []line // the second branch, where body is the first of two that are added
	side    bool
}

// numeric reports whether the label is a number, the place of a step in its body.
func (l line) numeric() bool {
	n, err := strconv.Atoi(l.label)
	return err == nil && strconv.Itoa(n) == l.label
}

// A walk follows the steps with the number of channels between them.
type walk struct {
	channels int    // 0 before the first step
	vector   bool   // whether maps were flattened
	convs    int    // that are still to come
	grows    bool   // whether a step changed the size of maps
	said     bool   // whether the file says what windows do
	sides    [2]int // of the map, where it does, for an input of largeSide
	input    int    // channels of the input
	image    bool   // whether the input is a map
	stands   int
	needs    bool   // whether `channels` stands in anywhere
	prefix   string // of the labels of steps that stand in
	unsaid   []string
	top      *module // the part of all paths that has several below it
	at, last int     // which of these the walk is in, and the last with a convolution
}

// body is the steps of a module's parts, and its own tensors.
func (w *walk) body(m *module) []line {
	var lines []line
	numbered := slices.ContainsFunc(m.children, func(c *module) bool { return line{label: c.name}.numeric() })
	start := w.channels
	for i, c := range m.children {
		if m == w.top {
			w.at = i
		}
		taken := slices.Contains(m.leaves, c.name)
		if !numbered && !taken && len(lines) > 0 && w.shortcut(c, start) {
			w.channels = start
			lines = []line{{body: lines, other: w.add(nil, c, c.name, false, false), comment: "a guess: the second branch has the channels of a shortcut"}}
			continue
		}
		lines = w.add(lines, c, c.name, numbered, taken)
	}
	lines = w.params(lines, m, "", nil)
	// Heads last, where they take no number of a step.
	slices.SortStableFunc(lines, func(a, b line) int {
		switch {
		case a.side == b.side:
			return 0
		case a.side:
			return 1
		}
		return -1
	})
	return lines
}

// shortcut reports whether a module looks like the projection beside the steps before it: a 1x1
// convolution, and a norm at most, from the channels at the start of the body to those
// that there are now.
func (w *walk) shortcut(m *module, start int) bool {
	steps := m.children
	if len(m.tensors) > 0 {
		steps = []*module{m}
	}
	for i, c := range steps {
		s := c.step()
		switch {
		case s == nil || len(s.owned) != len(c.tensors) || len(c.children) > 0:
			return false
		case i == 0 && (s.kind != conv || s.k != [2]int{1, 1} || s.all > s.in || s.in != start || s.out != w.channels):
			return false
		case i == 1 && (s.kind != bn || s.in != w.channels):
			return false
		}
	}
	return len(steps) == 1 || len(steps) == 2
}

// add adds a module with a label. Where a tensor is called like it, it can be no step itself.
func (w *walk) add(lines []line, m *module, label string, numbered, taken bool) []line {
	s := m.step()
	if taken {
		s = nil
	}
	if s == nil && len(m.children) > 0 && !taken {
		return append(lines, line{label: label, group: true, body: w.body(m)})
	}
	var owned map[string]bool
	if s != nil {
		owned = s.owned
		lines = w.step(lines, *s, label, numbered)
	}
	for _, c := range m.children {
		lines = w.add(lines, c, label+"."+c.name, numbered, slices.Contains(m.leaves, c.name) && !owned[c.name])
	}
	return w.params(lines, m, label+".", owned)
}

// params adds the tensors of a module that its step does not own, as heads whose place is not
// known.
func (w *walk) params(lines []line, m *module, before string, owned map[string]bool) []line {
	for i, t := range m.tensors {
		if owned[m.leaves[i]] {
			continue
		}
		sizes := strings.Join(strings.Fields(fmt.Sprint([]int(t.Shape))), ", ")
		switch {
		case len(t.Shape) > 3:
			w.unsaid = append(w.unsaid, fmt.Sprintf("%s %v: a learned tensor of its own has 3 axes at most", shown(t.Name), t.Shape))
			continue
		case len(t.Shape) == 0:
			sizes = "[1]"
		}
		lines = append(lines, line{label: before + m.leaves[i], text: "param(" + sizes + ")", side: true})
	}
	return lines
}

// step adds an operation, behind what makes its input one that it takes.
func (w *walk) step(lines []line, s step, label string, numbered bool) []line {
	if w.channels == 0 {
		w.channels, w.image = max(s.in, s.all), w.convs > 0
		w.input = w.channels
		w.vector = !w.image
	}
	groups, comment := 1, ""
	switch s.kind {
	case conv, deconv:
		w.convs--
		if g := s.said.Groups; s.kind == conv && s.all == 0 && g > 0 && s.out%g == 0 {
			s.all = g * s.in
		}
		s.said.Window = s.kind == conv && s.said.Window && w.slides(s)
		w.said = w.said || s.said.Window
		if s.all > 0 {
			lines = w.need(lines, s.all)
		}
		if g := w.groupsOf(s); g > 1 {
			groups = g
			if s.out != w.channels && s.all == 0 {
				comment = fmt.Sprintf("or the input has %d channels", s.in)
			}
		} else {
			lines = w.need(lines, s.in)
		}
	case linear:
		if !w.vector && w.convs == 0 && (w.at > w.last || s.in != w.channels) {
			lines = w.flatten(lines, s.in, numbered)
		}
		lines = w.need(lines, s.in)
	default:
		lines = w.need(lines, s.in)
	}
	w.channels = s.out
	w.grows = w.grows || s.kind == deconv || w.said
	return append(lines, line{label: label, text: s.text(groups), comment: comment, norm: s.kind == bn || s.kind == layerNorm})
}

// groupsOf is how many groups a convolution has if its input is what comes before it, 0 if it
// cannot be. One of 1x1 has rather another input.
func (w *walk) groupsOf(s step) int {
	groups := w.channels / s.in
	if s.kind == deconv || groups*s.in != w.channels || s.out%max(1, groups) != 0 || s.all == 0 && s.k == [2]int{1, 1} {
		return 0
	}
	return groups
}

// need makes the channels so many.
func (w *walk) need(lines []line, channels int) []line {
	if w.channels == channels {
		return lines
	}
	comment := fmt.Sprintf("%d channels come in, %d are needed", w.channels, channels)
	w.channels, w.needs = channels, true
	return append(lines, line{label: w.standing(), text: fmt.Sprintf("channels(%d)", channels), comment: comment})
}

// standing is the label of a step that the file does not have.
func (w *walk) standing() string {
	w.stands++
	return fmt.Sprint(w.prefix, w.stands)
}

// flatten makes maps the vector that a layer behind the last convolution reads: their means,
// or all of a smaller map, as far as the sizes fit.
func (w *walk) flatten(lines []line, in int, numbered bool) []line {
	pool := ""
	switch side := int(math.Sqrt(float64(in / w.channels))); {
	case in == w.channels:
		pool = "gap"
	case in == w.channels*side*side:
		pool = fmt.Sprintf("avgpool_to(%dx%d)", side, side)
	default:
		return lines
	}
	w.vector, w.channels = true, in
	steps := []line{{text: pool + " -> flatten"}}
	if numbered { // they would take the numbers of others
		steps = []line{{label: w.standing(), group: true, body: steps}}
	}
	return append(lines, steps...)
}

// largeSide is the side of the input where the file says strides.
const largeSide = 224

// slides makes the map as small as a convolution does, if it does not become too small; steps that
// stand side by side in the network stand one behind the other here.
func (w *walk) slides(s step) bool {
	sides := w.sides
	if sides == [2]int{} {
		sides = [2]int{largeSide, largeSide}
	}
	for axis := range sides {
		stride, pad := s.said.Stride[axis], s.said.Pad[axis]+s.said.Pad[axis+2]
		span := s.said.Dilation[axis]*(s.k[axis]-1) + 1
		if s.said.Same {
			pad = span - 1
		}
		if stride < 1 || span < 1 || sides[axis]+pad < span || span > largeSide || pad > 2*largeSide {
			return false
		}
		sides[axis] = (sides[axis]+pad-span)/stride + 1
	}
	w.sides = sides
	return true
}

// window are the arguments of a convolution that a file says.
func (s Said) window() (args string) {
	pair := func(name string, p [2]int) {
		if p[0] != p[1] {
			args += fmt.Sprintf(", %s=%dx%d", name, p[0], p[1])
		} else if p[0] != 1 {
			args += fmt.Sprintf(", %s=%d", name, p[0])
		}
	}
	pair("stride", s.Stride)
	switch m := s.Pad; {
	case s.Same:
		args += ", pad=same"
	case m != [4]int{m[0], m[0], m[0], m[0]}:
		args += fmt.Sprintf(", pad=[[%d, %d], [%d, %d]]", m[0], m[2], m[1], m[3])
	case m[0] > 0:
		args += fmt.Sprintf(", pad=%d", m[0])
	}
	pair("dilation", s.Dilation)
	return args
}

// text is the call.
func (s step) text(groups int) string {
	args := strconv.Itoa(s.out)
	switch s.kind {
	case bn:
		if s.said.Eps != "" {
			return "bn(" + s.said.Eps + ")"
		}
		return "bn"
	case layerNorm:
		return "layer_norm"
	case conv, deconv:
		args += fmt.Sprintf(", %dx%d", s.k[0], s.k[1])
		if s.said.Window {
			args += s.said.window()
		} else if s.kind == conv && s.k != [2]int{1, 1} {
			args += ", pad=same"
		}
	}
	if groups > 1 {
		args += fmt.Sprintf(", groups=%d", groups)
	}
	if !s.bias {
		args += ", bias=false"
	}
	return [...]string{conv: "conv", deconv: "deconv", linear: "linear"}[s.kind] + "(" + args + ")"
}
