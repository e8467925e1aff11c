package weights

import (
	"cmp"

	"cnnlang/interp/internal/mapped"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/ops/tensor"
)

// Contents is a Store that also shows its tensors as the file has them.
type Contents interface {
	FileStore
	// About says what kind of file it is.
	About() weightfile.About
	// Raw returns a tensor's elements, row-major and little-endian. As the data of Tensor
	// they may be a view of a read-only mapping. The error is a *FileError.
	Raw(name string) ([]byte, error)
}

// Size is the number of bytes of the tensor.
func (e Entry) Size() int64 {
	n, _ := byteSize(e.Shape, dtypes[e.DType].bits)
	return n
}

// Elements is the number of elements.
func (e Entry) Elements() int64 {
	n, _ := byteSize(e.Shape, 8)
	return n
}

// Float reports whether a network can use the elements.
func (e Entry) Float() bool { return dtypes[e.DType].decode != nil }

// Count reads a tensor and counts what is not finite.
func Count(c Contents, e Entry) (Values, error) {
	s, ok := specials[e.DType]
	if e.Size() == 0 || !ok {
		return Values{}, nil
	}
	raw, err := c.Raw(e.Name)
	if err != nil {
		return Values{}, err
	}
	var v Values
	err = mapped.Guard(func() error { v = s.count(raw); return nil })
	c.Forget(e.Name)
	return v, err
}

// Converted is a tensor to write with elements of another type, "" for its own; those that
// are not floats keep theirs. Finite elements that become infinite are added to overflowed.
func Converted(c Contents, e Entry, dtype string, overflowed *int64) Source {
	as := e
	if dtype != "" && e.Float() {
		as.DType = dtype
	}
	return Source{Entry: as, From: e.DType, Done: func() { c.Forget(e.Name) }, Bytes: func() ([]byte, error) {
		raw, err := c.Raw(e.Name)
		if err != nil || as.DType == e.DType {
			return raw, err
		}
		var out []byte
		err = mapped.Guard(func() error {
			var n int64
			out, n = convert(raw, e.DType, as.DType)
			*overflowed += n
			return nil
		})
		return out, err
	}}
}

// Rounded is a float32 tensor to write with elements of a type, "" for its own.
func Rounded(name string, shape tensor.Shape, dtype string, overflowed *int64, read func() ([]float32, error)) Source {
	as := Entry{Name: name, DType: cmp.Or(dtype, "F32"), Shape: shape}
	return Source{Entry: as, From: "F32", Bytes: func() ([]byte, error) {
		data, err := read()
		if err != nil {
			return nil, err
		}
		var out []byte
		err = mapped.Guard(func() error {
			var n int64
			out, n = convert(bytesOf(data), "F32", as.DType)
			*overflowed += n
			return nil
		})
		return out, err
	}}
}
