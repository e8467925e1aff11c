package plan

import (
	"cmp"
	"slices"
)

// manyBuffers is the number from which place no longer tries the order by size, which takes
// quadratic time.
const manyBuffers = 1 << 14

// place gives every buffer an offset and returns the size of the arena, and as a measure of
// the work how many gaps and neighbours it examined. Buffers come in the order of their
// first instructions. Finding the smallest arena is NP-hard. Of two greedy orders, largest
// first mostly comes within a few percent of the lower bound, the values alive at the
// busiest instruction (Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net
// Inference", 2020), and the order of time sometimes wins.
func place(buffers []*buffer) (size, work int) {
	size, work = placeInTime(buffers)
	if len(buffers) > manyBuffers {
		return size, work
	}
	other, more := placeLargestFirst(buffers)
	if work += more; other <= size {
		return other, work
	}
	size, more = placeInTime(buffers)
	return size, work + more
}

// placeLargestFirst puts each buffer into the smallest sufficient gap between the buffers
// placed before it that live at the same time.
func placeLargestFirst(buffers []*buffer) (top, work int) {
	order := slices.Clone(buffers)
	slices.SortStableFunc(order, func(a, b *buffer) int { return cmp.Compare(b.size, a.size) })
	var placed []*buffer // by offset
	for _, b := range order {
		best, room, free := -1, 0, 0
		work += len(placed)
		for _, p := range placed {
			if p.last < b.first || b.last < p.first {
				continue
			}
			if gap := p.offset - free; gap >= b.size && (best < 0 || gap < room) {
				best, room = free, gap
			}
			free = max(free, p.offset+p.size)
		}
		if b.offset = best; best < 0 {
			b.offset = free
		}
		top = max(top, b.offset+b.size)
		at, _ := slices.BinarySearchFunc(placed, b.offset, func(p *buffer, offset int) int { return cmp.Compare(p.offset, offset) })
		placed = slices.Insert(placed, at, b)
	}
	return top, work
}

// placeInTime simulates a best-fit allocator: a buffer gets its place at its first
// instruction and returns it after its last.
func placeInTime(buffers []*buffer) (top, work int) {
	dying := slices.Clone(buffers)
	slices.SortStableFunc(dying, func(a, b *buffer) int { return cmp.Compare(a.last, b.last) })
	var gaps []Range // by offset, no two touch
	for _, b := range buffers {
		for dying[0].last < b.first {
			gaps = release(gaps, Range{dying[0].offset, dying[0].size})
			dying = dying[1:]
		}
		best := -1
		work += len(gaps)
		for i, g := range gaps {
			if g.Size >= b.size && (best < 0 || g.Size < gaps[best].Size) {
				best = i
			}
		}
		if last := len(gaps) - 1; best < 0 && last >= 0 && gaps[last].Offset+gaps[last].Size == top {
			best = last // grows with the arena
			gaps[last].Size = b.size
		}
		if best < 0 {
			b.offset = top
		} else {
			b.offset = gaps[best].Offset
			if gaps[best] = (Range{b.offset + b.size, gaps[best].Size - b.size}); gaps[best].Size == 0 {
				gaps = slices.Delete(gaps, best, best+1)
			}
		}
		top = max(top, b.offset+b.size)
	}
	return top, work
}

// release adds a gap and joins it with those that it touches.
func release(gaps []Range, r Range) []Range {
	at, _ := slices.BinarySearchFunc(gaps, r, func(g, r Range) int { return cmp.Compare(g.Offset, r.Offset) })
	if at < len(gaps) && r.Offset+r.Size == gaps[at].Offset {
		r.Size += gaps[at].Size
		gaps = slices.Delete(gaps, at, at+1)
	}
	if at > 0 && gaps[at-1].Offset+gaps[at-1].Size == r.Offset {
		gaps[at-1].Size += r.Size
		return gaps
	}
	return slices.Insert(gaps, at, r)
}
