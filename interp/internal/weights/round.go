package weights

import (
	"encoding/binary"
	"math"
	"math/bits"

	"github.com/x448/float16"
)

// A binaryFormat is a floating point format of IEEE 754's form: sign, exponent, mantissa.
type binaryFormat struct{ exponent, mantissa int }

var binaryFormats = map[string]binaryFormat{"F64": {11, 52}, "F32": {8, 23}, "F16": {5, 10}, "BF16": {8, 7}}

// DTypes are the types that elements can be converted to, by their names on a command line.
var DTypes = map[string]string{"f64": "F64", "f32": "F32", "f16": "F16", "bf16": "BF16"}

// convert gives elements another floating point type, rounded once, to nearest and to even
// in the middle, and counts the finite ones that became infinite.
func convert(raw []byte, from, to string) (out []byte, overflowed int64) {
	if from == to {
		return raw, 0
	}
	source, target := int(dtypes[from].bits/8), binaryFormats[to]
	size := int(dtypes[to].bits / 8)
	out = make([]byte, 0, len(raw)/source*size)
	for i := 0; i < len(raw); i += source {
		x, finite := widened(raw[i:], from)
		y := target.round(x)
		if finite && y&(1<<(target.exponent+target.mantissa)-1) == target.infinity() {
			overflowed++
		}
		switch size {
		case 2:
			out = binary.LittleEndian.AppendUint16(out, uint16(y))
		case 4:
			out = binary.LittleEndian.AppendUint32(out, uint32(y))
		case 8:
			out = binary.LittleEndian.AppendUint64(out, y)
		}
	}
	return out, overflowed
}

// widened is the first element as a float64, which holds those of all types.
func widened(raw []byte, dtype string) (x float64, finite bool) {
	switch dtype {
	case "F64":
		x = math.Float64frombits(binary.LittleEndian.Uint64(raw))
	case "F32":
		x = float64(math.Float32frombits(binary.LittleEndian.Uint32(raw)))
	case "F16":
		x = float64(float16.Frombits(binary.LittleEndian.Uint16(raw)).Float32())
	case "BF16":
		x = float64(math.Float32frombits(uint32(binary.LittleEndian.Uint16(raw)) << 16))
	}
	return x, !math.IsNaN(x) && !math.IsInf(x, 0)
}

func (f binaryFormat) infinity() uint64 { return (1<<f.exponent - 1) << f.mantissa }

// round returns the bits of the nearest number. NaN stays NaN, with as much of its payload as
// there is room for.
func (f binaryFormat) round(x float64) uint64 {
	b := math.Float64bits(x)
	sign := b >> 63 << (f.exponent + f.mantissa)
	exponent, mantissa := int(b>>52&0x7ff), b&(1<<52-1)
	switch {
	case exponent == 0x7ff && mantissa == 0:
		return sign | f.infinity()
	case exponent == 0x7ff:
		return sign | f.infinity() | mantissa>>(52-f.mantissa) | 1<<(f.mantissa-1)
	case exponent == 0:
		exponent++ // subnormal: no leading one
	default:
		mantissa |= 1 << 52
	}
	if mantissa == 0 {
		return sign
	}
	// x is mantissa * 2^(exponent-1075). The result counts units of 2^unit: of the last place
	// of a number this large, or of the smallest there is.
	bias := 1<<(f.exponent-1) - 1
	unit := max(exponent-1075+bits.Len64(mantissa)-1-f.mantissa, 1-bias-f.mantissa)
	n := mantissa
	switch shift := unit - (exponent - 1075); {
	case shift > 63:
		n = 0
	case shift > 0:
		half, rest := uint64(1)<<(shift-1), mantissa&(1<<shift-1)
		n = mantissa >> shift
		if rest > half || rest == half && n&1 == 1 {
			n++
		}
	case shift < 0:
		n <<= -shift
	}
	// Added, not joined: a mantissa that rounded up to the next power of two carries into the
	// exponent. The leading one counts as one unit of it.
	y := uint64(unit+bias+f.mantissa-1)<<f.mantissa + n
	return sign | min(y, f.infinity())
}
