package npy

import (
	"encoding/binary"
	"math"

	"github.com/x448/float16"
)

// A kind is an element type: the part of descr after the byte order.
type kind struct {
	size   int
	decode func(binary.ByteOrder, []byte) float32
}

var kinds = map[string]kind{
	"f2": {2, func(o binary.ByteOrder, b []byte) float32 { return float16.Frombits(o.Uint16(b)).Float32() }},
	"f4": {4, func(o binary.ByteOrder, b []byte) float32 { return math.Float32frombits(o.Uint32(b)) }},
	"f8": {8, func(o binary.ByteOrder, b []byte) float32 { return float32(math.Float64frombits(o.Uint64(b))) }},
	"i1": {1, func(_ binary.ByteOrder, b []byte) float32 { return float32(int8(b[0])) }},
	"i2": {2, func(o binary.ByteOrder, b []byte) float32 { return float32(int16(o.Uint16(b))) }},
	"i4": {4, func(o binary.ByteOrder, b []byte) float32 { return float32(int32(o.Uint32(b))) }},
	"i8": {8, func(o binary.ByteOrder, b []byte) float32 { return float32(int64(o.Uint64(b))) }},
	"u1": {1, func(_ binary.ByteOrder, b []byte) float32 { return float32(b[0]) }},
	"u2": {2, func(o binary.ByteOrder, b []byte) float32 { return float32(o.Uint16(b)) }},
	"u4": {4, func(o binary.ByteOrder, b []byte) float32 { return float32(o.Uint32(b)) }},
	"u8": {8, func(o binary.ByteOrder, b []byte) float32 { return float32(o.Uint64(b)) }},
	"b1": {1, func(_ binary.ByteOrder, b []byte) float32 { return float32(min(b[0], 1)) }},
}

// sizes are those of the kinds.
var sizes = func() map[string]int {
	all := map[string]int{}
	for name, k := range kinds {
		all[name] = k.size
	}
	return all
}()
