// Package dataset reads the pictures that a net learns from, and gives them out in batches.
//
//	folder ──list──▶ files ──read, hash, decode──▶ pictures ──split──▶ Train, Val ──▶ batches
//	arrays ───────────────────────hash────────────────┘
//
// All files are decoded once before anything is learned, in parallel, so that each that cannot be
// is named at the start. From then on a batch is a function of the seed, the epoch and its number: neither
// threads, nor memory, nor where a training was interrupted change a bit of it.
package dataset

import (
	"context"
	"path/filepath"
	"regexp"
	"strings"

	"cnnlang/interp/internal/regular"
	"cnnlang/interp/picture"
	"cnnlang/interp/train/augment"
	"cnnlang/interp/train/recipe"
	"cnnlang/ops/tensor"
)

// Options say how pictures are taken.
type Options struct {
	Input   tensor.Shape       // of the net without the batch: [C, H, W]
	Prepare picture.Preprocess // as for a run of the net
	Augment []recipe.Augmentation
	// Target, if not "", is a folder of the pictures that the net shall make, under the names of those that it gets, and Output
	// is their shape, [C, H, W]. What moves pixels moves both.
	Target string
	Output tensor.Shape
	Usual  bool // Augment is not said: pictures in folders are cropped at random and flipped, arrays are not changed
	// Shrink is the multiple of the input's size that pictures are shrunk to before the crop with which
	// Augment begins, at least 1.
	Shrink float64

	// Val is the folder of the pictures to check with, "" for one beside those to learn from, or a
	// share of these, Split, chosen by hash; 0 for none.
	Val   string
	Split float64
	// Group, if not nil, finds the part of a picture's path by which it is split, its first group if it has
	// one, so that all pictures of one person, say, are on one side.
	Group *regexp.Regexp
	// Whole says that all pictures are to check with: those of Part where some have a folder, or arrays, of their own
	// to learn from and others to check with.
	Whole bool
	Part  Part
	// Classes, if not nil, are all classes in their order.
	Classes []string
	// Named, if not nil, says what all classes are in their order, in place of Classes: it is given the names of the
	// folders, in the order of these, or what arrays call their classes, and returns all of them and others.
	Named func(found []string) (classes []string, err error)
	// Coarse takes the 20 coarse classes of CIFAR-100.
	Coarse bool

	// SkipBad leaves pictures out that cannot be read, which otherwise are an error.
	SkipBad bool
	Threads int // 0 for as many as there are cores
	// Keep is how many bytes of decoded pictures stay in memory, so that they are decoded only once.
	Keep int64
	// MaxPicture is how many bytes of memory decoding a picture may take, MaxArray how many the numbers of a file of
	// arrays, 0 for no limit.
	MaxPicture, MaxArray int64
	// Progress is told how many of all pictures have been decoded, by one goroutine at a time.
	Progress func(done, all int)

	limits limits
}

// A Part is some of the pictures: those to check with, those to learn from, or all.
type Part string

// The parts.
const (
	ValPart   Part = "val"
	TrainPart Part = "train"
	AllParts  Part = "all"
)

// Data are pictures with their classes.
type Data struct {
	Classes    []string
	Part       Part // which of them were taken, of Whole data with several; otherwise ""
	Train, Val *Set
	Notes      []string // sentences for the user about what is odd, without a full stop
	Bad        []Bad    // pictures that were left out
	Others     Others   // files that are no pictures

	path    string // what was opened
	o       Options
	pool    *pool
	list    *augment.List
	perItem int      // numbers of a target, 0 where pictures have classes
	pairs   *pairing // nil unless targets are pictures in files
}

// Others are files among the pictures that are none.
type Others struct {
	Count int
	Names []string // of some
}

// mostNamed is how many of many names are kept for a message.
const mostNamed = 20

func (o *Others) add(name string) {
	o.Count++
	if len(o.Names) < mostNamed {
		o.Names = append(o.Names, name)
	}
}

// Open reads a folder whose folders are classes, a folder of arrays (x.npy and y.npy, MNIST's or CIFAR's files), a
// .npz file, or a folder of pictures for which there are targets. It returns soon after ctx has ended. Its error is a *FileError, a *BadError, an
// *OptionError, or that of ctx.
func Open(ctx context.Context, path string, o Options) (*Data, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if o.Target != "" {
		return openPairs(ctx, path, o)
	}
	if o.Usual {
		o.Augment = usualChanges
	}
	entries, err := regular.List(path, mostEntries)
	if err != nil {
		if f, _, failed := regular.Open(path); failed != nil {
			return nil, systemError(path, failed)
		} else if f.Close(); filepath.Ext(path) != ".npz" {
			return nil, problem(path, "is a file, want a folder of pictures, a folder of arrays or a .npz file")
		}
		return openArrays(ctx, path, nil, o, npzParts)
	}
	for _, form := range arrayForms {
		if form.recognise(entries) {
			return openArrays(ctx, path, entries, o, form.parts)
		}
	}
	return openFolder(ctx, path, o)
}

// usualChanges are made of pictures in folders where no others are said.
var usualChanges = []recipe.Augmentation{{Name: "random_resized_crop"}, {Name: "flip"}}

// arrayForms are the kinds of folders that hold arrays.
var arrayForms = []struct {
	recognise func([]regular.Entry) bool
	parts     reading
}{
	{holds("x.npy", "x_train.npy"), npyParts},
	{holdsIdx, idxParts},
	{holds("data_batch_1.bin"), cifar10Parts},
	{holds("train.bin"), cifar100Parts},
}

// holds recognises a folder by one of some names.
func holds(names ...string) func([]regular.Entry) bool {
	return func(entries []regular.Entry) bool {
		for _, e := range entries {
			for _, name := range names {
				if e.Name == name && !e.IsFolder() {
					return true
				}
			}
		}
		return false
	}
}

// finish splits what was read, and checks both sides.
func (d *Data) finish(ctx context.Context) error {
	if err := d.split(); err != nil {
		return err
	}
	if err := d.settle(ctx); err != nil {
		return err
	}
	if err := d.checkClasses(); err != nil {
		return err
	}
	if err := d.checkCopies(); err != nil {
		return err
	}
	list, err := augment.New(d.o.Augment, d.settings())
	if err != nil {
		return unfit("%s", strings.TrimPrefix(err.Error(), "augment: "))
	}
	if d.list = list; d.pairs != nil {
		p := d.pairs
		if p.list, err = list.Beside(augment.Settings{C: p.shape[0], H: p.shape[1], W: p.shape[2], Prepare: p.prepare}); err != nil {
			return err
		}
	}
	d.Train, d.Val = d.set(false), d.set(true)
	return nil
}

// settings are what augmentations have to know.
func (d *Data) settings() augment.Settings {
	return augment.Settings{C: d.o.Input[0], H: d.o.Input[1], W: d.o.Input[2], Prepare: d.o.Prepare, Numbers: d.pool.from.numbers()}
}
