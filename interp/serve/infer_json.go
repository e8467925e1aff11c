package serve

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"
)

// The JSON of the protocol, with the extension for binary tensors (github.com/triton-inference-server/server,
// docs/protocol/extension_binary_data.md): the numbers may stand behind the JSON, in the order of its tensors.

type inferRequest struct {
	ID         string                `json:"id"`
	Parameters map[string]jsonScalar `json:"parameters"`
	Inputs     []inputJSON           `json:"inputs"`
	Outputs    []outputJSON          `json:"outputs"`
}

type inputJSON struct {
	Name       string                `json:"name"`
	Shape      []int64               `json:"shape"`
	Datatype   string                `json:"datatype"`
	Parameters map[string]jsonScalar `json:"parameters"`
	Data       json.RawMessage       `json:"data"`
}

type outputJSON struct {
	Name       string                `json:"name"`
	Parameters map[string]jsonScalar `json:"parameters"`
}

// A jsonScalar is the value of a parameter, which the protocol has as text, number or boolean.
type jsonScalar struct{ value any }

func (s *jsonScalar) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, &s.value) }

// isTrue reports whether a parameter is set.
func isTrue(parameters map[string]jsonScalar, name string) bool {
	b, _ := parameters[name].value.(bool)
	return b
}

// A wire says how a response is to be written.
type wire struct {
	binary map[string]bool // by the names of outputs
	all    bool            // those without a name here
}

// parsed reads the body of an inference: JSON of so many bytes, and numbers behind it. What the numbers take is held.
func (e *engine) parsed(r *Request, body []byte, header int, h *held) (*wire, error) {
	if err := h.more(int64(header)); err != nil { // the data of tensors are copied out of it
		return nil, err
	}
	var in inferRequest
	if err := json.Unmarshal(body[:header], &in); err != nil {
		return nil, invalid("the body is not a request in JSON: %v", err)
	}
	r.ID = in.ID
	w := &wire{binary: map[string]bool{}, all: isTrue(in.Parameters, "binary_data_output")}
	if us, ok := in.Parameters["timeout"].value.(float64); ok && us > 0 {
		r.Timeout = time.Duration(min(us, float64(math.MaxInt64/1000)) * 1000)
	}
	behind := body[header:]
	for _, t := range in.Inputs {
		one, rest, err := t.tensor(e, behind, h)
		if err != nil {
			return nil, err
		}
		behind = rest
		r.Inputs = append(r.Inputs, one)
	}
	if len(behind) > 0 {
		return nil, invalid("%d bytes stand behind the tensors of the request", len(behind))
	}
	for _, o := range in.Outputs {
		r.Outputs = append(r.Outputs, o.Name)
		if _, said := o.Parameters["binary_data"]; said {
			w.binary[o.Name] = isTrue(o.Parameters, "binary_data")
		}
		if _, said := o.Parameters["classification"]; said {
			return nil, invalid("the output %q is asked for as classes, which this server gives for pictures alone: POST them to the model's address, with /classify behind it", o.Name)
		}
	}
	if r.answer = perText; w.all && len(w.binary) == 0 {
		r.answer = perBinary
	}
	return w, nil
}

// Bytes that a body takes for a number of an answer, which grows as it is written.
const (
	perText   = 2 * 16 // -1.1754944e-38 and a comma
	perBinary = 2 * 4
)

// tensor is an input as the JSON has it.
func (t *inputJSON) tensor(e *engine, behind []byte, h *held) (one Tensor, rest []byte, err error) {
	one = Tensor{Name: t.Name, Shape: t.Shape}
	if t.Datatype != datatype {
		return one, nil, invalid("the input %q has the datatype %.20q, want %s", t.Name, t.Datatype, datatype)
	}
	if len(t.Shape) > maxAxes {
		return one, nil, invalid("the input %q has %d axes, want at most %d", t.Name, len(t.Shape), maxAxes)
	}
	if !slices.Contains(e.net.InputNames(), t.Name) {
		return one, nil, invalid("there is no input called %q%s", t.Name, e.near(t.Name, e.net.InputNames()))
	}
	count, ok := elements(t.Shape, e.numbers())
	if !ok {
		return one, nil, invalid("the input %q has the shape %v, which is no shape of at most %d images", t.Name, t.Shape, e.most)
	}
	if err := h.more(4 * count); err != nil {
		return one, nil, err
	}
	size, said := t.Parameters["binary_data_size"]
	switch n, _ := size.value.(float64); {
	case !said && t.Data == nil:
		return one, nil, invalid("the input %q has no data", t.Name)
	case !said:
		one.Data, err = numbers(t.Name, t.Data, t.Shape, int(count))
		return one, behind, err
	case t.Data != nil:
		return one, nil, invalid("the input %q has data in the JSON and binary_data_size; want one of them", t.Name)
	case n != float64(4*count):
		return one, nil, invalid("the input %q has binary_data_size %v, want the %d bytes of its shape %v", t.Name, size.value, 4*count, t.Shape)
	case int64(len(behind)) < 4*count:
		return one, nil, invalid("the input %q has %d bytes behind the JSON, want %d", t.Name, len(behind), 4*count)
	default:
		one.Data = floats(behind[:4*count])
		return one, behind[4*count:], nil
	}
}

// numbers is how many numbers the largest input of a request has.
func (e *engine) numbers() (most int64) {
	for _, node := range e.net.Graph.Inputs {
		most = max(most, int64(e.most)*int64(node.Shape[1:].Elements()))
	}
	return most
}

// largest is how many bytes a request may have: its numbers in JSON, with room for the rest.
func (e *engine) largest() int64 {
	sum := int64(0)
	for _, node := range e.net.Graph.Inputs {
		sum += int64(e.most) * int64(node.Shape[1:].Elements())
	}
	const perNumber, beside = 26, 1 << 20 // -1.2345678901234567e-38, a comma, a space
	return sum*perNumber + beside
}

// written is the body of a response, and how many bytes of it are JSON if numbers stand behind it.
func (w *wire) written(r *Response) (body []byte, header int) {
	var behind []byte
	body = append(body, `{"model_name":`...)
	body = appendText(body, r.Model)
	body = append(body, `,"model_version":`...)
	body = appendText(body, r.Version)
	if r.ID != "" {
		body = append(body, `,"id":`...)
		body = appendText(body, r.ID)
	}
	body = append(body, `,"outputs":[`...)
	for i, t := range r.Outputs {
		if i > 0 {
			body = append(body, ',')
		}
		body = append(body, `{"name":`...)
		body = appendText(body, t.Name)
		body = append(body, `,"datatype":"`+datatype+`","shape":[`...)
		for k, size := range t.Shape {
			if k > 0 {
				body = append(body, ',')
			}
			body = strconv.AppendInt(body, size, 10)
		}
		binary, said := w.binary[t.Name]
		if said && binary || !said && w.all {
			body = fmt.Appendf(body, `],"parameters":{"binary_data_size":%d}}`, 4*len(t.Data))
			behind = appendFloats(behind, t.Data)
			continue
		}
		body = append(body, `],"data":`...)
		body = append(appendNumbers(body, t.Data), '}')
	}
	body = append(body, "]}"...)
	if behind == nil {
		return body, 0
	}
	return append(body, behind...), len(body)
}

func appendText(to []byte, text string) []byte {
	b, _ := json.Marshal(text) // a text always is JSON
	return append(to, b...)
}
