package torch

import (
	"fmt"
	"math"
	"slices"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/ops/tensor"
)

// A storage is a flat array of elements, the numbers of one or several tensors.
type storage struct {
	key     string
	element element
	from    int64 // where it begins, in bytes of data
	size    int64 // in bytes, as the pickle says
	data    numbers
	swapped bool   // whether its numbers are big endian
	damage  string // why its bytes cannot be had
}

// numbers are the bytes of a storage, as they lie in the file.
type numbers interface {
	Len() int64
	Read(offset, n int64, what string) ([]byte, error)
}

// A view is a tensor: some elements of a storage. Element (i, j, ...) is at offset +
// i·strides[0] + j·strides[1] + ... of it.
type view struct {
	storage *storage
	element element
	shape   tensor.Shape
	strides []int64
	offset  int64
	refused string // why the numbers are not read, or ""
	damage  string // what is wrong with it, or ""
}

func (v *view) String() string { return "a tensor" }

// maxRank is the largest number of axes, NumPy's.
const maxRank = 32

// check compares the view with its storage, and returns what is wrong.
func (v *view) check() string {
	n, ok := weightfile.Elements(v.shape)
	if v.refused != "" {
		if !ok {
			v.shape = nil
		}
		return ""
	}
	s := v.storage
	count := s.size / v.element.size
	switch {
	case !ok:
		return fmt.Sprintf("its shape %v is more than a tensor can have", v.shape)
	case s.damage != "":
		return s.damage
	case len(v.strides) != len(v.shape):
		return fmt.Sprintf("has %d strides for the %d axes of its shape", len(v.strides), len(v.shape))
	case s.data == nil:
		return fmt.Sprintf("its storage %s is not in the file", weightfile.Shown(s.key))
	case s.from < 0 || s.size < 0 || s.size > s.data.Len()-s.from:
		return fmt.Sprintf("its storage %s would be %d bytes at %d, the file has %d bytes of it", weightfile.Shown(s.key), s.size, s.from, s.data.Len())
	case n == 0: // torch leaves any offset to an empty part
		return ""
	case v.offset < 0 || v.offset > count:
		return fmt.Sprintf("begins at element %d of its storage, which has %d", v.offset, count)
	}
	last := v.offset
	for i, size := range v.shape {
		stride := v.strides[i]
		if stride < 0 || size > 1 && stride > math.MaxInt64/2/int64(size) {
			return fmt.Sprintf("has the stride %d for %d elements, want one of 0 or more within its storage", stride, size)
		}
		if last += int64(size-1) * stride; last >= count {
			break
		}
	}
	if last >= count {
		return fmt.Sprintf("shape %v with strides %v from %d leads to element %d or more of its storage, which has %d", v.shape, v.strides, v.offset, last, count)
	}
	return ""
}

// span is the number of elements from the first to the last one of a valid view.
func (v *view) span() int64 {
	n := int64(1)
	for i, size := range v.shape {
		if size == 0 {
			return 0
		}
		n += int64(size-1) * v.strides[i]
	}
	return n
}

// work is how many bytes are read and written for the tensor.
func (v *view) work() int64 {
	n, _ := weightfile.Elements(v.shape)
	work := max(n, v.span()) * v.element.size
	if p, ok := v.storage.data.(part); ok && p.entry.Deflated() {
		work += v.storage.from + v.offset*v.element.size
	}
	return work
}

// bytes are the elements, row-major and little endian.
func (v *view) bytes() ([]byte, error) {
	if v.refused != "" {
		return nil, fmt.Errorf("%s", v.refused)
	}
	size := v.element.size
	span := v.span()
	if span == 0 {
		return []byte{}, nil
	}
	raw, err := v.storage.data.Read(v.storage.from+v.offset*size, span*size, "its numbers")
	if err != nil {
		return nil, err
	}
	if !v.contiguous() {
		raw = v.gather(raw)
	}
	if v.storage.swapped {
		swap(raw, v.element)
	}
	return raw, nil
}

// contiguous reports whether the elements lie in row-major order.
func (v *view) contiguous() bool {
	want := int64(1)
	for i := len(v.shape) - 1; i >= 0; i-- {
		if v.shape[i] != 1 && v.strides[i] != want {
			return false
		}
		want *= int64(v.shape[i])
	}
	return true
}

// gather copies the elements of a span into row-major order, counting indices like an
// odometer.
func (v *view) gather(span []byte) []byte {
	size := v.element.size
	n, _ := weightfile.Elements(v.shape)
	out := make([]byte, 0, n*size)
	index := make([]int, len(v.shape))
	at := int64(0)
	for range n {
		out = append(out, span[at*size:(at+1)*size]...)
		for axis := len(index) - 1; axis >= 0; axis-- {
			index[axis]++
			at += v.strides[axis]
			if index[axis] < v.shape[axis] {
				break
			}
			at -= int64(index[axis]) * v.strides[axis]
			index[axis] = 0
		}
	}
	return out
}

// swap turns the bytes of each number; a complex one is two numbers.
func swap(raw []byte, e element) {
	size := int(e.size)
	if e.typ == weightfile.C64 {
		size /= 2
	}
	for at := 0; at+size <= len(raw); at += size {
		slices.Reverse(raw[at : at+size])
	}
}
