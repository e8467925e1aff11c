package structure

import (
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/importer/internal/tree"
)

// What a file calls its tensors says which steps make a part of the net: layer1.0.conv1 is a step of
// layer1.0, which is one of layer1. So a body at a path consists of groups, one for each name that
// stands there next:
//
//	layer1: { "0": { conv1: conv(64, 1x1) -> … } -> "1": { … } }
//
// Branches are in the body of their combinator. Steps without tensors belong to a group if they stand
// within it, if the file says so, or if they are activations behind it.

// mostNested is how deep groups and combinators are nested. Labels with dots do beyond it.
const mostNested = 60

// A scoper makes groups.
type scoper struct {
	net    *flat.Net
	paths  map[*graph.Node]string // of the nodes that have tensors with names
	leaves map[string]bool        // these paths
	opened map[string]bool        // the paths of groups
	known  map[*tree.Step]part
	labels map[*tree.Step]string
}

// A part is what is known of a step.
type part struct {
	path    string // what its tensors' paths begin with, or the file's group for it
	tensors int    // how many of its operations have tensors with names
	several bool   // such are in more than one branch
	leaf    bool   // it is one such operation
	fixed   bool   // it belongs to no group: it reads a value by name
}

func (s *scoper) part(step *tree.Step) part {
	if p, ok := s.known[step]; ok {
		return p
	}
	var p part
	switch do := step.Do.(type) {
	case *tree.Apply:
		p = s.operation(step.Node)
		for _, branch := range do.Branches {
			within := 0
			for _, inner := range branch {
				if in := s.part(inner); in.tensors > 0 {
					p.path = common(p, in)
					p.tensors, within = p.tensors+in.tensors, within+in.tensors
				}
			}
			p.several = p.several || within > 0 && within < p.tensors
		}
	default:
		p.fixed = true
	}
	s.known[step] = p
	return p
}

func (s *scoper) operation(n *graph.Node) part {
	if n == nil {
		return part{}
	}
	if path, ok := s.paths[n]; ok {
		return part{path: path, tensors: 1, leaf: true}
	}
	return part{path: s.net.About[n.ID].Scope}
}

// common is what the paths of two parts begin with; a part without tensors does not count.
func common(a, b part) string {
	if a.tensors == 0 {
		return b.path
	}
	n := 0
	for {
		x, moreX := segment(a.path, n)
		y, moreY := segment(b.path, n)
		if x != y || x == "" {
			return strings.TrimSuffix(a.path[:n], ".")
		}
		if n += len(x) + 1; !moreX || !moreY {
			return a.path[:n-1]
		}
	}
}

// segment is the part of a path from a place to the next dot, and whether there is one.
func segment(path string, from int) (text string, more bool) {
	if from >= len(path) {
		return "", false
	}
	text, _, more = strings.Cut(path[from:], ".")
	return text, more
}

// head is the name that stands next in the path of a part behind a prefix, "" where there is none.
func (p part) head(prefix string) string {
	if prefix != "" {
		prefix += "."
	}
	rest, within := strings.CutPrefix(p.path, prefix)
	if !within || p.fixed {
		return ""
	}
	name, _, _ := strings.Cut(rest, ".")
	return name
}

// body makes groups in a body: labels begin behind the path scope, and groups are sought behind prefix,
// which is longer where the group of that path stands elsewhere.
func (s *scoper) body(b tree.Body, scope, prefix string, nested int) (out tree.Body) {
	for i := 0; i < len(b); {
		end := s.run(b, i, prefix)
		if end == i || nested >= mostNested {
			s.single(b[i], scope, prefix, nested)
			out = append(out, b[i])
			i++
			continue
		}
		head := s.part(b[i]).head(prefix)
		path := joined(prefix, head)
		if s.opened[path] || s.leaves[path] {
			out = append(out, s.body(b[i:end], scope, path, nested)...)
			i = end
			continue
		}
		s.opened[path] = true
		start := len(out) - s.before(out, b[i:end], prefix, head)
		steps := append(append(tree.Body{}, out[start:]...), b[i:end]...)
		body := s.body(steps, path, path, nested+1)
		last := body[len(body)-1]
		group := &tree.Step{Do: &tree.Group{Body: body, Class: s.class(steps, path)}, Node: b[end-1].Node, As: last.As}
		last.As = "" // a value that is read elsewhere is that of the group
		s.labels[group] = behind(path, scope)
		out, i = append(out[:start], group), end
	}
	return out
}

// single labels a step that is in no group of this body, and makes groups in its branches.
func (s *scoper) single(step *tree.Step, scope, prefix string, nested int) {
	do, ok := step.Do.(*tree.Apply)
	if !ok {
		return
	}
	if p := s.part(step); p.leaf {
		s.labels[step] = behind(p.path, scope)
	}
	for i, branch := range do.Branches {
		do.Branches[i] = s.body(branch, scope, prefix, nested+1)
	}
}

// behind is what of a path follows the one that it begins with.
func behind(path, scope string) string {
	return strings.TrimPrefix(strings.TrimPrefix(path, scope), ".")
}

// run is where the group ends that begins with a step, or the step itself if none does.
func (s *scoper) run(b tree.Body, i int, prefix string) int {
	first := s.part(b[i])
	head := first.head(prefix)
	if head == "" || first.tensors == 0 {
		return i
	}
	end, steps := i+1, 1
	for j := i + 1; j < len(b); j++ {
		p := s.part(b[j])
		if p.tensors > 0 {
			if p.head(prefix) != head {
				break
			}
			end, steps = j+1, steps+1
		}
	}
	if steps == 1 && !s.stands(b, i, prefix, head) {
		return i
	}
	for end < len(b) && s.belongs(b[end], prefix, head) {
		end++
	}
	return end
}

// stands reports whether one step with tensors is a group, perhaps with others that have none: an
// operation if such a step beside it is in the group by the file's own word, a combinator if the file
// says that it is, or if the group has a number or tensors in several branches. Otherwise the label goes
// to the operation or the branch.
func (s *scoper) stands(b tree.Body, i int, prefix, head string) bool {
	p := s.part(b[i])
	if !p.leaf {
		if n := b[i].Node; n != nil && (part{path: s.net.About[n.ID].Scope}).head(prefix) == head {
			return true
		}
		return p.several || isNumber(head)
	}
	beside := func(j int) bool {
		if j < 0 || j >= len(b) {
			return false
		}
		other := s.part(b[j])
		return other.tensors == 0 && other.head(prefix) == head
	}
	return p.path != joined(prefix, head) && (beside(i-1) || beside(i+1))
}

// belongs reports whether a step without tensors behind a group is in it.
func (s *scoper) belongs(step *tree.Step, prefix, head string) bool {
	p := s.part(step)
	switch {
	case p.fixed || p.tensors > 0:
		return false
	case p.path != "":
		return p.head(prefix) == head
	}
	return step.Node != nil && isActivation(step.Node)
}

// before is how many steps before a group are in it: those of which the file says so, and as many as
// the number says with which the group begins, if they are pools or activations.
func (s *scoper) before(out, group tree.Body, prefix, head string) int {
	n := 0
	for n < len(out) {
		p := s.part(out[len(out)-1-n])
		if p.fixed || p.tensors > 0 || s.labels[out[len(out)-1-n]] != "" || p.head(prefix) != head {
			break
		}
		n++
	}
	if n > 0 {
		return n
	}
	number, ok := decimal(s.part(group[0]).head(joined(prefix, head)))
	if !ok || number == 0 || number > len(out) {
		return 0
	}
	for _, step := range out[len(out)-number:] {
		if p := s.part(step); p.fixed || p.tensors > 0 || p.path != "" || step.Node == nil || !isActivation(step.Node) && !isPool(step.Node) {
			return 0
		}
	}
	return number
}

// class is what the file calls groups like one at a path, if its steps say it.
func (s *scoper) class(steps tree.Body, path string) string {
	for _, step := range steps {
		if step.Node != nil {
			if about := s.net.About[step.Node.ID]; about.Class != "" && about.Scope == path {
				return about.Class
			}
		}
	}
	return ""
}
