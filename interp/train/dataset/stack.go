package dataset

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"

	"cnnlang/interp/internal/regular"
	"cnnlang/interp/picture"
)

// A stack is a source of pictures in arrays, those to learn from before those to check with.
type stack struct {
	parts []part
	names []string // of the classes, nil where the files do not say
	most  int      // classes that labels can have where the format fixes them, or 0
}

// A part is an array of pictures, one behind the other, of a width, a height and channels. It has bytes or floats.
type part struct {
	file    string
	val     bool
	n       int
	c, h, w int
	bytes   []uint8   // [n, h, w, c]
	floats  []float32 // [n, c, h, w]
	labels  []int     // [n]
	dense   []float32 // [n, k], where labels are nil
	k       int
}

// find is the part that has a picture, and its place there.
func (s *stack) find(i int) (*part, int) {
	if first := &s.parts[0]; i < first.n {
		return first, i
	}
	return &s.parts[1], i - s.parts[0].n
}

func (s *stack) name(i int) string {
	p, at := s.find(i)
	return p.file + "[" + strconv.Itoa(at) + "]"
}

// path is where a picture is among the data, wherever those lie.
func (s *stack) path(i int) string {
	p, at := s.find(i)
	return filepath.Base(p.file) + "[" + strconv.Itoa(at) + "]"
}

func (s *stack) kind(i int) string {
	p, _ := s.find(i)
	return fmt.Sprint(p.c, p.h, p.w, s.numbers())
}

func (s *stack) numbers() bool { return s.parts[0].floats != nil }

func (s *stack) values(i int) []float32 {
	p, at := s.find(i)
	size := p.c * p.h * p.w
	return p.floats[at*size : (at+1)*size]
}

// bitmap is a picture, in the memory of the array.
func (s *stack) bitmap(_ context.Context, i int, _ digest) (picture.Bitmap, error) {
	p, at := s.find(i)
	size := p.h * p.w * p.c
	return picture.Bitmap{Width: p.w, Height: p.h, Channels: p.c, Pix: p.bytes[at*size : (at+1)*size]}, nil
}

// hash is that of the numbers of a picture.
func (s *stack) hash(i int) digest {
	p, at := s.find(i)
	size := p.c * p.h * p.w
	if p.bytes != nil {
		return sha256.Sum256(p.bytes[at*size : (at+1)*size])
	}
	raw := make([]byte, 0, 4*size)
	for _, x := range s.values(i) {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(x))
	}
	return sha256.Sum256(raw)
}

// A reading reads the arrays of a folder that holds these, or of a file.
type reading func(ctx context.Context, path string, entries []regular.Entry, o Options) (*stack, error)

func openArrays(ctx context.Context, path string, entries []regular.Entry, o Options, read reading) (*Data, error) {
	if o.Usual {
		o.Augment = nil
	}
	s, err := read(ctx, path, entries, o)
	if err != nil {
		return nil, err
	}
	which := s.choose(o)
	n := 0
	for _, p := range s.parts {
		n += p.n
		if err := p.check(o); err != nil {
			return nil, err
		}
	}
	if n == 0 {
		return nil, problem(path, "holds no pictures")
	}
	d := &Data{path: path, Part: which, o: o, pool: newPool(s, n, 0)}
	d.o.Keep = 0 // they are in memory
	if err := d.label(s); err != nil {
		return nil, err
	}
	if err := d.each(ctx, n, func(i int) { d.pool.hashes[i] = s.hash(i) }); err != nil {
		return nil, err
	}
	return d, d.finish(ctx)
}

// choose leaves the arrays that are asked for, of Whole data that have both, and says which they are.
func (s *stack) choose(o Options) Part {
	if !o.Whole || len(s.parts) < 2 {
		return ""
	}
	which := cmp.Or(o.Part, ValPart)
	s.parts = slices.DeleteFunc(s.parts, func(p part) bool { return which != AllParts && p.val != (which == ValPart) })
	return which
}

// check compares a part with what the net wants.
func (p *part) check(o Options) error {
	switch {
	case p.floats == nil && p.c != 1 && p.c != 3:
		return problem(p.file, "has pictures of %d channels, want [N, H, W], [N, H, W, 1] or [N, H, W, 3] of uint8, or [N, C, H, W] of float32", p.c)
	case p.n > 0 && (p.h < 1 || p.w < 1 || p.h*p.w > picture.MaxPixels):
		return problem(p.file, "has pictures of %d x %d pixels, want 1 to %d pixels", p.w, p.h, picture.MaxPixels)
	case p.floats == nil:
		return o.checkPictures()
	case !slices.Equal(o.Input, []int{p.c, p.h, p.w}):
		return problem(p.file, "has [%d, %d, %d, %d] numbers, and the net's input is [N, %d, %d, %d]; give it that size, or save pictures as uint8, which are resized",
			p.n, p.c, p.h, p.w, o.Input[0], o.Input[1], o.Input[2])
	}
	return nil
}

// label gives the pictures of arrays their classes or targets.
func (d *Data) label(s *stack) error {
	i, most := 0, -1
	for _, p := range s.parts {
		if (p.k > 0) != (s.parts[0].k > 0) || p.k != s.parts[0].k {
			return problem(p.file, "has other targets than %s: [N, %d] and [N, %d]", shown(s.parts[0].file), p.k, s.parts[0].k)
		}
		if p.n > 0 && (p.floats == nil) != !s.numbers() {
			return problem(p.file, "is of another type than %s; save both as uint8 or both as float32", shown(s.parts[0].file))
		}
		for at := range p.n {
			d.pool.val[i] = p.val
			if p.k == 0 {
				d.pool.labels[i] = p.labels[at]
				most = max(most, p.labels[at])
			}
			i++
		}
		d.pool.dense = append(d.pool.dense, p.dense...)
	}
	d.perItem = s.parts[0].k
	return d.nameArrays(s, most)
}

// nameArrays decides how many classes there are, and what they are called.
func (d *Data) nameArrays(s *stack, most int) error {
	switch count := max(s.most, most+1); {
	case d.o.Classes != nil && d.o.Named == nil:
		d.Classes = d.o.Classes
	case s.names != nil:
		d.Classes = s.names
	case d.perItem > 0:
		count = d.perItem
		fallthrough
	default:
		for label := range count {
			d.Classes = append(d.Classes, strconv.Itoa(label))
		}
	}
	if d.o.Named != nil && d.perItem == 0 && most < len(d.Classes) {
		return d.relabel()
	}
	switch {
	case d.perItem > 0 && d.perItem != len(d.Classes):
		return problem(d.path, "has targets of %d numbers, and there are names of %d classes", d.perItem, len(d.Classes))
	case most >= len(d.Classes):
		return problem(d.path, "has a label %d, and there %s only %s, whose labels are 0 to %d", most, areIs(len(d.Classes)), counted(len(d.Classes), "class", "classes"), len(d.Classes)-1)
	}
	return nil
}

// relabel gives the pictures the numbers that their classes have by the names that are asked for.
func (d *Data) relabel() error {
	found := d.Classes
	if err := d.named(found); err != nil {
		return err
	}
	to := make([]int, len(found))
	for i, name := range found {
		to[i] = slices.Index(d.Classes, name)
	}
	for i, label := range d.pool.labels {
		if to[label] < 0 {
			return problem(d.path, "has pictures of the class %s, which is none", shown(found[label]))
		}
		d.pool.labels[i] = to[label]
	}
	return nil
}
