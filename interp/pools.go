package interp

import (
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// A pool is one of a net or of a file. They have no tensors, so those of a file are found by their
// order: the longest sequence of pools of the same kind and window that both have is taken to be
// the same pools, and what lies between is compared one by one.
type pool struct {
	max     bool
	k       []int // its window, nil for one of a file that is not known
	node    *graph.Node
	window  window
	layer   int    // of a file
	behind  string // the path of the last step with tensors before it
	whole   bool   // it takes the whole map, which is written in several ways
	counted *bool  // whether an average counts the padding
}

// poolsOf are those of a net, side heads too, which need not be in a file.
func poolsOf(g *graph.Graph) (all []pool) {
	one := dim.Square(dim.Int(1))
	for _, n := range g.Nodes {
		p := pool{node: n}
		switch op := n.Op.(type) {
		case *ops.MaxPool:
			p.max, p.window = true, window{op.K, op.Stride, one, op.Pad, op.Ceil}
		case *ops.AvgPool:
			p.window = window{op.K, op.Stride, one, op.Pad, op.Ceil}
			if !op.CountPad || !op.IsMean() { // otherwise there is nothing to count
				p.counted = &op.CountPad
			}
		case *ops.GlobalAvgPool, *ops.AvgPoolTo:
			p.whole, p.k = true, n.In[0].Shape[2:]
			if to, ok := op.(*ops.AvgPoolTo); ok {
				p.k = windowsOf(to, p.k)
			}
			all = append(all, p)
			continue
		default:
			continue
		}
		p.k = []int{ofPair(p.window.k, 0), ofPair(p.window.k, 1)}
		p.whole = slices.Equal(p.k, n.In[0].Shape[2:])
		all = append(all, p)
	}
	return all
}

// windowsOf are the windows of avgpool_to on a map of this size, which is all of it if they have
// several sizes.
func windowsOf(op *ops.AvgPoolTo, size []int) []int {
	h, _ := op.Windows(dim.Height, size[0])
	w, _ := op.Windows(dim.Width, size[1])
	if h == 0 || w == 0 {
		return size
	}
	return []int{h, w}
}

// filePools are those of a file; steps are the paths of the steps that have the tensors of a layer.
func (c *comparison) filePools(steps map[int]string) (all []pool) {
	behind := ""
	for i, l := range c.all {
		if path, ok := steps[i]; ok {
			behind = path
		}
		kind := strings.ToLower(l.Kind)
		if !strings.Contains(kind, "pool") || strings.Contains(kind, "1d") || strings.Contains(kind, "3d") {
			continue
		}
		p := pool{max: strings.Contains(kind, "max"), layer: i, behind: behind, counted: l.CountPad}
		if p.whole = strings.HasPrefix(kind, "global"); len(l.Stride) == 2 && len(l.Kernel) == 2 {
			p.k = l.Kernel
		}
		all = append(all, p)
	}
	return all
}

// same reports whether a pool of the net and one of the file are of one kind and window, as far as
// that one's is known.
func (p *pool) same(file *pool) bool {
	return p.max == file.max && (slices.Equal(p.k, file.k) || file.k == nil && (p.whole || !file.whole))
}

// mostPools is how many pools are compared: no network has more.
const mostPools = 1000

// pools compares the pools of the net with those of the file.
func (c *comparison) pools(net, file []pool) {
	if len(file) == 0 || len(net) > mostPools || len(file) > mostPools {
		return // a file without any may list layers with tensors only
	}
	// longest[i][j] is how many are the same from i and j on.
	longest := make([][]uint16, len(net)+1)
	for i := range longest {
		longest[i] = make([]uint16, len(file)+1)
	}
	for i := len(net) - 1; i >= 0; i-- {
		for j := len(file) - 1; j >= 0; j-- {
			longest[i][j] = max(longest[i+1][j], longest[i][j+1])
			if net[i].same(&file[j]) {
				longest[i][j] = max(longest[i][j], longest[i+1][j+1]+1)
			}
		}
	}
	var here, there []pool // between two that are the same
	i, j := 0, 0
	for i < len(net) || j < len(file) {
		switch {
		case i < len(net) && j < len(file) && net[i].same(&file[j]) && longest[i][j] == longest[i+1][j+1]+1:
			c.between(here, there)
			here, there = nil, nil
			c.pool(&net[i], &file[j])
			i, j = i+1, j+1
		case i < len(net) && longest[i+1][j] == longest[i][j]:
			here, i = append(here, net[i]), i+1
		default:
			there, j = append(there, file[j]), j+1
		}
	}
	c.between(here, there)
}

// between compares pools that are not the same: those that are needed of each side one by one, if
// they are as many.
func (c *comparison) between(here, there []pool) {
	needed := func(p pool) bool { return p.whole || p.node != nil && p.node.Side != nil }
	here, there = slices.DeleteFunc(here, needed), slices.DeleteFunc(there, needed)
	if len(here) == len(there) {
		for i := range here {
			c.pool(&here[i], &there[i])
		}
		return
	}
	for _, p := range here {
		c.found = append(c.found, Difference{pooling, "no pool", p.text(c.all), []string{p.node.Path}})
	}
	for _, p := range there {
		c.found = append(c.found, Difference{pooling, p.text(c.all), "no pool", []string{p.behind}})
	}
}

// pool compares a pool of the net with the one of the file in its place.
func (c *comparison) pool(p, file *pool) {
	l := c.all[file.layer]
	switch {
	case p.max != file.max:
		c.found = append(c.found, Difference{pooling, file.text(c.all), p.text(c.all), []string{p.node.Path}})
		return
	case file.k == nil || p.window.k == (dim.Pair{}):
		return
	case file.k != nil && !slices.Equal(p.k, file.k):
		c.differs(p.node, fmt.Sprintf("%dx%d", file.k[0], file.k[1]), fmt.Sprintf("%dx%d", p.k[0], p.k[1]))
	}
	if !p.whole { // or there is one place only
		c.pair(p.node, "stride", l.Stride, p.window.stride)
	}
	c.window(p.node, file.layer, p.window)
	if margins, ok := c.margins(file.layer); file.counted != nil && p.counted != nil && *file.counted != *p.counted && (!ok || margins != [4]int{} || l.Padding == "same") {
		c.differs(p.node, fmt.Sprintf("count_pad=%v", *file.counted), fmt.Sprintf("count_pad=%v", *p.counted))
	}
}

// text is a pool as the language writes it.
func (p *pool) text(layers []weightfile.Layer) string {
	name := map[bool]string{true: "maxpool", false: "avgpool"}[p.max]
	stride := layers[p.layer].Stride
	if p.node != nil {
		stride = []int{ofPair(p.window.stride, 0), ofPair(p.window.stride, 1)}
	}
	if p.k == nil || len(stride) != 2 {
		return name
	}
	return fmt.Sprintf("%s(%dx%d, stride=%s)", name, p.k[0], p.k[1], pairText(stride[0], stride[1]))
}
