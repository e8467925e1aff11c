package train

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"cnnlang/interp/internal/weights"
)

// some are keys and rows for a test.
func some(n, size int) (keys []key, rows [][]float32) {
	for i := range n {
		of := key{0: byte(i + 1), 31: 7}
		row := make([]float32, size)
		for k := range row {
			row[k] = float32(i) + float32(k)/8
		}
		keys, rows = append(keys, of), append(rows, row)
	}
	return keys, rows
}

// TestDamagedFeaturesAreNotUsed: whichever byte of a file is another, and wherever it ends, its rows are those that were
// written, or there are none, or there is an error.
func TestDamagedFeaturesAreNotUsed(t *testing.T) {
	const size = 3
	keys, rows := some(2, size)
	prefix := key{9}
	path := filepath.Join(t.TempDir(), "features")
	f := newFeatures(len(keys), size)
	wanted := map[key]bool{}
	for i, of := range keys {
		copy(f.add(of), rows[i])
		wanted[of] = true
	}
	if err := f.write(context.Background(), path, prefix); err != nil {
		t.Fatal(err)
	}
	// read are how many rows a file has, each as it was written.
	read := func(what string, path string) (int, error) {
		got := newFeatures(len(keys), size)
		err := got.read(path, prefix, wanted)
		if err != nil && !errors.As(err, new(*FeaturesError)) && !errors.As(err, new(*weights.FileError)) {
			t.Errorf("%s: the error is of another kind: %v", what, err)
		}
		n := 0
		for i, of := range keys {
			if row := got.row(of); row != nil {
				n++
				if !slices.Equal(row, rows[i]) {
					t.Fatalf("%s: row %d is %v, want %v", what, i, row, rows[i])
				}
			}
		}
		if n != len(got.at) {
			t.Errorf("%s: %d rows are of other pictures", what, len(got.at)-n)
		}
		return n, err
	}
	if n, err := read("as it was written", path); n != len(keys) || err != nil {
		t.Fatalf("got %d rows, %v", n, err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(filepath.Dir(path), "other")
	refused, tried := 0, 0
	try := func(what string, content []byte) {
		t.Helper()
		tried++
		if err := os.WriteFile(other, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := read(what, other); err != nil {
			refused++
		}
	}
	for i := range whole {
		try(fmt.Sprintf("another byte %d", i), slices.Concat(whole[:i], []byte{whole[i] ^ 0x10}, whole[i+1:]))
		if i%5 == 0 {
			try(fmt.Sprintf("the first %d bytes", i), whole[:i])
			try(fmt.Sprintf("without byte %d", i), slices.Delete(slices.Clone(whole), i, i+1))
		}
	}
	if refused < 9*tried/10 { // some bytes of the header mean nothing
		t.Errorf("%d of %d damaged files are refused", refused, tried)
	}
}

// TestFeaturesThatAreRead: of a file there are only rows that are wanted, as many as there is room for, and none of
// another prefix.
func TestFeaturesThatAreRead(t *testing.T) {
	const size = 2
	keys, rows := some(5, size)
	prefix, path := key{1}, filepath.Join(t.TempDir(), "features")
	all := map[key]bool{}
	f := newFeatures(len(keys), size)
	for i, of := range keys {
		copy(f.add(of), rows[i])
		all[of] = true
	}
	if err := f.write(context.Background(), path, prefix); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what   string
		room   int
		prefix key
		wanted map[key]bool
		want   int
	}{
		{"all", 5, prefix, all, 5},
		{"two that are wanted", 5, prefix, map[key]bool{keys[1]: true, keys[4]: true, {77}: true}, 2},
		{"what there is room for", 3, prefix, all, 3},
		{"another prefix", 5, key{2}, all, 0},
	} {
		got := newFeatures(c.room, size)
		if err := got.read(path, c.prefix, c.wanted); err != nil || len(got.at) != c.want || len(got.values) != c.want*size {
			t.Errorf("%s: %d rows, %v, want %d", c.what, len(got.at), err, c.want)
		}
	}
	if err := newFeatures(5, 7).read(path, prefix, all); !errors.As(err, new(*FeaturesError)) {
		t.Errorf("rows of another length: %v", err)
	}
	if err := newFeatures(5, size).read(path+".none", prefix, all); err != nil {
		t.Errorf("no file: %v", err)
	}
	plain := filepath.Join(filepath.Dir(path), "plain")
	if err := weights.WriteSafetensors(context.Background(), plain, nil); err != nil {
		t.Fatal(err)
	}
	if err := newFeatures(5, size).read(plain, prefix, all); !errors.As(err, new(*FeaturesError)) {
		t.Errorf("no features: %v", err)
	}
}
