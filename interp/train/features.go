package train

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"math"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/gradient"
	"cnnlang/interp/internal/mapped"
	"cnnlang/interp/internal/weights"
	"cnnlang/ops/exec"
	"cnnlang/ops/tensor"
)

// A file of features is a safetensors file of four tensors: what the rows were computed by and of, the rows, and a hash of
// all these.
const (
	ofPrefix   = "cnnlang.prefix"   // U8 [32]
	ofPictures = "cnnlang.pictures" // U8 [rows, 32]
	ofValues   = "cnnlang.values"   // F32 [rows, numbers]
	ofDigest   = "cnnlang.digest"   // U8 [32]
)

// A key is a hash of all that a row, or all rows, follow from.
type key [sha256.Size]byte

// A FeaturesError says that a file has no features that can be used.
type FeaturesError struct{ Path, Problem string }

func (e *FeaturesError) Error() string {
	return fmt.Sprintf("train: %s: %s; remove it, or name another file", e.Path, e.Problem)
}

// features are the rows of pictures, by their keys. One goroutine adds rows, others may read at the same time.
type features struct {
	size   int // numbers of a row
	lock   sync.RWMutex
	at     map[key]int
	keys   []byte    // [rows, 32]
	values []float32 // [rows, size], which stays where it is
	saved  int       // rows that the file has too
}

func newFeatures(rows, size int) *features {
	return &features{size: size, at: map[key]int{}, values: make([]float32, 0, rows*size)}
}

// row is that of a picture, nil if there is none.
func (f *features) row(of key) []float32 {
	f.lock.RLock()
	defer f.lock.RUnlock()
	if i, ok := f.at[of]; ok {
		return f.values[i*f.size:][:f.size]
	}
	return nil
}

// add returns where the row of a picture is to be put, nil if it is there or if there is no room.
func (f *features) add(of key) []float32 {
	f.lock.Lock()
	defer f.lock.Unlock()
	start := len(f.values)
	if _, known := f.at[of]; known || start+f.size > cap(f.values) {
		return nil
	}
	f.at[of] = len(f.at)
	f.keys = append(f.keys, of[:]...)
	f.values = f.values[:start+f.size]
	return f.values[start:]
}

// prefixKey is a hash of everything that a row follows from but its picture: the operations, their tensors, and what
// computes them.
func prefixKey(s *gradient.Split, tensors map[string]tensor.Tensor, precision fmt.Stringer) (key, error) {
	isa, err := exec.ISA()
	if err != nil {
		return key{}, err
	}
	build := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		build = info.Main.Version + " " + info.GoVersion
	}
	h := sha256.New()
	fmt.Fprintln(h, "features 1", exec.PackVersion, runtime.GOARCH, isa, precision, build)
	if err := graph.Print(h, s.Frozen); err != nil {
		return key{}, err
	}
	for _, p := range s.Frozen.Params(true) {
		fmt.Fprintln(h, p.Path, p.Shape)
		hashFloats(h, tensors[p.Path].Data)
	}
	return key(h.Sum(nil)), nil
}

func hashFloats(h hash.Hash, data []float32) {
	var piece [1 << 12]byte
	for chunk := range slices.Chunk(data, len(piece)/4) {
		for i, v := range chunk {
			binary.LittleEndian.PutUint32(piece[4*i:], math.Float32bits(v))
		}
		h.Write(piece[:4*len(chunk)])
	}
}

// read adds the rows of a file that are wanted. There need not be a file, and one of another prefix has none.
func (f *features) read(path string, prefix key, wanted map[key]bool) error {
	store, err := weights.Open(path, weights.Options{})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer store.Close()
	var parts map[string][]byte
	err = mapped.Guard(func() (err error) {
		parts, err = partsOf(store)
		return err
	})
	if err != nil {
		return err
	}
	if !bytes.Equal(parts[ofPrefix], prefix[:]) {
		return nil
	}
	rows := len(parts[ofPictures]) / len(prefix)
	if want := 4 * f.size * rows; len(parts[ofValues]) != want {
		return &FeaturesError{path, fmt.Sprintf("has %d bytes of features, want %d", len(parts[ofValues]), want)}
	}
	err = mapped.Guard(func() error {
		for i := range rows {
			of := key(parts[ofPictures][i*len(prefix):])
			if !wanted[of] {
				continue
			}
			raw := parts[ofValues][4*i*f.size:]
			row := f.add(of)
			for k := range row {
				row[k] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*k:]))
			}
		}
		f.saved = len(f.at)
		return nil
	})
	if err == nil {
		err = store.Unchanged()
	}
	return err
}

// partsOf are the bytes of the tensors of a file of features, as they were written.
func partsOf(store weights.Store) (map[string][]byte, error) {
	contents, ok := store.(weights.Contents)
	parts := map[string][]byte{}
	for _, e := range store.Entries() {
		if !ok || len(parts) == 4 {
			break
		}
		raw, err := contents.Raw(e.Name)
		if err != nil {
			return nil, err
		}
		parts[e.Name] = raw
	}
	if len(parts[ofPrefix]) != sha256.Size || len(parts[ofDigest]) != sha256.Size || len(parts[ofPictures])%sha256.Size != 0 {
		return nil, &FeaturesError{store.Path(), "holds no features of pictures"}
	}
	h := sha256.New()
	for _, name := range []string{ofPrefix, ofPictures, ofValues} {
		h.Write(parts[name])
	}
	if !bytes.Equal(h.Sum(nil), parts[ofDigest]) {
		return nil, &FeaturesError{store.Path(), "is damaged: it has other features than were written"}
	}
	return parts, nil
}

// write writes all rows to a file, which appears whole or not at all, if it does not have them.
func (f *features) write(ctx context.Context, path string, prefix key) error {
	rows := len(f.at)
	if rows == f.saved {
		return nil
	}
	values := weights.Named{Name: ofValues, Tensor: tensor.From(f.values, rows, f.size)}.Source()
	h := sha256.New()
	h.Write(prefix[:])
	h.Write(f.keys)
	hashFloats(h, f.values)
	err := weights.Write(ctx, path, []weights.Source{
		values,
		weights.Bytes(ofPictures, "U8", f.keys, rows, sha256.Size),
		weights.Bytes(ofPrefix, "U8", prefix[:], sha256.Size),
		weights.Bytes(ofDigest, "U8", h.Sum(nil), sha256.Size),
	}, nil, nil)
	if err == nil {
		f.saved = rows
	}
	return err
}
