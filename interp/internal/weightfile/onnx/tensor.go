package onnx

import (
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/wire"
	"cnnlang/ops/tensor"
)

// An element is a type of elements: its size, and the field that holds its numbers where they
// are not raw, of words of another size or 0 for varints.
type element struct {
	typ   weightfile.Type
	size  int64
	field protowire.Number
	words int64
}

const (
	floatData  = 4
	int32Data  = 5
	int64Data  = 7
	rawData    = 9
	doubleData = 10
	uint64Data = 11
)

// elements are those that can be read, by their numbers in TensorProto.DataType.
var elements = map[uint64]element{
	1:  {weightfile.F32, 4, floatData, 4},
	2:  {weightfile.U8, 1, int32Data, 0},
	3:  {weightfile.I8, 1, int32Data, 0},
	4:  {weightfile.U16, 2, int32Data, 0},
	5:  {weightfile.I16, 2, int32Data, 0},
	6:  {weightfile.I32, 4, int32Data, 0},
	7:  {weightfile.I64, 8, int64Data, 0},
	9:  {weightfile.Bool, 1, int32Data, 0},
	10: {weightfile.F16, 2, int32Data, 0},
	11: {weightfile.F64, 8, doubleData, 8},
	12: {weightfile.U32, 4, uint64Data, 0},
	13: {weightfile.U64, 8, uint64Data, 0},
	14: {weightfile.C64, 8, floatData, 4},
	16: {weightfile.BF16, 2, int32Data, 0},
}

// otherTypes are those that are named only.
var otherTypes = map[uint64]string{8: "STRING", 15: "COMPLEX128", 17: "FLOAT8E4M3FN", 18: "FLOAT8E4M3FNUZ", 19: "FLOAT8E5M2", 20: "FLOAT8E5M2FNUZ",
	21: "UINT4", 22: "INT4", 23: "FLOAT4E2M1", 24: "FLOAT8E8M0"}

// Tensors reads the TensorProtos of one file, and finds their numbers where they are in others.
type Tensors struct {
	in     weightfile.Input
	walker *wire.Walker
	files  map[string]otherFile // that hold numbers, by location
	others int64                // their sizes
	// Described says that only what is said of tensors is wanted: numbers in other files are not
	// looked for, and cannot be read.
	Described bool
}

// NewTensors reads those of a file that is being walked over.
func NewTensors(in weightfile.Input, w *wire.Walker) *Tensors {
	return &Tensors{in: in, walker: w, files: map[string]otherFile{}}
}

// Others is how many bytes the other files have in all.
func (g *Tensors) Others() int64 { return g.others }

// remember charges the budget for a node or tensor that is kept: what it takes with its maps
// and what is said of it.
func (g *Tensors) remember() error { return g.walker.Charge(1024) }

// A Stored is a TensorProto: where its numbers are.
type Stored struct {
	name       string
	typ        uint64
	shape      tensor.Shape
	count      int64 // elements
	start, end int64 // the message in the file
	raw        int64 // where the raw data are, if isRaw
	isRaw      bool
	external   *external
	constant   bool // the value of a Constant node
	noWeight   bool // the file says so
}

// An external is where numbers are in another file of the folder.
type external struct {
	location     string
	offset, size int64
	otherFile
}

func (t *Stored) typeName() string {
	if name := otherTypes[t.typ]; name != "" {
		return name
	}
	return fmt.Sprintf("type %d", t.typ)
}

func (t *Stored) elementType() weightfile.Type {
	if e, ok := elements[t.typ]; ok {
		return e.typ
	}
	return weightfile.Type(t.typeName())
}

// noWeight is the doc_string of tensors that interp/onnx writes of numbers of a net's text.
const noWeight = "constant"

// Read reads a TensorProto but for its numbers.
func (g *Tensors) Read(m wire.Message) (*Stored, error) {
	t := &Stored{start: m.Start, end: m.End}
	if err := g.remember(); err != nil {
		return nil, err
	}
	var dims []int64
	settings := map[string]string{}
	elsewhere := false
	held := map[protowire.Number][]wire.Field{}
	err := m.Walk(func(f wire.Field) (err error) {
		switch f.Number {
		case 1:
			dims, err = f.Ints(dims)
		case 2:
			t.typ = f.Word
		case 3:
			return g.in.Corrupt("", "%v holds a segment of a tensor, want whole tensors; export the model again", m)
		case 8:
			t.name, err = f.Body.Text()
		case rawData, floatData, int32Data, int64Data, doubleData, uint64Data:
			// Of numbers that are not packed, the first will do: they are counted when read.
			if len(held[f.Number]) < 2 {
				held[f.Number] = append(held[f.Number], f)
			}
		case 12:
			var about string
			about, err = f.Body.Text()
			t.noWeight = about == noWeight
		case 13:
			err = pair(f.Body, settings)
		case 14:
			elsewhere = f.Word == 1
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, d := range dims {
		if d < 0 || d > math.MaxInt32 {
			return nil, g.in.Corrupt(t.name, "has a dimension of %d, want 0 to %d; the file is damaged, fetch it again", d, math.MaxInt32)
		}
		t.shape = append(t.shape, int(d))
	}
	var ok bool
	if t.count, ok = weightfile.Elements(t.shape); !ok {
		return nil, g.in.Corrupt(t.name, "has the shape %v, more elements than a tensor may have (%d); the file is damaged, fetch it again", t.shape, math.MaxInt32)
	}
	if elsewhere {
		return t, g.refer(t, settings)
	}
	return t, t.compare(g.in, m, held)
}

// compare holds the numbers in the message to the shape.
func (t *Stored) compare(in weightfile.Input, m wire.Message, held map[protowire.Number][]wire.Field) error {
	e, known := elements[t.typ]
	if !known {
		return nil
	}
	if raw := held[rawData]; len(raw) > 0 {
		switch {
		case len(raw) > 1 || len(held) > 1:
			return in.Corrupt(t.name, "has its numbers twice, want them once; which of them count cannot be known, export the model again")
		case raw[0].Type != protowire.BytesType || raw[0].Body.Len() != t.count*e.size:
			return in.Corrupt(t.name, "has %d bytes of raw data, want %d for the shape %v of %s; the file is damaged, fetch it again", raw[0].Body.Len(), t.count*e.size, t.shape, e.typ)
		}
		t.isRaw, t.raw = true, raw[0].Body.Start
		return nil
	}
	for number := range held {
		if number != e.field {
			return in.Corrupt(t.name, "holds %s in field %d, want field %d or raw data; the file is damaged, export the model again", e.typ, number, e.field)
		}
	}
	most := int64(0)
	if err := m.Walk(func(f wire.Field) error {
		if f.Number != e.field {
			return nil
		}
		n, err := f.Count(e.words)
		most += n
		return err
	}); err != nil {
		return err
	}
	want := t.count * t.perElement()
	if most < want || e.words > 0 && most != want {
		return in.Corrupt(t.name, "has %d numbers, want %d for the shape %v; the file is damaged or was cut short, fetch it again", most, want, t.shape)
	}
	return nil
}

// Name is what the file calls it, "" where a node has it in its place.
func (t *Stored) Name() string { return t.name }

// Shape is its shape in the file.
func (t *Stored) Shape() tensor.Shape { return t.shape }

// Count is how many elements it has.
func (t *Stored) Count() int64 { return t.count }

// Type is that of its elements; the file may have types that cannot be read, whose Size is 0.
func (t *Stored) Type() weightfile.Type { return t.elementType() }

// Constant reports whether the file says that the tensor is no weight, as this program's do.
func (t *Stored) Constant() bool { return t.noWeight }

// perElement is how many numbers an element is: a complex one two.
func (t *Stored) perElement() int64 {
	if t.typ == 14 {
		return 2
	}
	return 1
}

// perChannel recognises [C, 1, 1], which exporters make of the slopes [C] of a PRelu so that they
// can be multiplied.
func (t *Stored) perChannel() bool {
	return len(t.shape) == 3 && t.shape[1] == 1 && t.shape[2] == 1
}

// pair reads an entry of external_data.
func pair(m wire.Message, into map[string]string) error {
	var key, value string
	err := m.Walk(func(f wire.Field) (err error) {
		switch f.Number {
		case 1:
			key, err = f.Body.Text()
		case 2:
			value, err = f.Body.Text()
		}
		return err
	})
	into[key] = value
	return err
}

// Numbers are its elements, row-major and little-endian. The error does not name it.
func (t *Stored) Numbers(in weightfile.Input) ([]byte, error) {
	e, known := elements[t.typ]
	m := wire.New(in).In(t.start, t.end, "it")
	switch {
	case !known:
		return nil, in.Corrupt("", "holds %s, which is not read; export the model with FLOAT, FLOAT16, BFLOAT16 or DOUBLE", t.typeName())
	case t.external != nil && t.external.file == nil:
		return nil, in.Corrupt("", "has its numbers in %s, which was not opened", weightfile.Shown(t.external.location))
	case t.external != nil:
		other := in
		other.ReaderAt, other.Size = t.external.file, t.external.whole
		return other.At(t.external.offset, t.external.size, "its numbers in "+weightfile.Shown(t.external.location))
	case t.isRaw:
		return in.At(t.raw, t.count*e.size, "its raw data")
	case e.words > 0:
		return m.Fixed(e.field, e.words, t.count*t.perElement())
	}
	return m.Varints(e.field, e.size, t.count)
}
