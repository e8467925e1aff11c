package hdf5

import (
	"strings"
	"unicode/utf8"

	"cnnlang/interp/internal/weightfile"
)

// A Link is a name in a group.
type Link struct {
	Name    string
	Soft    bool // it leads to a path or another file, which is not followed
	address uint64
}

// perLink is about how many bytes of memory a link takes.
const perLink = 128

// Links are the names of a group, in the order of its tree, no name twice.
func (o *Object) Links() ([]Link, error) {
	if o.index != nil {
		return o.links, nil
	}
	o.f.walk.seen = map[uint64]bool{}
	var links []Link
	for _, m := range o.messages {
		var more []Link
		var err error
		switch m.kind {
		case msgSymbols:
			more, err = o.f.walk.symbols(o.cursor(m.data))
		case msgLink:
			more, err = o.f.walk.link(m.data)
		case msgLinkInfo:
			more, err = o.f.walk.denseLinks(o.cursor(m.data))
		}
		if err != nil {
			return nil, err
		}
		links = append(links, more...)
	}
	index := make(map[string]int, len(links))
	for i, l := range links {
		if _, twice := index[l.Name]; twice {
			return nil, o.Corrupt("holds the name %s twice; %s", weightfile.Shown(l.Name), advice)
		}
		if l.Name == "" || strings.Contains(l.Name, "/") || !utf8.ValidString(l.Name) {
			return nil, o.Corrupt("holds the name %q, want UTF-8 without slashes; write the file again", weightfile.Shown(l.Name))
		}
		index[l.Name] = i
	}
	o.links, o.index, o.children = links, index, map[string]*Object{}
	return links, nil
}

// Child opens what a path within a group leads to, nil if there is nothing of that name.
func (o *Object) Child(path string) (*Object, error) {
	at := o
	for name := range strings.SplitSeq(path, "/") {
		links, err := at.Links()
		if err != nil {
			return nil, err
		}
		i, ok := at.index[name]
		if !ok || links[i].Soft {
			return nil, nil
		}
		next := at.children[name]
		if next == nil {
			if next, err = at.f.object(links[i].address, strings.TrimSuffix(at.Path, "/")+"/"+name); err != nil {
				return nil, err
			}
			at.children[name] = next
		}
		at = next
	}
	return at, nil
}

// symbols reads an old group (III.A.1, III.B, III.D): a B-tree of nodes with symbols, whose
// names are in a heap.
//
//	symbol table ─▶ "TREE" ─▶ ... ─▶ "SNOD": entries {name in heap, object, cache}
//	             ─▶ "HEAP" ─▶ names, each ended by a zero
func (w *walk) symbols(c *cursor) ([]Link, error) {
	tree, heap := c.offset(), c.offset()
	if err := w.whole(c, "the symbol table of a group"); err != nil {
		return nil, err
	}
	h, err := w.node(heap, int64(8+2*w.lengths+w.offsets), "HEAP", 0, "the heap of names")
	if err != nil {
		return nil, err
	}
	h.skip(3)
	size := h.length()
	h.skip(w.lengths)
	names, err := w.read(h.offset(), size, "the heap of names")
	if err != nil {
		return nil, err
	}
	var links []Link
	err = w.tree(tree, -1, 0, w.lengths, func(_ *cursor, child uint64) error {
		const what = "a node of symbols"
		head, err := w.node(child, 8, "SNOD", 1, what)
		if err != nil {
			return err
		}
		head.skip(1)
		n := head.uint(2)
		body, err := w.read(child+8, int64(n)*int64(2*w.offsets+24), what)
		if err != nil {
			return err
		}
		for range n {
			at := body.offset()
			l := Link{address: body.offset()}
			l.Soft = body.uint(4) == 2
			body.skip(20)
			if at >= uint64(len(names.raw)) {
				return w.in.Corrupt("", "a name would be at %d of a heap of %d bytes; %s", at, len(names.raw), advice)
			}
			name := &cursor{raw: names.raw, at: int(at)}
			if l.Name = name.text(); name.short {
				return w.whole(name, "a name of a group")
			}
			if err := w.spend(perLink + len(l.Name)); err != nil { // many entries may share one long name
				return err
			}
			links = append(links, l)
		}
		return nil
	})
	return links, err
}

// tree visits the leaves of a B-tree of version 1 (III.A.1):
//
//	"TREE" kind level entries(2) left right │ key child key child ... key
//
// kind is 0 for names, 1 for chunks; a node's level is one below its parent's.
func (w *walk) tree(address uint64, level int, kind uint64, key int, leaf func(key *cursor, child uint64) error) error {
	const what = "a node of a B-tree"
	c, err := w.read(address, int64(8+2*w.offsets), what)
	if err != nil {
		return err
	}
	c.skip(4)
	got, at, n := c.uint(1), int(c.uint(1)), int64(c.uint(2))
	if got != kind || level >= 0 && at != level {
		return w.in.Corrupt("", "%s at %d has kind %d and level %d, want %d and %d; %s", what, address, got, at, kind, max(level, 0), advice)
	}
	c.skip(2 * w.offsets)
	head := int64(c.at)
	// The version of "TREE" is its kind.
	if c, err = w.node(address, head+n*int64(key+w.offsets), "TREE", kind, what); err != nil {
		return err
	}
	c.skip(int(head) - c.at)
	for range n {
		k := &cursor{raw: c.bytes(key), offsets: w.offsets, lengths: w.lengths}
		child := c.offset()
		if at > 0 {
			err = w.tree(child, at-1, kind, key, leaf)
		} else {
			err = leaf(k, child)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// link reads a link of a new group (IV.A.2.g); one link, as a list.
func (w *walk) link(raw []byte) ([]Link, error) {
	c := &cursor{raw: raw, offsets: w.offsets, lengths: w.lengths}
	version, flags := c.uint(1), c.uint(1)
	if version != 1 {
		return nil, w.in.Corrupt("", "a link has version %d, want 1; %s", version, advice)
	}
	var l Link
	if flags&8 != 0 {
		l.Soft = c.uint(1) != 0
	}
	if flags&4 != 0 {
		c.skip(8)
	}
	if flags&16 != 0 {
		c.skip(1)
	}
	l.Name = string(c.bytes(int(min(c.uint(1<<(flags&3)), 1<<30))))
	if !l.Soft {
		l.address = c.offset()
	}
	if err := w.whole(c, "a link of a group"); err != nil {
		return nil, err
	}
	return []Link{l}, w.spend(perLink + len(l.Name)) // many records may lead to one link
}

// denseLinks reads the links of a large new group (IV.A.2.c): messages in a fractal heap, which
// the records of a B-tree of version 2 find. There may be none.
func (w *walk) denseLinks(c *cursor) ([]Link, error) {
	c.skip(1)
	if c.uint(1)&1 != 0 {
		c.skip(8)
	}
	heap, names := c.offset(), c.offset()
	if err := w.whole(c, "the link info of a group"); err != nil || heap == undefined {
		return nil, err
	}
	var links []Link
	err := w.dense(heap, names, 5, 4, func(raw []byte) error {
		more, err := w.link(raw)
		links = append(links, more...)
		return err
	})
	return links, err
}
