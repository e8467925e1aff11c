package hdf5

import (
	"cmp"
	"math"
	"strings"
	"unicode/utf8"

	"cnnlang/interp/internal/weightfile"
)

// An Attribute is a small named value of an object.
type Attribute struct {
	Name  string
	o     *Object
	typ   datatype
	count int64 // of elements
	data  []byte
}

// Attributes are those of the object that have names, no name twice.
func (o *Object) Attributes() (map[string]Attribute, error) {
	o.f.walk.seen = map[uint64]bool{}
	all := map[string]Attribute{}
	add := func(raw []byte) error {
		a, err := o.attribute(raw)
		if _, twice := all[a.Name]; twice && err == nil {
			err = o.Corrupt("has the attribute %s twice; %s", weightfile.Shown(a.Name), advice)
		}
		all[a.Name] = a
		return cmp.Or(err, o.f.walk.spend(256+len(a.Name)))
	}
	for _, m := range o.messages {
		var err error
		switch {
		case m.kind == msgAttribute && m.flags&shared != 0:
			err = o.Corrupt("shares an attribute with other objects, which is not read; write the file again with h5py")
		case m.kind == msgAttribute:
			err = add(m.data)
		case m.kind == msgAttributeInfo:
			c := o.cursor(m.data)
			c.skip(1)
			if c.uint(1)&1 != 0 {
				c.skip(2)
			}
			heap, names := c.offset(), c.offset()
			if err = o.f.walk.whole(c, "the attribute info of an object"); err == nil && heap != undefined {
				err = o.f.walk.dense(heap, names, 8, 0, add)
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// attribute parses one (IV.A.2.m):
//
//	version flags name-size(2) type-size(2) space-size(2) [encoding] name type space data
//
// In version 1 each of name, type and space is filled up to a multiple of 8 bytes.
func (o *Object) attribute(raw []byte) (Attribute, error) {
	c, w := o.cursor(raw), o.f.walk
	version, flags := c.uint(1), c.uint(1)
	if version < 1 || version > 3 {
		return Attribute{}, o.Corrupt("has an attribute of version %d, want 1 to 3; %s", version, advice)
	}
	sizes := [3]int{int(c.uint(2)), int(c.uint(2)), int(c.uint(2))}
	if version == 3 {
		c.skip(1)
	}
	var parts [3][]byte
	for i, n := range sizes {
		start := c.at
		parts[i] = c.bytes(n)
		if version == 1 {
			c.align(start)
		}
	}
	a := Attribute{o: o, Name: strings.TrimRight(string(parts[0]), "\x00"), data: c.rest()}
	if err := w.whole(c, "an attribute of "+weightfile.Shown(o.Path)); err != nil {
		return a, err
	}
	if version > 1 && flags&3 != 0 {
		return a, o.Corrupt("has the attribute %s of a type that is shared, which is not read; write the file again with h5py", weightfile.Shown(a.Name))
	}
	var err error
	if a.typ, err = w.datatype(o.cursor(parts[1])); err != nil {
		return a, err
	}
	shape, _, null, err := w.dataspace(o.cursor(parts[2]))
	if err != nil {
		return a, err
	}
	var ok bool
	if a.count, ok = elements(shape); !ok || null {
		a.count = 0
	}
	if a.count > int64(len(a.data))/int64(a.typ.size) {
		return a, o.Corrupt("has the attribute %s of %v elements with %d bytes each, in %d bytes; %s", weightfile.Shown(a.Name), shape, a.typ.size, len(a.data), advice)
	}
	return a, nil
}

// elements is the number of elements of a shape, false if it cannot be counted.
func elements(shape []int64) (int64, bool) {
	n := int64(1)
	for _, size := range shape {
		if size != 0 && n > math.MaxInt64/size {
			return 0, false
		}
		n *= size
	}
	return n, true
}

// Texts are the elements, which must be texts, unless there are none.
func (a Attribute) Texts() ([]string, error) {
	if a.count > 0 && a.typ.text == noText {
		return nil, a.o.Corrupt("has the attribute %s of %s, want texts; save the file again", weightfile.Shown(a.Name), a.typ.words)
	}
	var texts []string
	if most := a.o.f.in.Limits.MaxHeader() / 4; int64(len(a.data)) > most {
		return nil, &weightfile.LimitError{Path: a.o.f.in.Path, Limit: "bytes of the attribute " + weightfile.Shown(a.Name), Got: int64(len(a.data)), Max: most, Help: "save the weights alone"}
	}
	for i := range a.count {
		raw := a.data[i*int64(a.typ.size) : (i+1)*int64(a.typ.size)]
		if a.typ.text == variable {
			var err error
			if raw, err = a.o.f.walk.global(a.o.cursor(raw)); err != nil {
				return nil, err
			}
		}
		text, _, _ := strings.Cut(string(raw), "\x00")
		if a.typ.padded {
			text = strings.TrimRight(text, " ")
		}
		if !utf8.ValidString(text) {
			return nil, a.o.Corrupt("has the attribute %s with a text that is not UTF-8; write the file again", weightfile.Shown(a.Name))
		}
		texts = append(texts, text)
	}
	return texts, nil
}

// global reads what an element of variable length leads to (III.E):
//
//	element: length(4) collection index(4)
//	"GCOL" 1 0(3) size │ index(2) references(2) 0(4) size data, filled up to 8 bytes │ ... │ index 0: the rest
func (w *walk) global(element *cursor) ([]byte, error) {
	size, address, index := int64(element.uint(4)), element.offset(), uint16(element.uint(4))
	if size == 0 {
		return nil, nil
	}
	objects, known := w.collections[address]
	if !known {
		var err error
		if objects, err = w.collection(address); err != nil {
			return nil, err
		}
		w.collections[address] = objects
	}
	raw, ok := objects[index]
	if !ok || size > int64(len(raw)) {
		return nil, w.in.Corrupt("", "a text would be %d bytes of object %d of the global heap at %d, which has %d; %s", size, index, address, len(raw), advice)
	}
	return raw[:size], w.spend(int(size)) // many elements may lead to one text
}

func (w *walk) collection(address uint64) (map[uint16][]byte, error) {
	const what = "a global heap"
	c, err := w.node(address, int64(8+w.lengths), "GCOL", 1, what)
	if err != nil {
		return nil, err
	}
	c.skip(3)
	size := c.length()
	if c, err = w.read(address, size, what); err != nil {
		return nil, err
	}
	c.skip(8 + w.lengths)
	c.align(0)
	objects := map[uint16][]byte{}
	for len(c.rest()) >= 8+w.lengths {
		index := uint16(c.uint(2))
		c.skip(6)
		n := c.length()
		c.align(0)
		if index == 0 {
			break
		}
		raw := c.bytes(int(min(n, int64(w.in.Size))))
		if err := w.whole(c, what); err != nil {
			return nil, err
		}
		if err := w.spend(64); err != nil {
			return nil, err
		}
		objects[index] = raw
		c.skip(min((8-len(raw)%8)%8, len(c.rest())))
	}
	return objects, nil
}
