// Package kernel is the innermost loops of resampling: bytes times fixed-point weights, and
// bytes to float32. It allocates nothing and knows neither images nor filters. Each loop is
// in plain Go (generic.go), which defines it, and for AVX2 in assembly that gives the same
// bits; fast_amd64.go has the choice. The names are those of ops/exec/internal/kernel.
package kernel

// Rows is how many rows Horizontal computes at once.
const Rows = 4

// Slack is how many bytes beyond the last pixel of a row may be read, though they do not
// matter.
const Slack = 4

// Block is the number of columns that Vertical computes at once.
const Block = 32

// Horizontal computes a line of results from each of four rows of pixels:
//
//	dst[r][channels*x+c] = Σ src[r][channels*(Starts[x]+i)+c] · Whole[Count*x+i]
//
// rounded to nearest and clipped to 0..255. There are 1 or 3 channels; a row of the source
// is Slack bytes longer than its pixels, one of the result a byte, whose value may change.
// Rows may be given more than once.
func Horizontal(dst, src *[Rows][]uint8, channels int, t *Taps) {
	for r := range Rows {
		_ = src[r][:channels*t.reach+Slack]
		_ = dst[r][:channels*len(t.Starts)+1]
	}
	horizontal(dst, src, channels, t)
}

// Vertical computes a row of results, whose length is a multiple of Block, from the rows
// that begin at rows[stride*i]:
//
//	dst[x] = Σ rows[stride*i+x] · Whole[i]
//
// rounded and clipped as those of Horizontal.
func Vertical(dst, rows []uint8, stride int, w *Weights) {
	if len(dst)%Block != 0 || stride < len(dst) || len(w.Whole)%Pair != 0 {
		panic("kernel: rows of a wrong length")
	}
	vertical(dst, rows[:stride*len(w.Whole)], stride, w)
}

// Grey sets dst to the brightness of the RGB pixels of src, which is Slack bytes longer than
// they are: that of ITU-R BT.601, 0.299 R + 0.587 G + 0.114 B, in 16 fraction bits and
// rounded.
func Grey(dst, src []uint8) { grey(dst, src[:3*len(dst)+Slack]) }

// Plane sets dst to what the scale makes of one channel of the pixels of src, which is Slack
// bytes longer than they are. There are 1 or 3 channels.
func Plane(dst []float32, src []uint8, channels, channel int, s *Scale) {
	plane(dst, src[:channels*len(dst)+Slack], channels, channel, s)
}

// A Scale is what becomes of a brightness x: (x/full - mean)/std, computed in float32 as in
// training. A channel has only 256 possible values.
type Scale struct {
	full, mean, std float32
	values          [256]float32
}

// NewScale returns a scale.
func NewScale(full, mean, std float32) *Scale {
	s := &Scale{full: full, mean: mean, std: std}
	for x := range s.values {
		s.values[x] = (float32(x)/full - mean) / std
	}
	return s
}

// Of is what becomes of a brightness.
func (s *Scale) Of(brightness uint8) float32 { return s.values[brightness] }
