package dim

import "strings"

// A Shape is the sizes of a tensor's axes, batch first: [N, C, H, W] or [N, C].
type Shape []Size

// Shaped builds a shape of known sizes.
func Shaped(sizes ...int) Shape {
	s := make(Shape, len(sizes))
	for i, n := range sizes {
		s[i] = Int(n)
	}
	return s
}

// Clone returns a copy that shares nothing with s.
func (s Shape) Clone() Shape { return append(Shape(nil), s...) }

// Product returns the number of elements, 1 for an empty shape.
func (s Shape) Product() Size {
	p := Int(1)
	for _, d := range s {
		p = p.Mul(d)
	}
	return p
}

// String prints [1, 64, 56, 56].
func (s Shape) String() string {
	parts := make([]string, len(s))
	for i, d := range s {
		parts[i] = d.String()
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// A Pair is a height and a width: a kernel, a stride, a dilation.
type Pair struct{ H, W Size }

// Square returns the pair n × n.
func Square(n Size) Pair { return Pair{n, n} }

// String prints 3x3.
func (p Pair) String() string { return p.H.String() + "x" + p.W.String() }
