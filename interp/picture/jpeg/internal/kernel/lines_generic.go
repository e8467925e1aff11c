package kernel

// The interpolation is by a triangle:
//
//	samples       a       b       c         full resolution
//	pixels      a . | . b . | . c . |       each pixel: 3/4 of the sample it lies
//	            0 1   2 3     4 5           in, 1/4 of the next nearest one
//
// In two dimensions the weights multiply to 9, 3, 3 and 1 sixteenths. The rounding alternates
// between neighbours, so that it does not shift the image.

func doubleWideGeneric(out, line []uint8) {
	for i := range len(line) - 2 {
		here := 3 * uint16(line[i+1])
		out[2*i] = uint8((here + uint16(line[i]) + 1) >> 2)
		out[2*i+1] = uint8((here + uint16(line[i+2]) + 2) >> 2)
	}
}

func doubleBothGeneric(out, near, far []uint8) {
	left, here := 3*uint16(near[0])+uint16(far[0]), 3*uint16(near[1])+uint16(far[1])
	for i := range len(near) - 2 {
		right := 3*uint16(near[i+2]) + uint16(far[i+2])
		out[2*i] = uint8((3*here + left + 8) >> 4)
		out[2*i+1] = uint8((3*here + right + 7) >> 4)
		left, here = here, right
	}
}

func doubleHighGeneric(out, near, far []uint8, rounding uint16) {
	for i := range out {
		out[i] = uint8((3*uint16(near[i]) + uint16(far[i]) + rounding) >> 2)
	}
}

// The equations of JFIF, in 16 fraction bits and rounded.
func rgbGeneric(out, y, cb, cr []uint8) {
	const half = 1 << 15
	cb, cr = cb[:len(y)], cr[:len(y)]
	for x, luma := range y {
		blue, red, luma := int32(cb[x])-128, int32(cr[x])-128, int32(luma)<<16+half
		pixel := (*[3]uint8)(out[3*x:])
		pixel[0] = clip((luma + 91881*red) >> 16)              // 1.402
		pixel[1] = clip((luma - 22554*blue - 46802*red) >> 16) // 0.344136, 0.714136
		pixel[2] = clip((luma + 116130*blue) >> 16)            // 1.772
	}
}

// clip saturates.
func clip(x int32) uint8 {
	if uint32(x) > 255 {
		return uint8(^x >> 31)
	}
	return uint8(x)
}
