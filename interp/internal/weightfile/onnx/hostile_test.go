package onnx

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/filetest"
)

type proto = filetest.Proto

// inModel wraps a graph.
func inModel(graph proto) []byte { return proto{}.Int(1, 8).Text(2, "test").Add(7, graph) }

// holding is a model with one tensor.
func holding(t proto) []byte { return inModel(proto{}.Add(5, t)) }

// vector is a tensor w of two floats without its numbers.
func vector() proto { return proto{}.Ints(1, 2).Int(2, 1).Text(8, "w") }

// elsewhere is vector with its numbers in another file.
func elsewhere(settings ...string) proto {
	t := vector().Int(14, 1)
	for i := 0; i < len(settings); i += 2 {
		t = t.Add(13, proto{}.Text(1, settings[i]).Text(2, settings[i+1]))
	}
	return t
}

func operation(op string, inputs []string, output string) proto {
	n := proto{}.Text(4, op).Text(2, output)
	for _, i := range inputs {
		n = n.Text(1, i)
	}
	return n
}

var siblings = map[string][]byte{"w.data": []byte("12345678")}

const (
	damaged = "; the file is damaged or was cut short, fetch it again"
	fetch   = "; the file is damaged, fetch it again"
)

var broken = []filetest.Broken{
	{"empty", nil, "has no graph, want an ONNX model; it is no ONNX file or was cut short, fetch it again"},
	{"no graph", proto{}.Int(1, 8), "has no graph, want an ONNX model; it is no ONNX file or was cut short, fetch it again"},
	{"two graphs", append(holding(vector()), holding(vector())...), "tensor w: has 0 numbers, want 2 for the shape [2]" + damaged},
	{"two empty graphs", proto{}.Add(7, nil).Add(7, nil), "the model has two graphs, want one; which of them counts cannot be known, export it again"},
	{"text", []byte("hello, world"), "the model cannot be read at byte 2: field 13 is of type 4, want 0, 1, 2 or 5" + damaged},
	{"zeros", make([]byte, 100), "the model cannot be read at byte 0: no field begins there" + damaged},
	{"ones", bytes.Repeat([]byte{255}, 100), "the model cannot be read at byte 0: no field begins there" + damaged},
	{"a group", []byte{0x0b, 0x0c}, "the model cannot be read at byte 0: field 1 is of type 3, want 0, 1, 2 or 5" + damaged},
	{"wire type 7", []byte{0x0f}, "the model cannot be read at byte 0: field 1 is of type 7, want 0, 1, 2 or 5" + damaged},
	{"tag cut", []byte{0x88}, "the model cannot be read at byte 0: no field begins there" + damaged},
	{"varint cut", []byte{0x08, 0x80}, "the model cannot be read at byte 0: field 1 ends before its value does" + damaged},
	{"varint too long", append([]byte{0x08}, bytes.Repeat([]byte{0x80}, 20)...), "the model cannot be read at byte 0: field 1 ends before its value does" + damaged},
	{"graph cut", holding(vector().Floats(4, 1, 2))[:20], "the model cannot be read at byte 8: field 7 claims 20 bytes, 10 are left" + damaged},
	{"graph of 2^63", proto{}.Claim(7, 1<<63), "the model cannot be read at byte 0: field 7 claims 9223372036854775808 bytes, 0 are left" + damaged},
	{"graph of 2^64-1", proto{}.Claim(7, 1<<64-1), "the model cannot be read at byte 0: field 7 claims 18446744073709551615 bytes, 0 are left" + damaged},
	{"tensor of 2^40", inModel(proto{}.Claim(5, 1<<40)), "the graph cannot be read at byte 10: field 5 claims 1099511627776 bytes, 0 are left" + damaged},
	{"node of 2^31", inModel(proto{}.Claim(1, 1<<31)), "the graph cannot be read at byte 10: field 1 claims 2147483648 bytes, 0 are left" + damaged},
	{"name of 2^31", holding(proto{}.Claim(8, 1<<31)), "initialiser 0 cannot be read at byte 12: field 8 claims 2147483648 bytes, 0 are left" + damaged},
	{"attribute of 2^31", inModel(proto{}.Add(1, proto{}.Claim(5, 1<<31))), "node 0 cannot be read at byte 12: field 5 claims 2147483648 bytes, 0 are left" + damaged},
	{"no name", holding(proto{}.Ints(1, 1).Int(2, 1).Floats(4, 1)), "tensor 0 of the graph has no name; the file is damaged, export the model again"},
	{"no numbers", holding(vector()), "tensor w: has 0 numbers, want 2 for the shape [2]" + damaged},
	{"too few", holding(vector().Floats(4, 1)), "tensor w: has 1 numbers, want 2 for the shape [2]" + damaged},
	{"too many", holding(vector().Floats(4, 1, 2, 3)), "tensor w: has 3 numbers, want 2 for the shape [2]" + damaged},
	{"too many, not packed", holding(vector().Float(4, 1).Float(4, 2).Float(4, 3)), "tensor w: has 3 numbers, want 2 for the shape [2]" + damaged},
	{"half a number", holding(vector().Text(4, "12345678901")), "field 4 of initialiser 0 cannot be read at byte 22: got 11 bytes of numbers, want a multiple of 4" + damaged},
	{"raw too short", holding(vector().Text(9, "1234")), "tensor w: has 4 bytes of raw data, want 8 for the shape [2] of F32" + fetch},
	{"raw too long", holding(vector().Text(9, "123456789")), "tensor w: has 9 bytes of raw data, want 8 for the shape [2] of F32" + fetch},
	{"raw and typed", holding(vector().Text(9, "12345678").Floats(4, 1, 2)), "tensor w: has its numbers twice, want them once; which of them count cannot be known, export the model again"},
	{"raw twice", holding(vector().Text(9, "12345678").Text(9, "12345678")), "tensor w: has its numbers twice, want them once; which of them count cannot be known, export the model again"},
	{"of another field", holding(vector().Ints(5, 1, 2)), "tensor w: holds F32 in field 5, want field 4 or raw data; the file is damaged, export the model again"},
	{"negative dimension", holding(vector().Ints(1, -1)), "tensor w: has a dimension of -1, want 0 to 2147483647" + fetch},
	{"2^62", holding(vector().Ints(1, 1<<62)), "tensor w: has a dimension of 4611686018427387904, want 0 to 2147483647" + fetch},
	{"2^20 x 2^20", holding(proto{}.Ints(1, 1<<20, 1<<20).Int(2, 1).Text(8, "w")), "tensor w: has the shape [1048576, 1048576], more elements than a tensor may have (2147483647)" + fetch},
	{"2^31-1 claimed", holding(proto{}.Ints(1, 1<<31-1).Int(2, 11).Text(8, "w").Text(9, "1234")), "tensor w: has 4 bytes of raw data, want 17179869176 for the shape [2147483647] of F64" + fetch},
	{"100 dimensions", holding(proto{}.Ints(1, make([]int64, 100)...)), "field 1 of initialiser 0 has more than 64 numbers" + fetch},
	{"100 dimensions, not packed", holding(proto(bytes.Repeat(proto{}.Int(1, 1), 100))), "field 1 of initialiser 0 has more than 64 numbers" + fetch},
	{"dimensions as floats", holding(proto{}.Float(1, 1)), "field 1 of initialiser 0 cannot be read at byte 12: it holds no integers" + damaged},
	{"dimension cut", holding(proto{}.Text(1, "\x80")), "field 1 of initialiser 0 cannot be read at byte 14: it ends before its number does" + damaged},
	{"a segment", holding(vector().Text(3, "")), "initialiser 0 holds a segment of a tensor, want whole tensors; export the model again"},
	{"name twice", inModel(proto{}.Add(5, vector().Floats(4, 1, 2)).Add(5, vector().Floats(4, 1, 2))), "tensor w: is there twice; which of them counts cannot be known, export the model again"},
	{"type 0", holding(proto{}.Ints(1, 1).Text(8, "w").Floats(4, 1)), "tensor w: holds type 0, which is not read; export the model with FLOAT, FLOAT16, BFLOAT16 or DOUBLE"},
	{"float 8", holding(proto{}.Ints(1, 1).Int(2, 17).Text(8, "w").Text(9, "1")), "tensor w: holds FLOAT8E4M3FN, which is not read; export the model with FLOAT, FLOAT16, BFLOAT16 or DOUBLE"},
	{"varints too few", holding(proto{}.Ints(1, 2).Int(2, 7).Text(8, "w").Ints(7, 1<<40)), "tensor w: it has 1 or more numbers in its field 7, want 2" + damaged},
	{"varints too many", holding(proto{}.Ints(1, 2).Int(2, 7).Text(8, "w").Ints(7, 1, 2, 3)), "tensor w: it has 3 or more numbers in its field 7, want 2" + damaged},
	{"doubles as floats", holding(proto{}.Ints(1, 2).Int(2, 11).Text(8, "w").Float(10, 1).Float(10, 1)), "tensor w: it cannot be read at byte 12: field 10 is of type 5, want numbers of 8 bytes" + damaged},
	{"external without a name", holding(elsewhere()), "tensor w: has its numbers in another file and does not say in which; export the model again"},
	{"external missing", holding(elsewhere("location", "none.data")), "tensor w: has its numbers in none.data, in the folder of the model, which cannot be read: no such file; fetch that file too"},
	{"external upwards", holding(elsewhere("location", "../../etc/passwd")), "tensor w: has its numbers in ../../etc/passwd, which is not in the folder of the model, and no other is looked into; move that file there and export the model again"},
	{"external past the end", holding(elsewhere("location", "w.data", "offset", "1")), "tensor w: would be 8 bytes at 1 of w.data, which has 8; it is another file or was cut short, fetch it again"},
	{"external far away", holding(elsewhere("location", "w.data", "offset", "9223372036854775807")), "tensor w: would be 8 bytes at 9223372036854775807 of w.data, which has 8; it is another file or was cut short, fetch it again"},
	{"external before the start", holding(elsewhere("location", "w.data", "offset", "-8")), "tensor w: has the offset -8 in w.data, want a number of bytes" + fetch},
	{"external of no number", holding(elsewhere("location", "w.data", "length", "many")), "tensor w: has the length many in w.data, want a number of bytes" + fetch},
	{"external of another length", holding(elsewhere("location", "w.data", "length", "4")), "tensor w: has 4 bytes in w.data, want 8 for the shape [2] of F32" + fetch},
	{"no weights", inModel(proto{}.Add(1, operation("Relu", []string{"x"}, "y"))), "holds no weights: none of its 1 nodes has an initialiser or a Constant as its weight; export the model with its parameters (export_params=True)"},
	{"constants", inModel(proto{}.Add(5, proto{}.Ints(1, 1).Int(2, 7).Text(8, "s").Ints(7, 4)).Add(1, operation("ConstantOfShape", []string{"s"}, "w")).Add(1, operation("Conv", []string{"x", "w"}, "y"))),
		"has nothing to read for 1 of the 1 layers: their weights are made by ConstantOfShape nodes, so the file is the structure of a network only; fetch one with trained weights"},
	{"names without end", holding(vector().Text(8, strings.Repeat("n", 8000))), "got 9093 bytes of description, the limit is 8192; no network needs so much beside its numbers; put one network in a file"},
	{"nodes without end", inModel(proto(bytes.Repeat(proto{}.Add(1, nil), 1000))), "got 8212 bytes of description, the limit is 8192; no network needs so much beside its numbers; put one network in a file"},
	{"tensors without end", inModel(proto(strings.Repeat(string(proto{}.Add(5, vector().Floats(4, 1, 2))), 1)).Add(5, proto{}.Text(8, "a").Int(2, 1).Floats(4, 1)).Add(5, proto{}.Text(8, "b").Int(2, 1).Floats(4, 1))), "got 3 tensors, the limit is 2; no network needs so many; keep those of one network in a file"},
}

func TestRefuses(t *testing.T) {
	filetest.Refused(t, Open, weightfile.Limits{Header: 8192, Tensors: 2}, siblings, "onnx", ".onnx", broken)
}

// TestNamesOfOneTensor: Identity nodes give a tensor further names, each a weight of its own;
// how often, is limited by the bytes that there are.
func TestNamesOfOneTensor(t *testing.T) {
	shared := func(names, size int) []byte {
		g := proto{}.Add(5, proto{}.Ints(1, int64(size)).Int(2, 1).Text(8, "w").Text(9, strings.Repeat("\x00", 4*size)))
		for i := range names {
			alias := fmt.Sprintf("w%d", i)
			g = g.Add(1, operation("Identity", []string{"w"}, alias)).Add(1, operation("BatchNormalization", []string{"x", "w", alias, "w", "w"}, fmt.Sprintf("y%d", i)))
		}
		return inModel(g)
	}
	f, err := Open(filetest.Memory("f", shared(3, 1<<10), nil))
	if err != nil || len(f.Tensors()) != 4 || f.Tensors()[3].Name != "w2" || f.Tensors()[3].Leaf != "bias" {
		t.Fatalf("got %v", err)
	}
	if raw, err := f.Bytes(3); err != nil || len(raw) != 4<<10 {
		t.Errorf("got %d bytes, %v", len(raw), err)
	}
	_, err = Open(filetest.Memory("f", shared(100, 1<<18), nil))
	if err == nil || !strings.HasPrefix(err.Error(), "weights: f: got 34603008 bytes of tensors that share their numbers, the limit is 33") {
		t.Errorf("got %v", err)
	}
}

// TestNotes: what is passed over, and what a file is that no net can use.
func TestNotes(t *testing.T) {
	g := proto{}.Add(5, vector().Floats(4, 1, 2)).Add(15, nil).Add(1, operation("QLinearConv", []string{"x", "s", "z", "w"}, "y")).
		Add(1, operation("If", []string{"y"}, "z").Add(5, proto{}.Text(1, "then_branch").Add(6, nil)))
	f, err := Open(filetest.Memory("f", inModel(g), nil))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"sparse initialisers are passed over: 1",
		"it is a quantised model, whose weights are integers (there is a QLinearConv); take the one in floats that it was made from",
		"the graphs inside of a node are passed over",
	}
	if got := f.About().Notes; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// counting counts what is read.
type counting struct {
	io.ReaderAt
	n int64
}

func (c *counting) ReadAt(p []byte, at int64) (int, error) {
	c.n += int64(len(p))
	return c.ReaderAt.ReadAt(p, at)
}

// TestOpeningLeavesTheNumbers: of 4 MB of numbers next to nothing is read before they are asked for.
func TestOpeningLeavesTheNumbers(t *testing.T) {
	raw := holding(proto{}.Ints(1, 1<<20).Int(2, 1).Text(8, "w").Text(9, strings.Repeat("\x00", 4<<20)))
	in := filetest.Memory("f", raw, nil)
	c := &counting{ReaderAt: in.ReaderAt}
	in.ReaderAt = c
	f, err := Open(in)
	if err != nil || c.n > 8192 {
		t.Fatalf("%d bytes were read, %v", c.n, err)
	}
	if _, err := f.Bytes(0); err != nil || c.n > 4<<20+16384 {
		t.Errorf("%d bytes were read, %v", c.n, err)
	}
}

func FuzzOpen(f *testing.F) {
	for _, name := range []string{"net.onnx", "train.onnx", "types.onnx"} {
		f.Add(filetest.Read(f, "../../../../testdata/weights/onnx/"+name))
	}
	for _, b := range broken {
		f.Add(b.Raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		filetest.Fuzzed(t, Open, filetest.Memory("f", raw, map[string][]byte{"w.data": []byte("12345678"), "types.data": make([]byte, 100)}))
	})
}
