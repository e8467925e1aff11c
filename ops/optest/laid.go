package optest

import (
	"math"
	"slices"
	"testing"

	"cnnlang/ops/exec/layout"
	"cnnlang/ops/tensor"
)

// A size is that of a value; a vector is an image of one pixel, [N, C, L] one of one row, and [N] has
// one channel.
type size struct{ channels, h, w int }

func sizeOf(s tensor.Shape) size {
	if len(s) == 1 {
		return size{1, 1, 1}
	}
	if len(s) == 4 {
		return size{s[1], s[2], s[3]}
	}
	return size{s[1], 1, s[2:].Elements()}
}

// place is where element n, c, y, x of a float32 value lies: layout.Layout implemented
// independently.
func (s size) place(l layout.Layout, n, c, y, x int) int {
	if l.Plain() {
		return ((n*s.channels+c)*s.h+y)*s.w + x
	}
	blocks := (s.channels + l.Block - 1) / l.Block
	rows, pixels := s.h+l.HaloH, s.w+l.HaloW
	front := l.HaloH*pixels + l.HaloW
	plane := rows * pixels
	if l.Block == 16 && l.HaloH+l.HaloW == 0 && plane >= 64 && plane%64 < 8 {
		plane += 16 // the gap
	}
	pixel := front + (n*blocks+c/l.Block)*plane + y*pixels + x
	return pixel*l.Block + c%l.Block
}

// word is where element n, c, y, x of a value lies: the float32, and the shift if it holds
// two bfloat16.
func (s size) word(l layout.Layout, n, c, y, x int) (at, shift int) {
	if l.Element == layout.Float32 {
		return s.place(l, n, c, y, x), 0
	}
	halves := layout.Layout{Block: l.Block / 2, HaloH: l.HaloH, HaloW: l.HaloW}
	s.channels = (s.channels + l.Block - 1) / l.Block * halves.Block
	return s.place(halves, n, c/l.Block*halves.Block, y, x) + c%l.Block/2, c % 2 * 16
}

// Each visits every element of a value; index counts them in order.
func Each(s tensor.Shape, visit func(index, n, c, y, x int)) {
	of := sizeOf(s)
	i := 0
	for n := range s[0] {
		for c := range of.channels {
			for y := range of.h {
				for x := range of.w {
					visit(i, n, c, y, x)
					i++
				}
			}
		}
	}
}

// Laid returns x in a layout. The halo is zeros, and channels beyond the last are set to
// beside.
func Laid(l layout.Layout, x tensor.Tensor, beside float32) tensor.Tensor {
	if l.Plain() {
		return tensor.Tensor{Shape: x.Shape, Data: slices.Clone(x.Data)}
	}
	data := make([]float32, l.Floats(x.Shape))
	words := make([]uint32, len(data))
	full, of := slices.Clone(x.Shape), sizeOf(x.Shape)
	full[1] = (full[1] + l.Block - 1) / l.Block * l.Block
	value := 0
	Each(full, func(_, n, c, y, xx int) {
		v := beside
		if c < x.Shape[1] {
			v = x.Data[value]
			value++
		}
		at, shift := of.word(l, n, c, y, xx)
		if l.Element == layout.BFloat16 {
			words[at] |= math.Float32bits(bf16(v)) >> 16 << shift
		} else {
			words[at] = math.Float32bits(v)
		}
	})
	for i, w := range words {
		data[i] = math.Float32frombits(w)
	}
	return tensor.Tensor{Shape: x.Shape, Data: data}
}

// InOrder returns a value in row-major order. It fails the test if the halo is not zero, or
// anything is not written.
func InOrder(t testing.TB, l layout.Layout, x tensor.Tensor) tensor.Tensor {
	t.Helper()
	out, of := tensor.New(x.Shape...), sizeOf(x.Shape)
	inside := make([]bool, len(x.Data))
	line := max(1, l.Block)
	if l.Element == layout.BFloat16 {
		line /= 2
	}
	Each(x.Shape, func(i, n, c, y, xx int) {
		at, shift := of.word(l, n, c, y, xx)
		out.Data[i] = x.Data[at]
		if l.Element == layout.BFloat16 {
			out.Data[i] = math.Float32frombits(math.Float32bits(x.Data[at]) >> shift << 16)
		}
		if math.Float32bits(x.Data[at]) == emptyBits {
			t.Fatalf("%v in %v: element %d is not written", x.Shape, l, i)
		}
		for k := range line {
			inside[at-at%line+k] = true
		}
	})
	for i, v := range x.Data {
		switch bits := math.Float32bits(v); {
		case !l.HasHalo(): // there may be a gap
		case !inside[i] && bits<<1 != 0:
			t.Fatalf("%v in %v: the halo has %v (%#x) at %d", x.Shape, l, v, bits, i)
		case bits == emptyBits:
			t.Fatalf("%v in %v: nothing is written at %d", x.Shape, l, i)
		}
	}
	return out
}

// bf16 rounds to bfloat16 differently from the kernels: through the float32 whose step is
// that of bfloat16 at x.
func bf16(x float32) float32 {
	if x == 0 || math.IsNaN(float64(x)) {
		return x
	}
	_, exponent := math.Frexp(float64(x))
	step := math.Ldexp(1, exponent-8)
	return float32(math.RoundToEven(float64(x)/step) * step)
}

// RoundedBF16 is x rounded to bfloat16.
func RoundedBF16(x tensor.Tensor) tensor.Tensor {
	y := tensor.New(x.Shape...)
	for i, v := range x.Data {
		y.Data[i] = bf16(v)
	}
	return y
}
