//go:build !purego

package kernel

import "cnnlang/ops/cpu"

func sumLanes(sums, x []float32) {
	switch isa {
	case cpu.AVX512:
		sumLanesAVX512(&sums[0], &x[0], len(x)/Lanes)
	case cpu.AVX2:
		sumLanesAVX2(&sums[0], &x[0], len(x)/Lanes)
	default:
		sumLanesGeneric(sums, x)
	}
}

// It works like sumLanesGeneric.
//
//go:noescape
func sumLanesAVX2(sums, x *float32, lines int)

// It works like sumLanesGeneric.
//
//go:noescape
func sumLanesAVX512(sums, x *float32, lines int)

func momentLanes(sums, x, about []float32) {
	switch isa {
	case cpu.AVX512:
		momentLanesAVX512(&sums[0], &x[0], len(x)/Lanes, &about[0])
	case cpu.AVX2:
		momentLanesAVX2(&sums[0], &x[0], len(x)/Lanes, &about[0])
	default:
		momentLanesGeneric(sums, x, about)
	}
}

// It works like momentLanesGeneric.
//
//go:noescape
func momentLanesAVX2(sums, x *float32, lines int, about *float32)

// It works like momentLanesGeneric.
//
//go:noescape
func momentLanesAVX512(sums, x *float32, lines int, about *float32)

func productLanes(sums, x, dy, about []float32) {
	switch isa {
	case cpu.AVX512:
		productLanesAVX512(&sums[0], &x[0], &dy[0], len(x)/Lanes, &about[0])
	case cpu.AVX2:
		productLanesAVX2(&sums[0], &x[0], &dy[0], len(x)/Lanes, &about[0])
	default:
		productLanesGeneric(sums, x, dy, about)
	}
}

// It works like productLanesGeneric.
//
//go:noescape
func productLanesAVX2(sums, x, dy *float32, lines int, about *float32)

// It works like productLanesGeneric.
//
//go:noescape
func productLanesAVX512(sums, x, dy *float32, lines int, about *float32)

func backLanes(dst, dy, x, by []float32) {
	switch isa {
	case cpu.AVX512:
		backLanesAVX512(&dst[0], &dy[0], &x[0], len(dst)/Lanes, &by[0])
	case cpu.AVX2:
		backLanesAVX2(&dst[0], &dy[0], &x[0], len(dst)/Lanes, &by[0])
	default:
		backLanesGeneric(dst, dy, x, by)
	}
}

// It works like backLanesGeneric.
//
//go:noescape
func backLanesAVX2(dst, dy, x *float32, lines int, by *float32)

// It works like backLanesGeneric.
//
//go:noescape
func backLanesAVX512(dst, dy, x *float32, lines int, by *float32)

func betweenLanes(dst, dy, v []float32, by *[3]float32) {
	switch isa {
	case cpu.AVX512:
		betweenAVX512(&dst[0], &dy[0], &v[0], len(dst)/Lanes, &by[0])
	case cpu.AVX2:
		betweenAVX2(&dst[0], &dy[0], &v[0], len(dst)/Lanes, &by[0])
	default:
		betweenGeneric(dst, dy, v, by)
	}
}

// It works like betweenGeneric.
//
//go:noescape
func betweenAVX2(dst, dy, v *float32, lines int, by *float32)

// It works like betweenGeneric.
//
//go:noescape
func betweenAVX512(dst, dy, v *float32, lines int, by *float32)
