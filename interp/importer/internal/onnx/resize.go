package onnx

import (
	"fmt"
	"math"
	"slices"

	"cnnlang/ops"
)

// A sampling is what Resize and Upsample say of how they look at pixels.
type sampling struct {
	mode, place, round string
	size               [2]int
}

// resize is Resize since opset 10, and Upsample, which was before.
func (c *call) resize() *value {
	x := c.data(0)
	if bad := c.images(x); bad != nil {
		return bad
	}
	s := sampling{mode: c.text("mode", "nearest"), place: "half_pixel", round: c.text("nearest_mode", "round_prefer_floor")}
	if c.op == "Upsample" || c.opset < 11 {
		s.place, s.round = "asymmetric", "floor"
	}
	s.place = c.text("coordinate_transformation_mode", s.place)
	shape, scales, problem := c.resized(x)
	switch {
	case problem != "":
		return c.fail(problem, "")
	case shape[0] != x.shape[0] || shape[1] != x.shape[1]:
		return c.fail(fmt.Sprintf("from %v to %v", x.shape, shape), "resize is of height and width")
	case !fits(shape):
		return c.fail(fmt.Sprintf("to %v", shape), "")
	case c.int("antialias", 0) != 0:
		return c.fail("antialias=1", "resize weighs the nearest pixels alone")
	case c.int("exclude_outside", 0) != 0 && s.mode == "cubic":
		return c.fail("exclude_outside=1", "pixels beyond the border are those at the border")
	}
	s.size = [2]int(shape[2:])
	op, problem := c.sampled(x, s)
	if problem == "" && !exact(x.shape[2:], s.size[:], scales) {
		problem = fmt.Sprintf("scales %v, which do not divide the pixels evenly", scales)
	}
	if problem != "" {
		return c.fail(problem, "nearest by asymmetric and floor, linear and cubic by half_pixel or align_corners")
	}
	return c.apply(op, nil, x)
}

// resized is the shape of the result, from sizes or from scales.
func (c *call) resized(x *step) (shape []int, scales []float64, problem string) {
	at, sizes := 2, c.input(3)
	if c.op == "Upsample" || c.opset < 11 {
		at, sizes = 1, nil
	}
	axes := c.ints("axes")
	if axes == nil {
		axes = []int{0, 1, 2, 3}
	}
	shape = slices.Clone(x.shape)
	given, known := c.input(at).numbers()
	switch {
	case sizes != nil:
		if given, known = sizes.numbers(); c.text("keep_aspect_ratio_policy", "stretch") != "stretch" {
			return nil, nil, "a size that keeps the aspect ratio"
		}
	case c.op == "Upsample" && c.opset < 9:
		given, known = c.factors()
	}
	if !known || len(given) != len(axes) {
		return nil, nil, "its size is computed, or for another number of axes"
	}
	scales = []float64{1, 1, 1, 1}
	for i, a := range axes {
		a, ok := axis(a, 4)
		if !ok {
			return nil, nil, fmt.Sprintf("the axes %v", axes)
		}
		if shape[a] = whole(given[i]); sizes == nil {
			scales[a] = given[i]
			shape[a] = whole(math.Floor(float64(x.shape[a]) * given[i]))
		}
		if shape[a] < 1 {
			return nil, nil, fmt.Sprintf("a result of %d pixels along axis %d", shape[a], a)
		}
	}
	if sizes != nil {
		scales = nil
	}
	return shape, scales, ""
}

// factors are the attributes of Upsample before opset 9.
func (c *call) factors() ([]float64, bool) {
	if a := c.attribute("scales"); a != nil {
		return widened(a.floats), true
	}
	h, w := c.float("height_scale", 0), c.float("width_scale", 0)
	return []float64{1, 1, h, w}, h > 0 && w > 0
}

// exact reports whether a result's size times nothing but the scale is the input's, so that both
// say the same of where pixels look.
func exact(from, to []int, scales []float64) bool {
	if scales == nil {
		return true
	}
	for i := range from {
		if math.Abs(float64(from[i])*scales[2+i]-float64(to[i])) > 1e-4*float64(to[i]) {
			return false
		}
	}
	return true
}

// sampled is the operation that looks at the same pixels.
func (c *call) sampled(x *step, s sampling) (*ops.Resize, string) {
	op := &ops.Resize{Size: pairOf(s.size), AlignCorners: s.place == "align_corners"}
	halves := s.place == "half_pixel" || s.place == "pytorch_half_pixel" && s.size[0] > 1 && s.size[1] > 1 || s.place == "half_pixel_symmetric"
	switch s.mode {
	case "nearest":
		op.Mode, op.AlignCorners = ops.Nearest, false
		if s.place == "asymmetric" && s.round == "floor" || repeats(x, s) {
			return op, ""
		}
		return nil, fmt.Sprintf("the nearest pixel by %s and %s", s.place, s.round)
	case "linear", "bilinear":
		op.Mode = ops.Bilinear
	case "cubic":
		op.Mode = ops.Bicubic
		if a := c.float("cubic_coeff_a", -0.75); a != -0.75 {
			return nil, fmt.Sprintf("a cubic of %v", a)
		}
	default:
		return nil, "mode " + quoted(s.mode)
	}
	if !op.AlignCorners && !halves {
		return nil, s.mode + " interpolation by " + quoted(s.place)
	}
	return op, ""
}

// repeats reports whether the nearest pixels are those of repetition, pixel by pixel.
func repeats(x *step, s sampling) bool {
	for a := range 2 {
		from, to := x.shape[2+a], s.size[a]
		if to > 1<<16 {
			return false
		}
		for i := range to {
			at, ok := nearest(i, from, to, s)
			if want := i * from / to; !ok || at != want {
				return false
			}
		}
	}
	return true
}

// nearest is the pixel that the file takes.
func nearest(i, from, to int, s sampling) (int, bool) {
	scale := float64(to) / float64(from)
	var at float64
	switch s.place {
	case "half_pixel", "half_pixel_symmetric":
		at = (float64(i)+0.5)/scale - 0.5
	case "pytorch_half_pixel":
		if at = (float64(i)+0.5)/scale - 0.5; to == 1 {
			at = 0
		}
	case "asymmetric":
		at = float64(i) / scale
	case "align_corners":
		if to > 1 {
			at = float64(i) * float64(from-1) / float64(to-1)
		}
	default:
		return 0, false
	}
	switch s.round {
	case "round_prefer_floor":
		at = math.Ceil(at - 0.5)
	case "round_prefer_ceil":
		at = math.Floor(at + 0.5)
	case "floor":
		at = math.Floor(at)
	case "ceil":
		at = math.Ceil(at)
	default:
		return 0, false
	}
	return min(max(int(at), 0), from-1), true
}
