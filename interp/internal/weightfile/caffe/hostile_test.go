package caffe

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/filetest"
)

type proto = filetest.Proto

// inNet is a net of layers of the second form.
func inNet(layers ...proto) []byte {
	n := proto{}.Text(1, "n")
	for _, l := range layers {
		n = n.Add(100, l)
	}
	return n
}

func layerOf(name, kind string, blobs ...proto) proto {
	l := proto{}.Text(1, name).Text(2, kind)
	for _, b := range blobs {
		l = l.Add(7, b)
	}
	return l
}

// shaped is a blob without its numbers.
func shaped(dims ...int64) proto { return proto{}.Add(7, proto{}.Ints(1, dims...)) }

// vectorOf is a blob of these numbers.
func vectorOf(v ...float32) proto { return shaped(int64(len(v))).Floats(5, v...) }

// holding is a net of one layer with one blob.
func holding(b proto) []byte { return inNet(layerOf("c", "Convolution", b)) }

const (
	damaged = "; the file is damaged or was cut short, fetch it again"
	fetch   = "; the file is damaged, fetch it again"
)

var broken = []filetest.Broken{
	{"empty", nil, "has no layers, want a .caffemodel; it is no Caffe file, or the network without its numbers"},
	{"a name alone", proto{}.Text(1, "n"), "has no layers, want a .caffemodel; it is no Caffe file, or the network without its numbers"},
	{"no blobs", inNet(layerOf("c", "Convolution"), layerOf("r", "ReLU")), "has 2 layers and no blobs: it is the network without its numbers; fetch the .caffemodel of its training"},
	{"prototxt", []byte(`name: "n"`), "the net cannot be read at byte 0: field 13 is of type 6, want 0, 1, 2 or 5" + damaged},
	{"zeros", make([]byte, 99), "the net cannot be read at byte 0: no field begins there" + damaged},
	{"ones", bytes.Repeat([]byte{255}, 99), "the net cannot be read at byte 0: no field begins there" + damaged},
	{"a group", []byte{0x0b, 0x0c}, "the net cannot be read at byte 0: field 1 is of type 3, want 0, 1, 2 or 5" + damaged},
	{"cut in a blob", holding(vectorOf(1, 2))[:24], "the net cannot be read at byte 3: field 100 claims 33 bytes, 18 are left" + damaged},
	{"cut in a tag", inNet()[:1], "the net cannot be read at byte 0: field 1 ends before its value does" + damaged},
	{"layer of 2^63", proto{}.Claim(100, 1<<63), "the net cannot be read at byte 0: field 100 claims 9223372036854775808 bytes, 0 are left" + damaged},
	{"old layer of 2^31", proto{}.Claim(2, 1<<31), "the net cannot be read at byte 0: field 2 claims 2147483648 bytes, 0 are left" + damaged},
	{"blob of 2^40", inNet(proto{}.Claim(7, 1<<40)), "layer 0 cannot be read at byte 6: field 7 claims 1099511627776 bytes, 0 are left" + damaged},
	{"data of 2^40", holding(proto{}.Claim(5, 1<<40)), "blob 0 of layer 0 cannot be read at byte 24: field 5 claims 1099511627776 bytes, 0 are left" + damaged},
	{"name of 2^31", inNet(proto{}.Claim(1, 1<<31)), "layer 0 cannot be read at byte 6: field 1 claims 2147483648 bytes, 0 are left" + damaged},
	{"shape of 2^31", holding(proto{}.Claim(7, 1<<31)), "blob 0 of layer 0 cannot be read at byte 24: field 7 claims 2147483648 bytes, 0 are left" + damaged},
	{"settings cut", inNet(layerOf("c", "Convolution").Add(106, proto{}.Claim(4, 9))), "the settings of layer 0 cannot be read at byte 25: field 4 claims 9 bytes, 0 are left" + damaged},
	{"no numbers", holding(shaped(2)), "blob 0 of layer 0 has 0 numbers, want 2 for its shape [2]" + damaged},
	{"too few", holding(shaped(3).Floats(5, 1, 2)), "blob 0 of layer 0 has 2 numbers, want 3 for its shape [3]" + damaged},
	{"too many", holding(shaped(1).Floats(5, 1, 2)), "blob 0 of layer 0 has 2 numbers, want 1 for its shape [1]" + damaged},
	{"too many, not packed", holding(shaped(1).Float(5, 1).Float(5, 2)), "blob 0 of layer 0 has 2 numbers, want 1 for its shape [1]" + damaged},
	{"half a number", holding(shaped(1).Text(5, "12345")), "field 5 of blob 0 of layer 0 cannot be read at byte 31: got 5 bytes of numbers, want a multiple of 4" + damaged},
	{"half a double", holding(shaped(1).Text(8, "1234")), "field 8 of blob 0 of layer 0 cannot be read at byte 31: got 4 bytes of numbers, want a multiple of 8" + damaged},
	{"floats and doubles", holding(vectorOf(1).Double(8, 1)), "blob 0 of layer 0 has its numbers as floats and as doubles, want one of them; which of them count cannot be known"},
	{"integers", holding(shaped(1).Int(5, 1)), "tensor c.weight: its blob cannot be read at byte 24: field 5 is of type 0, want numbers of 4 bytes" + damaged},
	{"doubles as floats", holding(shaped(1).Double(5, 1)), "tensor c.weight: its blob cannot be read at byte 24: field 5 is of type 1, want numbers of 4 bytes" + damaged},
	{"negative dimension", holding(shaped(-1)), "blob 0 of layer 0 has a dimension of -1, want 0 to 2147483647" + fetch},
	{"dimension of 2^62", holding(shaped(1 << 62)), "blob 0 of layer 0 has a dimension of 4611686018427387904, want 0 to 2147483647" + fetch},
	{"2^16 x 2^16", holding(shaped(1<<16, 1<<16)), "blob 0 of layer 0 has the shape [65536, 65536], more elements than a tensor may have (2147483647)" + fetch},
	{"2^31-1 claimed", holding(shaped(1<<31-1).Floats(5, 1)), "blob 0 of layer 0 has 1 numbers, want 2147483647 for its shape [2147483647]" + damaged},
	{"negative width", holding(proto{}.Int(4, -3).Floats(5, 1)), "blob 0 of layer 0 has a dimension of -3, want 0 to 2147483647" + fetch},
	{"product of the four", holding(proto{}.Int(1, 1<<20).Int(2, 1<<20).Int(3, 1<<20).Int(4, 1<<20)), "blob 0 of layer 0 has the shape [1048576, 1048576, 1048576, 1048576], more elements than a tensor may have (2147483647)" + fetch},
	{"100 dimensions", holding(shaped(make([]int64, 100)...)), "field 1 of the shape of blob 0 of layer 0 has more than 64 numbers" + fetch},
	{"100 kernels", inNet(layerOf("c", "Convolution").Add(106, proto{}.Ints(4, make([]int64, 100)...))), "field 4 of the settings of layer 0 has more than 64 numbers" + fetch},
	{"three blobs", inNet(layerOf("c", "Convolution", vectorOf(1), vectorOf(1), vectorOf(1))), "layer c of type Convolution has 3 blobs, want 2; the file is of another kind of Caffe, or damaged"},
	{"norm of two", inNet(layerOf("b", "BatchNorm", vectorOf(1), vectorOf(1))), "layer b of type BatchNorm has 2 blobs, want 3; the file is of another kind of Caffe, or damaged"},
	{"norm of four", inNet(layerOf("b", "BatchNorm", vectorOf(1), vectorOf(1), vectorOf(1), vectorOf(1))), "layer b of type BatchNorm has 4 blobs, want 3; the file is of another kind of Caffe, or damaged"},
	{"factor of two", inNet(layerOf("b", "BatchNorm", vectorOf(1, 1), vectorOf(1, 1), vectorOf(1, 1))), "the factor of layer b has the shape [2] of F32, want [1] of F32" + fetch},
	{"factor of none", inNet(layerOf("b", "BatchNorm", vectorOf(1), vectorOf(1), vectorOf())), "the factor of layer b has the shape [0] of F32, want [1] of F32" + fetch},
	{"factor of another type", inNet(layerOf("b", "BatchNorm", vectorOf(1), vectorOf(1), shaped(1).Double(8, 1))), "the factor of layer b has the shape [1] of F64, want [1] of F32" + fetch},
	{"no name", inNet(layerOf("", "Convolution", vectorOf(1))), "a layer of type Convolution has blobs and no name" + fetch},
	{"name twice", inNet(layerOf("c", "Convolution", vectorOf(1)), layerOf("c", "Convolution", vectorOf(2))), "tensor c.weight: is there twice, as two layers have the name c; which of them counts cannot be known"},
	{"oldest form", proto{}.Add(2, proto{}.Add(1, proto{}.Text(1, "c"))), "layer 0 has the form of Caffe before 2014 (V0); convert the file with Caffe's upgrade_net_proto_binary"},
	{"layers without end", inNet(make([]proto, 100)...), "got 9216 bytes of description, the limit is 8192; no network needs so much beside its numbers; put one network in a file"},
	{"blobs without end", inNet(layerOf("c", "X", make([]proto, 100)...)), "blob 0 of layer 0 has 0 numbers, want 1 for its shape [1, 1, 1, 1]" + damaged},
	{"empty blobs without end", inNet(layerOf("c", "X", times(vectorOf(), 100)...)), "got 8386 bytes of description, the limit is 8192; no network needs so much beside its numbers; put one network in a file"},
	{"long name", inNet(layerOf(strings.Repeat("n", 9000), "Convolution")), "got 10040 bytes of description, the limit is 8192; no network needs so much beside its numbers; put one network in a file"},
	{"five tensors", inNet(layerOf("c", "X", times(vectorOf(1), 5)...)), "got 5 tensors, the limit is 4; no network needs so many; keep those of one network in a file"},
}

func times(b proto, n int) []proto {
	list := make([]proto, n)
	for i := range list {
		list[i] = b
	}
	return list
}

func TestRefuses(t *testing.T) {
	filetest.Refused(t, Open, weightfile.Limits{Header: 8192, Tensors: 4}, nil, "caffe", ".caffemodel", broken)
}

// TestFactors: what no training writes does not stop the file from being read.
func TestFactors(t *testing.T) {
	for _, c := range []struct{ factor, want float32 }{{0, 0}, {-2, -1}, {float32(math.Inf(1)), 0}, {2, 1}} {
		f, err := Open(filetest.Memory("f", inNet(layerOf("b", "BatchNorm", vectorOf(2), vectorOf(2), vectorOf(c.factor))), nil))
		if err != nil {
			t.Fatal(err)
		}
		for i := range 2 {
			if raw, err := f.Bytes(i); err != nil || weightfile.F32.Floats(raw)[0] != c.want {
				t.Errorf("%v: got %v, %v, want %v", c.factor, raw, err, c.want)
			}
		}
	}
}

func FuzzOpen(f *testing.F) {
	for _, name := range []string{"first", "second", "unpacked"} {
		f.Add(filetest.Read(f, "../../../../testdata/weights/caffe/"+name+".caffemodel"))
	}
	for _, b := range broken {
		f.Add(b.Raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) { filetest.Fuzzed(t, Open, filetest.Memory("f", raw, nil)) })
}
