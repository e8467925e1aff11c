//go:build !purego

package kernel

import "cnnlang/ops/cpu"

func winogradIn(w *WinogradTile) {
	a := w.inArgs()
	switch isa {
	case cpu.AVX512:
		winogradInAVX512(&a)
	case cpu.AVX2:
		winogradInAVX2(&a)
	}
}

func winogradOut(w *WinogradTile) {
	a := w.outArgs()
	switch isa {
	case cpu.AVX512:
		winogradOutAVX512(&a)
	case cpu.AVX2:
		winogradOutAVX2(&a)
	}
}

// It works like winogradInGeneric.
//
//go:noescape
func winogradInAVX2(args *winogradArgs)

// It works like winogradInGeneric.
//
//go:noescape
func winogradInAVX512(args *winogradArgs)

// It works like winogradOutGeneric.
//
//go:noescape
func winogradOutAVX2(args *winogradArgs)

// It works like winogradOutGeneric.
//
//go:noescape
func winogradOutAVX512(args *winogradArgs)
