package darknet

import (
	"bytes"
	"encoding/binary"
	"io"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/filetest"
	"cnnlang/ops/tensor"
)

// file is a head of a version and the numbers 1, 2, ... behind it.
func file(major, minor, revision int32, seen, n int) []byte {
	var raw []byte
	for _, v := range []int32{major, minor, revision} {
		raw = binary.LittleEndian.AppendUint32(raw, uint32(v))
	}
	raw = append(raw, make([]byte, seen)...)
	for i := range n {
		raw = append(raw, filetest.Bytes(float32(i+1))...)
	}
	return raw
}

func opened(t *testing.T, raw []byte) *File {
	t.Helper()
	f, err := Open(filetest.Memory("f", raw, nil))
	if err != nil {
		t.Fatal(err)
	}
	return f.(*File)
}

func part(name string, shape ...int) Part { return Part{name, tensor.Shape(shape)} }

// TestOrder: the numbers of a convolution with a norm, of one without, and of connected layers,
// in the order in which Darknet's load_convolutional_weights and load_connected_weights read.
func TestOrder(t *testing.T) {
	layers := []Layer{
		{Weights: part("a.weight", 2, 1, 1, 1), Biases: part("n.bias", 2), Norm: []Part{part("n.weight", 2), part("n.mean", 2), part("n.var", 2)}},
		{Weights: part("b.weight", 1, 2, 1, 2), Biases: part("b.bias", 1)},
		{Connected: true, Weights: part("c.weight", 1, 2), Biases: part("c.bias", 1)},
		{Connected: true, Weights: part("d.weight", 1, 1), Biases: part("e.bias", 1), Norm: []Part{part("e.weight", 1), part("e.mean", 1), part("e.var", 1)}},
	}
	want := map[string][]float32{
		"n.bias": {1, 2}, "n.weight": {3, 4}, "n.mean": {5, 6}, "n.var": {7, 8}, "a.weight": {9, 10},
		"b.bias": {11}, "b.weight": {12, 13, 14, 15}, "c.bias": {16}, "c.weight": {17, 18},
		"e.bias": {19}, "d.weight": {20}, "e.weight": {21}, "e.mean": {22}, "e.var": {23},
	}
	for _, raw := range [][]byte{file(0, 2, 0, 8, 23), file(0, 1, 0, 4, 23), file(0, 2, 5, 8, 23), file(1, 0, 0, 8, 23)} {
		a, err := opened(t, raw).Arrange(layers)
		if err != nil {
			t.Fatal(err)
		}
		for i, x := range a.Tensors() {
			got, err := a.Bytes(i)
			if err != nil || !slices.Equal(x.Type.Floats(got), want[x.Name]) || x.Shape.Elements() != len(want[x.Name]) {
				t.Errorf("%s %v: got % x, %v, want %v", x.Name, x.Shape, got, err, want[x.Name])
			}
		}
		if len(a.Tensors()) != len(want) || a.About().Notes[0] != "its 23 numbers are read in the order of the net's 4 layers" {
			t.Errorf("got %d tensors, %q", len(a.Tensors()), a.About().Notes)
		}
	}
}

// TestAlone: without a net the file is one tensor.
func TestAlone(t *testing.T) {
	f := opened(t, file(0, 2, 5, 8, 3))
	raw, err := f.Bytes(0)
	if got := f.Tensors(); err != nil || len(got) != 1 || !got[0].Shape.Equal(tensor.Shape{3}) || !slices.Equal(weightfile.F32.Floats(raw), []float32{1, 2, 3}) {
		t.Errorf("got %v, % x, %v", got, raw, err)
	}
	if a := f.About(); a.Format != "Darknet (0.2.5)" || a.Notes[0] != "it has neither names nor shapes: its numbers are in the order of a net's layers" {
		t.Errorf("got %+v", a)
	}
	if !Is(nil, "a/yolo.WEIGHTS") || Is(file(0, 2, 0, 8, 3), "yolo.bin") {
		t.Error("it is recognised by its name alone")
	}
}

func version(major, minor, revision int32) []byte { return file(major, minor, revision, 8, 1) }

func TestRefuses(t *testing.T) {
	const no = ", want one of Darknet such as 0.2.0; it is no file of Darknet or is damaged"
	files := []filetest.Broken{
		{"empty", nil, "has 0 bytes, want at least the 16 of the head of a Darknet file; it was cut short, fetch it again"},
		{"15 bytes", make([]byte, 15), "has 15 bytes, want at least the 16 of the head of a Darknet file; it was cut short, fetch it again"},
		{"old head alone", file(0, 1, 0, 4, 0), "has no numbers behind its head; it was cut short, fetch it again"},
		{"head alone", file(0, 2, 0, 8, 0), "has no numbers behind its head; it was cut short, fetch it again"},
		{"head cut", file(0, 2, 0, 4, 0), "has 0 bytes behind the head of 20, want a multiple of 4; it was cut short, fetch it again"},
		{"half a number", file(0, 2, 0, 10, 1), "has 6 bytes behind the head of 20, want a multiple of 4; it was cut short, fetch it again"},
		{"half a number, old", file(0, 1, 0, 5, 1), "has 5 bytes behind the head of 16, want a multiple of 4; it was cut short, fetch it again"},
		{"negative major", version(-1, 0, 0), "has the version -1.0.0" + no},
		{"negative minor", version(0, -2, 0), "has the version 0.-2.0" + no},
		{"negative revision", version(0, 2, -1), "has the version 0.2.-1" + no},
		{"major 10", version(10, 0, 0), "has the version 10.0.0" + no},
		{"major of text", []byte("hello, hello, hello!"), "has the version 1819043176.1746938991.1869376613" + no},
		{"minor 100", version(0, 100, 0), "has the version 0.100.0" + no},
		{"major 2000", version(2001, 0, 0), "has the version 2001.0.0" + no},
		{"minor 2000", version(0, 2001, 0), "has the version 0.2001.0" + no},
		{"revision 10000", version(0, 2, 10000), "has the version 0.2.10000" + no},
		{"largest", version(1<<31-1, 1<<31-1, 1<<31-1), "has the version 2147483647.2147483647.2147483647" + no},
		{"ones", bytes.Repeat([]byte{255}, 64), "has the version -1.-1.-1" + no},
		{"zip", append([]byte("PK\x03\x04"), make([]byte, 60)...), "has the version 67324752.0.0" + no},
		{"safetensors", append([]byte("\x10\x00\x00\x00\x00\x00\x00\x00{\"__metadata__\""), make([]byte, 9)...), "has the version 16.0.1600070267" + no},
	}
	filetest.Refused(t, Open, weightfile.Limits{}, nil, "darknet", ".weights", files)
	huge := filetest.Memory("f", version(0, 2, 0), nil)
	huge.Size = 20 + 4<<31
	if _, err := Open(huge); err == nil || err.Error() != "weights: f: got 2147483648 numbers, the limit is 2147483647; no network of Darknet has so many" {
		t.Errorf("got %v", err)
	}
}

func TestArrangeRefuses(t *testing.T) {
	layers := []Layer{{Connected: true, Weights: part("w", 1, 2), Biases: part("b", 1)}}
	for _, c := range []struct {
		raw  []byte
		want string
	}{
		{file(0, 2, 0, 8, 2), "weights: f: has 2 numbers, want 3 for the layers of the net"},
		{file(0, 2, 0, 8, 4), "weights: f: has 4 numbers, want 3 for the layers of the net"},
		{file(1001, 0, 0, 4, 3), "weights: f: has the mark of transposed matrices in its version, which is read for convolutions only, and layer 0 of the net is connected; save it again with a later Darknet"},
	} {
		if _, err := opened(t, c.raw).Arrange(layers); err == nil || err.Error() != c.want {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
	if _, err := opened(t, file(1001, 0, 0, 4, 3)).Arrange([]Layer{{Weights: part("w", 2, 1, 1, 1), Biases: part("b", 1)}}); err != nil {
		t.Error(err)
	}
}

// TestBytesReadsOneTensor: of a large file only a tensor's numbers are read.
func TestBytesReadsOneTensor(t *testing.T) {
	in := filetest.Memory("f", file(0, 2, 0, 8, 1<<20), nil)
	c := &counting{ReaderAt: in.ReaderAt}
	in.ReaderAt = c
	f, err := Open(in)
	if err != nil {
		t.Fatal(err)
	}
	a, err := f.(*File).Arrange([]Layer{{Weights: part("w", 1<<20-4, 1, 1, 1), Biases: part("b", 4)}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Bytes(0); err != nil || c.n != 20+16 {
		t.Errorf("%d bytes were read, %v", c.n, err)
	}
}

type counting struct {
	io.ReaderAt
	n int
}

func (c *counting) ReadAt(p []byte, at int64) (int, error) {
	c.n += len(p)
	return c.ReaderAt.ReadAt(p, at)
}

func FuzzOpen(f *testing.F) {
	f.Add(file(0, 2, 5, 8, 3))
	f.Add(file(0, 1, 0, 4, 3))
	f.Add([]byte(strings.Repeat("\x00", 40)))
	f.Fuzz(func(t *testing.T, raw []byte) {
		filetest.Fuzzed(t, Open, filetest.Memory("f", raw, nil))
		if f, err := Open(filetest.Memory("f", raw, nil)); err == nil {
			n := int(f.(*File).Numbers())
			filetest.Fuzzed(t, func(weightfile.Input) (weightfile.File, error) {
				return f.(*File).Arrange([]Layer{{Weights: part("w", n-1), Biases: part("b", 1)}})
			}, filetest.Memory("f", raw, nil))
		}
	})
}
