package picture

import (
	"context"
	"math"
)

// A filter weighs the pixels around a point by their distance from it. Beyond
// its support it is 0.
type filter struct {
	support float64
	weight  func(distance float64) float64 // nil: only the pixel that contains the point
}

// filters are Pillow's. Bicubic is Keys' with a = -0.5 ("Cubic convolution
// interpolation for digital image processing", 1981).
var filters = map[string]filter{
	"nearest":  {},
	"box":      {0.5, box},
	"bilinear": {1, triangle},
	"bicubic":  {2, cubic},
	"lanczos":  {3, lanczos},
}

func box(x float64) float64 {
	if x > -0.5 && x <= 0.5 {
		return 1
	}
	return 0
}

func triangle(x float64) float64 { return max(0, 1-math.Abs(x)) }

func cubic(x float64) float64 {
	const a = -0.5
	x = math.Abs(x)
	switch {
	case x < 1:
		return ((a+2)*x-(a+3))*x*x + 1
	case x < 2:
		return (((x-5)*x+8)*x - 4) * a
	}
	return 0
}

func lanczos(x float64) float64 {
	if x < -3 || x >= 3 {
		return 0
	}
	return sinc(x) * sinc(x/3)
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// An axis describes the resizing along one side: the source pixels for each wanted pixel of
// the result. When an image is made smaller the filter is stretched in proportion, so that
// every source pixel counts (antialiasing).
type axis struct {
	taps        []tap
	first, last int // the source pixels needed are [first, last)
}

// A tap is one pixel of the result as a sum over the source's pixels from
// start on.
type tap struct {
	start   int
	weights []int32 // they sum to 1<<precision, up to rounding
}

// precision is the number of fraction bits of the weights: sums of 8-bit pixels
// then just fit 32 bits, sign included.
const precision = 32 - 8 - 2

// newAxis resizes from source to result pixels; only those in [from, to) are wanted.
func newAxis(source, result, from, to int, k filter) axis {
	a := axis{first: source}
	step := float64(source) / float64(result)
	position := step * 0.5
	for at := range to {
		if at >= from {
			t := tap{min(int(position), source-1), []int32{1 << precision}}
			if k.weight != nil {
				t.start, t.weights = k.around(at, source, result)
			}
			a.taps = append(a.taps, t)
			a.first, a.last = min(a.first, t.start), max(a.last, t.start+len(t.weights))
		}
		// If the point lies between two pixels rounding decides which one is nearest, so
		// the position is summed up as Pillow does it.
		position += step
	}
	return a
}

// around returns the weights for one pixel of the result.
func (k filter) around(at, source, result int) (start int, weights []int32) {
	scale := float64(source) / float64(result)
	stretch := max(scale, 1)
	support := k.support * stretch
	centre := (float64(at) + 0.5) * scale
	start = max(0, int(centre-support+0.5))
	end := min(source, int(centre+support+0.5))
	exact := make([]float64, end-start)
	sum := 0.0
	for i := range exact {
		exact[i] = k.weight((float64(start+i) - centre + 0.5) * (1 / stretch))
		sum += exact[i]
	}
	weights = make([]int32, len(exact))
	for i, w := range exact {
		weights[i] = int32(math.Round(w / sum * (1 << precision)))
	}
	return start, weights
}

// horizontal resizes the rows [first, last).
func (a axis) horizontal(ctx context.Context, image pixels, first, last int) pixels {
	out := newPixels(len(a.taps), last-first)
	for y := range lines(ctx, out.height) {
		from, to := image.row(first+y), out.row(y)
		for x, t := range a.taps {
			var red, green, blue int32 = half, half, half
			at := from[3*t.start:]
			for i, w := range t.weights {
				red += w * int32(at[3*i])
				green += w * int32(at[3*i+1])
				blue += w * int32(at[3*i+2])
			}
			to[3*x] = clip(red >> precision)
			to[3*x+1] = clip(green >> precision)
			to[3*x+2] = clip(blue >> precision)
		}
	}
	return out
}

// half is added before a shift to round to nearest.
const half = 1 << (precision - 1)

// vertical resizes the columns. The image holds the source's rows from a.first on.
func (a axis) vertical(ctx context.Context, image pixels) pixels {
	out := newPixels(image.width, len(a.taps))
	sums := make([]int32, 3*image.width)
	for y := range lines(ctx, len(a.taps)) {
		t := a.taps[y]
		for i := range sums {
			sums[i] = half
		}
		for i, w := range t.weights {
			for j, v := range image.row(t.start - a.first + i) {
				sums[j] += w * int32(v)
			}
		}
		to := out.row(y)
		for i, sum := range sums {
			to[i] = clip(sum >> precision)
		}
	}
	return out
}
