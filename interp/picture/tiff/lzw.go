package tiff

import (
	"errors"
	"io"
)

// The codes of LZW as in TIFF: 9 to 12 bits, of which the most significant come first, and
// longer by one code before the table of all shorter ones is full.
const (
	clearCode, endCode, firstCode = 256, 257, 258
	mostCodes                     = 1 << 12
)

// lzw expands compressed data. An entry of the table is the string of another entry and a
// byte.
type lzw struct {
	r          io.ByteReader
	bits       uint32
	have, wide uint // bits that were read, and of a code
	next       int  // the entry that is made next
	last       int  // the code before, -1 after the table was cleared
	prefix     [mostCodes]uint16
	suffix     [mostCodes]byte
	length     [mostCodes]uint16
	text       [mostCodes]byte // of the current code
	left       []byte          // of it
}

// reset begins anew; what is left in the table is not used.
func (l *lzw) reset(r io.ByteReader) {
	l.r, l.have, l.wide, l.next, l.last, l.left = r, 0, 9, firstCode, -1, nil
}

func (l *lzw) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		if len(l.left) == 0 {
			if err := l.code(); err != nil {
				return n, err
			}
		}
		copied := copy(p[n:], l.left)
		n, l.left = n+copied, l.left[copied:]
	}
	return n, nil
}

// code expands the next code.
func (l *lzw) code() error {
	for {
		code, err := l.read()
		switch {
		case err != nil:
			return err
		case code == endCode:
			return io.EOF
		case code == clearCode:
			l.wide, l.next, l.last = 9, firstCode, -1
			continue
		case code >= firstCode && (l.last < 0 || code > l.next || code >= mostCodes):
			return errors.New("its LZW data has an invalid code")
		}
		return l.expand(code)
	}
}

// expand puts the string of a code into left, and makes the entry that follows from it.
func (l *lzw) expand(code int) error {
	known := code
	if code == l.next && l.last >= 0 { // the string before, and its own first byte
		known = l.last
	}
	size := 1
	if known >= firstCode {
		size = int(l.length[known])
	}
	at := known
	for i := size - 1; i > 0; i-- {
		l.text[i], at = l.suffix[at], int(l.prefix[at])
	}
	l.text[0] = byte(at)
	if known != code {
		if size == mostCodes {
			return errors.New("its LZW data has a string that is too long")
		}
		l.text[size] = byte(at)
		size++
	}
	l.left = l.text[:size]
	if l.last >= 0 && l.next < mostCodes {
		length := 2
		if l.last >= firstCode {
			length = int(l.length[l.last]) + 1
		}
		l.prefix[l.next], l.suffix[l.next], l.length[l.next] = uint16(l.last), l.text[0], uint16(length)
		l.next++
		if l.next+1 >= 1<<l.wide && l.wide < 12 {
			l.wide++
		}
	}
	l.last = code
	return nil
}

func (l *lzw) read() (int, error) {
	for l.have < l.wide {
		b, err := l.r.ReadByte()
		if err != nil {
			return 0, err
		}
		l.bits, l.have = l.bits<<8|uint32(b), l.have+8
	}
	l.have -= l.wide
	return int(l.bits >> l.have & (1<<l.wide - 1)), nil
}
