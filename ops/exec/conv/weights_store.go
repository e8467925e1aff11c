package conv

import "cnnlang/ops/exec/internal/kernel"

// Sums of outer products lie as [place of the window][channel][filter], and weights as
// [filter][channel][place]: a block of both is transposed, Lanes weights of Lanes filters at a time.

// A storing is how blocks of sums are transposed.
type storing struct {
	from [][Lanes]int // rows of a block, that become Lanes weights of each filter in their order
	to   [Lanes]int   // where the weights of each filter begin
}

func (w *stripWeights) prepareStore() {
	taps := w.taps()
	for first := 0; first < taps*Lanes; first += Lanes {
		var rows [Lanes]int
		for i := range rows {
			c, t := (first+i)/taps, (first+i)%taps
			rows[i] = (t*Lanes + c) * Lanes
		}
		w.stored.from = append(w.stored.from, rows)
	}
	w.stored.to = kernel.Apart(w.each() * taps)
}

// store puts the sums of a block of filters and the blocks from to end of the input where they belong.
func (w *stripWeights) store(dst, tile []float32, block, from, end int) {
	switch {
	case w.depthwise:
		w.storeLanes(dst, tile, block)
	case w.grouped:
		w.storeGroups(dst, tile, block)
	case w.groups == 1 && w.deep == Lanes && (block+1)*Lanes <= w.filters:
		for ; from < end; from++ {
			if (from+1)*Lanes > w.channels {
				w.storeEach(dst, tile, block, from, end)
				return
			}
			to := dst[(block*w.channels+from)*Lanes*w.taps():]
			for i := range w.stored.from {
				kernel.Transpose(to[i*Lanes:], tile, &w.stored.from[i], w.stored.to[:], nil)
			}
			tile = tile[w.tile():]
		}
	default:
		w.storeEach(dst, tile, block, from, end)
	}
}

// storeEach puts one sum after the other, of the channels that each filter sees.
func (w *stripWeights) storeEach(dst, tile []float32, block, from, end int) {
	taps, each := w.taps(), w.each()
	for lane := range min(Lanes, w.filters-block*Lanes) {
		filter := block*Lanes + lane
		first := filter / (w.filters / w.groups) * each
		for c := max(first, from*w.deep); c < min(first+each, end*w.deep); c++ {
			sums := tile[(c/w.deep-from)*w.tile()+c%w.deep*Lanes+lane:]
			to := dst[(filter*each+c-first)*taps:][:taps]
			for t := range to {
				to[t] = sums[t*w.deep*Lanes]
			}
		}
	}
}

// storeLanes does so where each filter sees one channel.
func (w *stripWeights) storeLanes(dst, tile []float32, block int) {
	taps := w.taps()
	for lane := range min(Lanes, w.filters-block*Lanes) {
		to := dst[(block*Lanes+lane)*taps:][:taps]
		for t := range to {
			to[t] = tile[t*Lanes+lane]
		}
	}
}

// storeGroups does so where the channels of a group are in the filters' block.
func (w *stripWeights) storeGroups(dst, tile []float32, block int) {
	taps, each := w.taps(), w.each()
	for lane := range min(Lanes, w.filters-block*Lanes) {
		to := dst[(block*Lanes+lane)*each*taps:][:each*taps]
		for at := range to {
			to[at] = tile[(at%taps*each+at/taps)*Lanes+lane]
		}
	}
}
