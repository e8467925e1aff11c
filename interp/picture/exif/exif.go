// Package exif reads how a camera was held from the data that it writes beside a picture,
// and turns the picture accordingly.
package exif

import (
	"bytes"
	"encoding/binary"
)

// Orientation finds the orientation in EXIF data, which are a TIFF of tags alone: 1 to 8, or
// 0 if they say nothing.
func Orientation(data []byte) int {
	data = bytes.TrimPrefix(data, []byte("Exif\x00\x00"))
	if len(data) < 8 {
		return 0
	}
	var order binary.ByteOrder = binary.LittleEndian
	switch string(data[:4]) {
	case "II*\x00":
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 0
	}
	const count, entry, orientation, short = 2, 12, 0x112, 3
	at := int64(order.Uint32(data[4:]))
	if at > int64(len(data)-count) {
		return 0
	}
	tags := data[at:]
	n := int(order.Uint16(tags))
	for tags = tags[count:]; n > 0 && len(tags) >= entry; n, tags = n-1, tags[entry:] {
		if order.Uint16(tags) != orientation || order.Uint16(tags[2:]) != short {
			continue
		}
		if value := int(order.Uint16(tags[8:])); 1 <= value && value <= 8 {
			return value
		}
		return 0
	}
	return 0
}
