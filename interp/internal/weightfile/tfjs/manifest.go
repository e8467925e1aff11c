package tfjs

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"math"
	"slices"
	"strings"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/ops/tensor"
)

// A place is where a tensor's numbers are: a stretch of its group's shards, one behind the
// other, and how they are quantised.
type place struct {
	shards     []shard
	start, end int64
	stored     weightfile.Type // uint8 or uint16 where quantised, else the tensor's own
	min, scale float64
}

// A shard is an open file, which begins at start of its group.
type shard struct {
	io.ReaderAt
	name        string
	start, size int64
}

const (
	maxShards    = 1000    // files that are opened
	longestEntry = 1 << 16 // bytes of JSON of one weight or node
)

// A weight is an entry of the manifest.
type weight struct {
	Name         *string `json:"name"`
	Shape        []int64 `json:"shape"`
	DType        string  `json:"dtype"`
	Quantization *struct {
		DType string   `json:"dtype"`
		Min   *float64 `json:"min"`
		Scale *float64 `json:"scale"`
	} `json:"quantization"`
}

// manifest reads the list of groups.
func (f *file) manifest(raw json.RawMessage) error {
	if raw == nil {
		return f.In.Corrupt("", "has no weightsManifest, want the list of its weights; save the model again with its weights")
	}
	return weightfile.EachOf(raw, func(raw json.RawMessage) error {
		var group struct{ Paths, Weights json.RawMessage }
		if raw == nil || json.Unmarshal(raw, &group) != nil || group.Paths == nil || group.Weights == nil {
			return f.In.Corrupt("", "has a weightsManifest that is no list of {\"paths\", \"weights\"}; fetch it again")
		}
		first := len(f.List)
		size := int64(0)
		err := weightfile.EachOf(group.Weights, func(raw json.RawMessage) error {
			var w weight
			if raw == nil || len(raw) > longestEntry {
				return f.In.Corrupt("", "has weights that are no list of descriptions in its weightsManifest; fetch it again")
			}
			if err := json.Unmarshal(raw, &w); err != nil {
				return f.In.Corrupt("", "describes weight %d wrongly: %s; fetch it again", len(f.List), weightfile.JSONProblem(err))
			}
			end, err := f.weight(w, size)
			size = end
			return err
		})
		if err != nil {
			return err
		}
		shards, err := f.open(group.Paths, size)
		for i := first; i < len(f.places); i++ {
			f.places[i].shards = shards
		}
		return err
	})
}

var types = map[string]weightfile.Type{"float32": weightfile.F32, "float16": weightfile.F16, "int32": weightfile.I32, "uint8": weightfile.U8, "uint16": weightfile.U16, "bool": weightfile.Bool, "complex64": weightfile.C64}

// weight takes an entry whose numbers begin at start of its group, and returns where they end.
func (f *file) weight(w weight, start int64) (int64, error) {
	if w.Name == nil {
		return 0, f.In.Corrupt("", "has no name for weight %d; fetch it again", len(f.List))
	}
	name := *w.Name
	t := weightfile.Tensor{Name: name, Type: types[w.DType]}
	for _, n := range w.Shape {
		t.Shape = append(t.Shape, int(min(max(n, -1), math.MaxInt32+1)))
	}
	if t.Shape == nil {
		t.Shape = tensor.Shape{}
	}
	n, ok := weightfile.Elements(t.Shape)
	p := place{start: start, stored: t.Type}
	most := f.In.Limits.MaxTensors()
	switch {
	case f.names[name]:
		return 0, f.In.Corrupt(name, "is there twice; which of them counts cannot be known, save the model again")
	case len(f.List) == most:
		return 0, f.In.TooMany()
	case len(w.Shape) > 32:
		return 0, f.In.Corrupt(name, "has a shape of %d axes, want at most 32; fetch the model again", len(w.Shape))
	case !ok:
		return 0, f.In.Corrupt(name, "has the shape %v, want sizes from 0 and at most %d elements; fetch the model again", w.Shape, math.MaxInt32)
	case t.Type == "" || w.DType == "float16" || w.DType == "uint16":
		return 0, f.In.Corrupt(name, "holds %s, want float32, int32, uint8, bool or complex64; save the model without it", weightfile.Shown(w.DType))
	}
	if q := w.Quantization; q != nil {
		p.stored = types[q.DType]
		floats := t.Type == weightfile.F32
		switch {
		case floats && q.DType == "float16":
			t.Type = weightfile.F16
		case (q.DType == "uint8" || q.DType == "uint16") && (floats || t.Type == weightfile.I32) && q.Min != nil && q.Scale != nil:
			p.min, p.scale = *q.Min, *q.Scale
		default:
			return 0, f.In.Corrupt(name, "is %s quantised to %s, want float32 or int32 quantised to uint8 or uint16 with min and scale, or float32 to float16; convert the model again", w.DType, weightfile.Shown(q.DType))
		}
		if f.quantised == "" {
			f.quantised = q.DType
		}
	}
	size := n * int64(p.stored.Size())
	if size > math.MaxInt64-start {
		return 0, f.In.Corrupt(name, "ends beyond what can be counted; fetch the model again")
	}
	p.end = start + size
	f.names[name] = true
	f.List, f.places = append(f.List, t), append(f.places, p)
	return p.end, nil
}

// open opens the shards of a group, whose weights have size bytes.
func (f *file) open(paths json.RawMessage, size int64) ([]shard, error) {
	var shards []shard
	at := int64(0)
	err := weightfile.EachOf(paths, func(raw json.RawMessage) error {
		var name string
		if raw == nil || json.Unmarshal(raw, &name) != nil {
			return f.In.Corrupt("", "has paths that are no list of names in its weightsManifest; fetch it again")
		}
		if f.shards++; f.shards > maxShards {
			return &weightfile.LimitError{Path: f.In.Path, Limit: "shards", Got: int64(f.shards), Max: maxShards, Help: "convert the model again with larger shards"}
		}
		if name == "" || name == "." || name == ".." || strings.ContainsAny(name, "/\\\x00:") {
			return f.In.Corrupt("", "names the shard %s, want the name of a file in its own folder; move the shards beside it and correct the name", weightfile.Shown(name))
		}
		if slices.ContainsFunc(shards, func(s shard) bool { return s.name == name }) {
			return f.In.Corrupt("", "names the shard %s twice, want each once; fetch it again", weightfile.Shown(name))
		}
		if f.In.Sibling == nil {
			return f.In.Corrupt("", "has its weights in %s, and no folder to find it in; name model.json in its folder", weightfile.Shown(name))
		}
		file, n, err := f.In.Sibling(name)
		if err != nil {
			problem := err.Error()
			if e, ok := errors.AsType[*weightfile.Error](err); ok {
				problem = e.Problem
			}
			e := f.In.Corrupt("", "has weights in %s, which cannot be read: %s; fetch all files of the model into one folder", weightfile.Shown(name), problem)
			e.Err = err
			return e
		}
		shards = append(shards, shard{file, name, at, n})
		at += n
		return nil
	})
	if err == nil && at != size {
		var names []string
		for _, s := range shards[:min(3, len(shards))] {
			names = append(names, weightfile.Shown(s.name))
		}
		if len(shards) > len(names) {
			names = append(names, "...")
		}
		if len(shards) == 0 {
			return nil, f.In.Corrupt("", "describes %d bytes of weights and names no shards for them; fetch it again", size)
		}
		return nil, f.In.Corrupt("", "describes %d bytes of weights, its shards (%s) have %d; one is damaged or was cut short, fetch them again", size, strings.Join(names, ", "), at)
	}
	return shards, err
}

// Bytes reads a tensor's stretch and undoes the quantisation.
func (f *file) Bytes(i int) ([]byte, error) {
	t, p := f.List[i], f.places[i]
	raw := make([]byte, p.end-p.start)
	for _, s := range p.shards {
		from, to := max(p.start, s.start), min(p.end, s.start+s.size)
		if from >= to {
			continue
		}
		if _, err := s.ReadAt(raw[from-p.start:to-p.start], from-s.start); err != nil {
			e := f.In.Failed(err)
			e.Tensor, e.Problem = t.Name, weightfile.Shown(s.name)+": "+e.Problem
			return nil, e
		}
	}
	if p.stored == t.Type {
		return raw, nil
	}
	return p.restored(raw, t.Type == weightfile.I32), nil
}

// restored computes what quantised numbers stand for: in float64, then rounded to float32 or to
// the nearest integer, as TensorFlow.js does.
func (p place) restored(raw []byte, integers bool) []byte {
	size := p.stored.Size()
	out := make([]byte, 0, len(raw)/size*4)
	for chunk := range slices.Chunk(raw, size) {
		q := float64(chunk[0])
		if size == 2 {
			q = float64(binary.LittleEndian.Uint16(chunk))
		}
		v := float64(q*p.scale) + p.min // rounded twice, on any machine
		bits := math.Float32bits(float32(v))
		if integers {
			bits = uint32(int32(min(max(math.Floor(v+0.5), math.MinInt32), math.MaxInt32)))
		}
		out = binary.LittleEndian.AppendUint32(out, bits)
	}
	return out
}
