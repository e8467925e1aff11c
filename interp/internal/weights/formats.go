package weights

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/caffe"
	"cnnlang/interp/internal/weightfile/darknet"
	"cnnlang/interp/internal/weightfile/foreign"
	"cnnlang/interp/internal/weightfile/hdf5"
	"cnnlang/interp/internal/weightfile/keras"
	"cnnlang/interp/internal/weightfile/numpy"
	"cnnlang/interp/internal/weightfile/onnx"
	"cnnlang/interp/internal/weightfile/tfjs"
	"cnnlang/interp/internal/weightfile/torch"
	"cnnlang/ops/tensor"
)

// A format is one that a package below weightfile reads.
type format struct {
	// is recognises a file by its first bytes, 512 or fewer, or by its name.
	is   func(head []byte, path string) bool
	open func(weightfile.Input) (weightfile.File, error)
	sets bool // a file may hold several sets of weights, which a key chooses among
}

// formats are tried in order; what none of them recognises is taken for safetensors.
var formats = []format{
	{keras.Is, keras.Open, true}, // before torch, which takes any zip archive
	{tfjs.Is, tfjs.Open, false},
	{numpy.Is, numpy.Open, false}, // before torch too
	{func(head []byte, _ string) bool { return torch.Is(head) }, torch.Open, true},
	{isIndex, openIndex, false},
	{foreign.Is, foreign.Open, true}, // before those that go by names; it says what a file is
	{onnx.Is, onnx.Open, false},
	{caffe.Is, caffe.Open, false},
	{darknet.Is, darknet.Open, false},
}

// openOther opens a file of another format than safetensors; nil for none of them.
func openOther(f *os.File, name string, info fs.FileInfo, o Options) (Store, error) {
	head := make([]byte, min(512, info.Size()))
	if _, err := f.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, fileErrorFrom(name, err)
	}
	if isSafetensors(head, info.Size()) { // whatever its name
		return nil, nil
	}
	if start := hdf5.Start(f, info.Size()); start > 0 && (bytes.HasPrefix(head, make([]byte, 16)) || hasEnding(name, ".h5", ".hdf5")) {
		head = []byte(hdf5.Signature) // behind a user block
	}
	for _, format := range formats {
		if !format.is(head, name) {
			continue
		}
		if err := oneSet(name, o.Key); err != nil && !format.sets {
			return nil, err
		}
		s := &other{held: held{path: path(name), file: f, info: info}}
		in := s.input(o)
		var err error
		if s.contents, err = format.open(in); err != nil {
			return nil, errors.Join(err, s.closeSiblings())
		}
		s.number()
		return s, nil
	}
	return nil, nil
}

func hasEnding(name string, endings ...string) bool {
	return slices.Contains(endings, strings.ToLower(filepath.Ext(name)))
}

// oneSet refuses a key for a file of a format that holds one set of weights.
func oneSet(name, key string) error {
	if key == "" || key == everything {
		return nil
	}
	return path(name).corrupt("", "holds one set of weights alone, and nothing at %s; leave out the key", weightfile.Shown(key))
}

// everything is the key of all that a file holds.
const everything = "."

// other is a Store over a file of another format.
type other struct {
	held
	contents weightfile.File
	index    map[string]int
}

// number makes the index.
func (s *other) number() {
	s.index = map[string]int{}
	for i, t := range s.contents.Tensors() {
		s.index[t.Name] = i
	}
}

func (s *other) Views() bool             { return false }
func (s *other) About() weightfile.About { return s.contents.About() }
func (s *other) Forget(string)           {}

func (s *other) Entries() []Entry {
	var all []Entry
	for _, t := range s.contents.Tensors() {
		all = append(all, Entry{Name: t.Name, DType: string(t.Type), Shape: t.Shape, Axes: t.Axes, Layer: t.Layer, Leaf: t.Leaf, Changed: t.Changed})
	}
	return all
}

func (s *other) Raw(name string) ([]byte, error) {
	i, ok := s.index[name]
	if !ok {
		return nil, s.corrupt(name, "the file has no tensor of this name")
	}
	return s.contents.Bytes(i)
}

func (s *other) Tensor(name string) (tensor.Tensor, error) {
	i, ok := s.index[name]
	if !ok {
		return tensor.Tensor{}, s.corrupt(name, "the file has no tensor of this name")
	}
	t := s.contents.Tensors()[i]
	if !t.Type.Float() {
		return tensor.Tensor{}, s.corrupt(name, "holds %s, want F32, F16, BF16 or F64; convert it before saving", t.Type)
	}
	raw, err := s.contents.Bytes(i)
	if err != nil {
		return tensor.Tensor{}, err
	}
	return tensor.From(t.Type.Floats(raw), t.Shape...), nil
}
