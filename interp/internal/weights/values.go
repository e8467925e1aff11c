package weights

import (
	"encoding/binary"
	"slices"
)

// Values counts the elements of a tensor that are not finite.
type Values struct{ NaN, Inf int64 }

// A special says how a type writes what is not finite: its exponent has all bits set, and the
// mantissa is 0 for an infinity. A type without infinities has only these NaNs.
type special struct {
	bytes              int
	exponent, mantissa uint64
	only               []uint64
}

// specials has the types with such values.
var specials = map[string]special{
	"F64":         {8, 0x7ff << 52, 1<<52 - 1, nil},
	"F32":         {4, 0xff << 23, 1<<23 - 1, nil},
	"C64":         {4, 0xff << 23, 1<<23 - 1, nil}, // two of F32
	"F16":         {2, 0x1f << 10, 1<<10 - 1, nil},
	"BF16":        {2, 0xff << 7, 1<<7 - 1, nil},
	"F8_E5M2":     {1, 0x1f << 2, 1<<2 - 1, nil},
	"F8_E4M3":     {1, 0, 0, []uint64{0x7f, 0xff}},
	"F8_E8M0":     {1, 0, 0, []uint64{0xff}},
	"F8_E5M2FNUZ": {1, 0, 0, []uint64{0x80}},
	"F8_E4M3FNUZ": {1, 0, 0, []uint64{0x80}},
}

// count adds what is not finite among elements of the type.
func (s special) count(raw []byte) (v Values) {
	for i := 0; i+s.bytes <= len(raw); i += s.bytes {
		var x uint64
		switch s.bytes {
		case 8:
			x = binary.LittleEndian.Uint64(raw[i:])
		case 4:
			x = uint64(binary.LittleEndian.Uint32(raw[i:]))
		case 2:
			x = uint64(binary.LittleEndian.Uint16(raw[i:]))
		case 1:
			x = uint64(raw[i])
		}
		switch {
		case s.only != nil:
			if slices.Contains(s.only, x) {
				v.NaN++
			}
		case x&s.exponent != s.exponent:
		case x&s.mantissa == 0:
			v.Inf++
		default:
			v.NaN++
		}
	}
	return v
}
