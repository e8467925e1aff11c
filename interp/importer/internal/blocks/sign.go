package blocks

import (
	"slices"
	"strings"

	"cnnlang/interp"
	"cnnlang/interp/importer/internal/tree"
)

// sign gives the blocks the signatures and requirements that are proved of them, and checks the text.
// Blocks that are wrong are returned.
func (f *folded) sign(want *reading) []*block {
	for _, t := range f.file.Blocks {
		t.Out = anyOf(t.In)
	}
	got, err := understood(f.file)
	if err != nil {
		return f.wrong(err)
	}
	if !want.equals(got, f.named) {
		return f.blocks[len(f.blocks)-1:]
	}
	before := each(f.file.Blocks, func(t *tree.Block) tree.Block { return *t })
	for _, t := range f.file.Blocks {
		claim(t, got.contracts[t.Name])
	}
	if got, err := understood(f.file); err != nil || !want.equals(got, f.named) {
		for i, t := range f.file.Blocks {
			*t = before[i]
		}
	}
	return nil
}

// anyOf is an output of as many axes as an input, of which nothing is claimed.
func anyOf(in string) string {
	return "[N" + strings.Repeat(", _", strings.Count(in, ",")) + "]"
}

// wrong are the blocks that an error is about, or else the last.
func (f *folded) wrong(err error) (list []*block) {
	if r, ok := err.(*refusal); ok {
		names := r.blocks()
		for _, b := range f.blocks {
			if names[b.name] {
				list = append(list, b)
			}
		}
	}
	if list == nil {
		return f.blocks[len(f.blocks)-1:]
	}
	return list
}

// mostClaimed is how long a size in a signature gets.
const mostClaimed = 32

// claim writes what is proved of a block into its signature: the sizes of what it gives, and what
// must be divisible, or divides.
func claim(t *tree.Block, c interp.Contract) {
	out := []string{"N"}
	for i, size := range c.Output {
		switch {
		case i == 0:
			continue
		case size == "" || len(size) > mostClaimed || strings.Contains(size, "["):
			size = "_"
		}
		out = append(out, size)
	}
	if len(out) == 1 {
		return
	}
	t.Out = "[" + strings.Join(out, ", ") + "]"
	for _, r := range c.Requires {
		if r.When == "" && required(r.Text, t) && !slices.Contains(t.Where, r.Text) {
			t.Where = append(slices.Clip(t.Where), r.Text)
		}
	}
}

// required reports whether a requirement is worth a line: a division must be exact, or divides what
// the signature claims.
func required(text string, t *tree.Block) bool {
	name, _, bound := strings.Cut(text, " >= 1")
	return strings.Contains(text, "%") || bound && strings.Contains(t.Out, "/"+name)
}
