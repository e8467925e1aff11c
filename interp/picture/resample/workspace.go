package resample

import (
	"context"

	"cnnlang/interp/picture/resample/internal/kernel"
)

// A Workspace is the memory that resizing takes, for one image after the other. The zero
// value is ready. It serves one goroutine at a time.
type Workspace struct {
	image    Image
	grey     bool
	channels int // of what is resized

	columns, rows axis
	taps          kernel.Taps          // of all wanted columns
	weights       kernel.Weights       // of one row
	colours       [kernel.Rows][]uint8 // rows of the image that end too early for the kernels
	greys         [kernel.Rows][]uint8 // and those that were made grey

	// The window holds the rows [base, have) of the image with their columns resized, and one
	// more for a weight of 0.
	window     []uint8
	stride     int // of its rows
	size       int // how many it can hold
	base, have int

	reduced []uint8  // the image with pixels averaged, if it is large
	sums    []uint64 // of a line of it

	row    []uint8 // one of the result
	framed []uint8 // and with black beside it
}

// mostKept is how many bytes a workspace keeps between two images.
const mostKept = 1 << 20

// begin makes everything ready for the first row.
func (w *Workspace) begin(image Image, v View, f Filter, grey bool) {
	w.image, w.grey, w.channels = image, grey, channels(grey)
	from, to := v.columns()
	w.columns.set(side{image.Width, v.Width}, from, to, f)
	w.columns.taps(&w.taps, w.channels)
	from, to = v.rows()
	w.rows.set(side{image.Height, v.Height}, from, to, f)
	w.stride, w.size = stride(len(w.columns.spans), w.channels), size(w.rows.most, w.rows.last()-w.rows.first())
	w.window = grow(w.window, (w.size+1)*w.stride)
	w.base, w.have = w.rows.first(), w.rows.first()
	w.weights.Resize(roundUp(w.rows.most, kernel.Pair))
	w.row = grow(w.row, w.stride)
	w.framed = grow(w.framed, w.channels*v.W+kernel.Slack)
}

// end lets go of the image, and of memory that most images do not need.
func (w *Workspace) end() {
	w.image = Image{}
	kept := cap(w.window) + 8*cap(w.taps.Whole) + 8*cap(w.rows.spans) + cap(w.reduced) + 8*cap(w.sums)
	for i := range kernel.Rows {
		kept += cap(w.colours[i]) + cap(w.greys[i])
	}
	if kept > mostKept {
		*w = Workspace{}
	}
}

func channels(grey bool) int {
	if grey {
		return 1
	}
	return 3
}

// stride is the distance of rows of so many results.
func stride(results, channels int) int {
	return roundUp(channels*results+kernel.Slack, kernel.Block)
}

// size is how many rows the window holds: all that are needed or, so that moving them is
// seldom, twice as many as one result needs.
func size(most, all int) int { return min(all, 2*most+kernel.Rows) }

// result computes a row of the result, which has the size of the stride.
func (w *Workspace) result(ctx context.Context, y int) []uint8 {
	need := w.rows.spans[y]
	if !w.advance(ctx, int(need.start), int(need.end)) {
		return w.row
	}
	w.weights.Resize(roundUp(need.size(), kernel.Pair))
	w.weights.Whole[len(w.weights.Whole)-1] = 0
	w.rows.weigh(w.weights.Whole, y)
	w.weights.Pack()
	kernel.Vertical(w.row, w.window[(int(need.start)-w.base)*w.stride:], w.stride, &w.weights)
	return w.row
}

// advance resizes the columns of rows until the window has those in [start, end), unless ctx
// ends. Starts never decrease.
func (w *Workspace) advance(ctx context.Context, start, end int) bool {
	if start > w.have { // no result needs the rows in between
		w.base, w.have = start, start
	}
	last := w.rows.last()
	if w.rows.most == 1 {
		last = end
	}
	for w.have < end {
		if ctx.Err() != nil {
			return false
		}
		n := min(kernel.Rows, last-w.have)
		if w.have+n-w.base > w.size {
			copy(w.window, w.window[(start-w.base)*w.stride:(w.have-w.base)*w.stride])
			w.base = start
		}
		var dst, src [kernel.Rows][]uint8
		for i := range kernel.Rows {
			if i < n {
				src[i], dst[i] = w.line(w.have+i, i), w.window[(w.have+i-w.base)*w.stride:][:w.stride]
			} else { // the kernel always does all
				src[i], dst[i] = src[n-1], dst[n-1]
			}
		}
		kernel.Horizontal(&dst, &src, w.channels, &w.taps)
		w.have += n
	}
	return true
}

// line returns row y of the image as the kernel wants it, the one at i of those that it does
// at once.
func (w *Workspace) line(y, i int) []uint8 {
	wide := max(w.image.Width, w.taps.Reach())
	line := w.image.Pix[3*w.image.Width*y:]
	if len(line) < 3*wide+kernel.Slack {
		w.colours[i] = grow(w.colours[i], 3*wide+kernel.Slack)
		copy(w.colours[i], line[:3*w.image.Width])
		line = w.colours[i]
	}
	if !w.grey {
		return line
	}
	w.greys[i] = grow(w.greys[i], wide+kernel.Slack)
	kernel.Grey(w.greys[i][:w.image.Width], line)
	return w.greys[i]
}

// Need is about how many bytes a workspace takes for an image of this size.
func Need(width, height int, v View, f Filter, grey bool) int64 {
	need := int64(0)
	if w, h := v.reduced(width, height, f); w != width || h != height {
		need = 3*int64(w)*int64(h) + 8*3*int64(w)
		width, height = w, h
	}
	from, to := v.columns()
	columns, across := int64(to-from), int64(side{width, v.Width}.most(f))
	from, to = v.rows()
	rows, down := int64(to-from), int64(side{height, v.Height}.most(f))
	needed := min(height, int(float64(rows)*side{height, v.Height}.scale())+int(down)+1)

	const perSpan, perStart, perWeight, perExact = 8, 4, 4 + 4, 8
	step := int64(kernel.Step(channels(grey)))
	across, wide := (across+step-1)/step*step, int64(width)+step
	need += columns*(perSpan+perStart+across*perWeight) + across*perExact
	need += rows*perSpan + (down+1)*(perWeight+perExact)
	need += int64(stride(int(columns), channels(grey))) * int64(size(int(down), needed)+2)
	need += int64(channels(grey)) * int64(v.W)
	if grey {
		need += min(kernel.Rows, int64(height)) * wide
	}
	return need + min(kernel.Rows, int64(height), 1+16/int64(width))*3*wide // those that end too early
}
