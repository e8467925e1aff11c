// Package darknet reads the weights of Darknet, .weights files:
//
//	 0  ┌──────────────────────────────────────────┐
//	    │ major, minor, revision: int32            │
//	12  ├──────────────────────────────────────────┤
//	    │ seen: uint64, int32 before version 0.2   │  how many pictures it was trained with
//	20  ├──────────────────────────────────────────┤
//	or  │ float32 of all layers, one after another │
//	16  └──────────────────────────────────────────┘
//
// Everything is little endian. There are neither names nor shapes: the net says what the
// numbers are (order.go), and without one the file is one long tensor. Nothing in the bytes
// shows that a file is one of these, only its name does.
package darknet

import (
	"encoding/binary"
	"fmt"
	"math"
	"path/filepath"
	"strings"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/ops/tensor"
)

// Is recognises a file by its name.
func Is(_ []byte, path string) bool { return strings.EqualFold(filepath.Ext(path), ".weights") }

// A File is the numbers of a net, in its order.
type File struct {
	weightfile.Listing
	start      int64 // of the numbers
	count      int64
	transposed bool // the matrices of connected layers
}

// Open reads the head.
func Open(in weightfile.Input) (weightfile.File, error) {
	head, err := in.At(0, min(in.Size, 20), "the head")
	if err != nil {
		return nil, err
	}
	if len(head) < 16 {
		return nil, in.Corrupt("", "has %d bytes, want at least the 16 of the head of a Darknet file; it was cut short, fetch it again", len(head))
	}
	major, minor, revision := word(head, 0), word(head, 4), word(head, 8)
	const most = 1000 // and more stands for matrices that are transposed
	if major < 0 || minor < 0 || revision < 0 || major%most > 9 || minor%most > 99 || revision > 9999 || major > 2*most || minor > 2*most {
		return nil, in.Corrupt("", "has the version %d.%d.%d, want one of Darknet such as 0.2.0; it is no file of Darknet or is damaged", major, minor, revision)
	}
	f := &File{Listing: weightfile.Listing{In: in}, start: 16, transposed: major > most || minor > most}
	if major*10+minor >= 2 && major < most && minor < most {
		f.start = 20
	}
	if in.Size < f.start || (in.Size-f.start)%4 != 0 {
		return nil, in.Corrupt("", "has %d bytes behind the head of %d, want a multiple of 4; it was cut short, fetch it again", max(0, in.Size-f.start), f.start)
	}
	if f.count = (in.Size - f.start) / 4; f.count > math.MaxInt32 {
		return nil, &weightfile.LimitError{Path: in.Path, Limit: "numbers", Got: f.count, Max: math.MaxInt32, Help: "no network of Darknet has so many"}
	}
	if f.count == 0 {
		return nil, in.Corrupt("", "has no numbers behind its head; it was cut short, fetch it again")
	}
	f.List = []weightfile.Tensor{{Name: "numbers", Type: weightfile.F32, Shape: tensor.Shape{int(f.count)}}}
	f.Said = weightfile.About{
		Format: fmt.Sprintf("Darknet (%d.%d.%d)", major, minor, revision),
		Notes: []string{
			"it has neither names nor shapes: its numbers are in the order of a net's layers",
			"Darknet's norms divide by sqrt(variance) + 1e-6, where a net's eps is below the root",
		},
	}
	return f, nil
}

func word(raw []byte, at int) int64 { return int64(int32(binary.LittleEndian.Uint32(raw[at:]))) }

func (f *File) Bytes(int) ([]byte, error) { return f.In.At(f.start, 4*f.count, "the numbers") }
