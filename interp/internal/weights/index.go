package weights

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/keras"
	"cnnlang/interp/internal/weightfile/torch"
)

// An index of shards, as model.safetensors.index.json and pytorch_model.bin.index.json, says in
// which file of the same folder each tensor is:
//
//	{"metadata": {"total_size": 102228128},
//	 "weight_map": {"conv1.weight": "model-00001-of-00002.safetensors", ...}}
//
// Every tensor must be in the shard that the index names and in no other, and the index must
// have every tensor of a shard: or a file of another model was put beside it. Keras's
// model.weights.json has groups of its files in the map, and may name several files for one.
type shards struct {
	weightfile.Listing
	from []func() ([]byte, error) // of each tensor
}

// isIndex recognises an index by its map, or by the name that all of them have.
func isIndex(head []byte, path string) bool {
	text := bytes.TrimLeft(head, " \t\r\n")
	return bytes.HasPrefix(text, []byte("{")) && bytes.IndexByte(text, 0) < 0 && (bytes.Contains(text, []byte(`"weight_map"`)) || strings.HasSuffix(path, ".index.json"))
}

// openIndex opens the shards of an index and compares them with it.
func openIndex(in weightfile.Input) (weightfile.File, error) {
	x, err := parseIndex(in)
	if err != nil {
		return nil, err
	}
	if x.kind == kerasShards {
		return keras.OpenShards(in, x.order, func(name string) (weightfile.Input, error) { return shardOf(in, name) }, x.groups)
	}
	s := &shards{Listing: weightfile.Listing{In: in, Said: weightfile.About{Format: x.kind + " (index of shards)"}}}
	where, found := x.where, 0
	for _, name := range x.order {
		tensors, bytes, err := openShard(in, name, x.kind)
		if err != nil {
			return nil, err
		}
		for i, t := range tensors {
			switch other, ok := where[t.Name]; {
			case !ok:
				return nil, in.Corrupt(t.Name, "is in %s and not in the index; the two are of different models, fetch both again", weightfile.Shown(name))
			case other != name:
				return nil, in.Corrupt(t.Name, "is in %s, by the index it is in %s; the shards are of different models, fetch all of them again", weightfile.Shown(name), weightfile.Shown(other))
			}
			found++
			s.List = append(s.List, t)
			s.from = append(s.from, func() ([]byte, error) { return bytes(i) })
		}
	}
	if found == len(where) {
		return s, nil
	}
	for _, t := range s.List {
		delete(where, t.Name)
	}
	missing, count := "", len(where)
	for name := range where {
		if missing == "" || name < missing {
			missing = name
		}
	}
	return nil, in.Corrupt(missing, "is not in %s, where the index has it, nor are %d others where they should be; the two are of different models, fetch both again", weightfile.Shown(where[missing]), count-1)
}

// An index is what is read of one: where each tensor is, and the shards in the order in which they
// occur, all of one kind. Of Keras's groups only that they are there.
type index struct {
	where  map[string]string
	order  []string
	kind   string
	groups map[string]bool
}

// The kinds of shards, by how their names end.
const (
	safetensorsShards = "safetensors"
	torchShards       = "PyTorch"
	kerasShards       = "Keras"
)

var kindsOfShards = []struct{ ending, kind string }{{".safetensors", safetensorsShards}, {".weights.h5", kerasShards}, {".bin", torchShards}, {".pt", torchShards}, {".pth", torchShards}}

// parseIndex reads an index.
func parseIndex(in weightfile.Input) (*index, error) {
	if limit := min(in.Limits.MaxHeader(), 16<<20); in.Size > limit {
		return nil, &LimitError{Path: in.Path, Limit: "bytes of index", Got: in.Size, Max: limit, Help: "no network needs so many names; put one network in an index"}
	}
	text, err := in.At(0, in.Size, "the index")
	if err != nil {
		return nil, err
	}
	if !utf8.Valid(text) {
		return nil, in.Corrupt("", "the index is not valid UTF-8; fetch it again")
	}
	p := headerParser{path: path(in.Path), maxTensors: in.Limits.MaxTensors()}
	p.begin(text, "the index", 0)
	var x *index
	err = p.object("the index", "an object with a weight_map", func(key string) error {
		if key != "weight_map" {
			return p.skip()
		}
		x = &index{where: map[string]string{}, groups: map[string]bool{}}
		known := map[string]bool{}
		return p.object("weight_map", "an object of names of files", func(name string) error {
			files, err := p.strs("the shard of " + weightfile.Shown(name))
			if err != nil {
				return err
			}
			for _, shard := range files {
				if err := x.add(in, name, shard, known); err != nil {
					return err
				}
			}
			return nil
		})
	})
	switch {
	case err != nil:
		return nil, err
	case x == nil:
		return nil, in.Corrupt("", "is a JSON file without a weight_map, so it is no index of shards; name the .safetensors file")
	case len(x.where) == 0:
		return nil, in.Corrupt("", "the index has no tensors; fetch it again")
	}
	return x, p.end()
}

// add notes that a shard has a tensor.
func (x *index) add(in weightfile.Input, name, shard string, known map[string]bool) error {
	const maxShards = 1024
	at := slices.IndexFunc(kindsOfShards, func(k struct{ ending, kind string }) bool { return strings.HasSuffix(shard, k.ending) })
	if at < 0 {
		return in.Corrupt(name, "is in %s by the index, want a .safetensors file, one of PyTorch (.bin, .pt, .pth) or of Keras (.weights.h5); name the file itself", weightfile.Shown(shard))
	}
	kind := kindsOfShards[at].kind
	_, twice := x.where[name]
	switch {
	case x.kind != "" && kind != x.kind:
		return in.Corrupt(name, "is in %s by the index, and others are in files of %s; fetch the index again", weightfile.Shown(shard), x.kind)
	case twice && kind != kerasShards:
		return in.Corrupt(name, "is in several files by the index; which of them counts cannot be known, fetch it again")
	case len(x.where) == in.Limits.MaxTensors() && !twice:
		return &LimitError{Path: in.Path, Limit: "tensors", Got: int64(len(x.where)) + 1, Max: int64(len(x.where)), Help: "no network needs so many; put one network in an index"}
	}
	x.kind, x.where[name], x.groups[name] = kind, shard, true
	if !known[shard] {
		known[shard], x.order = true, append(x.order, shard)
	}
	if len(x.order) > maxShards {
		return &LimitError{Path: in.Path, Limit: "shards", Got: int64(len(x.order)), Max: maxShards, Help: "put the network in fewer files"}
	}
	return nil
}

// strs parses a string or an array of strings.
func (p *headerParser) strs(what string) (list []string, err error) {
	token, err := p.token()
	if err != nil {
		return nil, err
	}
	if token != json.Delim('[') {
		s, ok := token.(string)
		if !ok {
			return nil, p.corrupt("", "%s is %s, want a string", what, spell(token))
		}
		return []string{s}, nil
	}
	for p.in.More() {
		s, err := p.str(what)
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	_, err = p.token()
	return list, err
}

// skip passes a value of any kind.
func (p *headerParser) skip() error {
	for depth := 0; ; {
		token, err := p.token()
		if err != nil {
			return err
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}

// shardOf is a shard as a reader is given it. Whoever opened it for the index closes it.
func shardOf(in weightfile.Input, name string) (weightfile.Input, error) {
	file, size, err := in.Sibling(name)
	if failed, ok := errors.AsType[*FileError](err); ok {
		return in, in.Corrupt("", "its shard %s cannot be read: %s; fetch it into the same folder", weightfile.Shown(name), failed.Problem)
	}
	if err != nil {
		return in, err
	}
	return weightfile.Input{ReaderAt: file, Size: size, Path: filepath.Join(filepath.Dir(in.Path), name), Limits: in.Limits}, nil
}

// openShard reads the description of a shard, and returns its tensors and what reads one.
func openShard(in weightfile.Input, name, kind string) ([]weightfile.Tensor, func(int) ([]byte, error), error) {
	shard, err := shardOf(in, name)
	if err != nil {
		return nil, nil, err
	}
	if kind == torchShards {
		f, err := torch.Open(shard)
		if err != nil {
			return nil, nil, err
		}
		return f.Tensors(), f.Bytes, nil
	}
	s, err := readSafetensors(shardFile{shard}, shard.Path, shard.Size, Options{MaxHeader: in.Limits.Header, MaxTensors: in.Limits.Tensors})
	if err != nil {
		return nil, nil, err
	}
	var list []weightfile.Tensor
	for _, e := range s.entries {
		list = append(list, weightfile.Tensor{Name: e.Name, Type: weightfile.Type(e.DType), Shape: e.Shape})
	}
	return list, func(i int) ([]byte, error) { return s.Raw(list[i].Name) }, nil
}

type shardFile struct{ io.ReaderAt }

func (shardFile) Close() error { return nil }

func (s *shards) Bytes(i int) ([]byte, error) { return s.from[i]() }
