package resample

import "context"

// mostScale is how many pixels of a side make one of the result at most. Of an image that is
// longer, pixels are averaged before: the weights of so many more would all round to nearly
// nothing, and they and the rows between the two passes would take many times the memory and
// time of the pixels. Below, all is Pillow's.
const mostScale = 1 << 12

// reduced is the size of an image after pixels were averaged.
func (v View) reduced(width, height int, f Filter) (int, int) {
	if f.weight == nil { // no pixel but the nearest is looked at
		return width, height
	}
	return min(width, mostScale*v.Width), min(height, mostScale*v.Height)
}

// reduce returns the image, or a smaller one if sides are too long for the view.
func (w *Workspace) reduce(ctx context.Context, image Image, v View, f Filter) Image {
	small := Image{}
	small.Width, small.Height = v.reduced(image.Width, image.Height, f)
	if small.Width == image.Width && small.Height == image.Height {
		return image
	}
	w.reduced, w.sums = grow(w.reduced, 3*small.Width*small.Height), grow(w.sums, 3*small.Width)
	small.Pix = w.reduced
	for y := range small.Height {
		if ctx.Err() != nil {
			break
		}
		clear(w.sums)
		from, to := y*image.Height/small.Height, (y+1)*image.Height/small.Height
		for row := from; row < to; row++ {
			addLine(w.sums, image.Pix[3*image.Width*row:][:3*image.Width])
		}
		out := small.Pix[3*small.Width*y:][:3*small.Width]
		for x, left := 0, 0; x < small.Width; x++ {
			right := (x + 1) * image.Width / small.Width
			count := uint64((to - from) * (right - left))
			for c := range 3 {
				out[3*x+c] = uint8((w.sums[3*x+c] + count/2) / count)
			}
			left = right
		}
	}
	return small
}

// addLine adds the pixels of a line to as many sums or fewer, each of neighbours.
func addLine(sums []uint64, line []uint8) {
	if len(sums) == len(line) {
		for i, v := range line {
			sums[i] += uint64(v)
		}
		return
	}
	width, small := len(line)/3, len(sums)/3
	for x, left := 0, 0; x < small; x++ {
		right := (x + 1) * width / small
		var red, green, blue uint64
		for pixels := line[3*left : 3*right]; len(pixels) >= 3; pixels = pixels[3:] {
			red, green, blue = red+uint64(pixels[0]), green+uint64(pixels[1]), blue+uint64(pixels[2])
		}
		sums[3*x], sums[3*x+1], sums[3*x+2] = sums[3*x]+red, sums[3*x+1]+green, sums[3*x+2]+blue
		left = right
	}
}
