// Package exif reads how a camera was held from the data that it writes beside a picture,
// and turns the picture accordingly.
package exif

import (
	"bytes"
	"context"
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
	const count, entry, orientation, short, long = 2, 12, 0x112, 3, 4
	at := int64(order.Uint32(data[4:]))
	if at > int64(len(data)-count) {
		return 0
	}
	tags := data[at:]
	n := int(order.Uint16(tags))
	for tags = tags[count:]; n > 0 && len(tags) >= entry; n, tags = n-1, tags[entry:] {
		if order.Uint16(tags) != orientation {
			continue
		}
		value := 0
		switch order.Uint16(tags[2:]) {
		case short:
			value = int(order.Uint16(tags[8:]))
		case long:
			value = int(order.Uint32(tags[8:]))
		}
		if 1 <= value && value <= 8 {
			return value
		}
		return 0
	}
	return 0
}

// Upright is the size of a picture of this size after it was turned.
func Upright(orientation int, width, height int64) (w, h int64) {
	if orientation >= 5 {
		return height, width
	}
	return width, height
}

// Turn turns a picture of this size, [height, width, 3], so that its top is up.
func Turn(ctx context.Context, orientation, width, height int, out, in []uint8) {
	// Where the first pixel of the result is in the picture, and how far it is there to the
	// next one in a line and to the next line of the result.
	right, down := 1, width
	lastColumn, lastLine := width-1, (height-1)*width
	first, across, along := 0, right, down
	switch orientation {
	case 2: // mirrored
		first, across = lastColumn, -right
	case 3: // upside down
		first, across, along = lastColumn+lastLine, -right, -down
	case 4: // both
		first, along = lastLine, -down
	case 5: // mirrored at the diagonal from the upper left
		across, along = down, right
	case 6: // a quarter to the left
		first, across, along = lastLine, -down, right
	case 7: // mirrored at the other diagonal
		first, across, along = lastLine+lastColumn, -down, -right
	case 8: // a quarter to the right
		first, across, along = lastColumn, down, -right
	}
	columns, lines := Upright(orientation, int64(width), int64(height))
	for y := 0; y < int(lines) && ctx.Err() == nil; y++ {
		from := first + y*along
		row := out[3*y*int(columns):][:3*columns]
		for ; len(row) > 0; row, from = row[3:], from+across {
			copy(row[:3], in[3*from:])
		}
	}
}
