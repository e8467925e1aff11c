package filetest

import (
	"encoding/binary"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// A Proto is the bytes of a protobuf message that a test writes field by field.
type Proto []byte

// Int adds an integer.
func (p Proto) Int(number protowire.Number, v int64) Proto {
	return protowire.AppendVarint(protowire.AppendTag(p, number, protowire.VarintType), uint64(v))
}

// Float adds a float.
func (p Proto) Float(number protowire.Number, v float32) Proto {
	return protowire.AppendFixed32(protowire.AppendTag(p, number, protowire.Fixed32Type), math.Float32bits(v))
}

// Double adds a double.
func (p Proto) Double(number protowire.Number, v float64) Proto {
	return protowire.AppendFixed64(protowire.AppendTag(p, number, protowire.Fixed64Type), math.Float64bits(v))
}

// Text adds a string, a message or bytes.
func (p Proto) Text(number protowire.Number, v string) Proto {
	return protowire.AppendString(protowire.AppendTag(p, number, protowire.BytesType), v)
}

// Add adds a message.
func (p Proto) Add(number protowire.Number, m Proto) Proto { return p.Text(number, string(m)) }

// Floats adds packed floats.
func (p Proto) Floats(number protowire.Number, v ...float32) Proto {
	return p.Text(number, Bytes(v...))
}

// Ints adds packed integers.
func (p Proto) Ints(number protowire.Number, v ...int64) Proto {
	var packed []byte
	for _, x := range v {
		packed = protowire.AppendVarint(packed, uint64(x))
	}
	return p.Text(number, string(packed))
}

// Claim adds a field that claims to have n bytes, and none of them.
func (p Proto) Claim(number protowire.Number, n uint64) Proto {
	return protowire.AppendVarint(protowire.AppendTag(p, number, protowire.BytesType), n)
}

// Bytes are floats in little-endian order.
func Bytes(v ...float32) string {
	var raw []byte
	for _, x := range v {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(x))
	}
	return string(raw)
}
