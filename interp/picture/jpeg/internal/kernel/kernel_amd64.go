//go:build !purego

package kernel

import "cnnlang/ops/cpu"

// avx2 is whether the kernels in assembly are used: with that set and all beyond it.
var avx2 = func() bool {
	isa, _ := cpu.Selected()
	return isa != cpu.Generic
}()

// ISA is the instruction set of the kernels that are used.
var ISA = func() string {
	if avx2 {
		return string(cpu.AVX2)
	}
	return string(cpu.Generic)
}()

// lanes is how many samples the kernels of lines do at once.
const lanes = 16

func idct(out []uint8, stride int, b, q *Block) {
	if avx2 {
		idctAVX2(&out[0], stride, b, q)
		return
	}
	idctGeneric(out, stride, b, q)
}

func doubleWide(out, line []uint8) {
	n := len(out) / 2 / lanes * lanes
	if !avx2 || n == 0 {
		n = 0
	} else {
		doubleWideAVX2(&out[0], &line[1], n)
	}
	doubleWideGeneric(out[2*n:], line[n:])
}

func doubleBoth(out, near, far []uint8) {
	n := len(out) / 2 / lanes * lanes
	if !avx2 || n == 0 {
		n = 0
	} else {
		doubleBothAVX2(&out[0], &near[1], &far[1], n)
	}
	doubleBothGeneric(out[2*n:], near[n:], far[n:])
}

func doubleHigh(out, near, far []uint8, rounding uint16) {
	n := len(out) / lanes * lanes
	if !avx2 || n == 0 {
		n = 0
	} else {
		doubleHighAVX2(&out[0], &near[0], &far[0], n, uint64(rounding))
	}
	doubleHighGeneric(out[n:], near[n:], far[n:], rounding)
}

func rgb(out, y, cb, cr []uint8) {
	n := len(y) / lanes * lanes
	if !avx2 || n == 0 {
		n = 0
	} else {
		rgbAVX2(&out[0], &y[0], &cb[0], &cr[0], n)
	}
	rgbGeneric(out[3*n:], y[n:], cb[n:], cr[n:])
}

// It works like idctGeneric.
//
//go:noescape
func idctAVX2(out *uint8, stride int, b, q *Block)

// It works like doubleWideGeneric for n samples from line[1], n a multiple of lanes above 0.
//
//go:noescape
func doubleWideAVX2(out, line *uint8, n int)

// It works like doubleBothGeneric for n samples from near[1] and far[1], n a multiple of
// lanes above 0.
//
//go:noescape
func doubleBothAVX2(out, near, far *uint8, n int)

// It works like doubleHighGeneric for n samples, n a multiple of lanes above 0.
//
//go:noescape
func doubleHighAVX2(out, near, far *uint8, n int, rounding uint64)

// It works like rgbGeneric for n pixels, n a multiple of lanes above 0.
//
//go:noescape
func rgbAVX2(out, y, cb, cr *uint8, n int)
