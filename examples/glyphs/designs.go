package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// A table says of which design fonts are: the first row whose pattern matches.
type table []row

type row struct{ pattern, design string }

// readDesigns reads a table: a pattern, white space, a name on each line; # begins a comment.
func readDesigns(file string) (table, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var t table
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		text, _, _ := strings.Cut(lines.Text(), "#")
		pattern, design, ok := strings.Cut(strings.TrimSpace(text), " ")
		if pattern == "" {
			continue
		}
		if design = strings.TrimSpace(design); !ok || design == "" {
			return nil, fmt.Errorf("%s:%d: want a pattern and the name of a design, got %q", file, n, text)
		}
		if _, err := path.Match(pattern, ""); err != nil {
			return nil, fmt.Errorf("%s:%d: the pattern %q: %w", file, n, pattern, err)
		}
		t = append(t, row{pattern, design})
	}
	return t, lines.Err()
}

// of is the design of a file of a package, "" for none.
func (t table) of(name string) string {
	for _, r := range t {
		if ok, _ := path.Match(r.pattern, name); ok {
			return r.design
		}
	}
	return ""
}

// A file is a font, and the package and design that it is of.
type file struct{ path, pkg, design string }

func (f file) name() string { return path.Base(filepath.ToSlash(f.path)) }

// files are the fonts below a folder that the table has, in the order of their packages and paths.
func (t table) files(root string) (all []file, err error) {
	packages, err := os.ReadDir(root)
	if err != nil {
		return nil, fmt.Errorf("%w; the script fetch makes it", err)
	}
	for _, p := range packages {
		folder, err := filepath.EvalSymlinks(filepath.Join(root, p.Name()))
		if err != nil {
			return nil, err
		}
		err = filepath.WalkDir(folder, func(name string, d fs.DirEntry, err error) error {
			ext := strings.ToLower(filepath.Ext(name))
			if err != nil || !d.Type().IsRegular() || ext != ".ttf" && ext != ".otf" {
				return err
			}
			if design := t.of(p.Name() + "/" + d.Name()); design != "" {
				all = append(all, file{name, p.Name(), design})
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s holds no font that the table of designs has", root)
	}
	return all, nil
}

// share is how much of all designs is held out, in the mean.
const share = 0.2

// heldOut reports whether a design is one that the net does not learn from: where the first 64 bits of the SHA-256 of
// its name are below the share. The rule was fixed before anything was trained.
func heldOut(design string) bool {
	hash := sha256.Sum256([]byte(design))
	return float64(binary.BigEndian.Uint64(hash[:])>>11) < share*(1<<53)
}
