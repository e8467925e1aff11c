package weights

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp/internal/weightfile/filetest"
)

// st builds a file from the text of its header and the number of its data
// bytes.
func st(header string, data int) string {
	return length(uint64(len(header))) + header + strings.Repeat("\x00", data)
}

func length(n uint64) string {
	return string(binary.LittleEndian.AppendUint64(nil, n))
}

// one is a header with a single tensor a.
func one(dtype, shape, offsets string) string {
	return fmt.Sprintf(`{"a":{"dtype":"%s","shape":%s,"data_offsets":%s}}`, dtype, shape, offsets)
}

// two is a header with F32 tensors a and b of one element each.
func two(offsetsA, offsetsB string) string {
	return fmt.Sprintf(`{"a":{"dtype":"F32","shape":[1],"data_offsets":%s},"b":{"dtype":"F32","shape":[1],"data_offsets":%s}}`, offsetsA, offsetsB)
}

// many is a header of n tensors without elements.
func many(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"%d":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}`, i)
	}
	return "{" + b.String()[1:] + "}"
}

var good = one("F32", "[1]", "[0,4]")

// attacks are files that must be refused, each with a pattern of its message.
var attacks = []struct{ name, content, want string }{
	// The length of the header.
	{"empty", "", "is empty, want a file of weights; fetch it again"},
	{"7 bytes", "\x02\x00\x00\x00\x00\x00\x00", "got 7 bytes"},
	{"length 0", length(0), "header has 0 bytes"},
	{"length 0 with data", length(0) + "{}", "header has 0 bytes"},
	{"length 1", length(1) + "{", "header has 1 bytes"},
	{"length past the end", length(3) + "{}", "claims 3 bytes, the file has 2"},
	{"length 2^63", length(1<<63) + "{}", "is of no format that is read: it begins with "},
	{"length 2^64-1", length(1<<64-1) + "{}", "is of no format that is read: it begins with "},
	{"length 2^64-8", length(1<<64-8) + "{}", "is of no format that is read: it begins with "},
	{"big-endian length", "\x00\x00\x00\x00\x00\x00\x00\x02{}", "is of no format that is read: it begins with "},
	// Other formats.
	{"pth", "PK\x03\x04\x00\x00\x08\x08archive/data.pkl", "is a zip archive without the directory at its end"},
	{"old pth", "\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.", "the pickle of the version: the pickle ends without STOP"},
	{"npy", "\x93NUMPY\x01\x00v\x00{'descr'", "the header claims 118 bytes, the file has 8 after its length"},
	{"hdf5", "\x89HDF\r\n\x1a\n\x00\x00", "ends within its superblock, at 10 bytes"},
	{"gguf", "GGUF\x03\x00\x00\x00\x01\x00", "is a GGUF file"},
	{"json", `{"weight_map": {"a": "model-00001-of-00002.safetensors"}}`, "its shard model-00001-of-00002.safetensors cannot be read: no such file"},
	{"git lfs", "version https://git-lfs.github.com/spec/v1\noid sha256:00", "is a Git LFS pointer"},
	{"html", "<!DOCTYPE html><html></html>", "is a web page, want a file of weights"},
	// The header as JSON.
	{"null", st("null", 0), "begins with 'n', want '{'"},
	{"array", st("[]", 0), `begins with '\[', want '{'`},
	{"leading space", st(" {}", 0), "begins with ' ', want '{'"},
	{"leading newline", st("\n{}", 0), `begins with '\\n', want '{'`},
	{"byte order mark", st("\ufeff{}", 0), "want '{'"},
	{"zero bytes", st("\x00\x00\x00\x00", 0), `begins with '\\x00'`},
	{"invalid UTF-8 name", st("{\"\xff\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4), "not valid UTF-8"},
	{"UTF-8 surrogate", st("{\"\xed\xa0\x80\":{}}", 0), "not valid UTF-8"},
	{"overlong UTF-8", st("{\"\xc0\xaf\":{}}", 0), "not valid UTF-8"},
	{"unclosed", st("{ ", 0), "ends before its closing brace"},
	{"unclosed tensor", st(good[:len(good)-2], 4), "ends before its closing brace"},
	{"unclosed string", st(`{"a`, 0), "ends before its closing brace"},
	{"wrong bracket", st(`{]`, 0), "not JSON"},
	{"trailing comma", st(good[:len(good)-1]+",}", 4), "not JSON"},
	{"missing colon", st(`{"a"{}}`, 0), "not JSON"},
	{"single quotes", st(`{'a':{}}`, 0), "not JSON"},
	{"comment", st("{/*x*/}", 0), "not JSON"},
	{"control character in a name", st("{\"a\nb\":{}}", 0), "not JSON"},
	{"bad escape", st(`{"\x":{}}`, 0), "not JSON"},
	{"text after the brace", st("{}x", 0), "goes on after its closing brace"},
	{"second object", st("{}{}", 0), "goes on after its closing brace"},
	{"zeros after the brace", st("{}\x00\x00", 0), "goes on after its closing brace"},
	{"deep nesting", st(`{"a":`+strings.Repeat("[", 100000), 0), "tensor a: the tensor is an array, want an object"},
	// Keys.
	{"tensor twice", st(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"I32","shape":[1],"data_offsets":[0,4]}}`, 4), "the header has the key a twice"},
	{"tensor twice, escaped", st(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\u0061":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8), "the header has the key a twice"},
	{"dtype twice", st(`{"a":{"dtype":"F32","dtype":"I32","shape":[1],"data_offsets":[0,4]}}`, 4), "tensor a: the tensor has the key dtype twice"},
	{"shape twice", st(`{"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}`, 4), "tensor a: the tensor has the key shape twice"},
	{"offsets twice", st(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"data_offsets":[0,4]}}`, 4), "tensor a: the tensor has the key data_offsets twice"},
	{"metadata twice", st(`{"__metadata__":{},"__metadata__":{}}`, 0), "the header has the key __metadata__ twice"},
	{"metadata key twice", st(`{"__metadata__":{"a":"1","a":"2"}}`, 0), "__metadata__ has the key a twice"},
	{"unknown key", st(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"strides":[1]}}`, 4), "tensor a: has a key strides, want only"},
	{"key in capitals", st(`{"a":{"DTYPE":"F32","shape":[1],"data_offsets":[0,4]}}`, 4), "tensor a: has a key DTYPE"},
	{"no dtype", st(`{"a":{"shape":[1],"data_offsets":[0,4]}}`, 4), "tensor a: has no dtype"},
	{"no shape", st(`{"a":{"dtype":"F32","data_offsets":[0,4]}}`, 4), "tensor a: has no shape"},
	{"no offsets", st(`{"a":{"dtype":"F32","shape":[1]}}`, 4), "tensor a: has no data_offsets"},
	{"empty tensor object", st(`{"a":{}}`, 0), "tensor a: has no dtype"},
	{"tensor is null", st(`{"a":null}`, 0), "tensor a: the tensor is null, want an object"},
	{"tensor is a number", st(`{"a":1}`, 0), "tensor a: the tensor is the number 1, want an object"},
	{"metadata is null", st(`{"__metadata__":null}`, 0), "__metadata__ is null, want an object of strings"},
	{"metadata holds a number", st(`{"__metadata__":{"a":1}}`, 0), "__metadata__ a is the number 1, want a string"},
	{"metadata nests", st(`{"__metadata__":{"a":{}}}`, 0), "__metadata__ a is an object, want a string"},
	// dtype.
	{"unknown dtype", st(one("F31", "[1]", "[0,4]"), 4), "tensor a: has the unknown dtype F31"},
	{"dtype in small letters", st(one("f32", "[1]", "[0,4]"), 4), "unknown dtype f32"},
	{"empty dtype", st(one("", "[1]", "[0,4]"), 4), `unknown dtype ""`},
	{"dtype with escapes for terminals", st(one(`\u001b[31m`, "[1]", "[0,4]"), 4), `unknown dtype "\\x1b\[31m"`},
	{"dtype is a number", st(`{"a":{"dtype":32,"shape":[1],"data_offsets":[0,4]}}`, 4), "dtype is the number 32, want a string"},
	{"dtype is null", st(`{"a":{"dtype":null,"shape":[1],"data_offsets":[0,4]}}`, 4), "dtype is null"},
	{"half a byte", st(one("F4", "[3]", "[0,1]"), 1), "not a whole number"},
	// shape.
	{"negative size", st(one("F32", "[-1]", "[0,4]"), 4), "shape holds -1, want integers from 0"},
	{"two negative sizes", st(one("F32", "[-1,-1]", "[0,4]"), 4), "shape holds -1"},
	{"minus zero", st(one("F32", "[-0.0]", "[0,0]"), 0), "shape holds -0.0"},
	{"minus zero as an integer", st(one("F32", "[-0]", "[0,0]"), 0), "shape holds -0"},
	{"fraction", st(one("F32", "[1.0]", "[0,4]"), 4), "shape holds 1.0, want integers"},
	{"exponent", st(one("F32", "[1e0]", "[0,4]"), 4), "shape holds 1e0"},
	{"size 2^31", st(one("U8", "[2147483648]", "[0,2147483648]"), 4), "shape holds 2147483648, want integers from 0 to 2147483647"},
	{"size 2^64+1", st(one("U8", "[18446744073709551617]", "[0,1]"), 1), "shape holds 18446744073709551617"},
	{"thousand digits", st(one("U8", "["+strings.Repeat("9", 1000)+"]", "[0,1]"), 1), "shape holds 9{100}…"},
	{"size is a string", st(one("F32", `["1"]`, "[0,4]"), 4), `shape holds the string "1", want integers`},
	{"size is null", st(one("F32", "[null]", "[0,4]"), 4), "shape holds null"},
	{"nested shape", st(one("F32", "[[1]]", "[0,4]"), 4), "shape holds an array, want integers"},
	{"shape is a number", st(one("F32", "1", "[0,4]"), 4), "shape is the number 1, want an array"},
	{"shape is null", st(one("F32", "null", "[0,4]"), 4), "shape is null, want an array"},
	{"33 axes", st(one("F32", "["+strings.Repeat("1,", 32)+"1]", "[0,4]"), 4), "shape has more than 32 numbers"},
	{"product 2^64", st(one("U8", "[65536,65536,65536,65536]", "[0,0]"), 0), "more than can be counted"},
	{"product 2^64+4", st(one("U8", "[2147483647,2147483647,5]", "[0,4]"), 4), "more than can be counted"},
	{"bytes past 2^63", st(one("F64", "[2147483647,2147483647,1]", "[0,8]"), 8), "more than can be counted"},
	// data_offsets.
	{"no offset", st(one("F32", "[1]", "[]"), 4), "data_offsets has 0 numbers, want the 2"},
	{"one offset", st(one("F32", "[1]", "[0]"), 4), "data_offsets has 1 numbers"},
	{"three offsets", st(one("F32", "[1]", "[0,4,8]"), 4), "data_offsets has more than 2"},
	{"negative offset", st(one("F32", "[1]", "[-4,0]"), 4), "data_offsets holds -4"},
	{"end before start", st(one("F32", "[0]", "[4,0]"), 4), `data_offsets \[4, 0\] end before they start`},
	{"offset 2^63", st(one("F32", "[1]", "[0,9223372036854775808]"), 4), "data_offsets holds 9223372036854775808"},
	{"offset with fraction", st(one("F32", "[1]", "[0,4.0]"), 4), "data_offsets holds 4.0"},
	{"offsets are an object", st(one("F32", "[1]", "{}"), 4), "data_offsets is an object, want an array"},
	{"too few bytes", st(one("F32", "[2]", "[0,4]"), 4), `tensor a: has 4 bytes by its data_offsets, want 8 for F32 \[2\]`},
	{"too many bytes", st(one("F32", "[1]", "[0,8]"), 8), `has 8 bytes by its data_offsets, want 4 for F32 \[1\]`},
	{"bytes for no elements", st(one("F32", "[0,7]", "[0,4]"), 4), "has 4 bytes by its data_offsets, want 0"},
	{"no bytes for a scalar", st(one("F32", "[]", "[0,0]"), 0), "has 0 bytes by its data_offsets, want 4"},
	// The data.
	{"hole at the start", st(one("F32", "[1]", "[4,8]"), 8), "tensor a: its data starts at 4, want 0: no tensor owns"},
	{"hole between", st(two("[0,4]", "[8,12]"), 12), "tensor b: its data starts at 8, want 4"},
	{"overlap", st(two("[0,4]", "[2,6]"), 6), "tensor b: its data starts at 2 inside the data of a, which ends at 4"},
	{"same data", st(two("[0,4]", "[0,4]"), 4), "starts at 0 inside the data of a"},
	{"data cut short", st(good, 3), "tensor a: its data ends at 4, the file has 3 bytes of data"},
	{"no data", st(good, 0), "tensor a: its data ends at 4, the file has 0"},
	{"data past 2^59", st(one("U8", "[2147483647,268435457]", "[0,576460754182471679]"), 4), "its data ends at 576460754182471679, the file has 4"},
	{"bytes after the data", st(good, 5), "the tensors end at 4, the file has 5 bytes of data"},
	{"data without tensors", st("{}", 1), "the tensors end at 0, the file has 1"},
	{"empty tensor after a hole", st(`{"a":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}}`, 0), "its data starts at 4, want 0"},
	// Names.
	{"terminal escape in a name", st(`{"\u001b]0;x\u0007":1}`, 0), `tensor "\\x1b\]0;x\\a": the tensor is`},
	{"long name", st(`{"`+strings.Repeat("n", 1<<20)+`":1}`, 0), "tensor n{100}…: the tensor"},
	{"empty name", st(`{"":1}`, 0), "the tensor is the number 1"},
}

// limits are files that are refused for their size, valid or not.
var limits = []struct{ name, content, want string }{
	{"header of 16 MiB and a byte", st("{"+strings.Repeat(" ", 16<<20-1)+"}", 0), "got 16777217 bytes of header, the limit is 16777216"},
	{"65537 tensors", st(many(65537), 0), "got 65537 tensors, the limit is 65536"},
	{"65537 entries of metadata", st(`{"__metadata__":`+strings.ReplaceAll(many(65537), `{"dtype":"U8","shape":[0],"data_offsets":[0,0]}`, `""`)+"}", 0), "65537 entries of __metadata__"},
}

func write(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "w.safetensors")
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRefusesAttacks(t *testing.T) {
	if len(attacks) < 60 {
		t.Errorf("got %d attacks, want at least 60", len(attacks))
	}
	var raw [][]byte
	for _, c := range slices.Concat(attacks, limits[:1]) {
		raw = append(raw, []byte(c.content))
	}
	filetest.Keep(t, "safetensors", ".safetensors", nil, func(raw []byte) error { _, err := Open(write(t, string(raw)), Options{}); return err }, raw)
	for _, c := range attacks {
		t.Run(c.name, func(t *testing.T) {
			path := write(t, c.content)
			_, err := Open(path, Options{})
			var e *FileError
			if !errors.As(err, &e) {
				t.Fatalf("got %v, want a *FileError", err)
			}
			if !strings.HasPrefix(err.Error(), "weights: "+path+": ") || !regexp.MustCompile(c.want).MatchString(err.Error()) {
				t.Errorf("got %q, want it to name the file and match %q", err, c.want)
			}
			if len(err.Error()) > 500+len(path) {
				t.Errorf("the message has %d bytes", len(err.Error()))
			}
		})
	}
}

func TestLimitsAreErrorsOfTheirOwn(t *testing.T) {
	for _, c := range limits {
		path := write(t, c.content)
		_, err := Open(path, Options{})
		var e *LimitError
		if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) || e.Path != path {
			t.Errorf("%s: got %v, want a *LimitError with %q", c.name, err, c.want)
		}
		var f *FileError
		if errors.As(err, &f) {
			t.Errorf("%s: is a *FileError too", c.name)
		}
	}
}

func TestLimitsCanBeRaised(t *testing.T) {
	raised := Options{MaxHeader: 32 << 20, MaxTensors: 70000}
	for _, content := range []string{st("{"+strings.Repeat(" ", 16<<20-1)+"}", 0), st(many(65537), 0)} {
		open(t, write(t, content), raised)
	}
}

// TestHugeHeaderIsRefusedUnread has a header of 88 MB, which a reader that parses first
// would copy and process.
func TestHugeHeaderIsRefusedUnread(t *testing.T) {
	path := write(t, length(88<<20)+"{")
	if err := os.Truncate(path, 8+(88<<20)); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := Open(path, Options{})
	runtime.ReadMemStats(&after)
	var e *LimitError
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want a *LimitError", err)
	}
	if took := after.TotalAlloc - before.TotalAlloc; took > 1<<20 {
		t.Errorf("allocated %d bytes", took)
	}
}

func TestAcceptsOddButSoundFiles(t *testing.T) {
	for name, content := range map[string]string{
		"no tensors":            st("{}", 0),
		"spaces at the end":     st("{}      ", 0),
		"only metadata":         st(`{"__metadata__":{"":"","a":"b"}}`, 0),
		"scalar":                st(one("F32", "[]", "[0,4]"), 4),
		"no elements":           st(one("F32", "[0]", "[0,0]"), 0),
		"no elements, huge":     st(one("F32", "[2147483647,2147483647,2147483647,0]", "[0,0]"), 0),
		"32 axes":               st(one("F32", "["+strings.Repeat("1,", 31)+"1]", "[0,4]"), 4),
		"reverse order":         st(two("[4,8]", "[0,4]"), 8),
		"keys in another order": st(`{"a":{"data_offsets":[0,4],"shape":[1],"dtype":"F32"}}`, 4),
		"two in half a byte":    st(one("F4", "[2]", "[0,1]"), 1),
		"header of 640 bytes":   st("{"+strings.Repeat(" ", 638)+"}", 0), // begins as a pickle does
		"65536 tensors":         st(many(65536), 0),
		"name of spaces":        st(`{"  ":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4),
	} {
		for _, noMap := range []bool{false, true} {
			s, err := Open(write(t, content), Options{NoMap: noMap})
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			for _, e := range s.Entries() {
				if dtypes[e.DType].decode == nil {
					continue
				}
				if got, err := s.Tensor(e.Name); err != nil || !got.Shape.Equal(e.Shape) {
					t.Errorf("%s: %s: got %v, %v", name, e.Name, got.Shape, err)
				}
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestRefusesEveryTruncation(t *testing.T) {
	content, err := os.ReadFile(tiny("tiny_unpadded.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	header := 8 + int(binary.LittleEndian.Uint64(content))
	for n := 0; n < len(content); n++ {
		if n > header && n%97 != 0 && n != len(content)-1 {
			continue
		}
		if _, err := readSafetensors(bytesFile(content[:n]), "w", int64(n), Options{}); err == nil {
			t.Fatalf("the first %d of %d bytes were read as a file", n, len(content))
		}
	}
}

func TestWhatIsNoFile(t *testing.T) {
	folder := t.TempDir()
	secret := filepath.Join(folder, "loop")
	if err := os.Symlink(secret, secret); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		folder:                     "is a directory, want a file",
		filepath.Join(folder, "w"): "no such file",
		os.DevNull:                 "is a device, want a regular file",
		secret:                     "too many",
	} {
		_, err := Open(path, Options{})
		var e *FileError
		if !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want a *FileError with %q", path, err, want)
		}
	}
}
