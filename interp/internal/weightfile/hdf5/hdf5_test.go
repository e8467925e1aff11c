package hdf5_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"cnnlang/interp/internal/weightfile/filetest"
	"cnnlang/interp/internal/weightfile/hdf5"
)

const folder = "../../../../testdata/weights/hdf5"

// contents is what expected.json says of a file.
type contents struct {
	Datasets map[string]struct {
		Type   string
		Shape  []int
		Bytes  string
		SHA256 string
	}
	Attributes map[string]map[string][]string
}

func opened(t testing.TB, raw []byte, path string) (*hdf5.File, error) {
	t.Helper()
	return hdf5.Open(filetest.Memory(path, raw, nil))
}

// objects are all of a file, by path.
func objects(t *testing.T, o *hdf5.Object, all map[string]*hdf5.Object) {
	t.Helper()
	all[o.Path] = o
	if o.IsDataset() {
		return
	}
	links, err := o.Links()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range links {
		child, err := o.Child(l.Name)
		if err != nil {
			t.Fatal(err)
		}
		if (child == nil) != l.Soft {
			t.Fatalf("%s: %+v leads to %v", o.Path, l, child)
		}
		if child != nil {
			objects(t, child, all)
		}
	}
}

// What h5py reads is what this package reads, whatever h5py wrote.
func TestAsH5pyReads(t *testing.T) {
	var expected map[string]contents
	if err := json.Unmarshal(filetest.Read(t, filepath.Join(folder, "expected.json")), &expected); err != nil || len(expected) < 5 {
		t.Fatalf("%d files, %v", len(expected), err)
	}
	for name, want := range expected {
		t.Run(name, func(t *testing.T) {
			f, err := opened(t, filetest.Read(t, filepath.Join(folder, name)), name)
			if err != nil {
				t.Fatal(err)
			}
			root, err := f.Root()
			if err != nil {
				t.Fatal(err)
			}
			all := map[string]*hdf5.Object{}
			objects(t, root, all)
			for path, w := range want.Datasets {
				o := all[path]
				if o == nil {
					t.Errorf("%s is missing", path)
					continue
				}
				d, err := o.Dataset()
				if err != nil {
					t.Error(err)
					continue
				}
				got, err := d.Bytes()
				if err != nil {
					t.Error(err)
					continue
				}
				sum := sha256.Sum256(got)
				if string(d.Type) != w.Type || !slices.Equal(d.Shape, w.Shape) || w.SHA256 == "" && hex.EncodeToString(got) != w.Bytes || w.SHA256 != "" && hex.EncodeToString(sum[:]) != w.SHA256 {
					t.Errorf("%s: %s %v %x, want %+v", path, d.Type, d.Shape, got, w)
				}
			}
			for path, o := range all {
				if _, ok := want.Datasets[path]; o.IsDataset() && !ok {
					t.Errorf("%s is not in the list", path)
				}
			}
			for path, w := range want.Attributes {
				attributes, err := all[path].Attributes()
				if err != nil {
					t.Error(err)
					continue
				}
				for name, texts := range w {
					if got, err := attributes[name].Texts(); err != nil || !slices.Equal(got, texts) {
						t.Errorf("%s %s: %q, %v, want %q", path, name, got, err, texts)
					}
				}
			}
		})
	}
}

// Datasets are read at the same time: with -race nothing is found that they share and write.
func TestReadsAtOnce(t *testing.T) {
	f, err := opened(t, filetest.Read(t, filepath.Join(folder, "latest_chunked.h5")), "f.h5")
	if err != nil {
		t.Fatal(err)
	}
	root, err := f.Root()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*hdf5.Object{}
	objects(t, root, all)
	var group sync.WaitGroup
	for path, o := range all {
		if !o.IsDataset() {
			continue
		}
		d, err := o.Dataset()
		if err != nil {
			t.Fatal(err)
		}
		alone, err := d.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			group.Go(func() {
				if got, err := d.Bytes(); err != nil || !bytes.Equal(got, alone) {
					t.Errorf("%s: %x, %v, want %x", path, got, err, alone)
				}
			})
		}
	}
	group.Wait()
}
