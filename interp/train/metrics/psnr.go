package metrics

import "math"

// PSNR is the peak signal-to-noise ratio of a picture to the one that it should be, in decibels: of numbers of which black is 0
// and white 1, and what is beyond these is cut off. It is at most 100, as of equal pictures.
func PSNR(picture, want []float64) float64 {
	sum := 0.0
	for i, w := range want {
		away := min(max(picture[i], 0), 1) - w
		sum += away * away
	}
	return min(100, -10*math.Log10(sum/float64(len(want))))
}
