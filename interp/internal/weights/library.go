package weights

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"cnnlang/nets"
)

// Library begins the path of the weights that come with the program for a net, as in cnnlang:glyphs.
// A file of such a name is opened as ./cnnlang:glyphs.
const Library = "cnnlang:"

// InLibrary reports whether weights come with the program for the net of a name.
func InLibrary(net string) bool {
	_, err := nets.Weights.ReadFile(net + ending)
	return err == nil
}

const ending = ".safetensors"

// A libraryFile is a safetensors file in the program itself.
type libraryFile struct {
	*safetensors
	digest string
}

// Digest is the SHA-256 of the file's contents.
func (f libraryFile) Digest() string { return f.digest }

// inMemory is a file that need not be closed.
type inMemory struct{ *bytes.Reader }

func (inMemory) Close() error { return nil }

// openLibrary opens the weights of a net that come with the program.
func openLibrary(as string, o Options) (Store, error) {
	data, err := nets.Weights.ReadFile(strings.TrimPrefix(as, Library) + ending)
	if err != nil {
		return nil, path(as).corrupt("", "no weights of this name come with the program; those that do are %s; a file of this name is ./%[2]s", strings.Join(inLibrary(), ", "), as)
	}
	if err := oneSet(as, o.Key); err != nil {
		return nil, err
	}
	s, err := readSafetensors(inMemory{bytes.NewReader(data)}, as, int64(len(data)), o)
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256(data)
	return libraryFile{s, hex.EncodeToString(hash[:])}, nil
}

// inLibrary are the paths of all weights that come with the program.
func inLibrary() (paths []string) {
	entries, _ := nets.Weights.ReadDir(".") // of what is compiled in
	for _, e := range entries {
		paths = append(paths, Library+strings.TrimSuffix(e.Name(), ending))
	}
	return paths
}
