package resample

import (
	"math"
	"testing"
)

// weighted is an image with the filter applied in two dimensions and float64, of a channel.
func weighted(image Image, v View, f Filter, x, y, channel int) float64 {
	weights := func(source, result, at int) (first int, list []float64) {
		scale := float64(source) / float64(result)
		centre, support := (float64(at)+0.5)*scale, f.support*max(scale, 1)
		first = max(0, int(centre-support+0.5))
		sum := 0.0
		for i := first; i < min(source, int(centre+support+0.5)); i++ {
			list = append(list, f.weight((float64(i)-centre+0.5)/max(scale, 1)))
			sum += list[len(list)-1]
		}
		for i := range list {
			list[i] /= sum
		}
		return first, list
	}
	left, across := weights(image.Width, v.Width, x)
	top, down := weights(image.Height, v.Height, y)
	sum := 0.0
	for i, b := range down {
		for j, a := range across {
			sum += a * b * float64(image.Pix[3*((top+i)*image.Width+left+j)+channel])
		}
	}
	return min(max(sum, 0), 255)
}

// Images with a side of thousands of times the result's give what the filter says, up to
// roundings, with the work and memory of their pixels: few rows are resized, and what
// that takes beside the pixels is bounded and known before.
func TestLongSidesTakeTheWorkOfTheirPixels(t *testing.T) {
	for _, size := range [][2]int{{1, 60_001}, {60_001, 1}, {3, 25_000}, {30_001, 4}} {
		image := Image{Width: size[0], Height: size[1], Pix: make([]uint8, 3*size[0]*size[1])}
		for i := range image.Pix { // waves of another length in each channel
			at := float64(i/3) / float64(len(image.Pix)/3)
			image.Pix[i] = uint8(127 + 120*math.Sin(at*float64(20+9*(i%3))))
		}
		v := View{Width: 6, Height: 5, Top: 1, H: 4, W: 6}
		for name, f := range Filters {
			if f.weight == nil {
				continue
			}
			var w Workspace
			w.begin(w.reduce(t.Context(), image, v, f), v, f, false)
			for y := range v.H {
				row := w.result(t.Context(), y)
				for i, got := range row[:3*v.W] {
					if want := weighted(image, v, f, i/3, y+v.Top, i%3); math.Abs(float64(got)-want) > 1.5 {
						t.Fatalf("%v %s: got %d at row %d, column %d, want %.2f", size, name, got, y, i/3, want)
					}
				}
			}
			if w.have > mostScale*v.Height {
				t.Errorf("%v %s: %d rows were resized, want at most %d", size, name, w.have, mostScale*v.Height)
			}
			need := Need(size[0], size[1], v, f, false)
			if took := w.bytes(); took > need {
				t.Errorf("%v %s: takes %d bytes, got a need of %d", size, name, took, need)
			}
		}
	}
	for name, f := range Filters { // the largest images
		for _, size := range [][2]int{{1, 178_956_970}, {178_956_970, 1}, {13377, 13377}} {
			most := int64(150 << 20)
			if f.weight == nil {
				most = 3*178_956_980 + 1<<20 // the copy of a single line
			}
			if need := Need(size[0], size[1], whole(224, 224), f, false); need > most {
				t.Errorf("%v %s: got a need of %d bytes", size, name, need)
			}
		}
	}
}
