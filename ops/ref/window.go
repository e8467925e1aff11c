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
		return samePadding(size, k, stride, dilation) / 2
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
		total := samePadding(size, k, stride, dilation)
		return total - total/2
	}
	return explicit.MustInt()
}

// samePadding is how many rows or columns there are in all where the output has
// ceil(size/stride).
func samePadding(size, k, stride, dilation int) int {
	out := size / stride
	if size%stride != 0 {
		out++
	}
	return max((out-1)*stride+dilation*(k-1)+1-size, 0)
}
