package wire

import (
	"encoding/binary"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"

	"cnnlang/interp/internal/weightfile"
)

// Charge takes bytes off the budget: those of a text, or what it takes to remember an
// object, however few bytes of the file describe it.
func (w *Walker) Charge(n int64) error {
	if w.budget -= n; w.budget >= 0 {
		return nil
	}
	limit := w.in.Limits.MaxHeader()
	return &weightfile.LimitError{Path: w.in.Path, Limit: "bytes of description", Got: limit - w.budget, Max: limit, Help: "no network needs so much beside its numbers; put one network in a file"}
}

// Text reads a string.
func (m Message) Text() (string, error) {
	if err := m.w.Charge(m.Len() + 16); err != nil {
		return "", err
	}
	raw, err := m.w.in.At(m.Start, m.Len(), m.String())
	return string(raw), err
}

// Ints appends the values of a repeated integer, packed or not, to a list of few.
func (f Field) Ints(list []int64) ([]int64, error) {
	const most = 64
	add := func(word uint64) error {
		if len(list) == most {
			return f.Body.w.in.Corrupt("", "%v has more than %d numbers; the file is damaged, fetch it again", f.Body, most)
		}
		list = append(list, int64(word))
		return f.Body.w.Charge(16)
	}
	var err error
	switch f.Type {
	case protowire.VarintType:
		err = add(f.Word)
	case protowire.BytesType:
		err = f.Body.varints(add)
	default:
		err = f.Body.broken(f.Body.Start, "it holds no integers")
	}
	return list, err
}

// varints visits the packed integers that a message's bytes are.
func (m Message) varints(visit func(uint64) error) error {
	for at := m.Start; at < m.End; {
		head, err := m.w.look(at, m.End)
		if err != nil {
			return err
		}
		word, n := protowire.ConsumeVarint(head)
		if n < 0 {
			return m.broken(at, "it ends before its number does")
		}
		if err := visit(word); err != nil {
			return err
		}
		at += int64(n)
	}
	return nil
}

// Count is how many numbers of size bytes a field of a repeated one holds, packed or not;
// for size 0, integers of varying length, it is the most that it can hold.
func (f Field) Count(size int64) (int64, error) {
	if f.Type != protowire.BytesType {
		return 1, nil
	}
	if size > 0 && f.Body.Len()%size != 0 {
		return 0, f.Body.broken(f.Body.Start, fmt.Sprintf("got %d bytes of numbers, want a multiple of %d", f.Body.Len(), size))
	}
	return f.Body.Len() / max(size, 1), nil
}

// Fixed reads the n numbers of 4 or 8 bytes of a repeated field, packed or not.
func (m Message) Fixed(number protowire.Number, size, n int64) ([]byte, error) {
	raw, at := make([]byte, size*n), int64(0)
	err := m.Walk(func(f Field) error {
		if f.Number != number {
			return nil
		}
		count, err := f.Count(size)
		if err != nil {
			return err
		}
		if count > n-at/size {
			return m.counted(number, at/size+count, n)
		}
		part := raw[at : at+size*count]
		at += size * count
		switch {
		case f.Type == protowire.BytesType && len(part) > 0:
			if _, err := m.w.in.ReadAt(part, f.Body.Start); err != nil {
				return m.w.in.Failed(err)
			}
		case f.Type == protowire.Fixed32Type && size == 4:
			binary.LittleEndian.PutUint32(part, uint32(f.Word))
		case f.Type == protowire.Fixed64Type && size == 8:
			binary.LittleEndian.PutUint64(part, f.Word)
		case f.Type != protowire.BytesType:
			return m.broken(m.Start, fmt.Sprintf("field %d is of type %d, want numbers of %d bytes", number, f.Type, size))
		}
		return nil
	})
	if err == nil && at != size*n {
		err = m.counted(number, at/size, n)
	}
	return raw, err
}

// Varints reads the n integers of a repeated field, packed or not, and keeps the lowest
// bytes of each, size of them.
func (m Message) Varints(number protowire.Number, size, n int64) ([]byte, error) {
	raw, count := make([]byte, 0, size*n), int64(0)
	add := func(word uint64) error {
		if count++; count > n {
			return m.counted(number, count, n)
		}
		raw = append(raw, binary.LittleEndian.AppendUint64(nil, word)[:size]...)
		return nil
	}
	err := m.Walk(func(f Field) error {
		switch {
		case f.Number != number:
			return nil
		case f.Type == protowire.VarintType:
			return add(f.Word)
		case f.Type == protowire.BytesType:
			return f.Body.varints(add)
		}
		return m.broken(m.Start, fmt.Sprintf("field %d is of type %d, want integers", number, f.Type))
	})
	if err == nil && count != n {
		err = m.counted(number, count, n)
	}
	return raw, err
}

func (m Message) counted(number protowire.Number, got, want int64) error {
	return m.w.in.Corrupt("", "%v has %d or more numbers in its field %d, want %d; the file is damaged or was cut short, fetch it again", m, got, number, want)
}
