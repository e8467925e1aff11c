package main

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	"cnnlang/interp/picture"
)

// The steps, as the worker calls them.
const (
	decode  = "decode"
	prepare = "prepare"
	whole   = "whole"
)

var steps = []string{decode, prepare, whole}

// The preparation of most of torchvision's nets.
var prepared = picture.Preprocess{
	Resize: [2]int{256, 256}, Interpolation: "bilinear",
	Mean: []float32{0.485, 0.456, 0.406}, Std: []float32{0.229, 0.224, 0.225},
}

const crop = 224

// farthest is how many of 255 steps of brightness the two may lie apart: lossy formats leave
// their decoders some freedom.
const farthest = 4

// A row is what was measured of a picture.
type row struct {
	name   string
	pixels string
	steps  map[string]times
	apart  float64 // in steps of brightness
}

// Times are the least of both, in ms of processor time for one run.
type times struct{ pillow, ours float64 }

func (t times) ratio() float64 { return t.ours / t.pillow }

// A leftOut says why a picture is not timed.
type leftOut struct{ problem string }

func (e *leftOut) Error() string { return e.problem }

func leave(format string, arguments ...any) error {
	return &leftOut{fmt.Sprintf(format, arguments...)}
}

// measure compares what both make of a picture, and times them in turns.
func (o *options) measure(ctx context.Context, w *worker, path string) (row, error) {
	r := row{name: filepath.Base(path), steps: map[string]times{}}
	content, err := os.ReadFile(path)
	if err != nil {
		return r, err
	}
	image, err := picture.Decode(ctx, bytes.NewReader(content))
	if err != nil {
		return r, leave("%v", err)
	}
	r.pixels = fmt.Sprintf("%d x %d", image.Bounds().Dx(), image.Bounds().Dy())
	ours, err := picture.Load(ctx, path, prepared, crop, crop, 0)
	if err != nil {
		return r, leave("%v", err)
	}
	theirs, err := w.tensor(path)
	if err != nil {
		return r, err
	}
	if r.apart, err = apart(ours.Data, theirs); err != nil {
		return r, err
	}
	if r.apart > farthest {
		return r, leave("the numbers of both lie %.1f of 255 apart", r.apart)
	}
	for _, step := range steps {
		run := func() (err error) {
			switch step {
			case decode:
				_, err = picture.Decode(ctx, bytes.NewReader(content))
			case prepare:
				_, err = prepared.Tensor(ctx, image, crop, crop)
			default:
				_, err = picture.Load(ctx, path, prepared, crop, crop, 0)
			}
			return err
		}
		if r.steps[step], err = o.turns(w, step, path, run); err != nil {
			return r, err
		}
	}
	return r, nil
}

// turns lets both do a step in turns, A B B A.
func (o *options) turns(w *worker, step, path string, run func() error) (times, error) {
	least := times{math.Inf(1), math.Inf(1)}
	ours := func(runs int) (float64, error) { return processorTime(runs, run) }
	theirs := func(runs int) (float64, error) { return w.time(step, path, runs) }
	sides := []struct {
		time  func(runs int) (float64, error)
		least *float64
		runs  int
	}{{ours, &least.ours, 1}, {theirs, &least.pillow, 1}}
	for i := range sides {
		took, err := sides[i].time(1)
		if err != nil {
			return least, err
		}
		sides[i].runs = max(1, min(1000, int(float64(o.turn)/float64(time.Millisecond)/max(took, 1e-3))))
	}
	for range o.rounds {
		for _, s := range sides {
			took, err := s.time(s.runs)
			if err != nil {
				return least, err
			}
			*s.least = min(*s.least, took)
		}
		sides[0], sides[1] = sides[1], sides[0]
	}
	return least, nil
}

// processorTime is the time of one run in ms, of the whole process, after one that is not
// counted.
func processorTime(runs int, run func() error) (float64, error) {
	if err := run(); err != nil {
		return 0, err
	}
	before, err := processor()
	if err != nil {
		return 0, err
	}
	for range runs {
		if err := run(); err != nil {
			return 0, err
		}
	}
	after, err := processor()
	return (after - before) / float64(runs), err
}

// apart is the largest difference of two tensors, in steps of brightness.
func apart(a, b []float32) (most float64, err error) {
	if len(a) != len(b) {
		return 0, fmt.Errorf("pictures: got %d numbers and %d of Pillow", len(a), len(b))
	}
	for i := range a {
		std := prepared.Std[i/(crop*crop)]
		most = max(most, math.Abs(float64(a[i])-float64(b[i]))*float64(std)*math.MaxUint8)
	}
	return most, nil
}
