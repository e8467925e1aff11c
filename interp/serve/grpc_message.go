package serve

import (
	"encoding/binary"
	"math"
	"time"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// A ModelInferRequest is read here, and not by what is generated for it: a message of a few bytes can say a
// million tensors, each of which the generated code makes room for before anybody can refuse them.

// An inferMessage is a ModelInferRequest with what is used of it.
type inferMessage struct {
	Request
	inputs []inputMessage
	raw    [][]byte
	typed  bool // the response has numbers in contents, not raw
}

// An inputMessage is an InferInputTensor.
type inputMessage struct {
	name, datatype string
	shape          []int64
	numbers        []float32
	typed          bool // it has contents
	other          bool // contents that are no FP32
	shared         bool // it stands in memory that client and server are to share
}

// mostTensors is how many inputs, and how many outputs, a request may name.
const mostTensors = 256

// inferMessageOf reads a ModelInferRequest.
func inferMessageOf(b []byte) (*inferMessage, error) {
	m := new(inferMessage)
	err := fields(b, func(f field) (err error) {
		switch {
		case f.is(1, protowire.BytesType):
			m.Model, err = f.text("model_name")
		case f.is(2, protowire.BytesType):
			m.Version, err = f.text("model_version")
		case f.is(3, protowire.BytesType):
			m.ID, err = f.text("id")
		case f.is(4, protowire.BytesType):
			err = m.parameter(f.bytes)
		case f.is(5, protowire.BytesType):
			if len(m.inputs) == mostTensors {
				return invalid("the request has more than %d inputs", mostTensors)
			}
			m.inputs = append(m.inputs, inputMessage{})
			err = m.inputs[len(m.inputs)-1].read(f.bytes)
		case f.is(6, protowire.BytesType):
			if len(m.Outputs) == mostTensors {
				return invalid("the request asks for more than %d outputs", mostTensors)
			}
			err = m.output(f.bytes)
		case f.is(7, protowire.BytesType):
			if len(m.raw) == mostTensors {
				return invalid("raw_input_contents has more than %d tensors", mostTensors)
			}
			m.raw = append(m.raw, f.bytes)
		}
		return err
	})
	return m, err
}

// request is the message as a Request, whose tensors have at most so many numbers.
func (m *inferMessage) request(most int64) (*Request, error) {
	if m.raw != nil && len(m.raw) != len(m.inputs) {
		return nil, invalid("raw_input_contents has %d tensors for %d inputs; want one for each, in their order", len(m.raw), len(m.inputs))
	}
	for i, in := range m.inputs {
		count, ok := elements(in.shape, most)
		switch {
		case in.datatype != datatype:
			return nil, invalid("the input %q has the datatype %.20q, want %s", in.name, in.datatype, datatype)
		case in.shared:
			return nil, invalid("the input %q is in shared memory, which this server does not read; send its numbers", in.name)
		case in.other:
			return nil, invalid("the input %q has contents that are not fp32_contents, where those of %s are", in.name, datatype)
		case m.raw != nil && in.typed:
			return nil, invalid("the input %q has contents and the request has raw_input_contents; want one of them", in.name)
		case !ok:
			return nil, invalid("the input %q has the shape %v, which is no shape of at most %d numbers", in.name, in.shape, most)
		case m.raw != nil && int64(len(m.raw[i])) != 4*count:
			return nil, invalid("the input %q has %d bytes in raw_input_contents, want the %d of its shape %v", in.name, len(m.raw[i]), 4*count, in.shape)
		case m.raw == nil && int64(len(in.numbers)) != count:
			return nil, invalid("the input %q has %d numbers in fp32_contents, want the %d of its shape %v", in.name, len(in.numbers), count, in.shape)
		}
		if m.raw != nil {
			in.numbers = floats(m.raw[i])
		}
		m.Inputs = append(m.Inputs, Tensor{in.name, in.shape, in.numbers})
	}
	return &m.Request, nil
}

// read reads an InferInputTensor.
func (in *inputMessage) read(b []byte) error {
	return fields(b, func(f field) (err error) {
		switch {
		case f.is(1, protowire.BytesType):
			in.name, err = f.text("name")
		case f.is(2, protowire.BytesType):
			in.datatype, err = f.text("datatype")
		case f.is(3, protowire.VarintType):
			err = in.axis(f.number)
		case f.is(3, protowire.BytesType):
			for b := f.bytes; len(b) > 0 && err == nil; {
				size, n := protowire.ConsumeVarint(b)
				if n < 0 {
					return errMessage
				}
				b, err = b[n:], in.axis(size)
			}
		case f.is(4, protowire.BytesType):
			name, _, err := parameter(f.bytes)
			in.shared = in.shared || name == "shared_memory_region"
			return err
		case f.is(5, protowire.BytesType):
			in.typed = true
			err = fields(f.bytes, in.content)
		}
		return err
	})
}

// axis adds one to the shape.
func (in *inputMessage) axis(size uint64) error {
	if len(in.shape) == maxAxes {
		return invalid("the input %.200q has more than %d axes", in.name, maxAxes)
	}
	in.shape = append(in.shape, int64(size))
	return nil
}

// content is a field of InferTensorContents.
func (in *inputMessage) content(f field) error {
	switch {
	case f.is(6, protowire.Fixed32Type):
		in.numbers = append(in.numbers, math.Float32frombits(uint32(f.number)))
	case f.is(6, protowire.BytesType):
		if len(f.bytes)%4 != 0 {
			return errMessage
		}
		if in.numbers == nil {
			in.numbers = floats(f.bytes)
			return nil
		}
		for b := f.bytes; len(b) > 0; b = b[4:] {
			in.numbers = append(in.numbers, math.Float32frombits(binary.LittleEndian.Uint32(b)))
		}
	default:
		in.other = true
	}
	return nil
}

// output reads an InferRequestedOutputTensor.
func (m *inferMessage) output(b []byte) error {
	name, classes, shared := "", false, false
	err := fields(b, func(f field) (err error) {
		switch {
		case f.is(1, protowire.BytesType):
			name, err = f.text("name")
		case f.is(2, protowire.BytesType):
			key, _, err := parameter(f.bytes)
			classes, shared = classes || key == "classification", shared || key == "shared_memory_region"
			return err
		}
		return err
	})
	m.Outputs = append(m.Outputs, name)
	switch {
	case err != nil:
		return err
	case classes:
		return invalid("the output %q is asked for as classes, which this server gives for pictures alone, over HTTP", name)
	case shared:
		return invalid("the output %q is asked for in shared memory, which this server does not write", name)
	}
	return nil
}

// parameter reads one of the request.
func (m *inferMessage) parameter(b []byte) error {
	name, value, err := parameter(b)
	switch name {
	case "timeout": // in µs
		m.Timeout = 0
		if value.is(2, protowire.VarintType) {
			m.Timeout = time.Duration(min(max(int64(value.number), 0), math.MaxInt64/1000)) * time.Microsecond
		}
	case "binary_data_output":
		m.typed = value.is(1, protowire.VarintType) && value.number == 0
	}
	return err
}

// parameter reads an entry of a map of InferParameters.
func parameter(b []byte) (name string, value field, err error) {
	err = fields(b, func(f field) (err error) {
		switch {
		case f.is(1, protowire.BytesType):
			name, err = f.text("the name of a parameter")
		case f.is(2, protowire.BytesType):
			err = fields(f.bytes, func(f field) (err error) {
				switch {
				case f.is(3, protowire.BytesType):
					_, err = f.text("a parameter")
					value = f
				case f.is(1, protowire.VarintType), f.is(2, protowire.VarintType), f.is(4, protowire.Fixed64Type), f.is(5, protowire.VarintType):
					value = f
				}
				return err
			})
		}
		return err
	})
	return name, value, err
}

// A field of a message: bytes where its kind is that, a number otherwise.
type field struct {
	of     protowire.Number
	kind   protowire.Type
	bytes  []byte
	number uint64
}

func (f field) is(of protowire.Number, kind protowire.Type) bool { return f.of == of && f.kind == kind }

// text is the field as a text, which Protocol Buffers want to be UTF-8.
func (f field) text(what string) (string, error) {
	if !utf8.Valid(f.bytes) {
		return "", invalid("%s is not UTF-8: %.40q", what, f.bytes)
	}
	return string(f.bytes), nil
}

var errMessage = invalid("the message is not one of Protocol Buffers")

// fields hands out the fields of a message one after the other. Those that a reader does not know it passes over,
// as Protocol Buffers want it.
func fields(b []byte, each func(field) error) error {
	for len(b) > 0 {
		f := field{}
		of, kind, n := protowire.ConsumeTag(b)
		if n < 0 || !of.IsValid() {
			return errMessage
		}
		b, f.of, f.kind = b[n:], of, kind
		switch kind {
		case protowire.VarintType:
			f.number, n = protowire.ConsumeVarint(b)
		case protowire.Fixed32Type:
			var bits uint32
			bits, n = protowire.ConsumeFixed32(b)
			f.number = uint64(bits)
		case protowire.BytesType:
			f.bytes, n = protowire.ConsumeBytes(b)
		default:
			n = protowire.ConsumeFieldValue(of, kind, b)
		}
		if n < 0 {
			return errMessage
		}
		b = b[n:]
		if err := each(f); err != nil {
			return err
		}
	}
	return nil
}
