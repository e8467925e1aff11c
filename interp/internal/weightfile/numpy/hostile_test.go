package numpy

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

// arrayOf is a .npy file with this text as its header.
func arrayOf(text string, elements ...float32) []byte {
	raw := append([]byte("\x93NUMPY\x01\x00"), 0, 0)
	binary.LittleEndian.PutUint16(raw[8:], uint16(len(text)))
	return append(append(raw, text...), filetest.Bytes(elements...)...)
}

// typed is an array with this descr and shape, and elements of n bytes.
func typed(descr, shape string, n int) []byte {
	return append(arrayOf(fmt.Sprintf("{'descr': %s, 'fortran_order': False, 'shape': %s, }", descr, shape)), make([]byte, n)...)
}

// archive is a zip archive of these names and contents, by turns.
func archive(method uint16, items ...string) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(items); i += 2 {
		f, err := w.CreateHeader(&zip.FileHeader{Name: items[i], Method: method})
		if err == nil {
			_, err = f.Write([]byte(items[i+1]))
		}
		if err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// stored is an archive with one array.
func stored(array []byte) []byte { return archive(zip.Store, "w.npy", string(array)) }

// patched is a copy with other bytes behind the last place where a signature is.
func patched(raw []byte, signature string, at int, with ...byte) []byte {
	raw = bytes.Clone(raw)
	copy(raw[bytes.LastIndex(raw, []byte(signature))+at:], with)
	return raw
}

var (
	good   = typed("'<f4'", "(2,)", 8)
	packed = archive(zip.Deflate, "w.npy", string(typed("'<f4'", "(200,)", 800)))
	bomb   = archive(zip.Deflate, "w.npy", string(typed("'<f4'", "(1048576,)", 4<<20)))
)

const fetch = "; the file is damaged, fetch it again"

var broken = []filetest.Broken{
	{"empty", nil, "is a zip archive without the directory at its end; it was cut short, fetch it again"},
	{"magic cut", good[:5], "is a zip archive without the directory at its end; it was cut short, fetch it again"},
	{"magic alone", good[:6], "is shorter than the 8 bytes of a .npy file's start; it is empty or was cut short"},
	{"version 0", patched(good, "\x93NUMPY", 6, 0), "has format version 0.0, want 1 to 3"},
	{"version 4", patched(good, "\x93NUMPY", 6, 4), "has format version 4.0, want 1 to 3"},
	{"length cut", good[:9], "ends inside the length of its header; it was cut short"},
	{"header cut", good[:20], "the header claims 57 bytes, the file has 10 after its length; it was cut short"},
	{"header of 4 GiB", []byte("\x93NUMPY\x02\x00\xff\xff\xff\xff{}"), "the header claims 4294967295 bytes, want at most 65536; the file is damaged or not a plain array"},
	{"no header", arrayOf(""), "the header is its end, want a dict {'descr': ..., 'fortran_order': ..., 'shape': ...}"},
	{"list", arrayOf("[]"), `the header is "[]", want a dict {'descr': ..., 'fortran_order': ..., 'shape': ...}`},
	{"unclosed", arrayOf("{'descr': '<f4', "), "the header has its end where a key belongs"},
	{"code", arrayOf("{'descr': __import__('os')}"), `the header has descr "__import__('os')}", want the name of a number type such as '<f4'; arrays of records are not supported`},
	{"unknown key", arrayOf("{'name': 1}"), `the header has a key "name", want only descr, fortran_order and shape`},
	{"key twice", arrayOf("{'descr': '<f4', 'descr': '<f8'}"), `the header has the key "descr" twice`},
	{"no shape", arrayOf("{'descr': '<f4', 'fortran_order': False}"), `the header has no key "shape"`},
	{"goes on", arrayOf("{'descr': '<f4', 'fortran_order': False, 'shape': ()} x", 1), `the header goes on after its closing brace with "x"`},
	{"objects", typed("'|O'", "(1,)", 8), `the header has descr "|O", want floats, integers or booleans; convert it with .astype('float32')`},
	{"words", typed("'<U4'", "(1,)", 16), `the header has descr "<U4", want floats, integers or booleans; convert it with .astype('float32')`},
	{"wide complex", typed("'<c16'", "(1,)", 16), `the header has descr "<c16", want floats, integers or booleans; convert it with .astype('float32')`},
	{"long double", typed("'<f16'", "(1,)", 16), `the header has descr "<f16", want floats, integers or booleans; convert it with .astype('float32')`},
	{"raw bytes", typed("'|V2'", "(1,)", 2), `the header has descr "|V2", want floats, integers or booleans; convert it with .astype('float32')`},
	{"records", typed("[('a', '<f4')]", "(1,)", 4), `the header has descr "[('a', '<f4')], 'fortran", want the name of a number type such as '<f4'; arrays of records are not supported`},
	{"negative", typed("'<f4'", "(-1,)", 0), `the header has "-1,), }" in its shape, want integers from 0 to 2147483647`},
	{"2^31", typed("'<f4'", "(2147483648,)", 0), `the header has "2147483648,), }" in its shape, want integers from 0 to 2147483647`},
	{"overflow to 0", typed("'<f4'", "(65536, 65536, 65536, 65536)", 0), "the shape [65536, 65536, 65536, 65536] is more than can be counted in bytes"},
	{"12 GB", typed("'<f4'", "(2000000000,)", 8), "got 8 bytes of elements, want 8000000000 for the shape [2000000000]; the file was cut short or holds more than one array"},
	{"33 axes", typed("'<f4'", "("+strings.Repeat("1,", 33)+")", 4), "the header has a shape of more than 32 axes"},
	{"a byte short", good[:len(good)-1], "got 7 bytes of elements, want 8 for the shape [2]; the file was cut short or holds more than one array"},
	{"a byte more", append(bytes.Clone(good), 0), "got 9 bytes of elements, want 8 for the shape [2]; the file was cut short or holds more than one array"},
	{"archive cut", stored(good)[:100], "is a zip archive without the directory at its end; it was cut short, fetch it again"},
	{"no files", archive(zip.Store), "holds no arrays, want files that end in .npy in it; it is no .npz file, or an empty one"},
	{"other files", archive(zip.Store, "a.txt", "x"), "holds no arrays, want files that end in .npy in it; it is no .npz file, or an empty one"},
	{"name twice", archive(zip.Store, "w.npy", string(good), "w.npy", string(good)), "the zip archive has w.npy twice; which of them counts cannot be known, save it again"},
	{"nothing but objects", stored(typed("'|O'", "(1,)", 8)), "holds no numbers but w (|O); convert the arrays with .astype('float32') before saving"},
	{"array of no array", stored([]byte("hello, world")), `tensor w: begins with "hello,", want "\x93NUMPY"; it is not a .npy file`},
	{"empty array", stored(nil), "tensor w: is shorter than the 8 bytes of a .npy file's start; it is empty or was cut short"},
	{"array cut", stored(good[:len(good)-4]), "tensor w: got 4 bytes of elements, want 8 for the shape [2]; the file was cut short or holds more than one array"},
	{"array of 8 GB", stored(typed("'<f4'", "(2000000000,)", 8)), "tensor w: got 8 bytes of elements, want 8000000000 for the shape [2000000000]; the file was cut short or holds more than one array"},
	{"none of many", stored(typed("'<f4'", "(0, 2147483647, 2147483647)", 4)), "tensor w: got 4 bytes of elements, want 0 for the shape [0, 2147483647, 2147483647]; the file was cut short or holds more than one array"},
	{"header claims all", stored([]byte("\x93NUMPY\x02\x00\xff\xff\x00\x00{}")), "tensor w: the header claims 65535 bytes, the file has 2 after its length; it was cut short"},
	{"deflated data cut", patched(packed, "PK\x01\x02", 20, byte(packedSize(packed)-10)), "tensor w: w.npy does not inflate to its 869 bytes" + fetch},
	{"encrypted", patched(stored(good), "PK\x01\x02", 8, 1), "w.npy is encrypted; unpack the zip archive with its password and pack it again without"},
	{"packed otherwise", patched(stored(good), "PK\x01\x02", 10, 14), "w.npy is packed by method 14, want 0 (stored) or 8 (deflated); pack the zip archive again"},
	{"header elsewhere", patched(stored(good), "PK\x01\x02", 42, 5), "tensor w: w.npy should begin at 5, got 00 08 00 00 there, want PK\\3\\4" + fetch},
	{"far away", patched(stored(good), "PK\x01\x02", 42, 0, 0, 0, 127), "tensor w: the header of w.npy would be 30 bytes at 2130706432, the file has 199; it is damaged or was cut short, fetch it again"},
	{"three arrays", archive(zip.Store, "a.npy", string(good), "b.npy", string(good), "c.npy", string(good)), "got 3 tensors, the limit is 2; no network needs so many; keep those of one network in a file"},
	{"bomb", bomb, fmt.Sprintf("got 4194377 bytes packed into %d as w.npy, the limit is %d; save it again without compression", packedSize(bomb), 200*packedSize(bomb))},
}

// packedSize is how many bytes the last file of an archive takes.
func packedSize(raw []byte) uint32 {
	return binary.LittleEndian.Uint32(raw[bytes.LastIndex(raw, []byte("PK\x01\x02"))+20:])
}

func TestRefuses(t *testing.T) {
	filetest.Refused(t, Open, weightfile.Limits{Tensors: 2}, nil, "numpy", ".npz", broken)
}

// TestFilesBeside: what is no array is named, a few of many.
func TestFilesBeside(t *testing.T) {
	items := []string{"w.npy", string(good), "read\x1bme", ""}
	for i := range 20 {
		items = append(items, fmt.Sprintf("%d.txt", i), "")
	}
	f, err := Open(filetest.Memory("f", archive(zip.Store, items...), nil))
	if err != nil {
		t.Fatal(err)
	}
	if got := f.About().Beside; len(got) != 11 || got[0] != `"read\x1bme"` || got[10] != "11 more files" {
		t.Errorf("got %q", got)
	}
}

func FuzzOpen(f *testing.F) {
	for _, name := range []string{"packed.npz", "plain.npz", "version1.npy", "version3.npy"} {
		f.Add(filetest.Read(f, "../../../../testdata/weights/numpy/"+name))
	}
	for _, b := range broken {
		f.Add(b.Raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) { filetest.Fuzzed(t, Open, filetest.Memory("f", raw, nil)) })
}

// TestChecksums: any bit of an archive that is another is told, and no numbers are given; those of
// .npy have no sum.
func TestChecksums(t *testing.T) {
	numbers := filetest.Bytes(1, 2, 3, 4, 5, 6, 7, 8)
	array := string(arrayOf("{'descr': '<f4', 'fortran_order': False, 'shape': (8,), }", 1, 2, 3, 4, 5, 6, 7, 8))
	for _, method := range []uint16{zip.Store, zip.Deflate} {
		whole := archive(method, "w.npy", array)
		end := bytes.Index(whole, []byte("PK\x07\x08")) // what follows an entry
		start := 30 + len("w.npy")
		told := 0
		for bit := 8 * start; bit < 8*end; bit++ {
			raw := bytes.Clone(whole)
			raw[bit/8] ^= 1 << (bit % 8)
			f, err := Open(filetest.Memory("f.npz", raw, nil))
			if err != nil {
				continue
			}
			got, err := f.Bytes(0)
			if err == nil && (method == zip.Store || string(got) != numbers) { // deflated, some bits mean nothing
				t.Errorf("method %d, bit %d: got %x", method, bit, got)
			}
			if err != nil && strings.Contains(err.Error(), "weights: f.npz: tensor w: w.npy has the checksum ") {
				told++
			}
		}
		if told == 0 {
			t.Errorf("method %d: no bit was told by its checksum", method)
		}
	}
}
