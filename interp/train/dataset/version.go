package dataset

import (
	"crypto/sha256"
	"fmt"

	"cnnlang/interp/train/chance"
)

// Changes reports whether pictures are changed at random.
func (l *Loader) Changes() bool { list := l.list(); return list != nil && !list.Idle() }

// Mixes reports whether what is made of a picture depends on others of its batch.
func (l *Loader) Mixes() bool { list := l.list(); return list != nil && list.Mixes() }

// version is which of the loader's views a picture is that has come so often in the epoch before.
func (r *run) version(repeats int) int {
	if r.loader.Views < 1 {
		return 0
	}
	return (r.epoch + repeats) % r.loader.Views
}

// seed is that of the changes of a picture.
func (r *run) seed(picture, version, repeats int) uint64 {
	switch {
	case r.loader.Views > 0:
		return r.loader.seedOf(picture, version)
	case repeats > 0:
		return chance.At(r.loader.seedOf(picture, r.epoch), repeats)
	}
	return r.loader.seedOf(picture, r.epoch)
}

// seedOf is the seed of a picture in an epoch, or in one of the views.
func (l *Loader) seedOf(picture, epoch int) uint64 { return chance.At(l.Seed, epoch, picture) }

// Key is a hash of all that the inputs of a picture follow from in a version: its numbers, how it is prepared, and how
// it is changed. Pictures of a loader that mixes them have none.
func (l *Loader) Key(picture, version int) [sha256.Size]byte {
	d := l.Set.data
	at := l.Set.at[picture]
	h := sha256.New()
	h.Write(d.pool.hashes[at][:])
	p := d.o.Prepare
	p.Seen, p.Sideways = nil, nil
	fmt.Fprintf(h, "%v %+v %s", d.o.Input, p, d.pool.from.kind(at))
	if d.o.crops() && !l.Set.val { // what is shown is cut from a shrunk picture too
		fmt.Fprintf(h, " shrunk %v", d.o.Shrink)
	}
	if l.Changes() {
		fmt.Fprintf(h, " %+v %x", d.o.Augment, l.seedOf(picture, version))
	}
	return [sha256.Size]byte(h.Sum(nil))
}
