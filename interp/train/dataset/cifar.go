package dataset

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"cnnlang/interp/internal/regular"
)

// The binary files of CIFAR-10 and CIFAR-100 are records, one for each picture:
//
//	label  3072 bytes [3, 32, 32]                  data_batch_1.bin …, test_batch.bin
//	coarse label  fine label  3072 bytes           train.bin, test.bin
//
// (A. Krizhevsky, "Learning multiple layers of features from tiny images", 2009.) The names of the classes lie
// beside them, one a line.
const cifarSide = 32

// A cifar is one of the two forms.
type cifar struct {
	labels  int // bytes before the pixels
	label   int // of which this one counts
	classes int
	names   string // the file of their names
}

func cifar10Parts(ctx context.Context, folder string, entries []regular.Entry, o Options) (*stack, error) {
	var batches []string
	for i := 1; holds(fmt.Sprintf("data_batch_%d.bin", i))(entries); i++ {
		batches = append(batches, fmt.Sprintf("data_batch_%d.bin", i))
	}
	return cifar{labels: 1, classes: 10, names: "batches.meta.txt"}.read(ctx, folder, entries, batches, "test_batch.bin", o)
}

func cifar100Parts(ctx context.Context, folder string, entries []regular.Entry, o Options) (*stack, error) {
	form := cifar{labels: 2, label: 1, classes: 100, names: "fine_label_names.txt"}
	if o.Coarse {
		form.label, form.classes, form.names = 0, 20, "coarse_label_names.txt"
	}
	return form.read(ctx, folder, entries, []string{"train.bin"}, "test.bin", o)
}

// read reads the files of a folder.
func (c cifar) read(ctx context.Context, folder string, entries []regular.Entry, train []string, test string, o Options) (*stack, error) {
	s := &stack{most: c.classes}
	p := &part{file: filepath.Join(folder, train[0])}
	for _, name := range train {
		if err := c.file(ctx, filepath.Join(folder, name), p, o); err != nil {
			return nil, err
		}
	}
	s.parts = append(s.parts, *p)
	if holds(test)(entries) {
		p = &part{file: filepath.Join(folder, test), val: true}
		if err := c.file(ctx, p.file, p, o); err != nil {
			return nil, err
		}
		s.parts = append(s.parts, *p)
	}
	if holds(c.names)(entries) {
		var err error
		s.names, err = c.classNames(filepath.Join(folder, c.names))
		return s, err
	}
	return s, nil
}

// file adds the pictures of a file to a part.
func (c cifar) file(ctx context.Context, path string, p *part, o Options) error {
	f, info, err := regular.Open(path)
	if err != nil {
		return systemError(path, err)
	}
	defer f.Close()
	return c.records(ctx, path, f, info.Size(), p, o)
}

func (c cifar) records(ctx context.Context, path string, from io.Reader, size int64, p *part, o Options) error {
	const plane = cifarSide * cifarSide
	record := int64(c.labels + 3*plane)
	if size%record != 0 || size == 0 {
		return problem(path, "has %d bytes, want a multiple of the %d of a picture with %s; it was cut short or is another file", size, record, counted(c.labels, "label", "labels"))
	}
	n := int(size / record)
	if total := int64(p.n+n) * 3 * plane; o.MaxArray > 0 && total > o.MaxArray {
		return beyond(path, "takes %d bytes of memory with those before it, the limit is %d", total, o.MaxArray)
	}
	p.c, p.h, p.w = 3, cifarSide, cifarSide
	p.bytes = slices.Grow(p.bytes, n*3*plane) // the file is that long
	raw, r := make([]byte, record), regular.Reader{Ctx: ctx, Reader: from}
	for i := range n {
		if _, err := io.ReadFull(r, raw); err != nil {
			return unpackError(ctx, path, err)
		}
		label := int(raw[c.label])
		if label >= c.classes {
			return problem(path, "has the label %d for picture %d, want 0 to %d; it is damaged or another file", label, i, c.classes-1)
		}
		p.labels = append(p.labels, label)
		for at := range plane {
			p.bytes = append(p.bytes, raw[c.labels+at], raw[c.labels+plane+at], raw[c.labels+2*plane+at])
		}
	}
	p.n += n
	return nil
}

// classNames reads the file of names.
func (c cifar) classNames(path string) ([]string, error) {
	f, info, err := regular.Open(path)
	if err != nil {
		return nil, systemError(path, err)
	}
	defer f.Close()
	const longest = 1 << 16
	if info.Size() > longest {
		return nil, problem(path, "has %d bytes, want %d names of classes, one a line", info.Size(), c.classes)
	}
	raw, err := io.ReadAll(io.LimitReader(f, longest))
	if err != nil {
		return nil, systemError(path, err)
	}
	names := strings.Fields(string(raw))
	if len(names) != c.classes {
		return nil, problem(path, "has %s, want %d, one a line", counted(len(names), "name", "names"), c.classes)
	}
	if err := checkNames(names); err != nil {
		return nil, problem(path, "%v", err)
	}
	return names, nil
}
