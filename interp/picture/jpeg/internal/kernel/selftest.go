package kernel

import (
	"bytes"
	"errors"
	"math/rand/v2"
)

// SelfTest compares the kernels that are used with their twins in plain Go, on a block and on
// lines of pixels made from a seed.
func SelfTest() error {
	r := rand.New(rand.NewPCG(3, 4))
	random := func(n int) []uint8 {
		line := make([]uint8, n)
		for i := range line {
			line[i] = uint8(r.Uint32())
		}
		return line
	}
	const n = 101 // no multiple of what a kernel does at once
	var b, q Block
	for i := range b {
		b[i], q[i] = int16(r.IntN(64)-32), int16(1+r.IntN(16))
	}
	same := b
	near, far, third := random(n+2), random(n+2), random(n+2)
	for _, k := range []struct {
		name       string
		size       int
		fast, slow func(out []uint8)
	}{
		{"the inverse cosine transform", 8 * 8, func(out []uint8) { IDCT(out, 8, &b, &q) }, func(out []uint8) { idctGeneric(out, 8, &same, &q) }},
		{"doubling in width", 2 * n, func(out []uint8) { DoubleWide(out, near) }, func(out []uint8) { doubleWideGeneric(out, near) }},
		{"doubling in both directions", 2 * n, func(out []uint8) { DoubleBoth(out, near, far) }, func(out []uint8) { doubleBothGeneric(out, near, far) }},
		{"doubling in height", n + 2, func(out []uint8) { DoubleHigh(out, near, far, 1) }, func(out []uint8) { doubleHighGeneric(out, near, far, 1) }},
		{"conversion to RGB", 3 * (n + 2), func(out []uint8) { RGB(out, near, far, third) }, func(out []uint8) { rgbGeneric(out, near, far, third) }},
	} {
		got, want := make([]uint8, k.size), make([]uint8, k.size)
		k.fast(got)
		k.slow(want)
		if !bytes.Equal(got, want) {
			return errors.New("decoding of JPEGs, " + k.name + ": other bytes than plain Go's")
		}
	}
	return nil
}
