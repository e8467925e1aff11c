package jpeg

import "cnnlang/interp/picture/jpeg/internal/kernel"

// A progressive image has its coefficients in several scans: some of the zigzag each (a
// band), and first their upper bits, then one lower bit with each scan. The bit of a
// coefficient that is not yet 0 comes by itself; new ones come as codes in between.

// A sent is which coefficients of each component have all bits by the scans so far.
type sent [4]uint64

func (all *sent) add(s *scan) {
	for _, i := range s.component[:s.count] {
		if s.low == 0 {
			all[i] |= (2<<s.end - 1) &^ (1<<s.start - 1)
		}
	}
}

// lacks reports whether one of the components lacks bits of its first coefficients. Those that
// are missing libjpeg-turbo guesses from the neighbours.
func (all *sent) lacks(components int) bool {
	const first = 1<<10 - 1
	for _, have := range all[:components] {
		if have&first != first {
			return true
		}
	}
	return false
}

// first decodes the upper bits of the coefficients of a band.
func (b *bits) first(block *kernel.Block, ac *huffman, start, end int, low byte) {
	if b.run > 0 {
		b.run--
		return
	}
	for k := start; k <= end; k++ {
		e := b.code(ac)
		k += e.run()
		if k > end && e.size()|uint(uint16(e.value())) != 0 {
			b.fail(beyondEnd)
		}
		switch {
		case e.value() != 0:
			block[kernel.Place[k&127]&63] = e.value() << low
		case e.size() != 0:
			block[kernel.Place[k&127]&63] = int16(b.take(e.size(), extend(b.acc, e.size())) << low)
		case e.run() != 15:
			b.run = b.blocks(e.run()) - 1
			return
		}
	}
}

// code decodes a code, and the value if the table knows it.
func (b *bits) code(h *huffman) entry {
	if b.n < enough {
		b.acc, b.n, b.pos = refill(b.data, b.acc, b.n, b.pos)
	}
	e := h.look[b.acc>>(64-lookBits)]
	if e.length() == 0 {
		if e = h.long(b.acc); e == 0 {
			b.fail(unknownCode)
		}
	}
	b.acc <<= e.length()
	b.n -= e.length()
	return e
}

// take uses so many bits up, which were read as value.
func (b *bits) take(size uint, value int32) int32 {
	b.acc <<= size
	b.n -= size
	return value
}

// blocks is for how many blocks a code ends the band, this one included.
func (b *bits) blocks(size int) int {
	return 1<<size + int(b.take(uint(size), int32(b.acc>>1>>(63-size))))
}

// bit is the next bit.
func (b *bits) bit() bool {
	if b.n == 0 {
		b.acc, b.n, b.pos = refill(b.data, b.acc, b.n, b.pos)
	}
	return b.take(1, int32(b.acc>>63)) != 0
}

// refine decodes one more bit of the coefficients of a band.
func (b *bits) refine(block *kernel.Block, ac *huffman, start, end int, low byte) {
	if b.run > 0 && empty(block) { // as most are in a file that is small for its scans
		b.run--
		return
	}
	k := start
	for b.run == 0 && k <= end {
		e := b.code(ac)
		run, size := e.run(), e.size()
		value := e.value()
		if value == 0 && size == 0 && run != 15 {
			b.run = b.blocks(run)
			break
		}
		if size == 1 {
			value = int16(b.take(1, extend(b.acc, 1)))
		}
		if size > 1 || value < -1 || value > 1 {
			b.fail(largeBit)
			return
		}
		k = b.correct(block, k, end, run, low)
		if value != 0 {
			if k > end {
				b.fail(beyondEnd)
				return
			}
			block[kernel.Place[k]&63] = value << low
		}
		k++
	}
	if b.run > 0 {
		b.correct(block, k, end, 64, low)
		b.run--
	}
}

// empty reports whether a block has only its DC coefficient.
func empty(block *kernel.Block) bool {
	all := *block
	all[0] = 0
	return all == kernel.Block{}
}

// correct decodes the bits of coefficients that are not 0, up to the zero behind so many
// others, and returns its place.
func (b *bits) correct(block *kernel.Block, k, end, zeros int, low byte) int {
	for ; k <= end; k++ {
		c := &block[kernel.Place[k]&63]
		if *c == 0 {
			if zeros == 0 {
				return k
			}
			zeros--
			continue
		}
		if b.bit() && *c>>low&1 == 0 {
			if *c > 0 {
				*c += 1 << low
			} else {
				*c -= 1 << low
			}
		}
	}
	return k
}
