package npy

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"cnnlang/ops/tensor"
)

// file builds a version 1.0 file by hand.
func file(dict string, elements ...byte) []byte {
	b := append([]byte("\x93NUMPY\x01\x00"), byte(len(dict)), byte(len(dict)>>8))
	return append(append(b, dict...), elements...)
}

// floats are n elements of '<f4': 0, 1, 2, ...
func floats(n int) []byte {
	var b []byte
	for i := range n {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(i)))
	}
	return b
}

func decode(b []byte) (tensor.Tensor, error) {
	return Decode("x.npy", bytes.NewReader(b), int64(len(b)))
}

func TestReadsEveryKind(t *testing.T) {
	for _, c := range []struct {
		descr string
		raw   string
		want  float32
	}{
		{"<f4", "\x00\x00\x28\x42", 42}, {">f4", "\x42\x28\x00\x00", 42}, {"=f4", "\x00\x00\x28\x42", 42},
		{"<f8", "\x9a\x99\x99\x99\x99\x99\xb9\x3f", 0.1}, {">f8", "\x3f\xb9\x99\x99\x99\x99\x99\x9a", 0.1},
		{"<f2", "\x00\x3c", 1}, {">f2", "\xc0\x00", -2}, {"<f2", "\x01\x00", 0x1p-24},
		{"|i1", "\xfe", -2}, {"|u1", "\xfe", 254}, {"|b1", "\x01", 1}, {"|b1", "\x00", 0},
		{"<i2", "\xfe\xff", -2}, {"<u2", "\xfe\xff", 65534}, {">u2", "\x01\x00", 256},
		{"<i4", "\xfe\xff\xff\xff", -2}, {"<u4", "\xff\xff\xff\xff", 0x1p32},
		{"<i8", "\xfe\xff\xff\xff\xff\xff\xff\xff", -2}, {"<u8", "\xff\xff\xff\xff\xff\xff\xff\xff", 0x1p64},
		{"<i4", "\x01\x00\x00\x01", 0x1p24}, // 2^24+1 rounds to even
	} {
		b := file(fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (1,), }\n", c.descr), []byte(c.raw)...)
		got, err := decode(b)
		if err != nil {
			t.Errorf("%s %q: %v", c.descr, c.raw, err)
			continue
		}
		if !got.Shape.Equal(tensor.Shape{1}) || got.Data[0] != c.want {
			t.Errorf("%s %q: got %v %v, want [1] %v", c.descr, c.raw, got.Shape, got.Data, c.want)
		}
	}
}

func TestColumnMajorBecomesRowMajor(t *testing.T) {
	b := file("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }\n", floats(6)...)
	got, err := decode(b)
	if err != nil {
		t.Fatal(err)
	}
	// The columns of the file are 0 1, 2 3 and 4 5.
	if want := []float32{0, 2, 4, 1, 3, 5}; fmt.Sprint(got.Data) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got.Data, want)
	}
}

func TestColumnMajorOfRankFour(t *testing.T) {
	shape := []int{2, 3, 4, 5}
	b := file("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3, 4, 5), }\n", floats(120)...)
	got, err := decode(b)
	if err != nil {
		t.Fatal(err)
	}
	i := 0
	for a := range shape[0] {
		for b := range shape[1] {
			for c := range shape[2] {
				for d := range shape[3] {
					if want := float32(a + 2*(b+3*(c+4*d))); got.Data[i] != want {
						t.Fatalf("at [%d %d %d %d]: got %v, want %v", a, b, c, d, got.Data[i], want)
					}
					i++
				}
			}
		}
	}
}

func TestReadsOddButSoundHeaders(t *testing.T) {
	for _, dict := range []string{
		"{'shape':(2,3),'fortran_order':False,'descr':'<f4'}",
		`{"descr": "<f4", "fortran_order": False, "shape": (2L, 3L)}   ` + "\n",
		" {'descr' : '<f4' , 'fortran_order' : False , 'shape' : ( 2 , 3 , ) , } \n",
	} {
		if got, err := decode(file(dict, floats(6)...)); err != nil || !got.Shape.Equal(tensor.Shape{2, 3}) {
			t.Errorf("%s: got %v, %v", dict, got.Shape, err)
		}
	}
	dict := "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n"
	for _, version := range []byte{2, 3} {
		b := append([]byte{0x93, 'N', 'U', 'M', 'P', 'Y', version, 0, byte(len(dict)), 0, 0, 0}, dict...)
		if got, err := decode(append(b, floats(6)...)); err != nil || got.Data[5] != 5 {
			t.Errorf("version %d: got %v, %v", version, got.Data, err)
		}
	}
}

// TestWritesWhatNumPyWrites holds a file against the bytes of
// numpy.save("x.npy", numpy.arange(6, dtype="float32").reshape(2, 3)), NumPy 1.24.
func TestWritesWhatNumPyWrites(t *testing.T) {
	var b bytes.Buffer
	if err := Encode(&b, tensor.From([]float32{0, 1, 2, 3, 4, 5}, 2, 3)); err != nil {
		t.Fatal(err)
	}
	want := "\x93NUMPY\x01\x00\x76\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }" +
		strings.Repeat(" ", 58) + "\n" + string(floats(6))
	if b.String() != want {
		t.Errorf("got  %q\nwant %q", b.String(), want)
	}
}

func TestRoundTripKeepsEveryBit(t *testing.T) {
	for _, shape := range [][]int{{}, {1}, {0}, {3, 0, 2}, {7, 5}, {2, 3, 4, 5}, {1 << 15}, {129, 257}} {
		want := tensor.New(shape...)
		for i := range want.Data {
			want.Data[i] = math.Float32frombits(uint32(i) * 2654435761) // every exponent, infinities and NaNs
		}
		path := filepath.Join(t.TempDir(), "x.npy")
		if err := Write(t.Context(), path, want); err != nil {
			t.Fatal(err)
		}
		got, err := Read(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		if !got.Shape.Equal(want.Shape) {
			t.Fatalf("got shape %v, want %v", got.Shape, want.Shape)
		}
		for i := range want.Data {
			if math.Float32bits(got.Data[i]) != math.Float32bits(want.Data[i]) {
				t.Fatalf("%v at %d: got %x, want %x", shape, i, math.Float32bits(got.Data[i]), math.Float32bits(want.Data[i]))
			}
		}
	}
}

// bad are files that must be refused, each with a pattern of its message.
var bad = []struct{ name, content, want string }{
	{"empty", "", "empty or was cut short"},
	{"short magic", "\x93NUM", "shorter than the 8 bytes"},
	{"other magic", "GIF89a\x01\x00", `begins with "GIF89a"`},
	{"npz", "PK\x03\x04\x14\x00\x00\x00", "zip archive"},
	{"version 0", "\x93NUMPY\x00\x00\x10\x00", "version 0.0, want 1 to 3"},
	{"version 4", "\x93NUMPY\x04\x00\x10\x00\x00\x00", "version 4.0"},
	{"no length", "\x93NUMPY\x01\x00\x10", "ends inside the length"},
	{"no length 2", "\x93NUMPY\x02\x00\x10\x00\x00", "ends inside the length"},
	{"length past the end", "\x93NUMPY\x01\x00\x10\x00{}", "claims 16 bytes, the file has 2"},
	{"length of 4 GiB", "\x93NUMPY\x02\x00\xff\xff\xff\xff{}", "claims 4294967295 bytes, want at most 65536"},
	{"empty header", string(file("")), "is its end, want a dict"},
	{"list", string(file("[]")), `is "\[\]", want a dict`},
	{"unclosed", string(file("{'descr': '<f4', ")), "its end where a key belongs"},
	{"unclosed string", string(file("{'descr")), "where a key belongs"},
	{"number as key", string(file("{1: 2}")), "where a key belongs"},
	{"no colon", string(file("{'descr' '<f4'}")), "where a key belongs"},
	{"unknown key", string(file("{'name': 'x'}")), `key "name", want only`},
	{"key twice", string(file("{'descr': '<f4', 'descr': '<f8'}")), `key "descr" twice`},
	{"no comma", string(file("{'descr': '<f4' 'shape': (1,)}")), "where a comma"},
	{"no descr", string(file("{'fortran_order': False, 'shape': (1,)}", floats(1)...)), `no key "descr"`},
	{"no order", string(file("{'descr': '<f4', 'shape': (1,)}", floats(1)...)), `no key "fortran_order"`},
	{"no shape", string(file("{'descr': '<f4', 'fortran_order': False}", floats(1)...)), `no key "shape"`},
	{"order 1", string(file("{'descr': '<f4', 'fortran_order': 1, 'shape': (1,)}", floats(1)...)), "want True or False"},
	{"record", string(file("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", floats(1)...)), "arrays of records are not supported"},
	{"object", string(file("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", floats(2)...)), `descr "\|O", want floats`},
	{"complex", string(file("{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}", floats(2)...)), `descr "<c8"`},
	{"string", string(file("{'descr': '<U4', 'fortran_order': False, 'shape': (1,)}", floats(4)...)), `descr "<U4"`},
	{"empty descr", string(file("{'descr': '', 'fortran_order': False, 'shape': (1,)}", floats(1)...)), "empty descr"},
	{"order letter", string(file("{'descr': '?f4', 'fortran_order': False, 'shape': (1,)}", floats(1)...)), `descr "\?f4"`},
	{"negative size", string(file("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}")), "integers from 0"},
	{"product of negatives", string(file("{'descr': '<f4', 'fortran_order': False, 'shape': (-1, -1)}", floats(1)...)), "integers from 0"},
	{"size 2^31", string(file("{'descr': '<f4', 'fortran_order': False, 'shape': (2147483648,)}")), "integers from 0 to 2147483647"},
	{"size 2^70", string(file("{'descr': '<f4', 'fortran_order': False, 'shape': (1180591620717411303424,)}")), "integers from 0"},
	{"fraction", string(file("{'descr': '<f4', 'fortran_order': False, 'shape': (1.5,)}")), "want a comma"},
	{"word", string(file("{'descr': '<f4', 'fortran_order': False, 'shape': (n,)}")), "integers from 0"},
	{"shape is list", string(file("{'descr': '<f4', 'fortran_order': False, 'shape': [1]}")), "want a tuple"},
	{"unclosed shape", string(file("{'descr': '<f4', 'fortran_order': False, 'shape': (1,")), "its end in its shape"},
	{"33 axes", string(file("{'descr': '<f4', 'fortran_order': False, 'shape': (" + strings.Repeat("1,", 33) + ")}")), "more than 32 axes"},
	{"overflow", string(file("{'descr': '<f4', 'fortran_order': False, 'shape': (2147483647, 2147483647, 8)}")), "more than can be counted"},
	{"overflow to 0", string(file("{'descr': '<f4', 'fortran_order': False, 'shape': (65536, 65536, 65536, 65536)}")), "more than can be counted"},
	{"12 GB on 8 bytes", string(file("{'descr': '<f4', 'fortran_order': False, 'shape': (2000000000,)}", floats(2)...)), "got 8 bytes of elements, want 8000000000"},
	{"one byte short", string(file("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", floats(2)[:7]...)), "got 7 bytes of elements, want 8"},
	{"one byte more", string(file("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", append(floats(1), 0)...)), "more than one array"},
	{"no elements", string(file("{'descr': '<f4', 'fortran_order': False, 'shape': ()}")), "got 0 bytes of elements, want 4"},
	{"text after the dict", string(file("{'descr': '<f4', 'fortran_order': False, 'shape': ()} x", floats(1)...)), "goes on after"},
}

func TestRefusesBadFiles(t *testing.T) {
	for _, c := range bad {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.npy")
			if err := os.WriteFile(path, []byte(c.content), 0o666); err != nil {
				t.Fatal(err)
			}
			_, err := Read(t.Context(), path)
			var e *FileError
			if !errors.As(err, &e) {
				t.Fatalf("got %v, want a *FileError", err)
			}
			if !regexp.MustCompile(c.want).MatchString(err.Error()) || !strings.Contains(err.Error(), path) {
				t.Errorf("got %q, want it to name the file and match %q", err, c.want)
			}
		})
	}
}

func TestRefusesEveryTruncation(t *testing.T) {
	good := file("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n", floats(6)...)
	for n := range good {
		if _, err := decode(good[:n]); err == nil {
			t.Errorf("the first %d of %d bytes were read as an array", n, len(good))
		}
	}
}

func TestWhatIsNoFile(t *testing.T) {
	folder := t.TempDir()
	for path, want := range map[string]string{
		folder:                         "is a directory",
		filepath.Join(folder, "a.npy"): "no such file",
		os.DevNull:                     "is a device, want a regular file",
	} {
		if _, err := Read(t.Context(), path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("read %s: got %v, want an error with %q", path, err, want)
		}
	}
	err := Write(t.Context(), filepath.Join(folder, "no", "a.npy"), tensor.New(1))
	var e *FileError
	if !errors.As(err, &e) || !strings.Contains(e.Problem, "cannot be written: no such file") {
		t.Errorf("write to no folder: got %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, c := range bad {
		f.Add([]byte(c.content))
	}
	f.Add(file("{'descr': '>f8', 'fortran_order': True, 'shape': (1, 3), }\n", make([]byte, 24)...))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := decode(b)
		if err != nil {
			return
		}
		if len(got.Data) != got.Shape.Elements() {
			t.Fatalf("got %d elements for %v", len(got.Data), got.Shape)
		}
		var again bytes.Buffer
		if err := Encode(&again, got); err != nil {
			t.Fatal(err)
		}
		second, err := decode(again.Bytes())
		if err != nil || !second.Shape.Equal(got.Shape) {
			t.Fatalf("written and read again: got %v, %v, want %v", second.Shape, err, got.Shape)
		}
	})
}
