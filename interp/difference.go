package interp

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weights"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// A Difference is a setting of layers that a file of weights says, and that the steps of the net
// which take their tensors have otherwise: it does not show in any shape, but in the results.
type Difference struct {
	Op    string   `json:"op"`   // bn, conv, maxpool; activation for what is behind the steps, pool, operation
	File  string   `json:"file"` // as the language writes it: eps=0.001
	Net   string   `json:"net"`
	Steps []string `json:"steps"` // their paths
}

// String says what to do as well.
func (d Difference) String() string {
	switch {
	case d.Op == pooling && d.Net == "no pool":
		return fmt.Sprintf("the file has %s where the net has no pool, behind %s; write it there, if that is the net that was trained", d.File, weights.Listed(d.Steps))
	case d.Op == pooling && d.File == "no pool":
		return fmt.Sprintf("the file has no pool where the net has %s, in %s; take it out, if that is the net that was trained", d.Net, weights.Listed(d.Steps))
	case d.Op == pooling || d.Op == kind:
		return fmt.Sprintf("the file has %s where the net has %s, in %s: %s; write that there, if that is the net that was trained",
			d.File, d.Net, counted(len(d.Steps), "step", "steps"), weights.Listed(d.Steps))
	case d.Op == behind:
		return fmt.Sprintf("the file has %s where the net has %s, behind %s: %s; write that there, if that is the net that was trained",
			d.File, d.Net, counted(len(d.Steps), "step", "steps"), weights.Listed(d.Steps))
	}
	return fmt.Sprintf("the file has %s where the net has %s, in %s: %s; write `%s(%s)` there, if that is the net that was trained",
		d.File, d.Net, counted(len(d.Steps), "step", "steps"), weights.Listed(d.Steps), d.Op, d.File)
}

// The Op of a Difference of what is behind a step, of which pool there is, and of which operation
// has the tensors.
const (
	behind  = "activation"
	pooling = "pool"
	kind    = "operation"
)

// A comparison is of the layers that a file lists with the steps of a net.
type comparison struct {
	layers map[string]int // the first of a name
	all    []weightfile.Layer
	pads   bool // whether margins stand in layers of their own, and not just before those that use them
	found  []Difference
}

// differences compares what a file says of layers with the steps that take their tensors; pools,
// which have none, by their order.
func (r *reading) differences(n *Net) []Difference {
	all := aboutOf(r.Store).Layers
	if len(all) == 0 {
		return nil
	}
	c := comparison{layers: map[string]int{}, all: all}
	for i, l := range all {
		if _, twice := c.layers[l.Name]; !twice {
			c.layers[l.Name] = i
		}
		if isMargin(l) && (l.Padding == "" || i+1 == len(all) || all[i+1].Padding == "") {
			c.pads = true
		}
	}
	readers := readersOf(n.Graph)
	steps := map[int]string{}
	for _, node := range n.Graph.Nodes {
		after := r.after(node, readers)
		for _, i := range r.layersOf(node, c.layers) {
			steps[i] = node.Path
			c.step(node, i)
			c.activation(node, c.all[i].Activation, after)
		}
	}
	c.pools(poolsOf(n.Graph), c.filePools(steps))
	return c.found
}

// layersOf are the layers of the file whose tensors a step takes: of a normalisation in Caffe the
// one with the statistics and the one with the factors.
func (r *reading) layersOf(n *graph.Node, layers map[string]int) (all []int) {
	for _, p := range n.Params {
		if _, isGiven := r.given[p.Path]; isGiven {
			continue
		}
		if e := r.held[r.called(p).Path]; e.Layer != "" {
			if i, ok := layers[e.Layer]; ok && !slices.Contains(all, i) {
				all = append(all, i)
			}
		}
	}
	return all
}

// step compares a step with layer i.
func (c *comparison) step(n *graph.Node, i int) {
	l := c.all[i]
	if _, up := n.Op.(*ops.Deconv); convolves(l.Kind) && (up || isConv(n.Op)) && up != transposes(l.Kind) {
		c.found = append(c.found, Difference{kind, map[bool]string{true: "conv", false: "deconv"}[up], n.Op.Name(), []string{n.Path}})
		return
	}
	switch op := n.Op.(type) {
	case *ops.BatchNorm:
		c.eps(n, l, op.Eps)
	case *ops.LayerNorm:
		c.eps(n, l, op.Eps)
	case *ops.GroupNorm:
		c.eps(n, l, op.Eps)
	case *ops.InstanceNorm:
		c.eps(n, l, op.Eps)
	case *ops.Conv:
		c.pair(n, "stride", l.Stride, op.Stride)
		c.pair(n, "dilation", l.Dilation, op.Dilation)
		if groups := op.Groups.MustInt(); l.Groups > 0 && l.Groups != groups {
			c.differs(n, fmt.Sprintf("groups=%d", l.Groups), fmt.Sprintf("groups=%d", groups))
		}
		c.window(n, i, window{op.K, op.Stride, op.Dilation, op.Pad, false})
	case *ops.Deconv:
		c.pair(n, "stride", l.Stride, op.Stride)
		c.pair(n, "dilation", l.Dilation, op.Dilation)
	}
}

func isConv(op ops.Op) bool {
	_, is := op.(*ops.Conv)
	return is
}

// convolves and transposes tell convolutions of all sources from other layers, and those that are
// transposed.
func convolves(kind string) bool {
	return strings.Contains(kind, "Conv") || strings.HasPrefix(kind, "Deconv")
}

func transposes(kind string) bool {
	return strings.Contains(kind, "Transpose") || strings.HasPrefix(kind, "Deconv") || strings.Contains(kind, "Backprop")
}

// differs notes a difference, with those that are alike.
func (c *comparison) differs(n *graph.Node, file, net string) {
	for i := range c.found {
		if d := &c.found[i]; d.Op == n.Op.Name() && d.File == file && d.Net == net {
			d.Steps = append(d.Steps, n.Path)
			return
		}
	}
	c.found = append(c.found, Difference{n.Op.Name(), file, net, []string{n.Path}})
}

func (c *comparison) eps(n *graph.Node, l weightfile.Layer, net dim.Size) {
	written := func(x float64) string {
		if x < 1e-12 || x > 1 || x != x {
			return "eps=" + strconv.FormatFloat(x, 'g', -1, 64)
		}
		return "eps=" + strconv.FormatFloat(x, 'f', -1, 64)
	}
	if l.Eps != nil && float32(*l.Eps) != float32(net.Float()) {
		short, _ := strconv.ParseFloat(strconv.FormatFloat(*l.Eps, 'g', 7, 64), 64)
		c.differs(n, written(short), written(net.Float()))
	}
}

func (c *comparison) pair(n *graph.Node, name string, file []int, net dim.Pair) {
	h, w := net.H.MustInt(), net.W.MustInt()
	if len(file) == 2 && (file[0] != h || file[1] != w) {
		c.differs(n, name+"="+pairText(file[0], file[1]), name+"="+pairText(h, w))
	}
}

func pairText(h, w int) string {
	if h == w {
		return strconv.Itoa(h)
	}
	return fmt.Sprintf("%dx%d", h, w)
}

// A window slides over an image.
type window struct {
	k, stride, dilation dim.Pair
	pad                 ops.Padding
	ceil                bool
}

// window compares the padding of a window, and how it rounds its places, with that of layer i: by
// what it does to the image of this size, since the same can be written in several ways.
func (c *comparison) window(n *graph.Node, i int, w window) {
	l := c.all[i]
	margins, ok := c.margins(i)
	h, wide := w.stride.H.MustInt(), w.stride.W.MustInt()
	if !ok || len(l.Stride) != 2 || l.Stride[0] != h || l.Stride[1] != wide {
		return
	}
	ceil := w.ceil
	if l.Ceil != nil {
		ceil = *l.Ceil
	}
	in, out := n.In[0].Shape, n.Shape
	var file, net [4]int // top, left, bottom, right
	places := true
	for axis, a := range []dim.Axis{dim.Height, dim.Width} {
		k, stride, dilation := ofPair(w.k, axis), ofPair(w.stride, axis), ofPair(w.dilation, axis)
		net[axis], net[axis+2] = w.pad.Around(a, in[axis+2], k, stride, dilation)
		file[axis], file[axis+2] = margins[axis], margins[axis+2]
		if l.Padding == "same" || l.Padding == "same_lower" {
			file[axis], file[axis+2] = (ops.Padding{Mode: ops.Same}).Around(a, in[axis+2]+margins[axis]+margins[axis+2], k, stride, dilation)
			if l.Padding == "same_lower" {
				file[axis], file[axis+2] = file[axis+2], file[axis]
			}
			places = places && out[axis+2] == (in[axis+2]+stride-1)/stride
			continue
		}
		places = places && out[axis+2] == slides(in[axis+2]+file[axis]+file[axis+2], in[axis+2]+file[axis], dilation*(k-1)+1, stride, ceil)
	}
	switch {
	case file[0] != net[0] || file[1] != net[1], !places && ceil == w.ceil:
		c.differs(n, "pad="+padText(l.Padding, file), "pad="+padText(w.pad.String(), net))
	case !places:
		c.differs(n, fmt.Sprintf("ceil=%v", ceil), fmt.Sprintf("ceil=%v", w.ceil))
	}
}

func ofPair(p dim.Pair, axis int) int {
	if axis == 0 {
		return p.H.MustInt()
	}
	return p.W.MustInt()
}

// slides is how many places a window has in a padded image; rounded up, the last one begins no
// later than the image ends, as in Caffe.
func slides(padded, end, window, stride int, ceil bool) int {
	span := padded - window
	if span < 0 {
		return 0
	}
	n := span/stride + 1
	if ceil && span%stride != 0 && n*stride < end {
		n++
	}
	return n
}

// isMargin reports whether a layer does nothing but pad.
func isMargin(l weightfile.Layer) bool {
	return strings.HasPrefix(l.Kind, "ZeroPadding") || strings.HasSuffix(l.Kind, "Pad") || l.Kind == "PadV2"
}

// margins are those of layer i with those of a layer before it that does nothing else; false
// where they are not known.
func (c *comparison) margins(i int) (margins [4]int, ok bool) {
	l := c.all[i]
	switch l.Padding {
	case "same", "same_lower", "valid":
	default:
		if margins, ok = parsed(l.Padding); !ok {
			return margins, false
		}
	}
	if i > 0 && isMargin(c.all[i-1]) {
		before, ok := parsed(c.all[i-1].Padding)
		for k := range margins {
			margins[k] += before[k]
		}
		return margins, ok && l.Padding != "same" && l.Padding != "same_lower"
	}
	return margins, !c.pads || margins != [4]int{}
}

// parsed reads "1,1,1,1".
func parsed(text string) (margins [4]int, ok bool) {
	parts := strings.Split(text, ",")
	if len(parts) != 4 {
		return margins, false
	}
	for i, part := range parts {
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 || n > math.MaxInt16 {
			return margins, false
		}
		margins[i] = n
	}
	return margins, true
}

// padText is padding as the language writes it.
func padText(mode string, m [4]int) string {
	switch {
	case mode == "same":
		return mode
	case m == [4]int{m[0], m[0], m[0], m[0]}:
		return strconv.Itoa(m[0])
	}
	return fmt.Sprintf("[[%d, %d], [%d, %d]]", m[0], m[2], m[1], m[3])
}
