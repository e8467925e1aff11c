package ref

import (
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// padBefore is how many rows or columns of padding lie before the image.
func padBefore(p ops.Padding, explicit dim.Size, size, k, stride, dilation int) int {
	switch p.Mode {
	case ops.Half:
		return k / 2
	case ops.Valid:
		return 0
	case ops.Same:
		out := size / stride
		if size%stride != 0 {
			out++
		}
		total := (out-1)*stride + dilation*(k-1) + 1 - size
		if total < 0 {
			total = 0
		}
		return total / 2
	}
	return explicit.MustInt()
}

// padAfter is how many lie after it.
func padAfter(p ops.Padding, explicit dim.Size, size, k, stride, dilation int) int {
	switch p.Mode {
	case ops.Half:
		return k / 2
	case ops.Valid:
		return 0
	case ops.Same:
		out := size / stride
		if size%stride != 0 {
			out++
		}
		total := (out-1)*stride + dilation*(k-1) + 1 - size
		if total < 0 {
			total = 0
		}
		return total - total/2
	}
	return explicit.MustInt()
}
