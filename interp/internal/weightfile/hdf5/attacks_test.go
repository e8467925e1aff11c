package hdf5_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/filetest"
	"cnnlang/interp/internal/weightfile/hdf5"
	"cnnlang/interp/internal/weightfile/keras"
)

// A builder makes files with addresses and lengths of 8 bytes.
type builder struct{ raw []byte }

// cat joins what fields are written as: texts as they are, numbers by their width.
func cat(fields ...any) []byte {
	var raw []byte
	for _, f := range fields {
		switch f := f.(type) {
		case string:
			raw = append(raw, f...)
		case []byte:
			raw = append(raw, f...)
		case int: // a byte
			raw = append(raw, byte(f))
		case uint16:
			raw = binary.LittleEndian.AppendUint16(raw, f)
		case uint32:
			raw = binary.LittleEndian.AppendUint32(raw, f)
		case uint64:
			raw = binary.LittleEndian.AppendUint64(raw, f)
		}
	}
	return raw
}

type (
	u2 = uint16
	u4 = uint32
	u8 = uint64
)

const none = ^u8(0)

// put appends a structure, padded to 64 bytes so that a header's first read succeeds.
func (b *builder) put(fields ...any) u8 {
	at := u8(len(b.raw))
	b.raw = append(b.raw, cat(fields...)...)
	b.raw = append(b.raw, make([]byte, 64)...)
	return at
}

// object puts a header of version 2 with these messages.
func (b *builder) object(messages ...[]byte) u8 {
	all := slices.Concat(messages...)
	return b.put("OHDR", 2, 2, u4(len(all)), all, u4(0))
}

func msg(kind int, fields ...any) []byte {
	data := cat(fields...)
	return cat(kind, u2(len(data)), 0, data)
}

func link(name string, to u8) []byte { return msg(6, 1, 0, len(name), name, to) }

// built is a file whose root group has one name, x, for what make puts.
func built(build func(b *builder) u8) []byte {
	b := &builder{}
	b.put("\x89HDF\r\n\x1a\n", 2, 8, 8, 0, u8(0), none, none, u8(0), u4(0))
	x := build(b)
	root := b.object(link("x", x))
	binary.LittleEndian.PutUint64(b.raw[36:], root)
	return b.raw
}

// group is a file whose root is a group with these messages.
func group(build func(b *builder) [][]byte) []byte {
	b := &builder{}
	b.put("\x89HDF\r\n\x1a\n", 2, 8, 8, 0, u8(0), none, none, u8(0), u4(0))
	root := b.object(build(b)...)
	binary.LittleEndian.PutUint64(b.raw[36:], root)
	return b.raw
}

// The messages of a dataset.
func shape(sizes ...u8) []byte {
	raw := cat(2, len(sizes), 0, 1)
	for _, n := range sizes {
		raw = cat(raw, n)
	}
	return msg(1, raw)
}

func at(address, size u8) []byte { return msg(8, 3, 1, address, size) }

var (
	float = msg(3, 0x11, 0x20, 31, 0, u4(4), u2(0), u2(32), 23, 8, 0, 23, u4(127))
	text  = cat(0x13, 0, 0, 0, u4(4))
	vary  = cat(0x19, 1, 0, 0, u4(16), 0x10, 0, 0, 0, u4(1), u2(0), u2(8))
)

// dataset is a file with a dataset of these messages.
func dataset(messages ...[]byte) []byte {
	return built(func(b *builder) u8 { return b.object(messages...) })
}

// chunks is a dataset of n floats in chunks of 4, in a tree of these chunks with their places.
func chunks(n, size u8, filters []byte, stored ...[]byte) []byte {
	return built(func(b *builder) u8 {
		var entries []byte
		for i, raw := range stored {
			entries = cat(entries, u4(len(raw)), u4(0), u8(i)*size, u8(0), b.put(raw))
		}
		tree := b.put("TREE", 1, 0, u2(len(stored)), none, none, entries)
		return b.object(shape(n), float, msg(8, 3, 2, 2, tree, u4(size), u4(4)), filters)
	})
}

// latest is a dataset of n floats in chunks of 4, by an index of version 4.
func latest(n u8, kind int, details []byte, index func(b *builder) u8) []byte {
	return built(func(b *builder) u8 {
		return b.object(shape(n), float, msg(8, 4, 2, 0, 2, 1, 4, 4, kind, details, index(b)))
	})
}

func filter(id int) []byte { return msg(11, 2, 1, id, 0, u2(0), u2(0)) }

func zipped(raw []byte) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write(raw)
	w.Close()
	return b.Bytes()
}

// attribute is a group with an attribute of a type, a shape and data.
func attribute(typ []byte, n u8, data ...any) []byte {
	return group(func(b *builder) [][]byte { return [][]byte{attributeOf(typ, n, data...)} })
}

func attributeOf(typ []byte, n u8, data ...any) []byte {
	space := cat(2, 1, 0, 1, n)
	return msg(12, 3, 0, u2(2), u2(len(typ)), u2(len(space)), 0, "a\x00", typ, space, cat(data...))
}

// old is a group as before version 1.8, of a tree and the names in its heap.
func old(heap string, tree func(b *builder) u8) []byte {
	return group(func(b *builder) [][]byte {
		names := b.put(heap)
		h := b.put("HEAP", 0, 0, 0, 0, u8(len(heap)), none, names)
		return [][]byte{msg(17, tree(b), h)}
	})
}

func node(level int, children ...u8) []byte {
	raw := cat("TREE", 0, level, u2(len(children)), none, none)
	for _, c := range children {
		raw = cat(raw, u8(0), c)
	}
	return raw
}

func symbol(name, object u8) []byte { return cat(name, object, u4(0), u4(0), u8(0), u8(0)) }

// dense is a group whose links are in a fractal heap of this table, with one record in the tree.
func dense(width u2, filters u2, heapRows u2, record []byte, treeHead func(root u8) []byte) []byte {
	return group(func(b *builder) [][]byte {
		block := b.put("FHDB", 0, u8(0), u4(0), make([]byte, 512))
		heap := b.put("FRHP", 0, u2(7), filters, 0, u4(4096), u8(0), none, u8(0), none, make([]byte, 64), width, u8(512), u8(65536), u2(32), u2(1), block, heapRows)
		leaf := b.put("BTLF", 0, 5, record)
		return [][]byte{msg(2, 0, 0, heap, b.put(treeHead(leaf)))}
	})
}

// sameLink is such a group whose n records all lead to one link with a long name.
func sameLink(n int) []byte {
	return group(func(b *builder) [][]byte {
		name := strings.Repeat("x", 3000)
		found := cat(1, 1, u2(len(name)), name, u8(0))
		block := b.put("FHDB", 0, u8(0), u4(0), found, make([]byte, 4096))
		heap := b.put("FRHP", 0, u2(7), u2(0), 0, u4(4096), u8(0), none, u8(0), none, make([]byte, 64), u2(4), u8(4096), u8(65536), u2(32), u2(1), block, u2(0))
		leaf := b.put("BTLF", 0, 5, bytes.Repeat(cat(u4(0), 0, u4(17), u2(len(found))), n))
		return [][]byte{msg(2, 0, 0, heap, b.put(treeHead(u4(16+11*n), 11, 0, u2(n))(leaf)))}
	})
}

func treeHead(size u4, record, depth, n u2) func(root u8) []byte {
	return func(root u8) []byte { return cat("BTHD", 0, 5, size, record, depth, 0, 0, root, n, u8(n)) }
}

// everything reads all that a file holds, up to the first error.
func everything(raw []byte) error {
	f, err := hdf5.Open(weightfile.Input{ReaderAt: bytes.NewReader(raw), Size: int64(len(raw)), Path: "f.h5"})
	if err != nil {
		return err
	}
	o, err := f.Root()
	if err != nil {
		return err
	}
	attributes, err := o.Attributes()
	for _, a := range attributes {
		if _, e := a.Texts(); err == nil {
			err = e
		}
	}
	if err != nil {
		return err
	}
	if _, err := o.Links(); err != nil {
		return err
	}
	x, err := o.Child("x")
	if x == nil || err != nil {
		return err
	}
	d, err := x.Dataset()
	if err != nil {
		return err
	}
	_, err = d.Bytes()
	return err
}

// Broken and hostile files are refused with a message that says where, what and what to do,
// within a small budget of bytes.
func TestRefusesAttacks(t *testing.T) {
	var raw [][]byte
	for _, a := range slices.Concat(onFiles, onOldGroups, onDenseGroups, onAttributes, onDatasets, onChunks) {
		raw = append(raw, a.raw)
		err := everything(a.raw)
		if err == nil {
			t.Errorf("%s: read without an error", a.name)
			continue
		}
		if want := "weights: f.h5: " + a.want; err.Error() != want {
			t.Errorf("ATTACK %q\ngot  %v\nwant %s", a.name, err, want)
		}
		var corrupt *weightfile.Error
		var limit *weightfile.LimitError
		if !errors.As(err, &corrupt) && !errors.As(err, &limit) {
			t.Errorf("%s: the error is a %T", a.name, err)
		}
	}
	filetest.Keep(t, "hdf5", ".h5", nil, func(raw []byte) error { // the program takes them for Keras's
		return filetest.Look(func(in weightfile.Input) (weightfile.File, error) { return keras.Open(in) }, filetest.Memory("f.h5", raw, nil))
	}, raw)
}

// What the attacks vary is read when it is right.
func TestBuiltFilesAreRead(t *testing.T) {
	for name, raw := range map[string][]byte{
		"contiguous": dataset(shape(4), float, at(0, 16)), "chunks": chunks(8, 4, nil, make([]byte, 16), make([]byte, 16)),
		"gzip": chunks(4, 4, filter(1), zipped(make([]byte, 16))), "texts": attribute(text, 2, "abcdefgh"),
		"old": old("\x00\x00\x00\x00\x00\x00\x00\x00ab\x00", func(b *builder) u8 {
			return b.put(node(0, b.put("SNOD", 1, 0, u2(1), symbol(8, b.object()))))
		}),
	} {
		if err := everything(raw); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
