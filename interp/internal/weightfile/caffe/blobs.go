package caffe

import (
	"encoding/binary"
	"math"
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/wire"
	"cnnlang/ops/tensor"
)

// A blob is a BlobProto: where its numbers are.
type blob struct {
	shape      tensor.Shape
	count      int64
	number     protowire.Number // of the field that holds the numbers
	typ        weightfile.Type
	start, end int64 // the message in the file
}

const (
	data       = 5
	doubleData = 8
)

// readBlob reads a BlobProto but for its numbers, and holds these to the shape.
func (n *net) readBlob(m wire.Message) (*blob, error) {
	if err := n.walker.Charge(256); err != nil {
		return nil, err
	}
	b := &blob{start: m.Start, end: m.End, number: data, typ: weightfile.F32}
	legacy, dims, shaped := [4]int64{1, 1, 1, 1}, []int64(nil), false
	counts := map[protowire.Number]int64{}
	err := m.Walk(func(f wire.Field) (err error) {
		switch f.Number {
		case 1, 2, 3, 4:
			legacy[f.Number-1] = int64(f.Word)
		case 7:
			shaped = true
			err = f.Body.Called("the shape of " + m.String()).Walk(func(f wire.Field) (err error) {
				if f.Number == 1 {
					dims, err = f.Ints(dims)
				}
				return err
			})
		case data, doubleData:
			size := int64(4)
			if f.Number == doubleData {
				size = 8
			}
			var count int64
			count, err = f.Count(size)
			counts[f.Number] += count
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if !shaped {
		dims = legacy[:]
	}
	for _, d := range dims {
		if d < 0 || d > math.MaxInt32 {
			return nil, n.in.Corrupt("", "%v has a dimension of %d, want 0 to %d; the file is damaged, fetch it again", m, d, math.MaxInt32)
		}
		b.shape = append(b.shape, int(d))
	}
	var ok bool
	if b.count, ok = weightfile.Elements(b.shape); !ok {
		return nil, n.in.Corrupt("", "%v has the shape %v, more elements than a tensor may have (%d); the file is damaged, fetch it again", m, b.shape, math.MaxInt32)
	}
	if counts[doubleData] > 0 {
		if counts[data] > 0 {
			return nil, n.in.Corrupt("", "%v has its numbers as floats and as doubles, want one of them; which of them count cannot be known", m)
		}
		b.number, b.typ = doubleData, weightfile.F64
	}
	if got := counts[b.number]; got != b.count {
		return nil, n.in.Corrupt("", "%v has %d numbers, want %d for its shape %v; the file is damaged or was cut short, fetch it again", m, got, b.count, b.shape)
	}
	return b, nil
}

func (b *blob) read(w *wire.Walker) ([]byte, error) {
	return w.In(b.start, b.end, "its blob").Fixed(b.number, int64(b.typ.Size()), b.count)
}

// A part is a tensor of a layer.
type part struct {
	weightfile.Tensor
	blob   *blob
	factor *blob // by which the numbers have to be divided, or nil
}

// leaves are what the blobs of layers are.
var leaves = map[string][]string{
	"Convolution":   {"weight", "bias"},
	"Deconvolution": {"weight", "bias"},
	"InnerProduct":  {"weight", "bias"},
	"Scale":         {"weight", "bias"},
	"PReLU":         {"weight"},
	"Bias":          {"bias"},
	"BatchNorm":     {"running_mean", "running_var", ""}, // the third is the factor of the others
}

// parts are the tensors of the layer. Those of a layer that is not known are weight and bias,
// or numbered if there are more.
func (l *layer) parts(in weightfile.Input) ([]part, error) {
	names, known := leaves[l.kind]
	if !known && len(l.blobs) <= 2 {
		names = []string{"weight", "bias"}
	}
	shown := weightfile.Shown(l.name)
	if known && len(l.blobs) > len(names) || l.kind == "BatchNorm" && len(l.blobs) != 3 && len(l.blobs) > 0 {
		return nil, in.Corrupt("", "layer %s of type %s has %d blobs, want %d; the file is of another kind of Caffe, or damaged", shown, weightfile.Shown(l.kind), len(l.blobs), len(names))
	}
	if l.name == "" && len(l.blobs) > 0 {
		return nil, in.Corrupt("", "a layer of type %s has blobs and no name; the file is damaged, fetch it again", weightfile.Shown(l.kind))
	}
	var parts []part
	for i, b := range l.blobs {
		p := part{blob: b, Tensor: weightfile.Tensor{Type: b.typ, Shape: b.shape, Layer: l.name, Leaf: strconv.Itoa(i)}}
		if i < len(names) {
			p.Leaf = names[i]
		}
		if p.Leaf == "" {
			continue
		}
		if l.kind == "BatchNorm" {
			if p.factor = l.blobs[2]; p.factor.count != 1 || p.factor.typ != b.typ {
				return nil, in.Corrupt("", "the factor of layer %s has the shape %v of %s, want [1] of %s; the file is damaged, fetch it again", shown, p.factor.shape, p.factor.typ, b.typ)
			}
		}
		l.lay(&p)
		parts = append(parts, p)
	}
	return parts, nil
}

// lay says what the axes of a tensor are. Before Caffe had shapes every blob had four axes.
func (l *layer) lay(p *part) {
	s := p.Shape
	switch {
	case p.Leaf != "weight" || l.kind == "Scale" || l.kind == "PReLU":
		if long, ok := vector(s); ok && leaves[l.kind] != nil {
			p.Shape, p.Axes = tensor.Shape{long}, weightfile.C
		}
	case l.kind == "Convolution" && len(s) == 4:
		p.Axes = weightfile.OIHW
	case l.kind == "Deconvolution" && len(s) == 4:
		p.Axes = weightfile.IOHW
	case l.kind == "InnerProduct":
		if len(s) == 4 && s[0] == 1 && s[1] == 1 {
			p.Shape = s[2:]
		}
		if len(p.Shape) == 2 {
			p.Axes = weightfile.OI
			if l.settings.transposed {
				p.Axes = weightfile.IO
			}
		}
	}
}

// vector is the length of a shape whose axes but one are 1.
func vector(s tensor.Shape) (int, bool) {
	long := 1
	for _, size := range s {
		if size != 1 {
			if long != 1 {
				return 0, false
			}
			long = size
		}
	}
	return long, true
}

// read returns the numbers; those of a BatchNorm are sums, which it multiplies by the inverse
// of the factor that it has counted along, or 0 if that is 0.
func (p *part) read(w *wire.Walker) ([]byte, error) {
	raw, err := p.blob.read(w)
	if err != nil || p.factor == nil {
		return raw, err
	}
	factor, err := p.factor.read(w)
	if err != nil {
		return nil, err
	}
	if p.Type == weightfile.F64 {
		by := inverse(math.Float64frombits(binary.LittleEndian.Uint64(factor)))
		for i := 0; i < len(raw); i += 8 {
			binary.LittleEndian.PutUint64(raw[i:], math.Float64bits(by*math.Float64frombits(binary.LittleEndian.Uint64(raw[i:]))))
		}
		return raw, nil
	}
	by := inverse(math.Float32frombits(binary.LittleEndian.Uint32(factor)))
	for i := 0; i < len(raw); i += 4 {
		binary.LittleEndian.PutUint32(raw[i:], math.Float32bits(by*math.Float32frombits(binary.LittleEndian.Uint32(raw[i:]))))
	}
	return raw, nil
}

func inverse[T float32 | float64](factor T) T {
	if factor == 0 {
		return 0
	}
	return 1 / factor
}
