package jpeg

import "cnnlang/interp/picture/jpeg/internal/kernel"

// enough is how many bits the longest code and its value have at most.
const enough = 32

// difference decodes the difference of a DC coefficient to the one before.
func (b *bits) difference(dc *huffman) int32 {
	if b.n < enough {
		b.acc, b.n, b.pos = refill(b.data, b.acc, b.n, b.pos)
	}
	e := dc.look[b.acc>>(64-lookBits)]
	if e.length() == 0 {
		if e = dc.long(b.acc); e == 0 {
			b.fail(unknownCode)
			return 0
		}
	}
	b.acc <<= e.length()
	b.n -= e.length()
	if e.size() == 0 {
		return int32(e.value())
	}
	value := extend(b.acc, e.size())
	b.acc <<= e.size()
	b.n -= e.size()
	return value
}

// coefficients decodes the AC coefficients of a block that is zero, and returns the place of
// the last one in the zigzag, 0 if there is none.
func (b *bits) coefficients(block *kernel.Block, ac *huffman) (last int) {
	acc, n, pos, data := b.acc, b.n, b.pos, b.data
	for k := 1; k < 64; k++ {
		if n < enough {
			acc, n, pos = refill(data, acc, n, pos)
		}
		e := ac.look[acc>>(64-lookBits)]
		if value := e.value(); value != 0 {
			k += e.run()
			acc <<= e.length()
			n -= e.length()
			block[kernel.Place[k&127]&63] = value
			last = k
			continue
		}
		if e.length() == 0 {
			if e = ac.long(acc); e == 0 {
				b.fail(unknownCode)
				break
			}
		}
		acc <<= e.length()
		n -= e.length()
		k += e.run()
		if e.size() == 0 {
			if e.run() != 15 {
				break // the rest is zero
			}
			continue
		}
		block[kernel.Place[k&127]&63] = int16(extend(acc, e.size()))
		acc <<= e.size()
		n -= e.size()
		last = k
	}
	b.acc, b.n, b.pos = acc, n, pos
	if last > 63 {
		b.fail(beyondEnd)
	}
	return last
}
