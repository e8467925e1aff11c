package interp

import (
	"context"
	"fmt"
	"os"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weights"
)

// A Rewrite says how TensorFile.Write writes a file anew. The zero value keeps all of it: the
// names, and of each tensor the type and every bit.
type Rewrite struct {
	// DType is "f64", "f32", "f16" or "bf16", to which floats are rounded: to the nearest, and
	// to the even one in the middle. Others keep their types. "" rounds nothing.
	DType string
	// Net, if not nil, takes of the file what the net needs, read as Weights.Named and the like
	// say, and writes it with the net's names, its shapes and its order of axes. Tensors that
	// this moves or computes are float32, unless DType says otherwise.
	Net *Net
	// Progress, if not nil, is called with the bytes written so far, of all.
	Progress func(done, all int64)
}

// Rewritten says what was written: how many Tensors and Bytes of theirs, and how many finite
// numbers were too large for the new type and Overflowed to infinities. Rounded says that some had
// more digits, or a larger range, than their new type has. Notes are sentences about how the file
// was read, and what of it was not.
type Rewritten struct {
	Tensors           int
	Bytes, Overflowed int64
	Rounded           bool
	Notes             []string
}

// Write writes the file anew, as safetensors. The new file appears whole or not at all, and is
// not written over the one that is read. The errors are *WeightsError, *FitError and those of
// a map of names, or that of ctx once that has ended.
func (f *TensorFile) Write(ctx context.Context, path string, r Rewrite) (Rewritten, error) {
	if err := ended(ctx); err != nil {
		return Rewritten{}, err
	}
	dtype := weights.DTypes[r.DType]
	if r.DType != "" && dtype == "" {
		return Rewritten{}, fmt.Errorf("interp: there is no type %q; want f64, f32, f16 or bf16", r.DType)
	}
	if target, err := os.Stat(path); err == nil {
		for _, file := range f.store.Files() {
			if source, err := file.Stat(); err == nil && os.SameFile(source, target) {
				return Rewritten{}, &WeightsError{Path: path, Problem: "is a file that is read, and would be written over; name another one"}
			}
		}
	}
	var done Rewritten
	sources, notes, err := f.sources(r.Net, dtype, &done.Overflowed)
	if err != nil {
		return Rewritten{}, err
	}
	for _, s := range sources {
		if err := s.Refused(f.store, dtype); err != nil {
			return Rewritten{}, err
		}
		done.Bytes += s.Size()
		done.Rounded = done.Rounded || s.Rounded()
	}
	done.Tensors, done.Notes = len(sources), notes
	if done.Tensors == 0 {
		return Rewritten{}, &WeightsError{Path: f.store.Path(), Problem: "holds no tensors that can be read, so there is nothing to write" + listedBehind(", beside ", f.About().Beside)}
	}
	if r.Progress != nil {
		report(sources, done.Bytes, r.Progress)
	}
	if err := weights.Write(ctx, path, sources, f.store.Unchanged); err != nil {
		return Rewritten{}, err
	}
	return done, nil
}

// sources are the tensors to write: those of the file, or of a net.
func (f *TensorFile) sources(n *Net, dtype string, overflowed *int64) (sources []weights.Source, notes []string, err error) {
	if n == nil {
		return f.renamed(dtype, overflowed)
	}
	reading, sides, err := f.reading(n)
	if err != nil {
		return nil, nil, f.weights.explained(n, err)
	}
	file := weights.Behind(reading.Store).(weights.Contents)
	entries := entriesOf(file)
	required, _ := n.params(sides)
	for _, p := range required {
		if name, ok := reading.plain(p); ok {
			s := weights.Converted(file, entries[name], dtype, overflowed)
			s.Name, s.Shape = p.Path, p.Shape
			sources = append(sources, s)
			continue
		}
		sources = append(sources, weights.Rounded(p.Path, p.Shape, dtype, overflowed, func() ([]float32, error) {
			if g, ok := reading.given[p.Path]; ok && g.from == "" && dtype == "F16" {
				return g.asHalf().constant(p.Shape).Data, nil
			}
			t, err := reading.tensor(p)
			return t.Data, err
		}))
	}
	return sources, reading.fit(n, sides).Notes, nil
}

// renamed are the tensors of the file, called as Weights.Renamed says.
func (f *TensorFile) renamed(dtype string, overflowed *int64) (sources []weights.Source, notes []string, err error) {
	all, err := f.weights.callings(inLayers)
	if err != nil {
		return nil, nil, err
	}
	notes = append(notesOn(f.About()), all[0].notes...)
	if left := all[0].left; len(left) > 0 {
		notes = append(notes, weights.PassedOver(left))
	}
	entries := entriesOf(f.store)
	turned := false
	for _, e := range entries {
		turned = turned || e.Axes == weightfile.HWIO || e.Axes == weightfile.HWIM || e.Axes == weightfile.HWOI || e.Axes == weightfile.IO
	}
	if turned {
		notes = append(notes, "the names, the order of axes and that of flattened maps are the file's own, and what is written does not say which these are; compared with a net they are written as the net has them")
	}
	for _, e := range all[0].Entries() {
		s := weights.Converted(f.store, entries[weights.NameIn(all[0].Store, e.Name)], dtype, overflowed)
		s.Name = e.Name
		sources = append(sources, s)
	}
	return sources, notes, nil
}

func entriesOf(store weights.Store) map[string]weights.Entry {
	entries := map[string]weights.Entry{}
	for _, e := range store.Entries() {
		entries[e.Name] = e
	}
	return entries
}

// report calls progress whenever the bytes of a tensor are asked for.
func report(sources []weights.Source, all int64, progress func(done, all int64)) {
	done := int64(0)
	for i := range sources {
		s := sources[i]
		sources[i].Bytes = func() ([]byte, error) {
			progress(done, all)
			done += s.Size()
			return s.Bytes()
		}
	}
}

// listedBehind is a list of names behind a word, "" if there are none.
func listedBehind(word string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	return word + weights.Listed(shown(names))
}

// DTypes are the types that files of weights can be written in.
func DTypes() []string { return []string{"f64", "f32", "f16", "bf16"} }
