package kernel

import (
	"bytes"
	"errors"
	"math"
	"math/rand/v2"
)

// SelfTest compares the kernels that are used with their twins in plain Go, on rows of pixels
// made from a seed.
func SelfTest() error {
	r := rand.New(rand.NewPCG(5, 6))
	random := func(n int) []uint8 {
		row := make([]uint8, n)
		for i := range row {
			row[i] = uint8(r.Uint32())
		}
		return row
	}
	const width, results = 97, 41
	for _, channels := range []int{1, 3} {
		taps := Taps{Count: 2 * Step(channels)}
		taps.Resize(taps.Count * results)
		for range results {
			taps.Starts = append(taps.Starts, int32(r.IntN(width-taps.Count)))
		}
		for i := range taps.Whole {
			taps.Whole[i] = int32(r.IntN(1 << (Precision - 2)))
		}
		taps.Pack()
		var src, fast, slow [Rows][]uint8
		for i := range Rows {
			src[i] = random(channels*width + Slack)
			fast[i], slow[i] = make([]uint8, channels*results+1), make([]uint8, channels*results+1)
		}
		Horizontal(&fast, &src, channels, &taps)
		horizontalGeneric(&slow, &src, channels, &taps)
		scale := NewScale(255, 0.4, 0.3)
		planes := [2][]float32{make([]float32, width), make([]float32, width)}
		Plane(planes[0], src[0], channels, channels-1, scale)
		planeGeneric(planes[1], src[0], channels, channels-1, scale)
		for i := range Rows {
			if n := channels * results; !bytes.Equal(fast[i][:n], slow[i][:n]) {
				return errors.New("resizing of pictures, of rows: other bytes than plain Go's")
			}
		}
		for i, x := range planes[0] {
			if math.Float32bits(x) != math.Float32bits(planes[1][i]) {
				return errors.New("resizing of pictures, to numbers: other bits than plain Go's")
			}
		}
	}
	var weights Weights
	weights.Resize(3 * Pair)
	for i := range weights.Whole {
		weights.Whole[i] = int32(r.IntN(1 << (Precision - 2)))
	}
	weights.Pack()
	rows := random(3 * Pair * 2 * Block)
	fast, slow := make([]uint8, 2*Block), make([]uint8, 2*Block)
	Vertical(fast, rows, 2*Block, &weights)
	verticalGeneric(slow, rows, 2*Block, &weights)
	grey := [2][]uint8{make([]uint8, width), make([]uint8, width)}
	pixels := random(3*width + Slack)
	Grey(grey[0], pixels)
	greyGeneric(grey[1], pixels)
	switch {
	case !bytes.Equal(fast, slow):
		return errors.New("resizing of pictures, of columns: other bytes than plain Go's")
	case !bytes.Equal(grey[0], grey[1]):
		return errors.New("resizing of pictures, to grey: other bytes than plain Go's")
	}
	return nil
}
