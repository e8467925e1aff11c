package ops

import (
	"fmt"

	"cnnlang/ops/dim"
)

// Padding is the zeros (for maxpool: the nothing) around an image.
type Padding struct {
	Mode                     PaddingMode
	Top, Bottom, Left, Right dim.Size // of Explicit; 0 otherwise
}

// PaddingMode says how the padding follows from the window.
type PaddingMode int

// The modes.
const (
	// Explicit is what Top, Bottom, Left and Right say.
	Explicit PaddingMode = iota
	// Half is floor(k/2) on every side, which keeps the size of the image for an
	// odd k, stride 1 and dilation 1.
	Half
	// Valid is none.
	Valid
	// Same is TensorFlow's: the output has ceil(H/stride) rows; of the
	// max((out - 1)*stride + dilation*(k - 1) + 1 - H, 0) rows that takes, half
	// go before the image and the odd one after it.
	Same
)

// String prints the padding as graphs show it, explicit sides as top, bottom, left and right.
func (p Padding) String() string {
	switch p.Mode {
	case Half:
		return "half"
	case Valid:
		return "valid"
	case Same:
		return "same"
	}
	return fmt.Sprintf("[%v, %v, %v, %v]", p.Top, p.Bottom, p.Left, p.Right)
}

// Written is the padding as the language writes it.
func (p Padding) Written() string {
	if p.Mode != Explicit {
		return p.String()
	}
	top, bottom, left, right := p.Top.Decimal(), p.Bottom.Decimal(), p.Left.Decimal(), p.Right.Decimal()
	switch {
	case top != bottom || left != right:
		return fmt.Sprintf("[[%s, %s], [%s, %s]]", top, bottom, left, right)
	case top != left:
		return fmt.Sprintf("[%s, %s]", top, left)
	}
	return top
}

// fixed returns the padding before and after the image along an axis in every
// mode but Same, where it depends on the image.
func (p Padding) fixed(a dim.Axis, k dim.Size) (before, after dim.Size) {
	switch {
	case p.Mode == Half:
		h := k.FloorDiv(dim.Int(2))
		return h, h
	case p.Mode == Valid:
		return dim.Int(0), dim.Int(0)
	case p.Mode == Explicit && a == dim.Height:
		return p.Top, p.Bottom
	case p.Mode == Explicit:
		return p.Left, p.Right
	}
	panic("ops: same padding is not fixed")
}

// Around returns the padding before and after an image of a known size along an axis.
func (p Padding) Around(a dim.Axis, size int, k, stride, dilation int) (before, after int) {
	if p.Mode != Same {
		first, last := p.fixed(a, dim.Int(k))
		return first.MustInt(), last.MustInt()
	}
	out := (size + stride - 1) / stride
	total := max((out-1)*stride+dilation*(k-1)+1-size, 0)
	return total / 2, total - total/2
}

// isNone reports whether there is no padding, whatever the sizes.
func (p Padding) isNone() bool {
	none := dim.Int(0)
	return p.Mode == Valid || p.Mode == Explicit && p.Top == none && p.Bottom == none && p.Left == none && p.Right == none
}
