package zipfile

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/filetest"
)

// An item is a file that pack puts into an archive.
type item struct {
	name   string
	method uint16
	data   []byte
}

// pack writes an archive with the standard library's writer.
func pack(t testing.TB, items ...item) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, i := range items {
		f, err := w.CreateHeader(&zip.FileHeader{Name: i.name, Method: i.method})
		if err == nil {
			_, err = f.Write(i.data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func input(raw []byte) weightfile.Input { return filetest.Memory("f.zip", raw, nil) }

func TestPartsOfEntries(t *testing.T) {
	data := make([]byte, 5000)
	for i := range data {
		data[i] = byte(i * i)
	}
	for name, method := range map[string]uint16{"stored": zip.Store, "deflated": zip.Deflate} {
		a, err := Open(input(pack(t, item{"first", zip.Store, []byte("1")}, item{"a/b", method, data}, item{"none", method, nil})))
		if err != nil {
			t.Fatal(err)
		}
		e, ok := a.Find("a/b")
		if _, other := a.Find("b"); !ok || other || e.Size != 5000 || len(a.Entries()) != 3 {
			t.Fatalf("%s: got %+v", name, a.Entries())
		}
		for _, part := range [][2]int{{0, 5000}, {0, 0}, {5000, 0}, {4999, 1}, {1234, 777}} {
			got, err := a.Read(e, int64(part[0]), int64(part[1]), "it")
			if err != nil || !bytes.Equal(got, data[part[0]:part[0]+part[1]]) {
				t.Errorf("%s %v: %v", name, part, err)
			}
		}
		for _, part := range [][2]int64{{-1, 1}, {0, 5001}, {5001, 0}, {1, 1 << 62}, {1 << 62, 1 << 62}, {0, -1}} {
			if _, err := a.Read(e, part[0], part[1], "it"); err == nil || !strings.Contains(err.Error(), "it would be") {
				t.Errorf("%s %v: got %v", name, part, err)
			}
		}
		in, err := a.Input(e)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := in.At(100, 50, "it"); err != nil || !bytes.Equal(got, data[100:150]) || in.Size != 5000 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// put returns a copy of raw with v at the distance at behind the last signature.
func put(raw []byte, signature string, at int, v uint64, size int) []byte {
	raw = bytes.Clone(raw)
	start := bytes.LastIndex(raw, []byte(signature)) + at
	copy(raw[start:start+size], binary.LittleEndian.AppendUint64(nil, v))
	return raw
}

func TestDamagedArchives(t *testing.T) {
	const record, end, header = "PK\x01\x02", "PK\x05\x06", "PK\x03\x04"
	plain := pack(t, item{"a", zip.Store, []byte("abcd")})
	packed := pack(t, item{"a", zip.Deflate, []byte(strings.Repeat("abcd", 100))})
	bomb := pack(t, item{"a", zip.Deflate, make([]byte, 4<<20)})
	many := pack(t, item{"a", 0, nil}, item{"b", 0, nil}, item{"c", 0, nil})
	for _, c := range []struct {
		name, want string
		raw        []byte
		limits     weightfile.Limits
	}{
		{"empty", "is a zip archive without the directory at its end; it was cut short, fetch it again", nil, weightfile.Limits{}},
		{"cut short", "is a zip archive without the directory at its end; it was cut short, fetch it again", plain[:len(plain)-1], weightfile.Limits{}},
		{"directory past the end", "the directory of the zip archive would be 47 bytes at 1000, the file has ", put(plain, end, 16, 1000, 4), weightfile.Limits{}},
		{"directory elsewhere", "record 0 of the zip archive's directory is damaged; fetch the file again", put(plain, end, 16, 1, 4), weightfile.Limits{}},
		{"directory too long", "record 1 of the zip archive's directory is damaged", put(plain, end, 12, 48, 4), weightfile.Limits{}},
		{"directory over the limit", "got 47 bytes of directory, the limit is 46; no network needs so many files", plain, weightfile.Limits{Header: 46}},
		{"zip64 without a locator", "needs a zip64 locator at ", put(plain, end, 16, 1<<32-1, 4), weightfile.Limits{}},
		{"name past the directory", "record 0 of the zip archive's directory is damaged", put(plain, record, 28, 60000, 2), weightfile.Limits{}},
		{"name not UTF-8", "the name of record 0 of the zip archive is not valid UTF-8", put(plain, record, 46, 0xff, 1), weightfile.Limits{}},
		{"encrypted", "a is encrypted; unpack the zip archive with its password", put(plain, record, 8, 1, 2), weightfile.Limits{}},
		{"method", "a is packed by method 12, want 0 (stored) or 8 (deflated)", put(plain, record, 10, 12, 2), weightfile.Limits{}},
		{"stored sizes", "a is stored in 4 bytes and has 5", put(plain, record, 24, 5, 4), weightfile.Limits{}},
		{"larger than the file", "take more than its ", put(put(plain, record, 24, 1000, 4), record, 20, 1000, 4), weightfile.Limits{}},
		{"twice", "the zip archive has a twice", pack(t, item{"a", 0, nil}, item{"a", 0, nil}), weightfile.Limits{}},
		{"inflates too far", "as a, the limit is ", bomb, weightfile.Limits{}},
		{"too many", "got 1027 files in the archive, the limit is 1026; no network needs so many", pack(t, empty(1030)...), weightfile.Limits{Tensors: 2}},
		{"header elsewhere", "a should begin at 1, got 4b 03 04 ", put(plain, record, 42, 1, 4), weightfile.Limits{}},
		{"header past the end", "the header of a would be 30 bytes at 100000, the file has ", put(plain, record, 42, 100000, 4), weightfile.Limits{}},
		{"data past the end", "a would be 4 bytes at ", put(plain, header, 28, 60000, 2), weightfile.Limits{}},
		{"too short to inflate", "a does not inflate to its 401 bytes; the file is damaged", put(packed, record, 24, 401, 4), weightfile.Limits{}},
		{"not deflated", "a does not inflate to its 400 bytes; the file is damaged", put(packed, header, 31, 0xffffffff, 4), weightfile.Limits{}},
	} {
		in := input(c.raw)
		in.Limits = c.limits
		a, err := Open(in)
		if err == nil {
			_, err = a.Read(a.entries[0], 0, a.entries[0].Size, "it")
		}
		if err == nil || !strings.HasPrefix(err.Error(), "weights: f.zip: ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want ... %s", c.name, err, c.want)
		}
	}
	in := input(packed)
	in.Limits = weightfile.Limits{Header: 399}
	if a, err := Open(in); err != nil {
		t.Error(err)
	} else if _, err := a.Input(a.entries[0]); err == nil || err.Error() != "weights: f.zip: got 400 bytes of a, the limit is 399; save it again without compression" {
		t.Errorf("got %v", err)
	}
	in = input(many)
	in.Limits = weightfile.Limits{Tensors: 2}
	if _, err := Open(in); err != nil {
		t.Errorf("three files for two tensors: %v", err)
	}
}

func empty(n int) []item {
	items := make([]item, n)
	for i := range items {
		items[i].name = fmt.Sprint(i)
	}
	return items
}

// TestZip64: the sizes of a file that was written to a pipe with zip64 are in other places.
func TestZip64(t *testing.T) {
	plain := pack(t, item{"a", zip.Store, []byte("abcd")})
	at := bytes.LastIndex(plain, []byte("PK\x05\x06"))
	offset, size := binary.LittleEndian.Uint32(plain[at+16:]), binary.LittleEndian.Uint32(plain[at+12:])
	u64 := func(b []byte, v uint64) []byte { return binary.LittleEndian.AppendUint64(b, v) }
	record := append([]byte("PK\x06\x06"), make([]byte, 36)...)
	record = u64(u64(record, uint64(size)), uint64(offset))
	locator := append(u64([]byte("PK\x06\x07\x00\x00\x00\x00"), uint64(at)), 1, 0, 0, 0)
	wide := append(append(bytes.Clone(plain[:at]), record...), locator...)
	wide = append(wide, put(plain, "PK\x05\x06", 16, 1<<32-1, 4)[at:]...)
	a, err := Open(input(wide))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := a.Read(a.entries[0], 0, 4, "it"); err != nil || string(got) != "abcd" {
		t.Errorf("got %q, %v", got, err)
	}
	for at := range wide[at:] { // no byte of the end makes it panic
		wide := bytes.Clone(wide)
		wide[at+len(plain[:bytes.LastIndex(plain, []byte("PK\x05\x06"))])] ^= 0xff
		Open(input(wide))
	}
}

// TestWideRecords: sizes and an offset of 64 bits stand in a record's extra field, those of
// them that 32 bits do not hold.
func TestWideRecords(t *testing.T) {
	plain := pack(t, item{"a", zip.Store, []byte("abcd")})
	directory, end := bytes.LastIndex(plain, []byte("PK\x01\x02")), bytes.LastIndex(plain, []byte("PK\x05\x06"))
	other := []byte{0x99, 0x99, 2, 0, 1, 2} // a field of another kind
	for _, places := range [][]int{{24, 20, 42}, {24, 20}, {42}} {
		var sizes []byte
		record := bytes.Clone(plain[directory:end])
		for _, at := range places {
			sizes = binary.LittleEndian.AppendUint64(sizes, uint64(binary.LittleEndian.Uint32(record[at:])))
			binary.LittleEndian.PutUint32(record[at:], 1<<32-1)
		}
		extra := append(append(bytes.Clone(other), 1, 0, byte(len(sizes)), 0), sizes...)
		binary.LittleEndian.PutUint16(record[30:], uint16(len(extra)))
		record = append(record, extra...)
		raw := append(bytes.Clone(plain[:directory]), record...)
		raw = append(raw, put(plain, "PK\x05\x06", 12, uint64(len(record)), 4)[end:]...)
		a, err := Open(input(raw))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := a.Read(a.entries[0], 0, 4, "it"); err != nil || string(got) != "abcd" {
			t.Errorf("%v: got %q, %v", places, got, err)
		}
		raw[len(raw)-22-len(sizes)+7] = 0xff // one of them negative
		if _, err := Open(input(raw)); err == nil || !strings.Contains(err.Error(), "record 0 of the zip archive's directory is damaged") {
			t.Errorf("%v: got %v", places, err)
		}
	}
}
