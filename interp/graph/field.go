package graph

import (
	"slices"

	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// A Field is which pixels of the input a value depends on, along one axis: the interval from
// the first to the last, for each of its positions. It repeats itself: a position Period
// further sees the pixels shift further. Around the value it goes on as if images had no
// borders, so that an interval may reach into padding. Behind a reshape or permute that moves what
// lies along the axis, the intervals are those that hold for all positions.
//
//	conv 3x3, stride 2, pad 1        position 0: -1..1, 1: 1..3 …    period 1, shift 2
//	deconv 2x2, stride 2, after it   position 0 and 1: -1..1 …       period 2, shift 2
//	gap                              everything                      shift 0
type Field struct {
	low, high []int  // of the positions of one period; an empty list where nothing is known
	none      []bool // positions that see nothing, as those between the kernels of a deconv; nil for no such
	shift     int
	uneven    bool // the positions are listed, and no step is the same as the next
	ends      [2]int
	image     int
}

// Limits of what is followed: periods, all of a graph's together, and how far pixels lie.
const (
	mostPhases = 1 << 12
	mostListed = 1 << 22
	mostFar    = 1 << 28
)

// Fields follows the fields of all values of a graph along the height or the width, by their
// IDs, in pixels of the first input. Values that do not depend on the pixels of an image, or in a way that is beyond the
// limits, have none: their Size is 0.
func (g *Graph) Fields(axis dim.Axis) []Field {
	fields := make([]Field, len(g.Nodes))
	if len(g.Input().Shape) != 4 {
		return fields
	}
	w := fielder{axis: axis, image: g.Input().Shape[axis], room: mostListed}
	for _, n := range g.Nodes {
		f := &fields[n.ID]
		switch {
		case n == g.Input():
			*f = Field{low: []int{0}, high: []int{0}, shift: 1}
		case n.Op != nil:
			ins := make([]Field, 0, len(n.In))
			for _, in := range n.In {
				ins = append(ins, fields[in.ID])
			}
			*f = w.after(n, ins)
		}
		f.image, f.ends = w.image, [2]int{0, size(n, axis) - 1}
	}
	return fields
}

// A fielder follows one axis.
type fielder struct {
	axis  dim.Axis
	image int
	room  int // positions that may still be listed
}

// size is how many positions a value has along an axis: vectors have one.
func size(n *Node, axis dim.Axis) int {
	if len(n.Shape) != 4 {
		return 1
	}
	return n.Shape[axis]
}

// after is the field of a node whose inputs have these.
func (w *fielder) after(n *Node, ins []Field) Field {
	have := 0
	if len(n.In) > 0 {
		have = size(n.In[0], w.axis)
	}
	if window, ok := ops.WindowOf(n.Op); ok {
		return w.slide(n, ins, window)
	}
	if window, ok := w.moves(n, have); ok {
		return w.through(ins[0], window)
	}
	switch op := n.Op.(type) {
	case *ops.Learned:
		return Field{}
	case *ops.Resize:
		return w.resized(op, ins[0], have, size(n, w.axis))
	case *ops.GlobalAvgPool, *ops.GroupNorm, *ops.InstanceNorm:
		return w.whole(ins[0], have)
	case ops.Reducer:
		if op.Reduces(int(w.axis)) {
			return w.whole(ins[0], have)
		}
	case *ops.Flatten:
		return w.whole(ins[0], have)
	case *ops.Reshape, *ops.Permute:
		if !w.stays(n) {
			return w.whole(ins[0], have)
		}
	case *ops.Softmax:
		if op.Axis.MustInt() == int(w.axis) {
			return w.whole(ins[0], have)
		}
	case *ops.Matmul: // a row of the first with all of the second, or all of the first with a column
		rows, columns := ins[0], ins[1]
		if w.axis != dim.Height {
			rows = w.whole(rows, have)
		}
		if w.axis != dim.Width {
			columns = w.whole(columns, size(n.In[1], w.axis))
		}
		return w.both(n, rows, columns)
	case *ops.Concat:
		if op.Axis.MustInt() == int(w.axis) { // what one position sees need not be behind what the one before it sees
			return Field{}
		}
	}
	// Everything else reads each position by itself. A value of one position that joins larger
	// ones is read at all of theirs.
	all := Field{}
	for i, f := range ins {
		if size(n.In[i], w.axis) < size(n, w.axis) {
			f = w.whole(f, 1)
		}
		all = w.both(n, all, f)
	}
	return all
}

// moves is the window through which each position of an operation that moves pixels reads.
func (w *fielder) moves(n *Node, have int) (window, bool) {
	switch op := n.Op.(type) {
	case *ops.AvgPoolTo:
		k := op.K.Along(w.axis).MustInt()
		d := gcd(have, k)
		return window{k / d, have / d, 1,
			func(o int) int { return floorDiv(o*have, k) }, func(o int) int { return -floorDiv(-(o+1)*have, k) - 1 }}, true
	case *ops.Border:
		before, _ := op.By.Around(w.axis, have, 1, 1, 1) // what stands beyond the border is padding, whatever it is
		from := func(o int) int { return o - before }
		return window{1, 1, 1, from, from}, true
	case *ops.Crop:
		before, _ := op.By.Around(w.axis, have, 1, 1, 1)
		from := func(o int) int { return o + before }
		return window{1, 1, 1, from, from}, true
	case *ops.PixelShuffle:
		r := op.R.MustInt()
		from := func(o int) int { return floorDiv(o, r) }
		return window{r, 1, 1, from, from}, true
	case *ops.PixelUnshuffle:
		r := op.R.MustInt()
		return window{1, r, 1, func(o int) int { return o * r }, func(o int) int { return o*r + r - 1 }}, true
	}
	return window{}, false
}

// stays reports whether a reshape or permute leaves every position of an image where it is along
// the axis. If not, each is taken to see what any position saw.
func (w *fielder) stays(n *Node) bool {
	in := n.In[0].Shape
	if len(in) != 4 || len(n.Shape) != 4 {
		return false
	}
	if op, moves := n.Op.(*ops.Permute); moves {
		return op.Axes[w.axis] == dim.Int(int(w.axis))
	}
	return in[w.axis:].Equal(n.Shape[w.axis:])
}

// resized is behind a resize from so many positions to others.
func (w *fielder) resized(op *ops.Resize, in Field, from, to int) Field {
	repeats, by := to, from // after so many positions it looks so many further
	if op.AlignCorners {
		repeats, by = to-1, from-1
	}
	d := gcd(repeats, by)
	if repeats == 0 || by == 0 {
		return w.whole(in, from)
	}
	return w.through(in, window{repeats / d, by / d, 1,
		func(o int) int { first, _ := op.Looks(o, from, to); return first },
		func(o int) int { _, last := op.Looks(o, from, to); return last }})
}

// A window is where the positions of a value read another: every outputs further it is inputs
// further. Between first and last it reads every step-th.
type window struct {
	outputs, inputs, step int
	first, last           func(position int) int
}

// slide is an operation with a window, and what its epilogue adds.
func (w *fielder) slide(n *Node, ins []Field, by ops.Window) Field {
	k, stride, dilation := by.K.Along(w.axis).MustInt(), by.Stride.Along(w.axis).MustInt(), by.Dilation.Along(w.axis).MustInt()
	read := window{1, stride, dilation, nil, nil}
	if d, ok := n.Op.(*ops.Deconv); ok {
		// The kernel of input i covers the places from i*stride - crop on, those between its
		// weights counted too.
		crop, reach := d.Crop(w.axis), dilation*(k-1)+1
		read = window{stride, 1, 1, nil, nil}
		read.first = func(o int) int { return -floorDiv(reach-1-o-crop, stride) }
		read.last = func(o int) int { return floorDiv(o+crop, stride) }
	} else {
		before, _ := by.Pad.Around(w.axis, size(n.In[0], w.axis), k, stride, dilation)
		read.first = func(o int) int { return o*stride - before }
		read.last = func(o int) int { return o*stride - before + dilation*(k-1) }
	}
	f := w.through(ins[0], read)
	for _, added := range ins[1:] {
		f = w.both(n, f, added)
	}
	return f
}

// through is the field of what reads a value by windows.
func (w *fielder) through(f Field, by window) Field {
	if len(f.low) == 0 {
		return Field{}
	}
	repeats := len(f.low) / gcd(len(f.low), by.inputs)
	period, inputs := by.outputs*repeats, by.inputs*repeats/len(f.low)
	if period > min(mostPhases, w.room) || float64(f.shift)*float64(inputs) > mostFar {
		return Field{}
	}
	out := Field{low: make([]int, period), high: make([]int, period), none: make([]bool, period),
		shift: f.shift * inputs, uneven: f.uneven}
	for o := range period {
		first, last := f.between(by.first(o), by.last(o), by.step)
		if out.none[o] = first > last; out.none[o] {
			first, last = by.first(o), by.last(o)
		}
		out.low[o], out.high[o] = f.at(f.low, first), f.at(f.high, last)
	}
	return w.kept(out)
}

// kept is a field in its shortest form, if it is within the limits.
func (w *fielder) kept(f Field) Field {
	for i := range f.low {
		if max(abs(f.low[i]), abs(f.high[i]), abs(f.shift)) > mostFar {
			return Field{}
		}
	}
	if !slices.Contains(f.none, true) {
		f.none = nil
	}
	if f.shift == 0 && f.none == nil && slices.Min(f.low) == slices.Max(f.low) && slices.Min(f.high) == slices.Max(f.high) {
		f.low, f.high = f.low[:1], f.high[:1]
	}
	w.room -= len(f.low)
	return f
}

// at is the bound of a position, of those of a period.
func (f *Field) at(bounds []int, position int) int {
	q := floorDiv(position, len(bounds))
	return bounds[position-q*len(bounds)] + q*f.shift
}

// blank reports whether a position sees nothing.
func (f *Field) blank(position int) bool {
	return f.none != nil && f.none[position-floorDiv(position, len(f.none))*len(f.none)]
}

// between is the first and the last position of a window that see anything; first is beyond
// last where none does. Bounds grow with the positions, so that these have the least and the
// greatest.
func (f *Field) between(first, last, step int) (int, int) {
	for range f.none { // after a period they repeat themselves
		if first > last || !f.blank(first) {
			break
		}
		first += step
	}
	if first > last || f.blank(first) {
		return 1, 0
	}
	for f.blank(last) {
		last -= step
	}
	return first, last
}

// whole is what reads all positions of a value: pixels, and no padding.
func (w *fielder) whole(f Field, positions int) Field {
	if len(f.low) == 0 {
		return Field{}
	}
	first, last := f.between(0, positions-1, 1)
	if first > last {
		return Field{}
	}
	return Field{low: []int{max(f.at(f.low, first), 0)}, high: []int{min(f.at(f.high, last), w.image-1)}}
}

// both is the union of two fields.
func (w *fielder) both(n *Node, a, b Field) Field {
	switch {
	case len(a.low) == 0:
		return b
	case len(b.low) == 0 || a.same(b):
		return a
	case a.shift == 0 && b.shift != 0:
		a, b = b, a
	}
	positions := size(n, w.axis)
	period := len(a.low) / gcd(len(a.low), len(b.low)) * len(b.low)
	shift, uneven := a.shift*(period/len(a.low)), a.uneven || b.uneven
	if b.shift == 0 && a.shift != 0 && b.none == nil && len(b.low) == 1 &&
		b.low[0] <= max(a.at(a.low, 0), 0) && b.high[0] >= min(a.at(a.high, positions-1), w.image-1) {
		return b
	}
	if a.shift*len(b.low) != b.shift*len(a.low) {
		period, shift, uneven = positions, w.image, true
	}
	if period > min(mostPhases, w.room) {
		return Field{}
	}
	out := Field{shift: shift, uneven: uneven}
	for o := range period {
		low, high := min(a.at(a.low, o), b.at(b.low, o)), max(a.at(a.high, o), b.at(b.high, o))
		switch {
		case a.blank(o):
			low, high = b.at(b.low, o), b.at(b.high, o)
		case b.blank(o):
			low, high = a.at(a.low, o), a.at(a.high, o)
		}
		out.low, out.high = append(out.low, low), append(out.high, high)
		out.none = append(out.none, a.blank(o) && b.blank(o))
	}
	return w.kept(out)
}

func (f *Field) same(g Field) bool {
	return f.shift == g.shift && slices.Equal(f.low, g.low) && slices.Equal(f.high, g.high) && slices.Equal(f.none, g.none)
}

// At is the first and the last pixel that a position sees, which may lie in padding, and false
// if it sees none.
func (f *Field) At(position int) (first, last int, ok bool) {
	if len(f.low) == 0 || f.blank(position) {
		return 0, 0, false
	}
	return f.at(f.low, position), f.at(f.high, position), true
}

// Size is how many pixels a position sees, those in padding included: the most, where
// positions differ.
func (f *Field) Size() (most int) {
	for o := range f.low {
		if !f.blank(o) {
			most = max(most, f.high[o]-f.low[o]+1)
		}
	}
	return most
}

// Stride is how many pixels it is from what one position sees to what the next one sees, on
// the average of a period: 0 where all see the same. It is not ok where that differs from
// position to position without a period.
func (f *Field) Stride() (stride dim.Size, ok bool) {
	if len(f.low) == 0 || f.uneven {
		return dim.Size{}, false
	}
	return dim.Ratio(int64(f.shift), int64(len(f.low))), true
}

// Padding is the share of what a position at the border sees that lies in padding, at the end
// of the axis where that is more.
func (f *Field) Padding() (share float64) {
	for _, position := range f.ends {
		if first, last, ok := f.At(position); ok && last >= first {
			outside := max(0, -first) + max(0, last-f.image+1)
			share = max(share, float64(outside)/float64(last-first+1))
		}
	}
	return share
}

func abs(x int) int { return max(x, -x) }

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// floorDiv rounds down; b is positive.
func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
