package dataset

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"slices"
)

// A Set is the pictures of a side, in a fixed order.
type Set struct {
	data *Data
	at   []int // of the pool
	val  bool
}

func (d *Data) set(val bool) *Set {
	s := &Set{data: d, val: val}
	for i, is := range d.pool.val {
		if is == val {
			s.at = append(s.at, i)
		}
	}
	return s
}

// Len is how many pictures there are.
func (s *Set) Len() int { return len(s.at) }

// Name is the file of a picture, or its place in an array.
func (s *Set) Name(i int) string { return s.data.pool.from.name(s.at[i]) }

// Label is the number of its class, -1 where pictures have none.
func (s *Set) Label(i int) int {
	if s.data.perItem > 0 {
		return -1
	}
	return s.data.pool.labels[s.at[i]]
}

// Counts are how many pictures each class has.
func (s *Set) Counts() []int { return s.data.counts(s.val) }

// Targets is how many numbers the target of a picture has where it is no class, otherwise 0, and whether all
// of these numbers are 0 or 1.
func (d *Data) Targets() (n int, binary bool) {
	return d.perItem, !d.Pairs() && !slices.ContainsFunc(d.pool.dense, func(x float32) bool { return x != 0 && x != 1 })
}

// Pairs reports whether targets are pictures.
func (d *Data) Pairs() bool { return d.pairs != nil }

// Brightness sets dst to the brightness of what a net makes where targets are pictures: black 0 and white 1.
func (d *Data) Brightness(dst []float64, made []float32) { d.pairs.prepare.Brightness(dst, made) }

// Digest is a hash of the pictures of both sides with their classes and names, in hexadecimal: equal where the
// data are.
func (d *Data) Digest() string {
	h := sha256.New()
	for _, s := range []*Set{d.Train, d.Val} {
		for i, at := range s.at {
			name := d.pool.from.path(at)
			line := binary.BigEndian.AppendUint64(d.pool.hashes[at][:len(digest{}):len(digest{})], uint64(s.Label(i)))
			line = binary.BigEndian.AppendUint64(line, uint64(len(name)))
			h.Write(append(line, name...))
		}
		h.Write(binary.BigEndian.AppendUint64([]byte("side"), uint64(len(s.at))))
	}
	for _, hash := range d.pool.targets {
		h.Write(hash[:])
	}
	for _, name := range d.Classes {
		h.Write(append(binary.BigEndian.AppendUint64(nil, uint64(len(name))), name...))
	}
	for _, x := range d.pool.dense {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(math.Float32bits(x))))
	}
	return hex.EncodeToString(h.Sum(nil))
}
