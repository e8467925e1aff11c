// Package hdf5 reads the part of HDF5 files that programs write who keep arrays of numbers in
// them through h5py, as Keras does: groups, datasets of numbers, and attributes that are texts
// or numbers. It is written from the "HDF5 File Format Specification", version 3.0, whose
// section numbers the files of this package give.
//
//	      ┌──────────────────────────┐
//	      │ anything: a user block   │ often none, else of 512, 1024, 2048, ... bytes
//	   0  ├──────────────────────────┤ from here addresses count
//	      │ "\x89HDF\r\n\x1a\n"      │ the superblock: how wide addresses and lengths
//	      │ version, widths, root    │ are, and where the root group is
//	      ├──────────────────────────┤
//	      │ anything, anywhere,      │
//	      │ found by its address     │
//	size  └──────────────────────────┘
//
//	root ──▶ object header ──message "symbol table"──▶ B-tree of names, local heap   (old groups)
//	         (header.go)   ──messages "link"─────────▶ one object each               (new groups)
//	              │        ──message "link info"─────▶ fractal heap, B-tree v2       (large ones)
//	              ▼
//	         messages "dataspace", "datatype", "data layout", "filter pipeline", "fill value": a
//	         dataset, whose numbers lie in the layout message itself, in one piece, or in
//	         chunks that one of six indexes finds (chunks.go); messages "attribute"
//
// Limits: what an address or a length claims is compared with the file's size before anything
// is read, all that is read but the numbers counts towards a budget, and no node of a tree is
// reached twice. Numbers may be 200 times larger than what is stored of them. Of checksums
// only those of the filter fletcher32 are compared.
package hdf5

import (
	"bytes"
	"io"

	"cnnlang/interp/internal/weightfile"
)

// Signature is how a file begins.
const Signature = "\x89HDF\r\n\x1a\n"

// A File is an open HDF5 file. Its groups may be looked at by one goroutine at a time, its
// datasets be read by several.
type File struct {
	in      weightfile.Input
	offsets int // bytes of an address
	lengths int // bytes of a length
	root    uint64
	walk    *walk // of the description
}

const advice = "the file is damaged, fetch it again"

// Start is where the signature of a file is: at 0, or behind a user block; -1 if it is nowhere.
func Start(r io.ReaderAt, size int64) int64 {
	head := make([]byte, len(Signature))
	for at := int64(0); at < size; at = max(512, 2*at) {
		if n, _ := r.ReadAt(head, at); n == len(head) && string(head) == Signature {
			return at
		}
	}
	return -1
}

// Open reads the superblock.
func Open(in weightfile.Input) (*File, error) {
	start := max(0, Start(in, in.Size))
	in.ReaderAt, in.Size = io.NewSectionReader(in.ReaderAt, start, in.Size-start), in.Size-start
	head, err := in.At(0, min(96, in.Size), "the superblock")
	if err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(head, []byte(Signature)) {
		return nil, in.Corrupt("", "begins with % x, want % x as every HDF5 file does; it is another kind of file or is damaged", head[:min(8, len(head))], Signature)
	}
	f := &File{in: in}
	f.walk = f.newWalk()
	c := &cursor{raw: head, at: len(Signature)}
	version := c.uint(1)
	switch version {
	case 0, 1:
		c.skip(4)
		f.offsets, f.lengths = int(c.uint(1)), int(c.uint(1))
		c.skip(9)
		if version == 1 {
			c.skip(4)
		}
	case 2, 3:
		f.offsets, f.lengths = int(c.uint(1)), int(c.uint(1))
		c.skip(1)
	default:
		return nil, in.Corrupt("", "has version %d of HDF5's superblock, want 0 to 3; write it again with h5py", version)
	}
	short := in.Corrupt("", "ends within its superblock, at %d bytes; it was cut short, fetch it again", in.Size)
	if c.short {
		return nil, short
	}
	for _, width := range []int{f.offsets, f.lengths} {
		if width != 2 && width != 4 && width != 8 {
			return nil, in.Corrupt("", "addresses have %d bytes and lengths %d, want 2, 4 or 8; %s", f.offsets, f.lengths, advice)
		}
	}
	c.offsets, c.lengths = f.offsets, f.lengths
	base := c.offset()
	c.skip(f.offsets)
	end := c.offset()
	if version < 2 {
		c.skip(2 * f.offsets) // of the driver, and of the root's name
	}
	f.root = c.offset()
	switch {
	case c.short:
		return nil, short
	case base != uint64(start):
		return nil, in.Corrupt("", "has its addresses count from %d, want %d, where it begins; write it again without a user block", base, start)
	case end != undefined && end > uint64(in.Size)+base:
		return nil, in.Corrupt("", "should have %d bytes and has %d; it was cut short, fetch it again", end, in.Size+start)
	}
	return f, nil
}

// Root is the root group.
func (f *File) Root() (*Object, error) { return f.object(f.root, "/") }

// object reads an object's header.
func (f *File) object(address uint64, path string) (*Object, error) {
	messages, err := f.walk.header(address)
	if err != nil {
		return nil, err
	}
	return &Object{f: f, Path: path, Address: address, messages: messages}, nil
}
