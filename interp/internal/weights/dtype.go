package weights

import (
	"encoding/binary"
	"math"
	"unsafe"

	"github.com/x448/float16"
)

// A dtype is one element type of safetensors. Those with a decode are floating point
// numbers that a network can use; the others may occur in a file, as num_batches_tracked
// does.
type dtype struct {
	bits   int64
	decode func([]byte) []float32
}

var dtypes = map[string]dtype{
	"F64":  {64, decodeF64},
	"F32":  {32, decodeF32},
	"F16":  {16, decodeF16},
	"BF16": {16, decodeBF16},

	"BOOL": {bits: 8}, "U8": {bits: 8}, "I8": {bits: 8},
	"U16": {bits: 16}, "I16": {bits: 16},
	"U32": {bits: 32}, "I32": {bits: 32},
	"U64": {bits: 64}, "I64": {bits: 64},
	"F8_E5M2": {bits: 8}, "F8_E4M3": {bits: 8}, "F8_E8M0": {bits: 8},
	"F8_E5M2FNUZ": {bits: 8}, "F8_E4M3FNUZ": {bits: 8},
	"F6_E2M3": {bits: 6}, "F6_E3M2": {bits: 6}, "F4": {bits: 4},
	"C64": {bits: 64},
}

var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// decodeF32 returns raw itself if the machine can read it in place.
func decodeF32(raw []byte) []float32 {
	n := len(raw) / 4
	if n == 0 {
		return nil
	}
	if first := unsafe.Pointer(&raw[0]); littleEndian && uintptr(first)%4 == 0 {
		return unsafe.Slice((*float32)(first), n)
	}
	data := make([]float32, n)
	for i := range data {
		data[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return data
}

// decodeF64 rounds to nearest; what is too large becomes an infinity.
func decodeF64(raw []byte) []float32 {
	data := make([]float32, len(raw)/8)
	for i := range data {
		data[i] = float32(math.Float64frombits(binary.LittleEndian.Uint64(raw[8*i:])))
	}
	return data
}

func decodeF16(raw []byte) []float32 {
	data := make([]float32, len(raw)/2)
	for i := range data {
		data[i] = float16.Frombits(binary.LittleEndian.Uint16(raw[2*i:])).Float32()
	}
	return data
}

func decodeBF16(raw []byte) []float32 {
	data := make([]float32, len(raw)/2)
	for i := range data {
		data[i] = math.Float32frombits(uint32(binary.LittleEndian.Uint16(raw[2*i:])) << 16)
	}
	return data
}

// alignedBytes returns n zero bytes that decodeF32 need not copy.
func alignedBytes(n int64) []byte {
	words := make([]float32, (n+3)/4)
	if len(words) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&words[0])), n)
}

// bytesOf views data as little-endian bytes, copying where the machine is not.
func bytesOf(data []float32) []byte {
	if len(data) == 0 {
		return nil
	}
	if littleEndian {
		return unsafe.Slice((*byte)(unsafe.Pointer(&data[0])), 4*len(data))
	}
	raw := make([]byte, 0, 4*len(data))
	for _, x := range data {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(x))
	}
	return raw
}
