package interp_test

import (
	"fmt"
	"strings"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/ops/tensor"
)

// What the expressions of docs/family.md read off a graph.

// countBelow sums the nodes of a step, or of a side head.
func countBelow(n *interp.Net, path string) (count graph.Count, err error) {
	err = fmt.Errorf("%s has no step %s", n.Name, path)
	for _, node := range n.Graph.Nodes[1:] {
		if below(node, path) {
			count, err = count.Add(node.Count()), nil
		}
	}
	return count, err
}

func below(n *graph.Node, path string) bool {
	return n.Path == path || strings.HasPrefix(n.Path, path+".") || n.Side != nil && n.Side.Name == path
}

func shapeAt(n *interp.Net, path string) (tensor.Shape, error) {
	node, ok := n.Graph.At(path)
	if !ok {
		return nil, fmt.Errorf("%s has no step %s", n.Name, path)
	}
	return node.Shape, nil
}

func imageAt(n *interp.Net, path string) (tensor.Shape, error) {
	s, err := shapeAt(n, path)
	if err == nil && len(s) != 4 {
		err = fmt.Errorf("%s of %s is not an image", path, n.Name)
	}
	if err != nil {
		return make(tensor.Shape, 4), err
	}
	return s, nil
}

// seen is the most channels that a window larger than 1x1 below a step sees.
func seen(n *interp.Net, args []string) (familyValue, error) {
	most := 0
	for _, node := range n.Graph.Nodes[1:] {
		if below(node, args[1]) && node.Op.Name() == "conv" && node.Params[0].Shape[2:].Elements() > 1 {
			most = max(most, node.In[0].Shape[1])
		}
	}
	if most == 0 {
		return familyValue{}, fmt.Errorf("no window is below %s of %s", args[1], n.Name)
	}
	return intValue(most), nil
}

// after names the step whose value a side head reads.
func after(n *interp.Net, args []string) (familyValue, error) {
	for _, node := range n.Graph.Nodes[1:] {
		if node.Side == nil || node.Side.Name != args[1] {
			continue
		}
		read, name := node.In[0], ""
		for _, s := range n.Graph.Steps {
			if s.Node == read && (name == "" || len(s.Path) < len(name)) {
				name = s.Path
			}
		}
		return familyValue{text: name}, nil
	}
	return familyValue{}, fmt.Errorf("%s has no side head %s", n.Name, args[1])
}

// halves lists the steps of a net behind which the map is smaller than before.
func halves(n *interp.Net, _ []string) (familyValue, error) {
	return stepsWhere(n, func(before, behind tensor.Shape) bool { return 2*behind[2] <= before[2]+1 })
}

// narrows lists the steps of a net behind which there are fewer channels than
// before.
func narrows(n *interp.Net, _ []string) (familyValue, error) {
	return stepsWhere(n, func(before, behind tensor.Shape) bool { return behind[1] < before[1] })
}

// stepsWhere lists the outermost steps that change the image in a way, up to the
// global pooling.
func stepsWhere(n *interp.Net, is func(before, behind tensor.Shape) bool) (familyValue, error) {
	var names []string
	before := n.Graph.Input.Shape
	for _, s := range n.Graph.Steps {
		if s.Side != nil || strings.Contains(s.Path, ".") {
			continue
		}
		behind := s.Node.Shape
		if len(behind) != 4 || behind[2] == 1 {
			break
		}
		if is(before, behind) {
			names = append(names, s.Path)
		}
		before = behind
	}
	if names == nil {
		names = []string{"none"}
	}
	return familyValue{text: strings.Join(names, ", ")}, nil
}

// projections counts the shortcuts that have weights.
func projections(n *interp.Net, _ []string) (familyValue, error) {
	count := 0
	for _, node := range n.Graph.Nodes[1:] {
		if node.Op.Name() == "conv" && strings.Contains(node.Path, ".downsample.") {
			count++
		}
	}
	return intValue(count), nil
}

func countNorms(g *graph.Graph) (count int) {
	for _, node := range g.Nodes[1:] {
		if node.Side == nil && node.Op.Name() == "bn" {
			count++
		}
	}
	return count
}
