package lsp

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"

	"cnnlang/interp"
	"cnnlang/interp/atomicfile"
	"cnnlang/interp/editor"
)

// isOfLibrary reports whether a file of a program comes with the language.
func isOfLibrary(v *editor.View, file string) bool {
	return file != v.Source.Name && (strings.HasPrefix(file, "std/") || strings.HasPrefix(file, "nets/"))
}

// shownFile writes a file of the library where an editor can open it to read: below the folder of caches, under
// a name with the hash of the text, so that another version of the language has another.
func (s *server) shownFile(file, text string) (path string, err error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(text))
	path = filepath.Join(cache, "cnnlang", "library", hex.EncodeToString(sum[:6]), filepath.FromSlash(file))
	if old, err := interp.ReadText(path); err == nil && old == text {
		return path, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", err
	}
	if err := atomicfile.Write(path, func(w io.Writer) error { _, err := io.WriteString(w, text); return err }); err != nil {
		return "", err
	}
	return path, os.Chmod(path, 0o444)
}
