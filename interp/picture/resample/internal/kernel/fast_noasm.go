//go:build purego || !amd64

package kernel

// ISA is the instruction set of the kernels: there are none but those in plain Go.
const ISA = "generic"

func horizontal(dst, src *[Rows][]uint8, channels int, t *Taps) {
	horizontalGeneric(dst, src, channels, t)
}

func vertical(dst, rows []uint8, stride int, w *Weights) { verticalGeneric(dst, rows, stride, w) }

func grey(dst, src []uint8) { greyGeneric(dst, src) }

func plane(dst []float32, src []uint8, channels, channel int, s *Scale) {
	planeGeneric(dst, src, channels, channel, s)
}
