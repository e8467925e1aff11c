package packcache

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/zeebo/xxh3"
)

// A stamp is file metadata that changes whenever the contents do. A program that writes to
// the file may reset the time of modification and the size, but not the time of change.
type stamp struct {
	Device   uint64 `json:"device"`
	Inode    uint64 `json:"inode"`
	Size     int64  `json:"size"`
	Modified int64  `json:"modified"` // ns since 1970
	Changed  int64  `json:"changed"`
}

// known is what was found out about a file: its hash, which takes a while to compute, and
// the stamp it had.
type known struct {
	stamp
	Hash string `json:"hash"`
}

// settled is the age of the last change from which a stamp identifies the contents: before,
// the file may change again within the same tick of the file system's clock.
const settled = 2 * time.Second

// mostNote is more than the size of any note.
const mostNote = 1 << 10

// Identity returns a hash of a file's contents. It is stored in the cache, and computed
// again only if the file's stamp changes.
func (c *Cache) Identity(f *os.File) (string, error) {
	start := time.Now().Add(-c.settled).UnixNano()
	before, sure := stampOf(f)
	name := KeyOf("stamp", strconv.FormatUint(before.Device, 10), strconv.FormatUint(before.Inode, 10))
	note := hex.EncodeToString(name[:]) + ".known"
	if sure {
		text, err := c.read(note, mostNote)
		var k known
		if err == nil && json.Unmarshal(text, &k) == nil && k.stamp == before && len(k.Hash) == 32 {
			return k.Hash, nil
		}
	}
	hash, err := c.hash(f)
	if err != nil {
		return "", err
	}
	if after, _ := stampOf(f); !sure || after != before || max(before.Changed, before.Modified) > start {
		return hash, nil // it may change within the same tick of the clock
	}
	text, err := json.Marshal(known{before, hash})
	if err != nil {
		return "", err
	}
	return hash, c.write(note, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

// hash reads the whole file. The hash is as fast as memory but not cryptographic, so it
// begins with a number that only the owner of the cache knows: nobody else can make two
// files that share a hash.
func (c *Cache) hash(f *os.File) (string, error) {
	seed, err := c.seed()
	if err != nil {
		return "", err
	}
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	h := xxh3.NewSeed128(seed)
	n, err := io.CopyBuffer(h, io.NewSectionReader(f, 0, info.Size()), make([]byte, 1<<20))
	c.hashed += n
	return hex.EncodeToString(h.Sum(nil)), err
}

// seed returns the secret number of this cache, creating it if necessary.
func (c *Cache) seed() (uint64, error) {
	const name, digits = "seed", 16
	var err error
	for range 2 {
		var text []byte
		if text, err = c.read(name, digits); err == nil {
			var seed uint64
			if seed, err = strconv.ParseUint(string(text), 16, 64); err == nil && len(text) == digits {
				return seed, nil
			}
		}
		var random [8]byte
		rand.Read(random[:])
		if err = c.write(name, func(w io.Writer) error {
			_, err := fmt.Fprintf(w, "%0*x", digits, binary.NativeEndian.Uint64(random[:]))
			return err
		}); err != nil {
			break
		}
	}
	return 0, err
}
