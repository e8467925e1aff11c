package structure

import (
	"fmt"
	"strconv"

	"cnnlang/interp/graph"
	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/importer/internal/tree"
	"cnnlang/ops"
)

// scoped makes groups and labels of the names that a file gives its tensors.
func scoped(n *flat.Net, body tree.Body) tree.Body {
	s := &scoper{net: n, paths: pathsOf(n), leaves: map[string]bool{}, opened: map[string]bool{},
		known: map[*tree.Step]part{}, labels: map[*tree.Step]string{}}
	for _, path := range s.paths {
		s.leaves[path] = true
	}
	body = s.body(body, "", "", 0)
	l := &labeller{labels: s.labels, said: map[string]bool{}, count: map[string]int{}}
	body = l.fill(body)
	walk(body, l, func(step *tree.Step, path, _, _ string) {
		if l.labels[step] != "" {
			l.said[path] = true
		}
	})
	l.seen = map[string]bool{}
	walk(body, l, l.apart)
	l.seen = nil
	walk(body, l, l.leaveOut)
	return body
}

// pathsOf are the paths of the nodes with tensors that have names. No two tensors have one.
func pathsOf(n *flat.Net) map[*graph.Node]string {
	paths, tensors, count := map[*graph.Node]string{}, map[string]bool{}, map[string]int{}
	for _, node := range n.Graph.Operations() {
		if len(node.Params) == 0 || node.Path == "" {
			continue
		}
		path := node.Path
		for taken(node, path, tensors) {
			count[node.Path]++
			path = fmt.Sprintf("%s_%d", node.Path, count[node.Path]+1)
		}
		paths[node] = path
		for _, p := range leavesOf(node) {
			tensors[joined(path, p)] = true
		}
		tensors[path] = true
	}
	return paths
}

func taken(n *graph.Node, path string, tensors map[string]bool) bool {
	if tensors[path] {
		return true
	}
	for _, leaf := range leavesOf(n) {
		if tensors[joined(path, leaf)] {
			return true
		}
	}
	return false
}

// leavesOf are what the tensors of a node are called within it.
func leavesOf(n *graph.Node) (leaves []string) {
	for _, p := range n.Op.Params(n.InDims()) {
		leaves = append(leaves, p.Leaf)
	}
	return leaves
}

// A labeller writes labels where they are needed.
type labeller struct {
	labels map[*tree.Step]string
	said   map[string]bool // the paths that labels make
	seen   map[string]bool // those of the steps before, while they are told apart
	count  map[string]int  // how many labels were made that begin with a path
}

// A visit is told of a step its path, the one that it would have without its label, and the one that
// labels at its place are behind.
type visit func(step *tree.Step, path, place, scope string)

// walk calls f for the steps that have a path, in the order of the text.
func walk(body tree.Body, l *labeller, f visit) {
	number := 0
	l.walk(body, "", "", &number, f)
}

// walk goes through a body whose labels are at one path and whose numbers are at another, as those of
// a branch are.
func (l *labeller) walk(body tree.Body, labels, numbers string, number *int, f visit) {
	for _, step := range body {
		label := l.labels[step]
		group, isGroup := step.Do.(*tree.Group)
		_, isRead := step.Do.(*tree.Read)
		switch {
		case isRead:
			continue
		case isGroup && label == "":
			l.walk(group.Body, labels, numbers, number, f)
			continue
		}
		place := joined(numbers, strconv.Itoa(*number))
		*number++
		path := func() string {
			if label := l.labels[step]; label != "" {
				return joined(labels, label)
			}
			return place
		}
		f(step, path(), place, labels)
		if isGroup {
			inner := 0
			l.walk(group.Body, path(), path(), &inner, f)
		}
		if do, ok := step.Do.(*tree.Apply); ok {
			for i, branch := range do.Branches {
				inner := 0
				if len(branch) == 0 && l.seen != nil && l.taken(joined(joined(path(), strconv.Itoa(i)), "0")) {
					do.Branches[i] = tree.Body{{Do: &tree.Group{}}} // which has no path, where id would have that of another
				}
				l.walk(branch, labels, joined(path(), strconv.Itoa(i)), &inner, f)
			}
		}
	}
}

// apart labels a step without tensors whose number is the path of another.
func (l *labeller) apart(step *tree.Step, path, _, scope string) {
	if l.labels[step] != "" || !l.taken(path) {
		return
	}
	name := "step"
	if do, ok := step.Do.(*tree.Apply); ok {
		name = do.Name
	}
	base := joined(scope, name)
	for {
		label := name
		if n := l.count[base]; n > 0 {
			label = fmt.Sprintf("%s_%d", name, n+1)
		}
		l.count[base]++
		if !l.taken(joined(scope, label)) {
			l.labels[step] = label
			return
		}
	}
}

// taken reports whether a step before has a path, or a label makes it anywhere. Otherwise it is that of
// the step at hand.
func (l *labeller) taken(path string) bool {
	if l.said[path] || l.seen[path] {
		return true
	}
	l.seen[path] = true
	return false
}

// leaveOut writes the label of a step, unless it is where it stands anyway. The number of a group has
// to be written, since without it the group would have none.
func (l *labeller) leaveOut(step *tree.Step, path, place, _ string) {
	_, group := step.Do.(*tree.Group)
	if label := l.labels[step]; label != "" && (group || path != place) {
		step.Label = tree.Label(label)
	}
}

// mostFilled is how many steps that do nothing may be put into a body for the sake of its numbers.
const mostFilled = 3

// fill puts steps that do nothing where numbers of a body are left out, as those of a dropout that the
// file does not have: { id -> linear(4096) -> relu -> id -> linear(4096) }, for 1 and 4.
func (l *labeller) fill(body tree.Body) tree.Body {
	var filled tree.Body
	number, added, fits := 0, 0, true
	for _, step := range body {
		l.fillWithin(step)
		if _, read := step.Do.(*tree.Read); read {
			filled = append(filled, step)
			continue
		}
		if label := l.labels[step]; label != "" {
			k, ok := decimal(label)
			fits = fits && ok && (k == number || k > number && !dropsInput(step))
			for fits && number < k && added < mostFilled {
				filled = append(filled, &tree.Step{Do: &tree.Apply{Name: "id"}})
				number, added = number+1, added+1
			}
			fits = fits && number == k
		}
		filled = append(filled, step)
		number++
	}
	if !fits || added == 0 {
		return body
	}
	return filled
}

// dropsInput reports whether what flows into a step has to have a name.
func dropsInput(step *tree.Step) bool { return step.Node != nil && len(inputsOf(step.Node)) == 0 }

// fillWithin fills the groups in a step. Branches stay as they are, since their labels are those of the
// body around them.
func (l *labeller) fillWithin(step *tree.Step) {
	switch do := step.Do.(type) {
	case *tree.Group:
		do.Body = l.fill(do.Body)
	case *tree.Apply:
		for _, branch := range do.Branches {
			for _, inner := range branch {
				l.fillWithin(inner)
			}
		}
	}
}

func joined(path, name string) string {
	if path == "" || name == "" {
		return path + name
	}
	return path + "." + name
}

// decimal is a number as it stands in a path.
func decimal(text string) (int, bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= 0 && strconv.Itoa(n) == text
}

func isNumber(text string) bool {
	_, ok := decimal(text)
	return ok
}

func isActivation(n *graph.Node) bool {
	return n.Op != nil && plain[n.Op.Name()]
}

// plain are the names of the activations without tensors.
var plain = func() map[string]bool {
	all := map[string]bool{}
	for _, act := range ops.Activations {
		all[act.Name()] = true
	}
	return all
}()

func isPool(n *graph.Node) bool {
	switch n.Op.(type) {
	case *ops.MaxPool, *ops.AvgPool:
		return true
	}
	return false
}
