package exec

import (
	"math"

	"cnnlang/ops"
	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// mostWeighed is the most pixels that are weighed along an axis.
const mostWeighed = 4

// A resizing is a resize of values in some layout, row by row. Of plain values a line is one
// number, of blocked ones 16 channels of a pixel.
type resizing struct {
	in, out       layout.Grid
	rows, columns weighing
	halves        [2]weighing // of columns of four, the first and the last two of each
	line          int         // float32 of a pixel
}

// A weighing is which pixels of the input those of the result look at along an axis.
type weighing struct {
	taps    int
	at      []int         // pixels, for each of the result so many
	weights []float32     // theirs
	lines   *kernel.Lines // the same places in lines, of one or two
}

// weigh follows the definition of ops.Resize.
func weigh(op *ops.Resize, from, to int) weighing {
	w := weighing{taps: 1}
	switch op.Mode {
	case ops.Bilinear:
		w.taps = 2
	case ops.Bicubic:
		w.taps = mostWeighed
	}
	for i := range to {
		if w.taps == 1 {
			w.at = append(w.at, i*from/to)
			continue
		}
		place := (float64(i)+0.5)*float64(from)/float64(to) - 0.5
		if op.AlignCorners {
			place = float64(i) * float64(from-1) / float64(max(to-1, 1))
		}
		if w.taps == 2 {
			place = max(place, 0)
		}
		first := math.Floor(place)
		rest := place - first
		before := w.taps/2 - 1
		for k := range w.taps {
			at := min(max(int(first)+k-before, 0), from-1)
			if w.taps == 2 && from == to {
				at = i
			}
			w.at = append(w.at, at)
			weight := 1 - math.Abs(rest-float64(k))
			if w.taps == mostWeighed {
				weight = keys(math.Abs(rest + float64(before-k)))
			}
			w.weights = append(w.weights, float32(weight))
		}
	}
	return w
}

// halves are the first two pixels that each looks at, and the last two.
func (w *weighing) halves() (list [2]weighing) {
	for i, at := range w.at {
		half := &list[i/2%2]
		half.at, half.weights = append(half.at, at), append(half.weights, w.weights[i])
	}
	for i := range list {
		list[i].lines = kernel.NewLines(list[i].at)
	}
	return list
}

// keys is Keys' cubic kernel with a = -3/4.
func keys(x float64) float64 {
	if x <= 1 {
		return (1.25*x-2.25)*x*x + 1
	}
	return ((-0.75*x+3.75)*x-6)*x + 3
}

// resized lists how a resize is computed: on blocks of any kind, and on plain values.
func (s *size) resized(op *ops.Resize) []task.Algorithm {
	prepare := func(in []layout.Value, out layout.Value, _ []tensor.Tensor) *task.Prepared {
		r := &resizing{in: in[0].Grid(), out: out.Grid(), line: layout.Lanes}
		if out.Layout.Plain() {
			r.line = 1
		}
		r.rows, r.columns = weigh(op, r.in.H, r.out.H), weigh(op, r.in.W, r.out.W)
		for i := range r.columns.at {
			r.columns.at[i] *= r.line
		}
		switch {
		case r.line > 1 && r.columns.taps == mostWeighed:
			r.halves = r.columns.halves()
		case r.line > 1:
			r.columns.lines = kernel.NewLines(r.columns.at)
		}
		return r.prepare(op.Mode)
	}
	return s.inBlocks(func(layout.Element) bool { return true }, prepare, prepare)
}

func (r *resizing) prepare(name string) *task.Prepared {
	loaded := r.in.RowFloats()
	if r.in.Element == layout.Float32 {
		loaded = 0 // rows are read in place
	}
	lent := r.rows.taps*loaded + 2*r.out.RowFloats()
	tables := int64(8*(len(r.rows.at)+2*len(r.columns.at)) + 4*(len(r.rows.weights)+2*len(r.columns.weights)))
	return &task.Prepared{Algorithm: name + "-" + r.out.Element.ISA(), PerWorker: lent, Tables: tables,
		Tasks: func(out tensor.Tensor, in []tensor.Tensor, s task.Scratch) []task.Task {
			return []task.Task{task.EachRow(&r.out, func(image, block, y, worker int) {
				mem := s.Of(worker)
				var seen [mostWeighed][]float32
				for k := range r.rows.taps {
					seen[k] = r.in.Load(mem[k*loaded:], in[0].Data, image, block, r.rows.at[y*r.rows.taps+k])
				}
				mem = mem[r.rows.taps*loaded:]
				dst := r.out.Target(mem, out.Data, image, block, y)
				spare := mem[r.out.RowFloats():]
				each, whole := len(dst)/r.out.Halves(), len(seen[0])/r.in.Halves()
				for h := range r.out.Halves() {
					part := seen
					for k := range r.rows.taps {
						part[k] = seen[k][h*whole:][:whole]
					}
					r.row(dst[h*each:][:each], spare, &part, y)
				}
				r.out.Store(dst, out.Data, image, block, y)
			})}
		}}
}

// row computes a row of the result, with memory for another, from the rows of the input that
// it looks at.
func (r *resizing) row(dst, spare []float32, seen *[mostWeighed][]float32, y int) {
	c := &r.columns
	switch {
	case c.taps == 1 && r.line == 1:
		for x, at := range c.at {
			dst[x] = seen[0][at]
		}
	case c.taps == 1:
		kernel.PickLanes(dst, seen[0], c.lines)
	case c.taps == 2 && r.line > 1:
		kernel.BilinearLanes(dst, seen[0], seen[1], c.lines, c.weights, r.rows.weights[2*y:])
	case c.taps == 2:
		top, bottom := r.rows.weights[2*y], r.rows.weights[2*y+1]
		above, below := seen[0], seen[1]
		for x := range dst {
			a, b, u, v := c.at[2*x], c.at[2*x+1], c.weights[2*x], c.weights[2*x+1]
			dst[x] = top*(u*above[a]+v*above[b]) + bottom*(u*below[a]+v*below[b])
		}
	case r.line > 1:
		r.quarters(dst, spare[:len(dst)], seen, y)
	default:
		r.cubic(dst, seen, y)
	}
}

// quarters is row with four rows and columns of lines, as four sums of two rows and columns each.
func (r *resizing) quarters(dst, spare []float32, seen *[mostWeighed][]float32, y int) {
	for i := range 4 {
		columns, row, sum := &r.halves[i%2], i/2*2, spare
		if i == 0 {
			sum = dst
		}
		kernel.BilinearLanes(sum, seen[row], seen[row+1], columns.lines, columns.weights, r.rows.weights[mostWeighed*y+row:])
		if i > 0 {
			kernel.Add(dst, sum)
		}
	}
}

// cubic is row with four rows and columns of plain values.
func (r *resizing) cubic(dst []float32, seen *[mostWeighed][]float32, y int) {
	weights := r.rows.weights[mostWeighed*y:][:mostWeighed]
	for x := range dst {
		at, across := r.columns.at[mostWeighed*x:][:mostWeighed], r.columns.weights[mostWeighed*x:][:mostWeighed]
		sum := float32(0)
		for k, row := range seen {
			sum += weights[k] * (across[0]*row[at[0]] + across[1]*row[at[1]] + across[2]*row[at[2]] + across[3]*row[at[3]])
		}
		dst[x] = sum
	}
}
