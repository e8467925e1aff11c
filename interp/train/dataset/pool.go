package dataset

import (
	"context"
	"crypto/sha256"
	"math"
	"sync/atomic"

	"cnnlang/interp/picture"
)

// A source has the pictures of a pool.
type source interface {
	name(i int) string
	// path is the part of the name by which groups are found.
	path(i int) string
	// kind is what the numbers of a picture are that its hash is of.
	kind(i int) string
	// bitmap decodes a picture, which has the given hash.
	bitmap(ctx context.Context, i int, hash digest) (picture.Bitmap, error)
	// numbers reports whether there are no pictures but float32, which values gives.
	numbers() bool
	values(i int) []float32
}

// A digest is a SHA-256 of what a picture is stored as.
type digest [sha256.Size]byte

// A pool is all pictures, those to learn from and those to check with.
type pool struct {
	from   source
	labels []int
	hashes []digest
	val    []bool
	grey   []bool           // of those in files
	kept   []picture.Bitmap // decoded, as they are taken; without pixels where there was no room
	room   atomic.Int64     // bytes that may still be kept
	dense  []float32        // targets, [len(labels), perItem], where pictures have no classes

	targets []digest         // of the pictures that are targets, nil without such
	aside   []picture.Bitmap // those, as kept is
}

func newPool(from source, n int, keep int64) *pool {
	p := &pool{from: from, labels: make([]int, n), hashes: make([]digest, n), val: make([]bool, n), grey: make([]bool, n), kept: make([]picture.Bitmap, n)}
	p.room.Store(keep)
	return p
}

// keep keeps a decoded picture, in kept or in aside, where there is room.
func (p *pool) keep(in []picture.Bitmap, i int, b picture.Bitmap) {
	size := int64(len(b.Pix))
	if p.room.Add(-size) < 0 {
		p.room.Add(size)
		return
	}
	in[i] = b
}

// drop forgets one.
func (p *pool) drop(in []picture.Bitmap, i int) {
	p.room.Add(int64(len(in[i].Pix)))
	in[i] = picture.Bitmap{}
}

// crops reports whether pictures to learn from are cut at random out of larger ones.
func (o Options) crops() bool {
	return len(o.Augment) > 0 && o.Augment[0].Name == "random_resized_crop"
}

// form makes of a decoded picture what is taken of it again and again: the part that the net sees,
// or what random crops are cut from.
func (o Options) form(ctx context.Context, b picture.Bitmap, val bool) (picture.Bitmap, error) {
	h, w := o.Input[1], o.Input[2]
	if val || !o.crops() {
		return o.Prepare.Shown(ctx, b, h, w)
	}
	if o.Target != "" { // which cannot be shrunk to the same share of a pixel
		return b, nil
	}
	times := max(1, o.Shrink)
	return o.Prepare.Shrunk(ctx, b, int(math.Ceil(times*float64(h))), int(math.Ceil(times*float64(w))))
}

// formed is a picture in its form, decoded or as it was kept.
func (d *Data) formed(ctx context.Context, i int) (picture.Bitmap, error) {
	if kept := d.pool.kept[i]; kept.Pix != nil {
		return kept, nil
	}
	b, err := d.pool.from.bitmap(ctx, i, d.pool.hashes[i])
	if err == nil {
		b, err = d.o.form(ctx, b, d.pool.val[i])
	}
	if err != nil && ctx.Err() == nil {
		err = &FileError{Path: d.pool.from.name(i), Problem: why(err), Err: err}
	}
	return b, err
}
