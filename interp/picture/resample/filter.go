package resample

import "math"

// A Filter weighs the pixels around a point by their distance from it. Beyond its support it
// is 0.
type Filter struct {
	support float64
	weight  func(distance float64) float64 // nil: only the pixel that contains the point
}

// Filters are Pillow's. Bicubic is Keys' with a = -0.5 ("Cubic convolution interpolation for
// digital image processing", 1981).
var Filters = map[string]Filter{
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
		return float64((float64((a+2)*x)-(a+3))*x*x) + 1
	case x < 2:
		return (float64((float64((x-5)*x)+8)*x) - 4) * a
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
