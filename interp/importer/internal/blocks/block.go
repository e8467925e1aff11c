package blocks

import (
	"hash/fnv"
	"strconv"

	"cnnlang/interp/importer/internal/tree"
	"cnnlang/ops/dim"
)

// A block is what several places of a net have in common.
type block struct {
	key, id     string // by which it can be left out in another try, and that in short
	name        string
	params      []*param
	where       []string
	pattern     pattern
	occurrences int
	numbers     int // that its steps use up in paths
	unnamed     int // of its steps that have tensors and no label
	rank        int // of what flows in
	tree        *tree.Block
}

// arguments are those of an occurrence.
func (b *block) arguments(occurrence int) []arg {
	var args []arg
	for _, p := range b.params {
		v := p.values[occurrence]
		if v == nil {
			v = p.def
		}
		if v == nil {
			v = dim.Int(1) // of something that this occurrence has not
		}
		args = append(args, arg{p.name, v})
	}
	return args
}

// idOf is a key in short.
func idOf(key string) string {
	h := fnv.New64a()
	h.Write([]byte(key))
	return strconv.FormatUint(h.Sum64(), 36)
}
