package dataset

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"
)

// chosen reports whether what has a hash is to check with: where its first 64 bits are below the
// share. So equal pictures are on one side, and pictures that are added move no other.
func (o Options) chosen(hash digest) bool {
	return float64(binary.BigEndian.Uint64(hash[:])>>11) < o.Split*(1<<53)
}

// split chooses those to check with, unless they have a folder of their own.
func (d *Data) split() error {
	if d.o.Whole {
		for i := range d.pool.val {
			d.pool.val[i] = true
		}
		return nil
	}
	if d.o.Split == 0 || d.ownVal() {
		return nil
	}
	keys, err := d.keys()
	if err != nil {
		return err
	}
	for i, key := range keys {
		d.pool.val[i] = d.o.chosen(key)
	}
	if d.perItem > 0 {
		return nil
	}
	return d.represent(keys)
}

// ownVal reports whether some were read as those to check with.
func (d *Data) ownVal() bool {
	if from, ok := d.pool.from.(*files); ok {
		return from.roots[1] != ""
	}
	return slices.Contains(d.pool.val, true)
}

// keys are the hashes by which pictures are split: their own, or those of their groups.
func (d *Data) keys() ([]digest, error) {
	keys := make([]digest, len(d.pool.hashes))
	var without []string
	for i, hash := range d.pool.hashes {
		key, ok := d.o.key(d.pool.from.path(i), hash)
		if !ok {
			without = append(without, d.pool.from.name(i))
		}
		keys[i] = key
	}
	if len(without) > 0 {
		return nil, problem(d.path, "holds names that the group %q does not match, of %s: %s", d.o.Group, counted(len(without), "picture", "pictures"), some(without))
	}
	return keys, nil
}

// key is the hash by which a picture is split; false if it belongs to no group.
func (o Options) key(path string, hash digest) (digest, bool) {
	if o.Group == nil {
		return hash, true
	}
	match := o.Group.FindStringSubmatch(path)
	if match == nil {
		return digest{}, false
	}
	return sha256.Sum256([]byte(match[min(1, len(match)-1)])), true
}

// represent moves pictures to the other side where a class has none there: those with the key next to
// the limit.
func (d *Data) represent(keys []digest) error {
	of := map[digest][]int{} // pictures by key
	classes := make([][]int, len(d.Classes))
	for i, key := range keys {
		of[key] = append(of[key], i)
		classes[d.pool.labels[i]] = append(classes[d.pool.labels[i]], i)
	}
	for label, pictures := range classes {
		if len(pictures) == 0 {
			continue // which is told later
		}
		if key, val, lacks := d.lacking(keys, pictures); lacks {
			for _, i := range of[key] {
				d.pool.val[i] = val
			}
		}
		if _, _, lacks := d.lacking(keys, pictures); lacks {
			return d.indivisible(label, len(pictures))
		}
	}
	for label, pictures := range classes { // groups may have been moved for two classes in turn
		if _, _, lacks := d.lacking(keys, pictures); lacks && len(pictures) > 0 {
			return d.indivisible(label, len(pictures))
		}
	}
	return nil
}

// lacking reports whether pictures are all on one side; val is the other, and key that of those to move there.
func (d *Data) lacking(keys []digest, pictures []int) (key digest, val, lacks bool) {
	if len(pictures) == 0 {
		return key, false, false
	}
	val = !d.pool.val[pictures[0]]
	best := uint64(math.MaxUint64)
	for _, i := range pictures {
		if d.pool.val[i] == val {
			return key, val, false
		}
		first := binary.BigEndian.Uint64(keys[i][:])
		if !val { // to learn from: the largest
			first = ^first
		}
		if first <= best {
			best, key = first, keys[i]
		}
	}
	return key, val, true
}

// indivisible is the error of a class that cannot be on both sides.
func (d *Data) indivisible(label, count int) error {
	what := "different pictures"
	if d.o.Group != nil {
		what = "groups"
	}
	return problem(d.path, "class %s has %s, want at least two %s, one to learn from and one to check with; add some, or give a folder to check with",
		shown(d.Classes[label]), counted(count, "picture", "pictures"), what)
}
