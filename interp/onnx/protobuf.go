package onnx

import (
	"encoding/binary"
	"math"
)

// A message is an encoded protobuf message, in pieces to be written one after the other: the
// numbers of a tensor are asked for only then, however deep the message is nested.
type message struct {
	pieces []piece
	size   int64
}

// A piece is some bytes, or the numbers of an initializer.
type piece struct {
	bytes   []byte
	numbers *Initializer
}

// The wire types of protobuf that ONNX needs.
const (
	wireVarint  = 0
	wireBytes   = 2
	wireFixed32 = 5
)

func (m *message) add(bytes []byte) {
	m.pieces = append(m.pieces, piece{bytes: bytes})
	m.size += int64(len(bytes))
}

func key(field, wire int) []byte {
	return binary.AppendUvarint(nil, uint64(field)<<3|uint64(wire))
}

// number adds an int64, an int32 or an enumeration.
func (m *message) number(field, v int) {
	m.add(binary.AppendUvarint(key(field, wireVarint), uint64(int64(v))))
}

func (m *message) float(field int, v float32) {
	m.add(binary.LittleEndian.AppendUint32(key(field, wireFixed32), math.Float32bits(v)))
}

func (m *message) text(field int, v string) {
	m.add(append(binary.AppendUvarint(key(field, wireBytes), uint64(len(v))), v...))
}

// raw adds the numbers of an initializer as bytes.
func (m *message) raw(field int, t *Initializer) {
	m.add(binary.AppendUvarint(key(field, wireBytes), uint64(t.Bytes())))
	m.pieces = append(m.pieces, piece{numbers: t})
	m.size += t.Bytes()
}

// nested adds a message as a field.
func (m *message) nested(field int, v *message) {
	m.add(binary.AppendUvarint(key(field, wireBytes), uint64(v.size)))
	m.pieces = append(m.pieces, v.pieces...)
	m.size += v.size
}

// property adds a StringStringEntryProto.
func (m *message) property(field int, name, value string) {
	var entry message
	entry.text(1, name)
	entry.text(2, value)
	m.nested(field, &entry)
}
