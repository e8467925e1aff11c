package jpeg

import "fmt"

// lookBits is how many bits are looked up at once. With the bits of the value behind a code
// nearly all codes of a photograph are shorter.
const lookBits = 10

// A huffman is a table of codes. Its definition is kept as the file has it, until a scan
// uses it.
type huffman struct {
	counts  [17]byte // of codes of each length
	symbols [256]byte
	number  int // of symbols, 0 if it is not defined
	built   bool

	look [1 << lookBits]entry
	// The codes of each length that is longer: the first 16 bits of data are below limit,
	// and the code without its leading bits plus offset is the place of its symbol.
	limit  [17]uint32
	offset [17]int32
}

// An entry is what is known of the data by its next bits.
//
//	bits 0-5    length of the code, with the value if that is known; 0 if the code is longer
//	bits 8-11   zeros before the coefficient (the upper half of the symbol)
//	bits 12-15  length of the value, if it is not known (the lower half)
//	bits 16-31  the value, if it is known; otherwise 0
type entry uint32

func (e entry) length() uint { return uint(e & 63) }
func (e entry) run() int     { return int(e >> 8 & 15) }
func (e entry) size() uint   { return uint(e >> 12 & 15) }
func (e entry) value() int16 { return int16(e >> 16) }

func newEntry(length int, symbol byte) entry {
	return entry(length) | entry(symbol>>4)<<8 | entry(symbol&15)<<12
}

// extend is the value that so many bits stand for (ITU-T T.81, F.2.2.1): those that begin
// with 0 are negative. The bits are the first ones.
func extend(bits uint64, size uint) int32 {
	negative := ^uint64(int64(bits) >> 63) // all ones, or 0
	magnitude := (bits ^ negative) >> ((64 - size) & 63)
	return int32((magnitude ^ negative) - negative)
}

func (d *decoder) defineHuffman(s []byte) error {
	for len(s) > 0 {
		class, which := s[0]>>4, s[0]&15
		if class > 1 || which >= tables || len(s) < 17 {
			return damage("a Huffman table has an unknown number or is too short")
		}
		if d.huffman[class][which] == nil {
			d.huffman[class][which] = new(huffman)
		}
		h := d.huffman[class][which]
		h.number, h.built = 0, false
		copy(h.counts[1:], s[1:17])
		for _, n := range h.counts {
			h.number += int(n)
		}
		if s = s[17:]; h.number < 1 || h.number > len(h.symbols) || h.number > len(s) {
			err := damage(fmt.Sprintf("a Huffman table has %d codes", h.number))
			h.number = 0
			return err
		}
		s = s[copy(h.symbols[:h.number], s):]
	}
	return nil
}

// table returns a table ready for use.
func (d *decoder) table(class int, which byte) (*huffman, error) {
	h := d.huffman[class][which]
	if h == nil && !d.progressive && int(which) < len(standard[class]) {
		segment := append([]byte{byte(class)<<4 | which}, standard[class][which]...)
		if err := d.defineHuffman(segment); err != nil {
			return nil, err
		}
		h = d.huffman[class][which]
	}
	if h == nil || h.number == 0 {
		return nil, damage("a scan uses a Huffman table that is not defined")
	}
	if h.built {
		return h, nil
	}
	h.built = true
	clear(h.look[:])
	code, next := uint32(0), 0
	for length := 1; length <= 16; length++ {
		h.offset[length] = int32(next) - int32(code)
		for range h.counts[length] {
			if class == 0 && h.symbols[next] > 15 {
				return nil, damage("a difference of brightness has more than 15 bits")
			}
			if length <= lookBits {
				h.enter(code, length, h.symbols[next])
			}
			code, next = code+1, next+1
		}
		if code > 1<<length {
			return nil, damage("a Huffman table has more codes than fit")
		}
		h.limit[length] = code << (16 - length)
		code <<= 1
	}
	return h, nil
}

// enter notes a code for all bits that may follow it, which may be those of its value.
func (h *huffman) enter(code uint32, length int, symbol byte) {
	size := int(symbol & 15)
	first := code << (lookBits - length)
	if first >= 1<<lookBits {
		return // more codes than fit, which is reported
	}
	for rest := range uint32(1) << (lookBits - length) {
		e := newEntry(length, symbol)
		if size > 0 && length+size <= lookBits {
			value := extend(uint64(rest)<<(64-lookBits+length), uint(size))
			e = newEntry(length+size, symbol&0xf0) | entry(uint16(value))<<16
		}
		h.look[first+rest] = e
	}
}

// long is the entry of a code that is longer than lookBits, 0 if there is none.
func (h *huffman) long(bits uint64) entry {
	next := uint32(bits >> 48)
	for length := lookBits + 1; length <= 16; length++ {
		if next < h.limit[length] {
			return newEntry(length, h.symbols[(int32(next>>(16-length))+h.offset[length])&255])
		}
	}
	return 0
}
