// Package zipfile finds the entries of a zip archive of weights, and reads parts of them.
// Nothing is read but the directory until an entry is asked for.
//
//	   0  ┌───────────────────────────────┐
//	      │ "PK\3\4", sizes, name, extra  │ a header before each entry, of which only
//	      ├───────────────────────────────┤ the lengths of name and extra are used
//	      │ the entry's bytes,            │ method 0: as they are
//	      │                               │ method 8: deflated
//	      ├───────────────────────────────┤
//	      │ ... more of them ...          │
//	      ├───────────────────────────────┤
//	      │ "PK\1\2", method, sizes,      │ the directory, a record for each entry:
//	      │ offset of the header, name    │ what it says is what counts
//	      ├───────────────────────────────┤
//	      │ "PK\6\6" and "PK\6\7"         │ where 32 bits do not suffice (zip64)
//	      ├───────────────────────────────┤
//	      │ "PK\5\6", where the directory │ the end: 22 bytes and a comment
//	size  └───────────────────────────────┘ is, and its size
//
// Checksums are compared by Whole and Verify, for formats that have them: PyTorch can be told to
// leave them out.
package zipfile

import (
	"bytes"
	"cmp"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"io"

	"cnnlang/interp/internal/weightfile"
)

// An Archive is an open zip archive. Its methods are safe for concurrent use.
type Archive struct {
	in      weightfile.Input
	entries []Entry
	index   map[string]int
}

// An Entry is one file of an archive.
type Entry struct {
	Name   string
	Size   int64 // of its contents
	packed int64 // in the archive
	method uint16
	header int64 // where its header is
	sum    uint32
}

// Deflated reports whether reading a part of the file takes as long as all that is before it.
func (e Entry) Deflated() bool { return e.method == deflated }

// Entries lists the files in the order of the directory, no name twice.
func (a *Archive) Entries() []Entry { return a.entries }

// Find returns the entry of a name.
func (a *Archive) Find(name string) (Entry, bool) {
	i, ok := a.index[name]
	if !ok {
		return Entry{}, false
	}
	return a.entries[i], true
}

const (
	stored   = 0
	deflated = 8

	// maxRatio is how many times larger than its packed bytes a file may be, unless it is
	// smaller than anyway. Weights do not compress to a half; only constants do.
	maxRatio = 200
	anyway   = 1 << 20
)

// Read returns n bytes of an entry from an offset, after comparing them with its size. What
// names the bytes in the error.
func (a *Archive) Read(e Entry, offset, n int64, what string) ([]byte, error) {
	if offset < 0 || n < 0 || offset > e.Size || n > e.Size-offset {
		return nil, a.in.Corrupt("", "%s would be %d bytes at %d of %s, which has %d; the file is damaged, fetch it again", what, n, offset, weightfile.Shown(e.Name), e.Size)
	}
	start, err := a.start(e)
	if err != nil {
		return nil, err
	}
	if e.method == stored {
		return a.in.At(start+offset, n, what)
	}
	inflated := flate.NewReader(io.NewSectionReader(a.in, start, e.packed))
	if _, err := io.CopyN(io.Discard, inflated, offset); err != nil {
		return nil, a.torn(e, err)
	}
	raw := make([]byte, n)
	if _, err := io.ReadFull(inflated, raw); err != nil {
		return nil, a.torn(e, err)
	}
	return raw, nil
}

// Whole returns all bytes of an entry, after comparing them with its checksum.
func (a *Archive) Whole(e Entry) ([]byte, error) {
	raw, err := a.Read(e, 0, e.Size, weightfile.Shown(e.Name))
	if err != nil {
		return nil, err
	}
	return raw, a.compare(e, crc32.ChecksumIEEE(raw))
}

// Verify compares an entry with its checksum, and keeps none of its bytes.
func (a *Archive) Verify(e Entry) error {
	start, err := a.start(e)
	if err != nil {
		return err
	}
	var from io.Reader = io.NewSectionReader(a.in, start, e.packed)
	if e.method == deflated {
		from = flate.NewReader(from)
	}
	sum := crc32.NewIEEE()
	if n, err := io.Copy(sum, io.LimitReader(from, e.Size)); n != e.Size || err != nil {
		return a.torn(e, cmp.Or(err, io.ErrUnexpectedEOF))
	}
	return a.compare(e, sum.Sum32())
}

func (a *Archive) compare(e Entry, sum uint32) error {
	if sum != e.sum {
		return a.in.Corrupt("", "%s has the checksum %08x, want %08x as the zip archive says; the file is damaged, fetch it again", weightfile.Shown(e.Name), sum, e.sum)
	}
	return nil
}

// Input returns an entry as a file of its own, inflated in memory if it is deflated.
func (a *Archive) Input(e Entry) (weightfile.Input, error) {
	in := a.in
	in.Size, in.Sibling = e.Size, nil
	start, err := a.start(e)
	if err != nil {
		return in, err
	}
	if e.method == stored {
		in.ReaderAt = io.NewSectionReader(a.in, start, e.Size)
		return in, nil
	}
	if limit := in.Limits.MaxHeader(); e.Size > limit {
		return in, &weightfile.LimitError{Path: in.Path, Limit: "bytes of " + weightfile.Shown(e.Name), Got: e.Size, Max: limit, Help: "save it again without compression"}
	}
	raw, err := a.Read(e, 0, e.Size, weightfile.Shown(e.Name))
	in.ReaderAt = bytes.NewReader(raw)
	return in, err
}

// start is where an entry's bytes begin.
func (a *Archive) start(e Entry) (int64, error) {
	const size = 30
	head, err := a.in.At(e.header, size, "the header of "+weightfile.Shown(e.Name))
	if err != nil {
		return 0, err
	}
	if string(head[:4]) != "PK\x03\x04" {
		return 0, a.in.Corrupt("", "%s should begin at %d, got % x there, want PK\\3\\4; the file is damaged, fetch it again", weightfile.Shown(e.Name), e.header, head[:4])
	}
	start := e.header + size + int64(binary.LittleEndian.Uint16(head[26:])) + int64(binary.LittleEndian.Uint16(head[28:]))
	if start > a.in.Size || e.packed > a.in.Size-start {
		return 0, a.in.Corrupt("", "%s would be %d bytes at %d, the file has %d; it is damaged or was cut short, fetch it again", weightfile.Shown(e.Name), e.packed, start, a.in.Size)
	}
	return start, nil
}

// torn is the error of an entry that does not inflate to what the directory says.
func (a *Archive) torn(e Entry, err error) error {
	if _, ok := err.(flate.CorruptInputError); ok || err == io.EOF || err == io.ErrUnexpectedEOF {
		return a.in.Corrupt("", "%s does not inflate to its %d bytes; the file is damaged, fetch it again", weightfile.Shown(e.Name), e.Size)
	}
	return a.in.Failed(err)
}
