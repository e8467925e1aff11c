package zipfile

import (
	"bytes"
	"encoding/binary"
	"math"
	"strconv"
	"unicode/utf8"

	"cnnlang/interp/internal/weightfile"
)

// Open reads the directory of an archive.
func Open(in weightfile.Input) (*Archive, error) {
	d, err := findDirectory(in)
	if err != nil {
		return nil, err
	}
	limits := in.Limits
	if d.size > limits.MaxHeader() {
		return nil, &weightfile.LimitError{Path: in.Path, Limit: "bytes of directory", Got: d.size, Max: limits.MaxHeader(), Help: "no network needs so many files; put one network in an archive"}
	}
	raw, err := in.At(d.offset, d.size, "the directory of the zip archive")
	if err != nil {
		return nil, err
	}
	a := &Archive{in: in, index: map[string]int{}}
	total := int64(0)
	for len(raw) > 0 {
		e, rest, err := a.record(raw)
		if err != nil {
			return nil, err
		}
		raw = rest
		if _, twice := a.index[e.Name]; twice {
			return nil, in.Corrupt("", "the zip archive has %s twice; which of them counts cannot be known, save it again", weightfile.Shown(e.Name))
		}
		// A file for each tensor, and a few about the archive.
		if most := limits.MaxTensors() + 1024; len(a.entries) == most {
			return nil, &weightfile.LimitError{Path: in.Path, Limit: "files in the archive", Got: int64(most) + 1, Max: int64(most), Help: "no network needs so many; put one network in an archive"}
		}
		if total += e.packed; total > in.Size {
			return nil, in.Corrupt("", "the files in the zip archive take more than its %d bytes: some of them overlap; the file is damaged, fetch it again", in.Size)
		}
		a.index[e.Name] = len(a.entries)
		a.entries = append(a.entries, e)
	}
	return a, nil
}

// directory is where the directory is.
type directory struct{ offset, size int64 }

// findDirectory reads the end of the file. A comment may follow its 22 bytes.
func findDirectory(in weightfile.Input) (directory, error) {
	const size, longestComment = 22, math.MaxUint16
	from := max(0, in.Size-size-longestComment)
	tail, err := in.At(from, in.Size-from, "the end of the zip archive")
	if err != nil {
		return directory{}, err
	}
	for at := len(tail) - size; at >= 0; at-- {
		end := tail[at:]
		if !bytes.HasPrefix(end, []byte("PK\x05\x06")) || size+int(binary.LittleEndian.Uint16(end[20:])) != len(end) {
			continue
		}
		d := directory{size: int64(binary.LittleEndian.Uint32(end[12:])), offset: int64(binary.LittleEndian.Uint32(end[16:]))}
		if d.size != math.MaxUint32 && d.offset != math.MaxUint32 && binary.LittleEndian.Uint16(end[8:]) != math.MaxUint16 {
			return d, nil
		}
		return findDirectory64(in, from+int64(at))
	}
	return directory{}, in.Corrupt("", "is a zip archive without the directory at its end; it was cut short, fetch it again")
}

// findDirectory64 reads the two records of zip64 that stand before the end.
func findDirectory64(in weightfile.Input, end int64) (directory, error) {
	locator, err := in.At(end-20, 20, "the zip64 locator")
	if err != nil {
		return directory{}, err
	}
	if string(locator[:4]) != "PK\x06\x07" {
		return directory{}, in.Corrupt("", "the zip archive needs a zip64 locator at %d, got % x there; the file is damaged, fetch it again", end-20, locator[:4])
	}
	at := binary.LittleEndian.Uint64(locator[8:])
	if at > uint64(in.Size) {
		return directory{}, in.Corrupt("", "the zip64 record would be at %d, the file has %d bytes; it is damaged, fetch it again", at, in.Size)
	}
	record, err := in.At(int64(at), 56, "the zip64 record")
	if err != nil {
		return directory{}, err
	}
	size, offset := binary.LittleEndian.Uint64(record[40:]), binary.LittleEndian.Uint64(record[48:])
	if string(record[:4]) != "PK\x06\x06" || size > uint64(in.Size) || offset > uint64(in.Size) {
		return directory{}, in.Corrupt("", "the zip64 record at %d does not say where the directory is; the file is damaged, fetch it again", at)
	}
	return directory{offset: int64(offset), size: int64(size)}, nil
}

// record takes one entry off the directory.
func (a *Archive) record(raw []byte) (Entry, []byte, error) {
	const size = 46
	damaged := func() (Entry, []byte, error) {
		return Entry{}, nil, a.in.Corrupt("", "record %d of the zip archive's directory is damaged; fetch the file again", len(a.entries))
	}
	if len(raw) < size || string(raw[:4]) != "PK\x01\x02" {
		return damaged()
	}
	u16 := func(at int) int { return int(binary.LittleEndian.Uint16(raw[at:])) }
	name, extra, comment := u16(28), u16(30), u16(32)
	if len(raw)-size < name+extra+comment {
		return damaged()
	}
	e := Entry{Name: string(raw[size : size+name]), method: uint16(u16(10)), sum: binary.LittleEndian.Uint32(raw[16:])}
	shown := weightfile.Shown(e.Name)
	sizes := [3]uint64{} // unpacked, packed, offset
	wide := extended(raw[size+name : size+name+extra])
	for i, at := range []int{24, 20, 42} {
		sizes[i] = uint64(binary.LittleEndian.Uint32(raw[at:]))
		if sizes[i] == math.MaxUint32 && len(wide) >= 8 {
			sizes[i], wide = binary.LittleEndian.Uint64(wide), wide[8:]
		}
		if sizes[i] > math.MaxInt64 {
			return damaged()
		}
	}
	e.Size, e.packed, e.header = int64(sizes[0]), int64(sizes[1]), int64(sizes[2])
	switch {
	case !utf8.ValidString(e.Name):
		return e, nil, a.in.Corrupt("", "the name of record %d of the zip archive is not valid UTF-8; save the file again", len(a.entries))
	case u16(8)&1 != 0:
		return e, nil, a.in.Corrupt("", "%s is encrypted; unpack the zip archive with its password and pack it again without", shown)
	case e.method != stored && e.method != deflated:
		return e, nil, a.in.Corrupt("", "%s is packed by method %d, want 0 (stored) or 8 (deflated); pack the zip archive again", shown, e.method)
	case e.method == stored && e.Size != e.packed:
		return e, nil, a.in.Corrupt("", "%s is stored in %d bytes and has %d; the file is damaged, fetch it again", shown, e.packed, e.Size)
	case e.Size > anyway && e.Size/maxRatio > e.packed:
		return e, nil, &weightfile.LimitError{Path: a.in.Path, Limit: "bytes packed into " + strconv.FormatInt(e.packed, 10) + " as " + shown, Got: e.Size, Max: maxRatio * e.packed, Help: "save it again without compression"}
	}
	return e, raw[size+name+extra+comment:], nil
}

// extended is the zip64 field of a record's extra bytes: those of its sizes that 32 bits
// do not hold.
func extended(extra []byte) []byte {
	for len(extra) >= 4 {
		id, n := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		if n > len(extra)-4 {
			return nil
		}
		if id == 1 {
			return extra[4 : 4+n]
		}
		extra = extra[4+n:]
	}
	return nil
}
