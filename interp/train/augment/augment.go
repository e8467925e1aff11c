// Package augment changes pictures at random, as the list `augment` of a recipe says, so that a
// net in training hardly ever sees the same picture twice.
//
// A picture is planes of float32, [C, H, W], in memory: brightness from 0 to 255, red first, not
// yet normalised; or the numbers of an array, which have no such range. All steps of a list
// are taken in its order, each in place, and what they decide is a function of the seed of a
// picture alone (package chance), of which every step has a stream of its own.
//
//	list            random_resized_crop, flip, …, mixup
//	                        │              │        │
//	bitmap [h, w, C] ─Cut───┘  planes ─Apply┘       └─Mix─ of a whole batch [N, C, H, W]
package augment

import (
	"context"
	"errors"
	"fmt"
	"image"
	"math"
	"slices"
	"strconv"

	"cnnlang/interp/picture"
	"cnnlang/interp/train/chance"
	"cnnlang/interp/train/recipe"
)

// Settings say what kind of pictures are changed.
type Settings struct {
	C, H, W int                // of what the net gets
	Prepare picture.Preprocess // how brightness becomes that
	// Numbers says that the planes are an array's own numbers, and have no black and no white.
	Numbers bool

	beside *Settings // of the picture whose changes are followed, nil for its own
}

// top is white, where there is one.
const top = 255

// middle is the value in a channel that is 0 for the net.
func (s Settings) middle(channel int) float32 {
	if s.Numbers {
		return 0
	}
	return s.Prepare.Middle(channel)
}

// A List is changes in their order. It does not change, and serves any number of goroutines.
type List struct {
	Settings
	list  []recipe.Augmentation
	crop  *resizedCrop // what the list begins with, or nil
	steps []step       // what follows
	mixes []mix        // of which each batch takes one
}

// A step is a change of one picture.
type step struct {
	stream string // the name of its random numbers
	change change
}

// A change makes another picture of planes, in place, by random numbers.
type change func(w *Workspace, planes []float32, d *draws)

// New checks a list.
func New(list []recipe.Augmentation, s Settings) (*List, error) {
	l := &List{Settings: s, list: list}
	for i, a := range list {
		if s.beside != nil && !forms[a.Name].moves {
			continue
		}
		made, err := s.make(a)
		if err != nil {
			return nil, fmt.Errorf("augment: %s: %w", a.Name, err)
		}
		stream := "augment." + strconv.Itoa(i) + "." + a.Name
		switch made := made.(type) {
		case *resizedCrop:
			made.stream = stream
			if i == 0 && !s.Numbers {
				l.crop = made
				continue
			}
			l.steps = append(l.steps, step{stream, made.planes(s)})
		case change:
			l.steps = append(l.steps, step{stream, made})
		case mix:
			made.stream = stream
			l.mixes = append(l.mixes, made)
		}
	}
	return l, nil
}

// Beside is the list for pictures beside those of l, of another size or other channels, which show at each place what belongs
// there: it has the changes that move pixels, by the same random numbers, and leaves out the others.
func (l *List) Beside(s Settings) (*List, error) {
	if slices.ContainsFunc(l.list, func(a recipe.Augmentation) bool { return a.Name == "cutmix" }) {
		return nil, errors.New("augment: cutmix: puts rectangles together by shares of classes, and there are pictures in place of these")
	}
	s.beside = &l.Settings
	return New(l.list, s)
}

// times is how many columns and rows there are for one of the picture that decides.
func (s Settings) times() (columns, rows float64) {
	if s.beside == nil {
		return 1, 1
	}
	return float64(s.W) / float64(s.beside.W), float64(s.H) / float64(s.beside.H)
}

// decides is the size of the picture that decides for one of this size.
func (s Settings) decides(width, height int) (int, int) {
	columns, rows := s.times()
	return int(math.Round(float64(width) / columns)), int(math.Round(float64(height) / rows))
}

// scaled is a rectangle of the picture that decides.
func (s Settings) scaled(r image.Rectangle) image.Rectangle {
	columns, rows := s.times()
	x, y := func(v int) int { return int(math.Round(columns * float64(v))) }, func(v int) int { return int(math.Round(rows * float64(v))) }
	left, top := min(x(r.Min.X), x(r.Max.X)-1), min(y(r.Min.Y), y(r.Max.Y)-1)
	return image.Rect(max(left, 0), max(top, 0), max(x(r.Max.X), 1), max(y(r.Max.Y), 1))
}

// Crops reports whether the list begins by cutting the net's input out of a larger picture, for which
// Cut is. Otherwise pictures are prepared first as for a run.
func (l *List) Crops() bool { return l.crop != nil }

// Idle reports whether the list changes nothing.
func (l *List) Idle() bool { return l.crop == nil && len(l.steps) == 0 && len(l.mixes) == 0 }

// Cut sets dst, [C, H, W], to what the crop that the list begins with takes of a picture.
func (l *List) Cut(ctx context.Context, w *Workspace, dst []float32, b picture.Bitmap, seed uint64) error {
	width, height := l.decides(b.Width, b.Height)
	box := l.scaled(l.crop.box(width, height, w.drawn(l.crop.stream, seed)))
	return l.Prepare.Cut(ctx, dst, b, box, l.H, l.W, &w.bytes)
}

// Apply takes the other steps on planes, [C, H, W].
func (l *List) Apply(w *Workspace, planes []float32, seed uint64) {
	for _, s := range l.steps {
		s.change(w, planes, w.drawn(s.stream, seed))
	}
}

// A Workspace is the memory that changes take, one picture after the other. The zero value is
// ready. It serves one goroutine at a time.
type Workspace struct {
	bytes  []uint8   // of a rectangle of a picture
	copied []float32 // of all planes, or of one
	lines  []float32 // between two passes
	taps   []float64 // of a filter
	draws  draws     // of the step that is taken
}

// drawn begins the random numbers of a step.
func (w *Workspace) drawn(stream string, seed uint64) *draws {
	w.draws = draws{stream: chance.Named(stream, seed)}
	return &w.draws
}

// room returns memory for n numbers in that of old, if it is large enough.
func room[T any](old *[]T, n int) []T {
	if cap(*old) < n {
		*old = make([]T, n)
	}
	return (*old)[:n]
}
