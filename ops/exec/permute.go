package exec

import (
	"cnnlang/ops"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// An axis of a permutation: its size, and how far its numbers lie apart in the input and in the
// result.
type permutedAxis struct{ size, from, to int }

// permuted moves plain values, and those in blocks to plain ones. Where only axes of size 1 change
// places, nothing moves.
func (s *size) permuted(op *ops.Permute) []task.Algorithm {
	axes := permutation(op, s.in[0], s.out)
	plain := s.plainly(func(_, out layout.Value, _ []tensor.Tensor) *task.Prepared {
		switch last := len(axes) - 1; {
		case last < 1:
			return aliased(out.Shape.Elements())
		case axes[last].from == 1:
			return permutedRuns(axes[:last], axes[last].size)
		default:
			return permutedTiles(axes)
		}
	})
	plain[0].Alias = len(axes) < 2
	if plain[0].Alias || len(s.in[0]) != 4 {
		return plain
	}
	var to [4]int // how far the numbers of an axis lie apart in the result
	for i, v := range op.Axes {
		to[v.MustInt()] = s.out[i+1:].Elements()
	}
	return append(s.fromBlocks(func(in []layout.Value, _ layout.Value, _ []tensor.Tensor) *task.Prepared {
		return permutedBlocks(in[0].Grid(), to)
	}), plain...)
}

// fromBlocks are algorithms that make a plain result of an input in blocks.
func (s *size) fromBlocks(prepare of) (list []task.Algorithm) {
	for _, e := range s.elements() {
		a := s.blocked(e, prepare)
		a.Name, a.Out = "from blocks", layout.Layout{}
		list = append(list, a)
	}
	return list
}

// permutedBlocks moves the rows of blocks.
func permutedBlocks(from layout.Grid, to [4]int) *task.Prepared {
	mem := 0 // of a loaded row
	if from.Element != layout.Float32 {
		mem = from.RowFloats()
	}
	return &task.Prepared{Algorithm: "from blocks", PerWorker: mem, Tasks: func(out tensor.Tensor, in []tensor.Tensor, s task.Scratch) []task.Task {
		return []task.Task{task.EachRow(&from, func(image, block, y, worker int) {
			row := from.Load(s.Of(worker), in[0].Data, image, block, y)
			half := len(row) / from.Halves()
			for h := range from.Halves() {
				first := block*from.Block + h*layout.Lanes
				lanes := min(layout.Lanes, from.C-first)
				if lanes <= 0 {
					break
				}
				dst := out.Data[image*to[0]+first*to[1]+y*to[2]:]
				scatter(dst, row[h*half:][:half], lanes, to[1], to[3])
			}
		})}
	}}
}

// scatter copies the first lanes of the pixels of a row to places so far apart.
func scatter(dst, row []float32, lanes, toLane, toPixel int) {
	if toLane == 1 {
		for x := 0; x < len(row); x += layout.Lanes {
			copy(dst[x/layout.Lanes*toPixel:], row[x:][:lanes])
		}
		return
	}
	for lane := range lanes {
		at := lane * toLane
		for x := lane; x < len(row); x += layout.Lanes {
			dst[at] = row[x]
			at += toPixel
		}
	}
}

// permutation are the axes in the order of the result: those of size 1 left out, and those that
// follow one another in both as one.
func permutation(op *ops.Permute, in, out tensor.Shape) (axes []permutedAxis) {
	for i, v := range op.Axes {
		a := v.MustInt()
		axis := permutedAxis{in[a], in[a+1:].Elements(), out[i+1:].Elements()}
		if axis.size == 1 {
			continue
		}
		if n := len(axes); n > 0 && axes[n-1].from == axis.size*axis.from {
			axis.size *= axes[n-1].size
			axes = axes[:n-1]
		}
		axes = append(axes, axis)
	}
	return axes
}

// A walk goes over some axes, the last one fastest: at and to are where it stands in the input
// and in the result.
type walk struct {
	axes   []permutedAxis
	index  [ops.MostAxes]int
	at, to int
}

// walkFrom is a walk that starts at its i-th place.
func walkFrom(axes []permutedAxis, i int) walk {
	w := walk{axes: axes}
	for k := len(axes) - 1; k >= 0; k-- {
		a := &axes[k]
		w.index[k], i = i%a.size, i/a.size
		w.at, w.to = w.at+w.index[k]*a.from, w.to+w.index[k]*a.to
	}
	return w
}

func (w *walk) next() {
	for k := len(w.axes) - 1; k >= 0; k-- {
		a := &w.axes[k]
		w.at, w.to = w.at+a.from, w.to+a.to
		if w.index[k]++; w.index[k] < a.size {
			return
		}
		w.index[k], w.at, w.to = 0, w.at-a.size*a.from, w.to-a.size*a.to
	}
}

func places(axes []permutedAxis) int {
	n := 1
	for _, a := range axes {
		n *= a.size
	}
	return n
}

// permutedRuns copies numbers that follow one another in both.
func permutedRuns(axes []permutedAxis, run int) *task.Prepared {
	pieces := task.CeilDiv(run, task.Grain)
	return &task.Prepared{Algorithm: "runs", Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
		return []task.Task{task.Ranges(places(axes)*pieces, max(1, task.Grain/run), func(first, end, _ int) {
			w, piece := walkFrom(axes, first/pieces), first%pieces
			for i := first; i < end; i++ {
				from := piece * task.Grain
				n := min(run-from, task.Grain)
				copy(out.Data[w.to+from:][:n], in[0].Data[w.at+from:][:n])
				if piece++; piece == pieces {
					piece = 0
					w.next()
				}
			}
		})}
	}}
}

// permutedSide is the side of a tile: a line of the cache is filled and read at once.
const permutedSide = 16

// permutedTiles transposes: the axis that is the last one of the input and the last of the result
// are cut into tiles, in which both follow lines of the cache.
func permutedTiles(axes []permutedAxis) *task.Prepared {
	var across, down permutedAxis // the last axes of the result and of the input
	var others []permutedAxis
	for i, a := range axes {
		switch {
		case i == len(axes)-1:
			across = a
		case a.from == 1:
			down = a
		default:
			others = append(others, a)
		}
	}
	wide, high := task.CeilDiv(across.size, permutedSide), task.CeilDiv(down.size, permutedSide)
	return &task.Prepared{Algorithm: "tiles", Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
		return []task.Task{task.Ranges(places(others)*high*wide, task.Grain/permutedSide/permutedSide, func(first, end, _ int) {
			w, tile := walkFrom(others, first/(high*wide)), first%(high*wide)
			for range end - first {
				x, y := tile%wide*permutedSide, tile/wide*permutedSide
				src := in[0].Data[w.at+x*across.from+y:]
				dst := out.Data[w.to+x+y*down.to:]
				transpose(dst, src, down.to, across.from, min(down.size-y, permutedSide), min(across.size-x, permutedSide))
				if tile++; tile == high*wide {
					tile = 0
					w.next()
				}
			}
		})}
	}}
}

// transpose makes rows of columns: rows of dst, so many numbers each, lie to apart, and those of
// src from.
func transpose(dst, src []float32, to, from, rows, numbers int) {
	for y := range rows {
		row := dst[y*to:][:numbers]
		for x := range row {
			row[x] = src[x*from+y]
		}
	}
}
