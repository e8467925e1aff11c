package importer

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// Numbers that are not finite are written as they are, counted, and told where the first is.
func TestNumbersThatAreNotFinite(t *testing.T) {
	i, err := Open(kerasFiles+"plain.h5", Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer i.Close()
	for _, at := range []int{1, 3} {
		read := i.tensors[at].from.Read
		i.tensors[at].from.Read = func() ([]float32, error) {
			data, err := read()
			if err == nil {
				data[0], data[2] = float32(math.NaN()), float32(math.Inf(-1))
			}
			return data, err
		}
	}
	done, err := i.WriteWeights(t.Context(), filepath.Join(t.TempDir(), "w.safetensors"), nil)
	if err != nil || done.NotFinite != 4 || done.In != i.tensors[1].Path || done.Tensors != len(i.tensors) {
		t.Errorf("got %+v, %v", done, err)
	}
}

// A file of weights appears whole or not at all.
func TestWeightsThatCannotBeRead(t *testing.T) {
	i, err := Open(kerasFiles+"plain.h5", Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer i.Close()
	file := filepath.Join(t.TempDir(), "w.safetensors")
	ended, cancel := context.WithCancel(t.Context())
	if _, err := i.WriteWeights(ended, file, func(int64, int64) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v after an end", err)
	}
	last := &i.tensors[len(i.tensors)-1]
	broken := errors.New("broken")
	last.from.Read = func() ([]float32, error) { return nil, broken }
	if _, err := i.WriteWeights(t.Context(), file, nil); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	last.from.Read = nil
	var refused *Refused
	if _, err := i.WriteWeights(t.Context(), file, nil); !errors.As(err, &refused) || len(refused.Problems) != 1 || refused.Problems[0].Where != "tensor "+last.Path {
		t.Errorf("got %v", err)
	}
	if _, err := os.Lstat(file); err == nil {
		t.Error("a file was written")
	}
}
