// Package skeleton writes a net from the names and shapes of a file's tensors: a text whose steps
// own just these tensors, and which says where it has to guess.
//
//	conv1.weight [64, 3, 7, 7] ─┐         ┌─ module conv1 ─┐            conv1: conv(64, 7x7, …) -> bn1: bn
//	bn1.weight   [64]           ├─ tree ──┼─ module bn1    ├── steps ── layer1: {
//	layer1.0.…                 ─┘ (here)  └─ layer1 { 0 …  ┘ (step.go)    "0": { …      (write.go)
//
// It knows neither files nor how a net is read.
package skeleton

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"cnnlang/ops/tensor"
)

// A Tensor is a tensor of a file.
type Tensor struct {
	Name  string
	Shape tensor.Shape
	Float bool
	// Channels is how many the input of its convolution has, where the file says so, else 0.
	Channels int
	// Transposed says that it belongs to a transposed convolution.
	Transposed bool
	Said       Said
}

// Said is what the file says of a tensor's layer beyond shapes.
type Said struct {
	Window           bool // whether it says the three of the next line
	Stride, Dilation [2]int
	Pad              [4]int // top, left, bottom, right
	Same             bool   // pad=same, in place of Pad
	Groups           int    // 0 for not said
	Eps              string // "" for not said
}

// A LimitError says that the text would be larger than a text may be.
type LimitError struct {
	Path string // the file of weights
	What string
	Max  int
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("skeleton: %s: the net would have more than %d %s, which is more than a text may have", e.Path, e.Max, e.What)
}

// The limits on a text, below those of the language (lang/spec.md, section 11).
const (
	mostTensors = 20_000
	mostBytes   = 900 << 10
	mostNested  = 60   // braces within braces
	longestName = 1000 // characters
)

// A module is a part of a path: what is below it in the file's order, and its own tensors.
type module struct {
	name     string
	children []*module
	tensors  []Tensor // their names are those of the file
	leaves   []string // the last parts of these names
	known    map[string]*module
}

// child is the part of the path below m that is called so.
func (m *module) child(name string) *module {
	if c := m.known[name]; c != nil {
		return c
	}
	c := &module{name: name, known: map[string]*module{}}
	m.known[name] = c
	m.children = append(m.children, c)
	return c
}

// A plan is what is known of a file before any step is written.
type plan struct {
	root     *module
	counters int      // tensors that count training
	unsaid   []string // tensors that no step can own, each with why
	sorted   bool     // whether the file lists its tensors by the alphabet
}

// planOf sorts out the tensors.
func planOf(file string, tensors []Tensor) (*plan, error) {
	if len(tensors) > mostTensors {
		return nil, &LimitError{file, "tensors", mostTensors}
	}
	p := &plan{root: &module{known: map[string]*module{}}, sorted: len(tensors) > 2}
	for i, t := range tensors {
		p.sorted = p.sorted && (i == 0 || tensors[i-1].Name < t.Name)
		if t.Name == counter || strings.HasSuffix(t.Name, "."+counter) {
			p.counters++
			continue
		}
		if why := unsayable(t); why != "" {
			p.unsaid = append(p.unsaid, fmt.Sprintf("%s %v: %s", shown(t.Name), t.Shape, why))
			continue
		}
		at, rest := p.root, t.Name
		for range mostNested {
			part, after, ok := strings.Cut(rest, ".")
			if !ok || part == "" || after == "" || strings.Contains(after, "..") || strings.HasSuffix(after, ".") {
				break
			}
			at, rest = at.child(part), after
		}
		if dot := strings.LastIndexByte(rest, '.'); dot > 0 && dot < len(rest)-1 {
			at, rest = at.child(rest[:dot]), rest[dot+1:]
		}
		at.tensors, at.leaves = append(at.tensors, t), append(at.leaves, rest)
	}
	p.root.order(p.sorted)
	return p, nil
}

// counter is what PyTorch's batch norms keep beside their statistics.
const counter = "num_batches_tracked"

// unsayable is why no step can own a tensor, "" if one can.
func unsayable(t Tensor) string {
	switch {
	case !t.Float:
		return "is not of floats"
	case t.Name == "":
		return "has no name"
	case !utf8.ValidString(t.Name):
		return "its name is not UTF-8"
	case len(t.Name) > longestName:
		return "its name is too long"
	case strings.ContainsFunc(t.Name, func(r rune) bool { return !unicode.IsGraphic(r) || r == '"' }):
		return "its name has quotes or characters that cannot be seen"
	}
	for _, size := range t.Shape {
		if size < 1 {
			return "it is empty"
		}
	}
	return ""
}

// shown makes a name fit for a comment.
func shown(name string) string {
	const most = 120
	if len(name) > most {
		name = strings.ToValidUTF8(name[:most], "") + "…"
	}
	return fmt.Sprintf("%q", name)
}
