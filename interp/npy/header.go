package npy

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/x448/float16"

	"cnnlang/ops/tensor"
)

const (
	magic     = "\x93NUMPY"
	maxHeader = 1 << 16 // bytes; NumPy's own readers stop at 10,000 characters
	maxRank   = 32      // NumPy's own until version 2
	maxDim    = math.MaxInt32
)

type header struct {
	kind    kind
	order   binary.ByteOrder
	fortran bool
	shape   tensor.Shape
}

// A kind is an element type: the part of descr after the byte order.
type kind struct {
	size   int
	decode func(binary.ByteOrder, []byte) float32
}

var kinds = map[string]kind{
	"f2": {2, func(o binary.ByteOrder, b []byte) float32 { return float16.Frombits(o.Uint16(b)).Float32() }},
	"f4": {4, func(o binary.ByteOrder, b []byte) float32 { return math.Float32frombits(o.Uint32(b)) }},
	"f8": {8, func(o binary.ByteOrder, b []byte) float32 { return float32(math.Float64frombits(o.Uint64(b))) }},
	"i1": {1, func(_ binary.ByteOrder, b []byte) float32 { return float32(int8(b[0])) }},
	"i2": {2, func(o binary.ByteOrder, b []byte) float32 { return float32(int16(o.Uint16(b))) }},
	"i4": {4, func(o binary.ByteOrder, b []byte) float32 { return float32(int32(o.Uint32(b))) }},
	"i8": {8, func(o binary.ByteOrder, b []byte) float32 { return float32(int64(o.Uint64(b))) }},
	"u1": {1, func(_ binary.ByteOrder, b []byte) float32 { return float32(b[0]) }},
	"u2": {2, func(o binary.ByteOrder, b []byte) float32 { return float32(o.Uint16(b)) }},
	"u4": {4, func(o binary.ByteOrder, b []byte) float32 { return float32(o.Uint32(b)) }},
	"u8": {8, func(o binary.ByteOrder, b []byte) float32 { return float32(o.Uint64(b)) }},
	"b1": {1, func(_ binary.ByteOrder, b []byte) float32 { return float32(min(b[0], 1)) }},
}

// readHeader reads up to the first element and checks that the elements are exactly the
// rest of the size bytes.
func readHeader(r io.Reader, size int64) (header, error) {
	n, fixed, err := headerLength(r)
	if err != nil {
		return header{}, err
	}
	if n > maxHeader {
		return header{}, fmt.Errorf("the header claims %d bytes, want at most %d; the file is damaged or not a plain array", n, maxHeader)
	}
	if n > size-fixed {
		return header{}, fmt.Errorf("the header claims %d bytes, the file has %d after its length; it was cut short", n, max(0, size-fixed))
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return header{}, fmt.Errorf("the file ends inside its header; it was cut short: %w", err)
	}
	h, err := parseHeader(text)
	if err != nil {
		return header{}, fmt.Errorf("the header %s", err)
	}
	want, ok := byteSize(h.shape, h.kind.size)
	if !ok {
		return header{}, fmt.Errorf("the shape %v is more than can be counted in bytes", h.shape)
	}
	if got := size - fixed - n; got != want {
		return header{}, fmt.Errorf("got %d bytes of elements, want %d for the shape %v; the file was cut short or holds more than one array", got, want, h.shape)
	}
	return h, nil
}

// headerLength reads the magic, the version and the length of the text; it returns that
// length and the number of bytes read.
func headerLength(r io.Reader) (n, fixed int64, err error) {
	var head [8]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, 0, errors.New("is shorter than the 8 bytes of a .npy file's start; it is empty or was cut short")
	}
	if string(head[:6]) != magic {
		if string(head[:4]) == "PK\x03\x04" {
			return 0, 0, errors.New("is a zip archive (a .npz of several arrays?), want a single .npy array")
		}
		return 0, 0, fmt.Errorf("begins with %q, want %q; it is not a .npy file", head[:6], magic)
	}
	var length [4]byte
	switch major := head[6]; major {
	case 1:
		_, err = io.ReadFull(r, length[:2])
		fixed = 10
	case 2, 3:
		_, err = io.ReadFull(r, length[:4])
		fixed = 12
	default:
		return 0, 0, fmt.Errorf("has format version %d.%d, want 1 to 3", major, head[7])
	}
	if err != nil {
		return 0, 0, errors.New("ends inside the length of its header; it was cut short")
	}
	return int64(binary.LittleEndian.Uint32(length[:])), fixed, nil
}

func byteSize(shape tensor.Shape, size int) (int64, bool) {
	total := int64(size)
	for _, d := range shape {
		if d == 0 {
			return 0, true
		}
	}
	for _, d := range shape {
		// The elements become float32, so four bytes for each must not overflow.
		if total > math.MaxInt64/4/int64(d) {
			return 0, false
		}
		total *= int64(d)
	}
	return total, true
}

// parseHeader reads the text of a Python dict with the keys descr, fortran_order and shape,
// in any order.
func parseHeader(text []byte) (header, error) {
	h := header{order: binary.LittleEndian}
	s := scanner{string(text)}
	seen := map[string]bool{}
	if !s.take("{") {
		return h, fmt.Errorf("is %s, want a dict {'descr': ..., 'fortran_order': ..., 'shape': ...}", s.here())
	}
	for !s.take("}") {
		key, ok := s.str()
		if !ok || !s.take(":") {
			return h, fmt.Errorf("has %s where a key belongs", s.here())
		}
		if seen[key] {
			return h, fmt.Errorf("has the key %.40q twice", key)
		}
		seen[key] = true
		var err error
		switch key {
		case "descr":
			err = h.parseDescr(&s)
		case "fortran_order":
			h.fortran = s.take("True")
			if !h.fortran && !s.take("False") {
				err = fmt.Errorf("has fortran_order %s, want True or False", s.here())
			}
		case "shape":
			h.shape, err = s.shape()
		default:
			err = fmt.Errorf("has a key %.40q, want only descr, fortran_order and shape", key)
		}
		if err != nil {
			return h, err
		}
		if !s.take(",") && !strings.HasPrefix(s.rest, "}") {
			return h, fmt.Errorf("has %s where a comma or the closing brace belongs", s.here())
		}
	}
	for _, key := range []string{"descr", "fortran_order", "shape"} {
		if !seen[key] {
			return h, fmt.Errorf("has no key %q", key)
		}
	}
	if !isBlank([]byte(s.rest)) {
		return h, fmt.Errorf("goes on after its closing brace with %s", s.here())
	}
	return h, nil
}

func (h *header) parseDescr(s *scanner) error {
	descr, ok := s.str()
	if !ok {
		return fmt.Errorf("has descr %s, want the name of a number type such as '<f4'; arrays of records are not supported", s.here())
	}
	if descr == "" {
		return errors.New("has an empty descr, want a number type such as '<f4'")
	}
	h.kind, ok = kinds[descr[1:]]
	if !ok || !strings.Contains("<>|=", descr[:1]) {
		return fmt.Errorf("has descr %.40q, want floats, integers or booleans; convert it with .astype('float32')", descr)
	}
	if descr[0] == '>' {
		h.order = binary.BigEndian
	}
	return nil
}

// A scanner walks over the text of a Python literal.
type scanner struct{ rest string }

// take skips spaces and then token, if it is next.
func (s *scanner) take(token string) bool {
	s.rest = strings.TrimLeft(s.rest, " \t\n")
	after, ok := strings.CutPrefix(s.rest, token)
	if ok {
		s.rest = strings.TrimLeft(after, " \t\n")
	}
	return ok
}

// str reads a string without escapes, in either kind of quotes.
func (s *scanner) str() (string, bool) {
	for _, quote := range []string{"'", `"`} {
		rest, ok := strings.CutPrefix(s.rest, quote)
		if !ok {
			continue
		}
		text, after, ok := strings.Cut(rest, quote)
		if !ok || strings.ContainsAny(text, "\\\n") {
			return "", false
		}
		s.rest = strings.TrimLeft(after, " \t\n")
		return text, true
	}
	return "", false
}

// shape reads a tuple of integers. Python 2 wrote them as 3L.
func (s *scanner) shape() (tensor.Shape, error) {
	if !s.take("(") {
		return nil, fmt.Errorf("has shape %s, want a tuple of integers", s.here())
	}
	shape := tensor.Shape{}
	for !s.take(")") {
		if len(shape) == maxRank {
			return nil, fmt.Errorf("has a shape of more than %d axes", maxRank)
		}
		digits := s.rest[:len(s.rest)-len(strings.TrimLeft(s.rest, "-0123456789"))]
		d, err := strconv.ParseInt(digits, 10, 64)
		if err != nil || d < 0 || d > maxDim {
			return nil, fmt.Errorf("has %s in its shape, want integers from 0 to %d", s.here(), maxDim)
		}
		shape = append(shape, int(d))
		s.rest = strings.TrimPrefix(s.rest[len(digits):], "L")
		if !s.take(",") && !strings.HasPrefix(s.rest, ")") {
			return nil, fmt.Errorf("has %s in its shape, want a comma or the closing parenthesis", s.here())
		}
	}
	return shape, nil
}

// here quotes what comes next, for a message.
func (s *scanner) here() string {
	if s.rest == "" {
		return "its end"
	}
	return fmt.Sprintf("%.24q", s.rest)
}
