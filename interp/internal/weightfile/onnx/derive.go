package onnx

import (
	"fmt"
	"slices"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/ops/tensor"
)

// Between a tensor and its layer there may be nodes: Identity gives it another name, Transpose
// another order and Cast another type, which are followed. Whatever else is computed of constants
// is computed of the layer's weight too, so that the numbers in the file are not its own.

// A change is a value that nodes compute of tensors alone.
type change struct {
	node string
	from []*use
}

// resolve finds what reads each tensor.
func (g *graph) resolve() error {
	changes, weights := map[string]*change{}, []*change{}
	made := map[string]int{} // the node that makes a value
	for i, n := range g.nodes {
		for _, name := range n.outputs[:min(len(n.outputs), mostFrom/4)] {
			made[name] = i
		}
	}
	for at, n := range g.nodes {
		followed, err := g.follow(n)
		if err != nil {
			return err
		}
		for i, name := range n.inputs {
			if followed && i == 0 {
				continue
			}
			weight := i < len(operands[n.op]) && operands[n.op][i] != ""
			if u := g.byName[name]; u != nil {
				u.readBy(n, i)
			} else if by, ok := made[name]; ok && weight && by > at {
				return g.in.Corrupt("", "node %s reads %s before node %s makes it, want nodes in order; export the model again",
					weightfile.Shown(n.name), weightfile.Shown(name), weightfile.Shown(g.nodes[by].name))
			} else if c := changes[name]; c != nil && weight {
				weights = append(weights, c)
			}
		}
		if !followed {
			err = g.change(n, changes)
		}
		if err != nil {
			return err
		}
	}
	for _, c := range weights {
		for _, u := range c.from {
			if u.leaf == "" { // of no layer itself
				u.changed = "by a " + weightfile.Shown(c.node)
			}
		}
	}
	return nil
}

// follow takes a node that gives a tensor another name, order or type.
func (g *graph) follow(n *node) (bool, error) {
	if len(n.inputs) == 0 || len(n.outputs) == 0 || g.byName[n.inputs[0]] == nil || g.byName[n.outputs[0]] != nil {
		return false, nil
	}
	of := g.byName[n.inputs[0]]
	u := &use{name: n.outputs[0], stored: of.stored, of: of, perm: of.perm, reshaped: of.reshaped}
	if of.of != nil {
		u.of = of.of
	}
	switch n.op {
	case "Identity":
		u.alias, u.of = true, of.of
		of.readers++
		return true, g.add(u)
	case "Cast":
		if to := n.ints["to"]; len(to) != 1 || to[0] < 0 || !kept(of.stored.typ, uint64(to[0])) {
			return false, nil
		}
	case "Transpose":
		if u.perm = n.permuted(of); u.perm == nil || of.reshaped != "" {
			return false, nil
		}
	case "Reshape", "Squeeze", "Unsqueeze", "Flatten":
		if u.reshaped = n.op; u.perm != nil || of.integer() {
			return false, nil
		}
	default:
		return false, nil
	}
	g.byName[u.name] = u
	return true, g.remember()
}

// kept reports whether a Cast keeps floats as they are, or rounds them to float32 as every reader
// does.
func kept(from, to uint64) bool {
	a, b := elements[from], elements[to]
	return a.typ.Float() && b.typ.Float() && (b.typ == weightfile.F32 || b.typ == weightfile.F64 || a.typ == b.typ)
}

// permuted is the order of axes that a Transpose makes of a tensor; nil if it is none.
func (n *node) permuted(of *use) []int {
	rank := len(of.stored.shape)
	perm := slices.Clone(n.ints["perm"])
	if len(perm) == 0 {
		for i := range rank {
			perm = append(perm, int64(rank-1-i))
		}
	}
	if len(perm) != rank {
		return nil
	}
	all, seen := make([]int, rank), make([]bool, rank)
	for i, p := range perm {
		if p < 0 || p >= int64(rank) || seen[p] {
			return nil
		}
		seen[p] = true
		if all[i] = int(p); of.perm != nil {
			all[i] = of.perm[p]
		}
	}
	return all
}

// mostFrom is how many tensors of one change are remembered: of a weight they are a few.
const mostFrom = 16

// change notes what a node computes of constants alone.
func (g *graph) change(n *node, changes map[string]*change) error {
	c := &change{node: n.op}
	for _, name := range n.inputs {
		u, earlier := g.byName[name], changes[name]
		c.from = c.from[:min(len(c.from), mostFrom)]
		switch {
		case u != nil && u.of != nil:
			c.from = append(c.from, u.of)
		case u != nil:
			c.from = append(c.from, u)
		case earlier != nil:
			c.from = append(c.from, earlier.from...)
		case name != "":
			return nil
		}
	}
	if len(c.from) == 0 {
		return nil
	}
	c.from = c.from[:min(len(c.from), mostFrom)]
	for _, name := range n.outputs[:min(len(n.outputs), mostFrom)] {
		changes[name] = c
	}
	return g.remember()
}

// shape is that of the tensor as it is read.
func (u *use) shape() tensor.Shape {
	if u.perm == nil {
		return u.stored.shape
	}
	shape := make(tensor.Shape, len(u.perm))
	for i, p := range u.perm {
		shape[i] = u.stored.shape[p]
	}
	return shape
}

// readBy notes that a node has the tensor as input i.
func (u *use) readBy(n *node, i int) {
	roles := operands[n.op]
	leaf := ""
	if i < len(roles) {
		leaf = roles[i]
	}
	axes := n.axes(u, i)
	if u.reshaped != "" {
		if axes == weightfile.IO || axes == weightfile.IOHW || n.op == "MatMul" || n.op == "Gemm" && axes != weightfile.OI {
			u.of.changed = "by a " + u.reshaped
		}
		axes = weightfile.Unknown
	}
	if n.op == "PRelu" && leaf != "" && u.of == nil && u.stored.perChannel() {
		u.stored.shape, axes = u.stored.shape[:1], weightfile.C
	}
	if axes != weightfile.Unknown && u.perm != nil {
		stored := make([]byte, len(u.perm))
		for i, p := range u.perm {
			stored[p] = axes[i]
		}
		axes = weightfile.Axes(stored)
	}
	if u.of != nil {
		u = u.of
	}
	if times := n.times(leaf); times != 1 {
		u.changed = fmt.Sprintf("by a factor of %v", times)
	}
	setting := u.stored.noWeight || leaf == "" && (u.integer() || settingsOf[n.op] && i > 0 || u.stored.constant && u.stored.count == 1)
	if u.readers++; u.readers == 1 {
		u.axes, u.setting = axes, setting
		if leaf != "" {
			u.layer, u.leaf = n.name, leaf
		}
	} else {
		if u.axes != axes {
			if u.axes != weightfile.Unknown && axes != weightfile.Unknown {
				u.changed = "by a Transpose for one of several layers"
			}
			u.axes = weightfile.Unknown
		}
		u.setting = u.setting && setting
	}
	if len(u.by) < 4 && !slices.Contains(u.by, n.op) {
		u.by = append(u.by, n.op)
	}
}

// times is what a Gemm multiplies its weight or its bias by.
func (n *node) times(leaf string) float32 {
	name := map[string]string{"weight": "alpha", "bias": "beta"}[leaf]
	if f, given := n.floats[name]; given && n.op == "Gemm" {
		return f
	}
	return 1
}

// axes are those of a tensor as input i.
func (n *node) axes(u *use, i int) weightfile.Axes {
	rank := len(u.stored.shape)
	switch {
	case rank == 1 && i < len(operands[n.op]) && operands[n.op][i] != "":
		return weightfile.C
	case i != 1:
		return weightfile.Unknown
	case rank == 4 && n.op == "Conv":
		return weightfile.OIHW
	case rank == 4 && n.op == "ConvTranspose":
		return weightfile.IOHW
	case rank == 2 && n.op == "Gemm" && len(n.ints["transB"]) == 1 && n.ints["transB"][0] != 0:
		return weightfile.OI
	case rank == 2 && (n.op == "Gemm" || n.op == "MatMul"):
		return weightfile.IO
	}
	return weightfile.Unknown
}
