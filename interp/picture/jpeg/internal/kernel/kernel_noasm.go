//go:build purego || !amd64

package kernel

// ISA is the instruction set of the kernels: there are none but those in plain Go.
const ISA = "generic"

func idct(out []uint8, stride int, b, q *Block)          { idctGeneric(out, stride, b, q) }
func doubleWide(out, line []uint8)                       { doubleWideGeneric(out, line) }
func doubleBoth(out, near, far []uint8)                  { doubleBothGeneric(out, near, far) }
func doubleHigh(out, near, far []uint8, rounding uint16) { doubleHighGeneric(out, near, far, rounding) }
func rgb(out, y, cb, cr []uint8)                         { rgbGeneric(out, y, cb, cr) }
