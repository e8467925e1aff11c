package weightfile

import (
	"encoding/binary"
	"math"

	"github.com/x448/float16"
)

// A Type is the type of a tensor's elements, spelled as safetensors does.
type Type string

// The types that readers give.
const (
	F64  Type = "F64"
	F32  Type = "F32"
	F16  Type = "F16"
	BF16 Type = "BF16"
	I64  Type = "I64"
	I32  Type = "I32"
	I16  Type = "I16"
	I8   Type = "I8"
	U64  Type = "U64"
	U32  Type = "U32"
	U16  Type = "U16"
	U8   Type = "U8"
	Bool Type = "BOOL"
	C64  Type = "C64"
)

var sizes = map[Type]int{F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2, I8: 1, U64: 8, U32: 4, U16: 2, U8: 1, Bool: 1, C64: 8}

// Size is the number of bytes of an element, 0 for a type that is not known.
func (t Type) Size() int { return sizes[t] }

// Float reports whether a network can use the elements: F64, F32, F16 and BF16.
func (t Type) Float() bool { return t == F64 || t == F32 || t == F16 || t == BF16 }

// Floats converts elements of a floating point type: F64 is rounded to nearest, what is too
// large becomes an infinity; F16 and BF16 are widened.
func (t Type) Floats(raw []byte) []float32 {
	data := make([]float32, len(raw)/t.Size())
	for i := range data {
		switch t {
		case F64:
			data[i] = float32(math.Float64frombits(binary.LittleEndian.Uint64(raw[8*i:])))
		case F32:
			data[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		case F16:
			data[i] = float16.Frombits(binary.LittleEndian.Uint16(raw[2*i:])).Float32()
		case BF16:
			data[i] = math.Float32frombits(uint32(binary.LittleEndian.Uint16(raw[2*i:])) << 16)
		}
	}
	return data
}

// Integers converts elements of an integer or Boolean type, to the nearest float64 where one is
// beyond 2^53.
func (t Type) Integers(raw []byte) []float64 {
	data := make([]float64, len(raw)/t.Size())
	for i := range data {
		element := raw[i*t.Size():]
		switch t {
		case I64:
			data[i] = float64(int64(binary.LittleEndian.Uint64(element)))
		case I32:
			data[i] = float64(int32(binary.LittleEndian.Uint32(element)))
		case I16:
			data[i] = float64(int16(binary.LittleEndian.Uint16(element)))
		case I8:
			data[i] = float64(int8(element[0]))
		case U64:
			data[i] = float64(binary.LittleEndian.Uint64(element))
		case U32:
			data[i] = float64(binary.LittleEndian.Uint32(element))
		case U16:
			data[i] = float64(binary.LittleEndian.Uint16(element))
		case U8, Bool:
			data[i] = float64(element[0])
		}
	}
	return data
}
