// Package npyheader reads the beginning of NumPy's .npy files, for arrays and for weights.
//
// The format (numpy.lib.format, "Format Version 1.0" to 3.0):
//
//	\x93NUMPY  major minor  n: uint16 (1.0) or uint32, little endian
//	n bytes: {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), } and spaces
//	elements, row-major, or column-major where fortran_order is True
package npyheader

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"cnnlang/ops/tensor"
)

const (
	// Magic is what a file begins with.
	Magic = "\x93NUMPY"
	// MaxRank is the largest number of axes: NumPy's own until version 2.
	MaxRank = 32

	maxHeader = 1 << 16 // bytes; NumPy's own readers stop at 10,000 characters
	maxDim    = math.MaxInt32
)

// A Header says what the elements of an array are and how they lie.
type Header struct {
	Type    string // the part of descr after the byte order: "f4"
	Size    int    // of an element
	Order   binary.ByteOrder
	Fortran bool // column-major
	Shape   tensor.Shape
	Start   int64 // where the elements begin
}

// A DescrError says that the elements are of a type that is not wanted.
type DescrError struct {
	Descr   string
	problem string
}

func (e *DescrError) Error() string { return e.problem }

// Read reads up to the first element and checks that the elements are exactly the rest of the
// size bytes. Types are the sizes of the types that are wanted. The error may wrap a
// *DescrError.
func Read(r io.Reader, size int64, types map[string]int) (Header, error) {
	n, fixed, err := headerLength(r)
	if err != nil {
		return Header{}, err
	}
	if n > maxHeader {
		return Header{}, fmt.Errorf("the header claims %d bytes, want at most %d; the file is damaged or not a plain array", n, maxHeader)
	}
	if n > size-fixed {
		return Header{}, fmt.Errorf("the header claims %d bytes, the file has %d after its length; it was cut short", n, max(0, size-fixed))
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return Header{}, fmt.Errorf("the file ends inside its header; it was cut short: %w", err)
	}
	h, err := parse(text, types)
	if err != nil {
		return Header{}, fmt.Errorf("the header %w", err)
	}
	want, ok := byteSize(h.Shape, h.Size)
	if !ok {
		return Header{}, fmt.Errorf("the shape %v is more than can be counted in bytes", h.Shape)
	}
	if got := size - fixed - n; got != want {
		return Header{}, fmt.Errorf("got %d bytes of elements, want %d for the shape %v; the file was cut short or holds more than one array", got, want, h.Shape)
	}
	h.Start = fixed + n
	return h, nil
}

// headerLength reads the magic, the version and the length of the text; it returns that
// length and the number of bytes read.
func headerLength(r io.Reader) (n, fixed int64, err error) {
	var head [8]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, 0, errors.New("is shorter than the 8 bytes of a .npy file's start; it is empty or was cut short")
	}
	if string(head[:6]) != Magic {
		if string(head[:4]) == "PK\x03\x04" {
			return 0, 0, errors.New("is a zip archive (a .npz of several arrays?), want a single .npy array")
		}
		return 0, 0, fmt.Errorf("begins with %q, want %q; it is not a .npy file", head[:6], Magic)
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

// parse reads the text of a Python dict with the keys descr, fortran_order and shape,
// in any order.
func parse(text []byte, types map[string]int) (Header, error) {
	h := Header{Order: binary.LittleEndian}
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
			err = h.parseDescr(&s, types)
		case "fortran_order":
			h.Fortran = s.take("True")
			if !h.Fortran && !s.take("False") {
				err = fmt.Errorf("has fortran_order %s, want True or False", s.here())
			}
		case "shape":
			h.Shape, err = s.shape()
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
	if strings.Trim(s.rest, " \n\x00") != "" {
		return h, fmt.Errorf("goes on after its closing brace with %s", s.here())
	}
	return h, nil
}

func (h *Header) parseDescr(s *scanner, types map[string]int) error {
	descr, ok := s.str()
	if !ok {
		return &DescrError{"records", fmt.Sprintf("has descr %s, want the name of a number type such as '<f4'; arrays of records are not supported", s.here())}
	}
	if descr == "" {
		return errors.New("has an empty descr, want a number type such as '<f4'")
	}
	h.Type = descr[1:]
	h.Size, ok = types[h.Type]
	if !ok || !strings.Contains("<>|=", descr[:1]) {
		return &DescrError{descr, fmt.Sprintf("has descr %.40q, want floats, integers or booleans; convert it with .astype('float32')", descr)}
	}
	if descr[0] == '>' {
		h.Order = binary.BigEndian
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
		if len(shape) == MaxRank {
			return nil, fmt.Errorf("has a shape of more than %d axes", MaxRank)
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

// RowMajor visits the elements of an array that lies in column-major order, with the place
// that each has in row-major order.
func RowMajor(shape tensor.Shape, move func(from, to int)) {
	strides := make([]int, len(shape)) // of the row-major order
	stride := 1
	for axis := len(shape) - 1; axis >= 0; axis-- {
		strides[axis] = stride
		stride *= shape[axis]
	}
	to, index := 0, make([]int, len(shape))
	for from := range shape.Elements() {
		move(from, to)
		for axis := range index { // the first axis runs fastest
			index[axis]++
			to += strides[axis]
			if index[axis] < shape[axis] {
				break
			}
			to -= index[axis] * strides[axis]
			index[axis] = 0
		}
	}
}
