package weights

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/ops/tensor"
)

// headerParser reads the JSON of a safetensors header token by token, because decoding into
// a map would keep the last of two equal keys and hide the first. It needs no recursion:
// the structure is known at each depth.
type headerParser struct {
	path
	maxTensors int
	in         *json.Decoder
	what       string // what is parsed, for errors
	start      int64  // where it is in the file
	classes    weightfile.Classes
	about      map[string]string // the entries of its metadata
}

const (
	metadataKey = "__metadata__"
	maxRank     = 32
	maxDim      = math.MaxInt32
)

// parse returns the tensors of the header, each valid by itself: a known dtype, a shape
// whose size in bytes is a number, offsets that fit it.
func (p *headerParser) parse(header []byte) ([]record, error) {
	p.begin(header, "the header", 8)
	var records []record
	err := p.object("the header", "an object", func(name string) error {
		if name == metadataKey {
			return p.metadata()
		}
		if len(records) == p.maxTensors {
			return &LimitError{Path: string(p.path), Limit: "tensors", Got: int64(len(records)) + 1, Max: int64(p.maxTensors),
				Help: "no network needs so many; keep those of one network in a file"}
		}
		r, err := p.tensor(name)
		records = append(records, r)
		return err
	})
	if err != nil {
		return nil, err
	}
	return records, p.end()
}

func (p *headerParser) begin(text []byte, what string, start int64) {
	p.in, p.what, p.start = json.NewDecoder(bytes.NewReader(text)), what, start
	p.in.UseNumber()
}

func (p *headerParser) end() error {
	if _, err := p.in.Token(); !errors.Is(err, io.EOF) {
		return p.corrupt("", "%s goes on after its closing brace; only spaces may follow", p.what)
	}
	return nil
}

// tensor parses {"dtype": ..., "shape": ..., "data_offsets": ...}.
func (p *headerParser) tensor(name string) (record, error) {
	r := record{Entry: Entry{Name: name}}
	var offsets []int64
	seen := map[string]bool{}
	err := p.object("the tensor", "an object with dtype, shape and data_offsets", func(key string) (err error) {
		seen[key] = true
		switch key {
		case "dtype":
			r.DType, err = p.str("dtype")
		case "shape":
			r.Shape, err = p.shape()
		case "data_offsets":
			offsets, err = p.integers("data_offsets", 2, math.MaxInt64)
		default:
			err = p.corrupt("", "has a key %s, want only dtype, shape and data_offsets", weightfile.Shown(key))
		}
		return err
	})
	if corrupt, ok := errors.AsType[*FileError](err); ok {
		corrupt.Tensor = name
	}
	if err != nil {
		return r, err
	}
	for _, key := range []string{"dtype", "shape", "data_offsets"} {
		if !seen[key] {
			return r, p.corrupt(name, "has no %s; the file was not written by a sound program", key)
		}
	}
	return r, p.fit(&r, offsets)
}

// fit checks that the offsets hold exactly the elements of the shape.
func (p *headerParser) fit(r *record, offsets []int64) error {
	d, ok := dtypes[r.DType]
	if !ok {
		return p.corrupt(r.Name, "has the unknown dtype %s, want F32, F16, BF16, F64 or another of safetensors' types", weightfile.Shown(r.DType))
	}
	if len(offsets) != 2 {
		return p.corrupt(r.Name, "data_offsets has %d numbers, want the 2 of [start, end]", len(offsets))
	}
	r.start, r.end = offsets[0], offsets[1]
	if r.start > r.end {
		return p.corrupt(r.Name, "data_offsets [%d, %d] end before they start", r.start, r.end)
	}
	size, ok := byteSize(r.Shape, d.bits)
	if !ok {
		return p.corrupt(r.Name, "%s %v is more than can be counted in bytes, or is not a whole number of them", r.DType, r.Shape)
	}
	if r.end-r.start != size {
		return p.corrupt(r.Name, "has %d bytes by its data_offsets, want %d for %s %v", r.end-r.start, size, r.DType, r.Shape)
	}
	return nil
}

// byteSize is the number of bytes of a shape, false if it overflows or the bits do not fill
// the last byte. If one size is zero it is 0 whatever the others are.
func byteSize(shape tensor.Shape, bits int64) (int64, bool) {
	total := bits
	if slices.Contains(shape, 0) {
		return 0, true
	}
	for _, d := range shape {
		if total > math.MaxInt64/int64(d) {
			return 0, false
		}
		total *= int64(d)
	}
	return total / 8, total%8 == 0
}

func (p *headerParser) shape() (tensor.Shape, error) {
	sizes, err := p.integers("shape", maxRank, maxDim)
	if err != nil {
		return nil, err
	}
	shape := make(tensor.Shape, len(sizes))
	for i, d := range sizes {
		shape[i] = int(d)
	}
	return shape, nil
}

// integers parses an array of at most most integers in [0, top].
func (p *headerParser) integers(what string, most int, top int64) ([]int64, error) {
	if err := p.expect('[', what, "an array of integers"); err != nil {
		return nil, err
	}
	list := []int64{}
	for p.in.More() {
		token, err := p.token()
		if err != nil {
			return nil, err
		}
		number, ok := token.(json.Number)
		if !ok {
			return nil, p.corrupt("", "%s holds %s, want integers", what, spell(token))
		}
		n, err := strconv.ParseUint(number.String(), 10, 64)
		if err != nil || n > uint64(top) {
			return nil, p.corrupt("", "%s holds %s, want integers from 0 to %d", what, weightfile.Shown(number.String()), top)
		}
		if len(list) == most {
			return nil, p.corrupt("", "%s has more than %d numbers", what, most)
		}
		list = append(list, int64(n))
	}
	return list, p.expect(']', what, "its end")
}

// metadata parses the map of strings that a file may have, of which it keeps the names of classes.
func (p *headerParser) metadata() error {
	entries := 0
	return p.object(metadataKey, "an object of strings", func(key string) error {
		text, err := p.str(metadataKey + " " + weightfile.Shown(key))
		if err != nil {
			return err
		}
		p.classes.Offer(key, text)
		if p.about == nil {
			p.about = map[string]string{}
		}
		p.about[key] = text
		if entries++; entries > p.maxTensors {
			return &LimitError{Path: string(p.path), Limit: "entries of " + metadataKey, Got: int64(entries), Max: int64(p.maxTensors),
				Help: "write the file again without it"}
		}
		return nil
	})
}

// object parses an object whose keys differ; value parses the value of each.
func (p *headerParser) object(where, want string, value func(key string) error) error {
	if err := p.expect('{', where, want); err != nil {
		return err
	}
	seen := map[string]bool{}
	for p.in.More() {
		key, err := p.str("a key of " + where)
		if err != nil {
			return err
		}
		if seen[key] {
			return p.corrupt("", "%s has the key %s twice; which of them counts cannot be known, write the file again", where, weightfile.Shown(key))
		}
		seen[key] = true
		if err := value(key); err != nil {
			return err
		}
	}
	return p.expect('}', where, "its end")
}

func (p *headerParser) str(what string) (string, error) {
	token, err := p.token()
	if err != nil {
		return "", err
	}
	s, ok := token.(string)
	if !ok {
		return "", p.corrupt("", "%s is %s, want a string", what, spell(token))
	}
	return s, nil
}

func (p *headerParser) expect(delim json.Delim, what, want string) error {
	token, err := p.token()
	if err != nil {
		return err
	}
	if token != delim {
		return p.corrupt("", "%s is %s, want %s", what, spell(token), want)
	}
	return nil
}

func (p *headerParser) token() (json.Token, error) {
	token, err := p.in.Token()
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, p.corrupt("", "%s ends before its closing brace; the file is damaged, fetch it again", p.what)
	}
	if err != nil {
		return nil, p.corrupt("", "%s is not JSON: %v at byte %d; the file is damaged, fetch it again", p.what, err, p.start+p.in.InputOffset())
	}
	return token, nil
}

// spell names a JSON token for a message.
func spell(token json.Token) string {
	switch v := token.(type) {
	case nil:
		return "null"
	case string:
		return "the string " + strconv.Quote(weightfile.Shown(v))
	case json.Number:
		return "the number " + weightfile.Shown(v.String())
	case json.Delim:
		return map[json.Delim]string{'{': "an object", '[': "an array", '}': "the end of an object", ']': "the end of an array"}[v]
	}
	return fmt.Sprint(token)
}
