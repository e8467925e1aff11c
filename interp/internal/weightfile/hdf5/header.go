package hdf5

import "cnnlang/interp/internal/weightfile"

// The kinds of messages that are used (specification, IV.A.2).
const (
	msgDataspace     = 0x01
	msgLinkInfo      = 0x02
	msgDatatype      = 0x03
	msgOldFill       = 0x04
	msgFill          = 0x05
	msgLink          = 0x06
	msgExternal      = 0x07
	msgLayout        = 0x08
	msgPipeline      = 0x0b
	msgAttribute     = 0x0c
	msgContinuation  = 0x10
	msgSymbols       = 0x11
	msgAttributeInfo = 0x15
)

// A message is one part of an object's header.
type message struct {
	kind  int
	flags uint64
	data  []byte
}

// shared is set in a message's flags where it only says where the message is.
const shared = 2

// header reads the messages of an object's header, of version 1 or 2 (IV.A.1):
//
//	1: version 0 messages(2) references(4) size(4) 0(4) │ kind(2) size(2) flags 0(3) data ...
//	2: "OHDR" version flags [times] [limits] size       │ kind size(2) flags [order(2)] data ... checksum
//
// A message "continuation" leads to a block with more of them, in version 2 between "OCHK"
// and a checksum.
func (w *walk) header(address uint64) ([]message, error) {
	const what = "the header of an object"
	c, err := w.read(address, 16, what)
	if err != nil {
		return nil, err
	}
	if string(c.raw[:4]) == "OHDR" {
		return w.header2(address, c)
	}
	if version := c.uint(1); version != 1 {
		return nil, w.in.Corrupt("", "%s at %d has version %d, want 1 or 2; %s", what, address, version, advice)
	}
	c.skip(7)
	size := c.uint(4)
	if c, err = w.read(address+16, int64(size), what); err != nil {
		return nil, err
	}
	return w.messages(c, func(c *cursor) message {
		m := message{kind: int(c.uint(2))}
		n := int(c.uint(2))
		m.flags = c.uint(1)
		c.skip(3)
		m.data = c.bytes(n)
		return m
	}, 8, false)
}

func (w *walk) header2(address uint64, c *cursor) ([]message, error) {
	const what = "the header of an object"
	c.skip(4)
	if version := c.uint(1); version != 2 {
		return nil, w.in.Corrupt("", "%s at %d has version %d, want 1 or 2; %s", what, address, version, advice)
	}
	flags := c.uint(1)
	before := uint64(6)
	if flags&0x20 != 0 {
		before += 16
	}
	if flags&0x10 != 0 {
		before += 4
	}
	width := uint64(1) << (flags & 3)
	c, err := w.read(address+before, int64(width), what)
	if err != nil {
		return nil, err
	}
	size := c.uint(int(width))
	if size > uint64(w.in.Size) {
		return nil, w.in.Corrupt("", "%s at %d would have %d bytes, the file has %d; %s", what, address, size, w.in.Size, advice)
	}
	if c, err = w.read(address+before+width, int64(size), what); err != nil {
		return nil, err
	}
	ordered := flags&4 != 0
	head := 4
	if ordered {
		head = 6
	}
	return w.messages(c, func(c *cursor) message {
		m := message{kind: int(c.uint(1))}
		n := int(c.uint(2))
		m.flags = c.uint(1)
		if ordered {
			c.skip(2)
		}
		m.data = c.bytes(n)
		return m
	}, head, true)
}

// messages takes the messages of a block and of those that continue it. What is shorter than
// a message's head is a gap.
func (w *walk) messages(c *cursor, take func(*cursor) message, head int, marked bool) ([]message, error) {
	const what = "a block of an object's header"
	var all []message
	blocks := map[uint64]bool{}
	for pending := []*cursor{c}; len(pending) > 0; pending = pending[1:] {
		for c = pending[0]; len(c.rest()) >= head; {
			m := take(c)
			if err := w.whole(c, "a message of an object's header"); err != nil {
				return nil, err
			}
			if m.kind != msgContinuation {
				if err := w.spend(96); err != nil { // what a message takes in memory beside its data
					return nil, err
				}
				all = append(all, m)
				continue
			}
			at := &cursor{raw: m.data, offsets: w.offsets, lengths: w.lengths}
			address, size := at.offset(), at.length()
			if err := w.whole(at, "a continuation of an object's header"); err != nil {
				return nil, err
			}
			if blocks[address] {
				return nil, w.in.Corrupt("", "%s at %d is reached twice, which could go on without end; %s", what, address, advice)
			}
			blocks[address] = true
			next, err := w.read(address, size, what)
			if err != nil {
				return nil, err
			}
			if marked {
				if got := next.bytes(4); string(got) != "OCHK" || len(next.rest()) < 4 {
					return nil, w.in.Corrupt("", "%s at %d begins with %q, want OCHK; %s", what, address, got, advice)
				}
				next.raw = next.raw[:len(next.raw)-4]
			}
			pending = append(pending, next)
		}
	}
	return all, nil
}

// An Object is a group or a dataset.
type Object struct {
	Path     string // from the root, as in "/conv1/kernel:0"
	Address  uint64 // in the file: two paths may lead to one object
	f        *File
	messages []message
	links    []Link
	index    map[string]int
	children map[string]*Object // those that were opened
}

// find is the first message of a kind.
func (o *Object) find(kind int) (message, bool) {
	for _, m := range o.messages {
		if m.kind == kind {
			return m, true
		}
	}
	return message{}, false
}

func (o *Object) cursor(raw []byte) *cursor {
	return &cursor{raw: raw, offsets: o.f.offsets, lengths: o.f.lengths}
}

// IsDataset reports whether it holds numbers, and so is no group.
func (o *Object) IsDataset() bool { _, ok := o.find(msgLayout); return ok }

// Corrupt says what is wrong with the object.
func (o *Object) Corrupt(format string, args ...any) *weightfile.Error {
	e := o.f.in.Corrupt("", format, args...)
	e.Problem = weightfile.Shown(o.Path) + " " + e.Problem
	return e
}
