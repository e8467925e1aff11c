package main

import (
	"encoding/binary"
	"io"
	"math"
)

// A message is an encoded protobuf message, in pieces to be written one after the other:
// the numbers of a large tensor are not copied, however deep the message is nested.
type message struct {
	pieces [][]byte
	size   int
}

// The wire types of protobuf that ONNX needs.
const (
	wireVarint  = 0
	wireBytes   = 2
	wireFixed32 = 5
)

func (m *message) add(piece []byte) {
	m.pieces = append(m.pieces, piece)
	m.size += len(piece)
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

func (m *message) text(field int, v string) { m.bytes(field, []byte(v)) }

// bytes adds a field whose contents the message keeps.
func (m *message) bytes(field int, v []byte) {
	m.add(binary.AppendUvarint(key(field, wireBytes), uint64(len(v))))
	m.add(v)
}

// nested adds a message as a field.
func (m *message) nested(field int, v *message) {
	m.add(binary.AppendUvarint(key(field, wireBytes), uint64(v.size)))
	m.pieces = append(m.pieces, v.pieces...)
	m.size += v.size
}

func (m *message) writeTo(w io.Writer) error {
	for _, piece := range m.pieces {
		if _, err := w.Write(piece); err != nil {
			return err
		}
	}
	return nil
}
