package packcache

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"time"

	"cnnlang/interp/atomicfile"
)

// A known is what was found out about a file: its hash, which takes a while, and
// how to recognise it.
type known struct {
	Path     string    `json:"path"`
	Size     int64     `json:"size"`
	Modified time.Time `json:"modified"`
	Inode    uint64    `json:"inode"`
	SHA256   string    `json:"sha256"`
}

// Identity returns the SHA-256 of a file's contents. It is remembered in the cache
// and not computed again while the file has the same size, time of change and
// inode.
func (c Cache) Identity(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	now := known{Path: path, Size: info.Size(), Modified: info.ModTime().UTC(), Inode: inode(info)}
	name := KeyOf("identity", path)
	note := filepath.Join(c.Folder, hex.EncodeToString(name[:])+".known")
	var before known
	if text, err := os.ReadFile(note); err == nil && json.Unmarshal(text, &before) == nil {
		now.SHA256 = before.SHA256
		if len(now.SHA256) == 2*sha256.Size && now.same(before) {
			return now.SHA256, nil
		}
	}
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	now.SHA256 = hex.EncodeToString(h.Sum(nil))
	if time.Since(now.Modified) < settled {
		return now.SHA256, nil // it may change again within the same tick of the clock
	}
	text, err := json.Marshal(now)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(c.Folder, 0o700); err != nil {
		return "", err
	}
	return now.SHA256, atomicfile.Write(note, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

// settled is how long ago a file must have changed for its time of change to tell
// it from what it will be.
const settled = 2 * time.Second

func (k known) same(other known) bool {
	return k.Path == other.Path && k.Size == other.Size && k.Modified.Equal(other.Modified) && k.Inode == other.Inode
}
