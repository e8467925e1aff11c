// Package wire walks over the protobuf messages of a file, field by field, without reading
// what it passes: numbers stay where they are until a tensor is asked for.
//
//	message = field...
//	field   = tag (varint: number<<3 | type), value
//	value   = varint                      type 0: integers, booleans, enums
//	        | 8 bytes                     type 1: double
//	        | length (varint), its bytes  type 2: string, message, packed numbers
//	        | 4 bytes                     type 5: float
//
// The words are decoded by the protowire package of Go's protobuf module.
package wire

import (
	"errors"
	"fmt"
	"io"

	"google.golang.org/protobuf/encoding/protowire"

	"cnnlang/interp/internal/weightfile"
)

// A Walker reads the messages of one file. It is for one goroutine.
type Walker struct {
	in     weightfile.Input
	budget int64 // bytes of texts and numbers that may still be read
	window []byte
	from   int64 // where the window is
}

// New walks over a file. What it reads out of it with Text and Number is at most the limit
// on the bytes of description.
func New(in weightfile.Input) *Walker { return &Walker{in: in, budget: in.Limits.MaxHeader()} }

// A Message is bytes [Start, End) of the file.
type Message struct {
	w          *Walker
	Start, End int64
	what       string // for errors: the message itself, or that in which it is
	field      protowire.Number
}

// Called is the same message under a name for errors.
func (m Message) Called(name string) Message {
	m.what, m.field = name, 0
	return m
}

// String names the message in errors.
func (m Message) String() string {
	if m.field > 0 {
		return fmt.Sprintf("field %d of %s", m.field, m.what)
	}
	return m.what
}

// Whole is the whole file as a message.
func (w *Walker) Whole(what string) Message { return w.In(0, w.in.Size, what) }

// In is a part of the file, found by another walker.
func (w *Walker) In(start, end int64, what string) Message {
	return Message{w: w, Start: start, End: end, what: what}
}

// Len is how many bytes it has.
func (m Message) Len() int64 { return m.End - m.Start }

// A Field is one field of a message: its value is a Word, or for type BytesType a Body.
type Field struct {
	Number protowire.Number
	Type   protowire.Type
	Word   uint64
	Body   Message
}

// Walk visits the fields of a message in order, until visit returns an error.
func (m Message) Walk(visit func(Field) error) error {
	for at := m.Start; at < m.End; {
		f, next, err := m.next(at)
		if err != nil {
			return err
		}
		if err := visit(f); err != nil {
			return err
		}
		at = next
	}
	return nil
}

// next decodes the field at an offset, and says where the next one is.
func (m Message) next(at int64) (Field, int64, error) {
	head, err := m.w.look(at, m.End)
	if err != nil {
		return Field{}, 0, err
	}
	number, typ, n := protowire.ConsumeTag(head)
	if n < 0 {
		return Field{}, 0, m.broken(at, "no field begins there")
	}
	f := Field{Number: number, Type: typ, Body: Message{w: m.w, Start: at, End: at, what: m.what, field: number}}
	value, size := head[n:], 0
	switch typ {
	case protowire.VarintType:
		f.Word, size = protowire.ConsumeVarint(value)
	case protowire.Fixed64Type:
		f.Word, size = protowire.ConsumeFixed64(value)
	case protowire.Fixed32Type:
		var word uint32
		word, size = protowire.ConsumeFixed32(value)
		f.Word = uint64(word)
	case protowire.BytesType:
		var length uint64
		length, size = protowire.ConsumeVarint(value)
		start := at + int64(n) + int64(size)
		if size >= 0 && length > uint64(m.End-start) {
			return f, 0, m.broken(at, fmt.Sprintf("field %d claims %d bytes, %d are left", number, length, m.End-start))
		}
		f.Body.Start, f.Body.End = start, start+int64(length)
		if size >= 0 {
			return f, f.Body.End, nil
		}
	default:
		return f, 0, m.broken(at, fmt.Sprintf("field %d is of type %d, want 0, 1, 2 or 5", number, typ))
	}
	if size < 0 {
		return f, 0, m.broken(at, fmt.Sprintf("field %d ends before its value does", number))
	}
	return f, at + int64(n) + int64(size), nil
}

// broken is the error of bytes that are no field.
func (m Message) broken(at int64, problem string) error {
	return m.w.in.Corrupt("", "%v cannot be read at byte %d: %s; the file is damaged or was cut short, fetch it again", m, at, problem)
}

// longestHead is a tag and a length, or a tag and 8 bytes.
const longestHead = 20

// look returns the bytes from an offset up to an end, longestHead or more unless the end
// comes first.
func (w *Walker) look(at, end int64) ([]byte, error) {
	const size = 512
	if at < w.from || at+min(longestHead, end-at) > w.from+int64(len(w.window)) {
		if w.window == nil {
			w.window = make([]byte, size)
		}
		w.window = w.window[:min(size, max(0, w.in.Size-at))]
		w.from = at
		if _, err := w.in.ReadAt(w.window, at); err != nil && !(errors.Is(err, io.EOF) && at+int64(len(w.window)) == w.in.Size) {
			w.window = w.window[:0]
			return nil, w.in.Failed(err)
		}
	}
	return w.window[at-w.from:][:min(end-at, w.from+int64(len(w.window))-at)], nil
}
