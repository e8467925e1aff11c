package interp

import (
	"context"
	"fmt"
	"maps"
	"os"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/mapped"
	"cnnlang/interp/internal/namemap"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weights"
	"cnnlang/ops/tensor"
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
	// Names calls tensors as one of the maps of Net does, and puts them in its order of axes. "" are
	// the net's own.
	Names string
	// Carry writes the texts of Net.Carried beside the tensors, so that Open finds the net in the file; the
	// names are the net's own. Without Net a safetensors file keeps such texts as long as all names stay.
	Carry bool
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
		return Rewritten{}, unknownType(r.DType)
	}
	if target, err := os.Stat(path); err == nil {
		for _, file := range f.store.Files() {
			if source, err := file.Stat(); err == nil && os.SameFile(source, target) {
				return Rewritten{}, &WeightsError{Path: path, Problem: "is a file that is read, and would be written over; name another one"}
			}
		}
	}
	var done Rewritten
	sources, notes, err := f.sources(r, dtype, &done.Overflowed)
	if err != nil {
		return Rewritten{}, err
	}
	for _, s := range sources {
		if err := s.Refused(f.store, dtype); err != nil {
			return Rewritten{}, err
		}
	}
	if len(sources) == 0 {
		return Rewritten{}, &WeightsError{Path: f.store.Path(), Problem: "holds no tensors that can be read, so there is nothing to write" + listedBehind(", beside ", f.About().Beside)}
	}
	done.Notes = notes
	about, err := r.about(f.weights)
	if err != nil {
		return Rewritten{}, err
	}
	return done, done.write(ctx, path, sources, about, r.Progress, f.store.Unchanged)
}

// write writes the sources, and counts them.
func (done *Rewritten) write(ctx context.Context, path string, sources []weights.Source, about map[string]string, progress func(done, all int64), last func() error) error {
	for _, s := range sources {
		done.Bytes += s.Size()
		done.Rounded = done.Rounded || s.Rounded()
	}
	done.Tensors = len(sources)
	if progress != nil {
		report(sources, done.Bytes, progress)
	}
	if err := weights.Write(ctx, path, sources, about, last); err != nil {
		*done = Rewritten{}
		return err
	}
	return nil
}

// about are the texts beside the tensors.
func (r *Rewrite) about(w Weights) (map[string]string, error) {
	switch {
	case r.Net == nil && len(w.renames.Texts) == 0:
		kept := maps.Clone(weights.Metadata(w.store))
		maps.DeleteFunc(kept, func(key, _ string) bool { return !strings.HasPrefix(key, carriedBy) })
		return kept, nil
	case r.Net == nil || !r.Carry || r.Names != "":
		return nil, nil
	}
	labels, _ := r.Net.labelsFor(w)
	return r.Net.Carried(labels)
}

// Write writes what Rewrite.Net takes of the weights, which may be generated, with its side heads,
// as TensorFile.Write does.
func (w Weights) Write(ctx context.Context, path string, r Rewrite) (Rewritten, error) {
	if w.from == fromFile {
		f, err := w.Open()
		if err != nil {
			return Rewritten{}, err
		}
		defer f.Close()
		return f.Write(ctx, path, r)
	}
	dtype := weights.DTypes[r.DType]
	if r.DType != "" && dtype == "" {
		return Rewritten{}, unknownType(r.DType)
	}
	sides, err := r.Net.SideHeads(nil)
	if err != nil {
		return Rewritten{}, err
	}
	p, err := r.Net.Parameters(ctx, w, sides)
	if err != nil {
		return Rewritten{}, err
	}
	defer p.Close()
	var done Rewritten
	var sources []weights.Source
	required, _ := r.Net.params(sides)
	table, err := r.table()
	if err != nil {
		return Rewritten{}, err
	}
	for _, param := range required {
		sources = append(sources, rounded(param, table, dtype, &done.Overflowed, func() (tensor.Tensor, error) { return p.Tensor(param) }, func() { p.Done(param) }))
	}
	done.Notes = p.Fit.Notes
	about, err := r.about(p.weights)
	if err != nil {
		return Rewritten{}, err
	}
	return done, done.write(ctx, path, sources, about, r.Progress, p.Unchanged)
}

func unknownType(name string) error {
	return fmt.Errorf("interp: there is no type %q; want f64, f32, f16 or bf16", name)
}

// table is the map by whose names is written, nil for the net's own.
func (r *Rewrite) table() (*namemap.Table, error) {
	if r.Names == "" {
		return nil, nil
	}
	return r.Net.table(r.Names)
}

// rounded is a tensor of the net to write by the names of a map, nil for the net's own.
func rounded(p graph.Param, table *namemap.Table, dtype string, overflowed *int64, read func() (tensor.Tensor, error), done func()) weights.Source {
	name, shape, order := p.Path, p.Shape, func(data []float32) []float32 { return data }
	if table != nil {
		t, _ := table.Own(p.Path)
		name, shape, order = t.Name, t.Shape, t.ToFile
	}
	s := weights.Rounded(name, shape, dtype, overflowed, func() (data []float32, err error) {
		t, err := read()
		if err != nil {
			return nil, err
		}
		err = mapped.Guard(func() error { data = order(t.Data); return nil })
		return data, err
	})
	s.Done = done
	return s
}

// sources are the tensors to write: those of the file, or of a net.
func (f *TensorFile) sources(r Rewrite, dtype string, overflowed *int64) (sources []weights.Source, notes []string, err error) {
	n := r.Net
	if n == nil {
		return f.renamed(dtype, overflowed)
	}
	reading, sides, err := f.reading(n)
	if err != nil {
		return nil, nil, f.weights.explained(n, err)
	}
	file := weights.Behind(reading.Store).(weights.Contents)
	entries := entriesOf(file)
	table, err := r.table()
	if err != nil {
		return nil, nil, err
	}
	required, _ := n.params(sides)
	for _, p := range required {
		as := &namemap.Tensor{Name: p.Path, Shape: p.Shape}
		if table != nil {
			as, _ = table.Own(p.Path)
		}
		if name, ok := reading.plain(p); ok && !as.Moves() {
			s := weights.Converted(file, entries[name], dtype, overflowed)
			s.Name, s.Shape = as.Name, as.Shape
			sources = append(sources, s)
			continue
		}
		sources = append(sources, rounded(p, table, dtype, overflowed, func() (tensor.Tensor, error) {
			if g, ok := reading.given[p.Path]; ok && g.from == "" && dtype == "F16" {
				return g.asHalf().constant(p.Shape), nil
			}
			return reading.tensor(p)
		}, func() { reading.forget(p) }))
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
