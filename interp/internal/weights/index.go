package weights

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"cnnlang/interp/internal/weightfile"
)

// An index of shards, as model.safetensors.index.json, says in which safetensors file of the
// same folder each tensor is:
//
//	{"metadata": {"total_size": 102228128},
//	 "weight_map": {"conv1.weight": "model-00001-of-00002.safetensors", ...}}
//
// Every tensor must be in the shard that the index names and in no other, and the index must
// have every tensor of a shard: or a file of another model was put beside it.
type shards struct {
	weightfile.Listing
	from []*safetensors // of each tensor
}

// isIndex recognises an index by its map, or by the name that all of them have.
func isIndex(head []byte, path string) bool {
	text := bytes.TrimLeft(head, " \t\r\n")
	return bytes.HasPrefix(text, []byte("{")) && bytes.IndexByte(text, 0) < 0 && (bytes.Contains(text, []byte(`"weight_map"`)) || strings.HasSuffix(path, ".index.json"))
}

// openIndex opens the shards of an index and compares them with it.
func openIndex(in weightfile.Input) (weightfile.File, error) {
	where, order, err := parseIndex(in)
	if err != nil {
		return nil, err
	}
	s := &shards{Listing: weightfile.Listing{In: in, Said: weightfile.About{Format: "safetensors (index of shards)"}}}
	found := 0
	for _, name := range order {
		shard, err := openShard(in, name)
		if err != nil {
			return nil, err
		}
		for _, e := range shard.entries {
			switch other, ok := where[e.Name]; {
			case !ok:
				return nil, in.Corrupt(e.Name, "is in %s and not in the index; the two are of different models, fetch both again", weightfile.Shown(name))
			case other != name:
				return nil, in.Corrupt(e.Name, "is in %s, by the index it is in %s; the shards are of different models, fetch all of them again", weightfile.Shown(name), weightfile.Shown(other))
			}
			found++
			s.List = append(s.List, weightfile.Tensor{Name: e.Name, Type: weightfile.Type(e.DType), Shape: e.Shape})
			s.from = append(s.from, shard)
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

// parseIndex returns where each tensor is, and the shards in the order in which they occur.
func parseIndex(in weightfile.Input) (where map[string]string, order []string, err error) {
	const maxShards = 1024
	if limit := min(in.Limits.MaxHeader(), 16<<20); in.Size > limit {
		return nil, nil, &LimitError{Path: in.Path, Limit: "bytes of index", Got: in.Size, Max: limit, Help: "no network needs so many names; put one network in an index"}
	}
	text, err := in.At(0, in.Size, "the index")
	if err != nil {
		return nil, nil, err
	}
	if !utf8.Valid(text) {
		return nil, nil, in.Corrupt("", "the index is not valid UTF-8; fetch it again")
	}
	p := headerParser{path: path(in.Path), maxTensors: in.Limits.MaxTensors()}
	p.begin(text, "the index", 0)
	known := map[string]bool{}
	entry := func(name string) error {
		shard, err := p.str("the shard of " + weightfile.Shown(name))
		if err != nil {
			return err
		}
		if !strings.HasSuffix(shard, ".safetensors") {
			return in.Corrupt(name, "is in %s by the index, want a .safetensors file; name its shards one by one if they are files of PyTorch", weightfile.Shown(shard))
		}
		if len(where) == p.maxTensors {
			return &LimitError{Path: in.Path, Limit: "tensors", Got: int64(len(where)) + 1, Max: int64(p.maxTensors), Help: "no network needs so many; put one network in an index"}
		}
		if where[name] = shard; !known[shard] {
			known[shard], order = true, append(order, shard)
		}
		if len(order) > maxShards {
			return &LimitError{Path: in.Path, Limit: "shards", Got: int64(len(order)), Max: maxShards, Help: "put the network in fewer files"}
		}
		return nil
	}
	err = p.object("the index", "an object with a weight_map", func(key string) error {
		if key != "weight_map" {
			return p.skip()
		}
		where = map[string]string{}
		return p.object("weight_map", "an object of names of files", entry)
	})
	switch {
	case err != nil:
		return nil, nil, err
	case where == nil:
		return nil, nil, in.Corrupt("", "is a JSON file without a weight_map, so it is no index of shards; name the .safetensors file")
	case len(where) == 0:
		return nil, nil, in.Corrupt("", "the index has no tensors; fetch it again")
	}
	return where, order, p.end()
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

// openShard reads the header of a shard. Whoever opened it for the index closes it.
func openShard(in weightfile.Input, name string) (*safetensors, error) {
	file, size, err := in.Sibling(name)
	if failed, ok := errors.AsType[*FileError](err); ok {
		return nil, in.Corrupt("", "its shard %s cannot be read: %s; fetch it into the same folder", weightfile.Shown(name), failed.Problem)
	}
	if err != nil {
		return nil, err
	}
	return readSafetensors(shardFile{file}, filepath.Join(filepath.Dir(in.Path), name), size, Options{MaxHeader: in.Limits.Header, MaxTensors: in.Limits.Tensors})
}

type shardFile struct{ io.ReaderAt }

func (shardFile) Close() error { return nil }

func (s *shards) Bytes(i int) ([]byte, error) { return s.from[i].Raw(s.List[i].Name) }
