package webp

import (
	"errors"
	"io"

	"cnnlang/interp/picture/codec"
)

// bitReader reads bits, of each byte the least significant first.
type bitReader struct {
	r    io.ByteReader
	bits uint64
	have uint
	err  error // of the first read that failed; what was read since are zeros
}

// peek returns the next n bits, up to 32, without taking them.
func (r *bitReader) peek(n uint) uint32 {
	for r.have < n {
		b, err := r.r.ReadByte()
		if err != nil {
			break // zeros, unless they are taken
		}
		r.bits |= uint64(b) << r.have
		r.have += 8
	}
	return uint32(r.bits & (1<<n - 1))
}

// skip takes bits that were seen.
func (r *bitReader) skip(n uint) {
	if n > r.have {
		r.bits, r.have = 0, 0
		if r.err == nil {
			r.err = r.fault()
		}
		return
	}
	r.bits >>= n
	r.have -= n
}

// fault is why there are no more bytes.
func (r *bitReader) fault() error {
	_, err := r.r.ReadByte()
	if err == nil {
		return io.ErrUnexpectedEOF
	}
	return codec.Cut(err)
}

func (r *bitReader) read(n uint) int {
	value := r.peek(n)
	r.skip(n)
	return int(value)
}

// The longest code, and the bits that the table of a code is looked up by.
const (
	longest = 15
	table   = 8
)

// A code is a prefix code with canonical codewords: those of a length follow each other in
// the order of their symbols.
type code struct {
	first   [longest + 1]uint16 // the first codeword of a length
	count   [longest + 1]uint16 // how many have it
	symbols []uint16            // by length
	quick   [1 << table]uint16  // symbol<<4 and length of what begins so; 0 if it is longer
	single  bool                // one symbol, of no bits
}

var errCode = errors.New("it has a prefix code that is not complete")

// set makes the code of the lengths of its symbols, 0 for those that it lacks.
func (c *code) set(lengths []uint8) error {
	c.count = [longest + 1]uint16{}
	n := 0
	for _, length := range lengths {
		if length > 0 {
			c.count[length]++
			n++
		}
	}
	c.symbols = make([]uint16, n)
	var next [longest + 1]int
	left, start := 1, 0
	for length := 1; length <= longest; length++ {
		left = left<<1 - int(c.count[length])
		if left < 0 {
			return errCode
		}
		next[length] = start
		start += int(c.count[length])
	}
	if c.single = n == 1; !c.single && left != 0 {
		return errCode
	}
	for symbol, length := range lengths {
		if length > 0 {
			c.symbols[next[length]] = uint16(symbol)
			next[length]++
		}
	}
	c.fill()
	return nil
}

// fill makes the table.
func (c *code) fill() {
	c.quick = [1 << table]uint16{}
	word, at := 0, 0
	for length := 1; length <= longest; length++ {
		word <<= 1
		c.first[length] = uint16(word)
		for range c.count[length] {
			if length <= table && !c.single {
				for i := reversed(word, length); i < 1<<table; i += 1 << length {
					c.quick[i] = c.symbols[at]<<4 | uint16(length)
				}
			}
			word, at = word+1, at+1
		}
	}
}

// reversed are the n bits of a codeword with the first one last, as they come in the file.
func reversed(word, n int) (r int) {
	for range n {
		r, word = r<<1|word&1, word>>1
	}
	return r
}

// symbol reads a symbol.
func (c *code) symbol(r *bitReader) int {
	if c.single {
		return int(c.symbols[0])
	}
	bits := r.peek(longest)
	if q := c.quick[bits&(1<<table-1)]; q != 0 {
		r.skip(uint(q & 15))
		return int(q >> 4)
	}
	word, at := 0, 0
	for length := 1; length <= longest; length++ {
		word = word<<1 | int(bits>>(length-1)&1)
		if i := word - int(c.first[length]); i < int(c.count[length]) && i >= 0 {
			r.skip(uint(length))
			return int(c.symbols[at+i])
		}
		at += int(c.count[length])
	}
	panic("unreachable: a complete code has every word")
}

// The order in which the lengths of the code of lengths come.
var lengthOrder = [19]uint8{17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}

// readCode reads a code of so many symbols.
func readCode(r *bitReader, symbols int, lengths []uint8) (c code, err error) {
	lengths = lengths[:symbols]
	clear(lengths)
	if r.read(1) == 1 { // one symbol or two
		two, wide := r.read(1) == 1, uint(1+7*r.read(1))
		all := []int{r.read(wide)}
		if two {
			all = append(all, r.read(8))
		}
		for _, symbol := range all {
			if symbol >= symbols {
				return c, errCode
			}
			lengths[symbol] = 1
		}
		return c, c.set(lengths)
	}
	if err := readLengths(r, lengths); err != nil {
		return c, err
	}
	return c, c.set(lengths)
}

// readLengths reads the lengths of the symbols of a code, which are coded too.
func readLengths(r *bitReader, lengths []uint8) error {
	var ofLengths [19]uint8
	for i := range 4 + r.read(4) {
		if i >= len(lengthOrder) {
			return errCode
		}
		ofLengths[lengthOrder[i]] = uint8(r.read(3))
	}
	var c code
	if err := c.set(ofLengths[:]); err != nil {
		return err
	}
	most := len(lengths)
	if r.read(1) == 1 {
		if most = 2 + r.read(uint(2+2*r.read(3))); most > len(lengths) {
			return errCode
		}
	}
	before := uint8(8)
	for at := 0; at < len(lengths) && most > 0 && r.err == nil; most-- {
		symbol, times, value := c.symbol(r), 1, uint8(0)
		switch symbol {
		case 16:
			times, value = 3+r.read(2), before
		case 17:
			times = 3 + r.read(3)
		case 18:
			times = 11 + r.read(7)
		default:
			if value = uint8(symbol); value != 0 {
				before = value
			}
		}
		if times > len(lengths)-at {
			return errCode
		}
		for range times {
			lengths[at] = value
			at++
		}
	}
	return r.err
}
