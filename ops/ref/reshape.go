package ref

import "cnnlang/ops"

// slice: out[n, c] = in[n, from + c].
func slice(op *ops.Slice, out, in Value) {
	out, in = out.image(), in.image()
	from := op.From.MustInt()
	each(out, func(n, c, y, x int) float64 { return in.at(n, from+c, y, x) })
}

// channelShuffle: out[n, i*groups + g] = in[n, g*C/groups + i].
func channelShuffle(op *ops.ChannelShuffle, out, in Value) {
	out, in = out.image(), in.image()
	groups := op.Groups.MustInt()
	perGroup := in.Shape[1] / groups
	for n := range in.Shape[0] {
		for g := range groups {
			for i := range perGroup {
				for y := range in.Shape[2] {
					for x := range in.Shape[3] {
						out.set(in.at(n, g*perGroup+i, y, x), n, i*groups+g, y, x)
					}
				}
			}
		}
	}
}

// pixelShuffle: out[n, c, y, x] = in[n, c*r*r + y%r*r + x%r, y/r, x/r].
func pixelShuffle(op *ops.PixelShuffle, out, in Value) {
	r := op.R.MustInt()
	each(out, func(n, c, y, x int) float64 { return in.at(n, (c*r+y%r)*r+x%r, y/r, x/r) })
}

// pixelUnshuffle: out[n, c, y, x] = in[n, c/(r*r), y*r + c/r%r, x*r + c%r].
func pixelUnshuffle(op *ops.PixelUnshuffle, out, in Value) {
	r := op.R.MustInt()
	each(out, func(n, c, y, x int) float64 { return in.at(n, c/(r*r), y*r+c/r%r, x*r+c%r) })
}

// border: out[n, c, y, x] = in[n, c, y - top, x - left], where that lies in the image. Beyond its
// border stand zeros, the pixel as far inside as the place is outside, or the one at the border.
func border(op *ops.Border, out, in Value) {
	rows, columns := in.Shape[2], in.Shape[3]
	seen := func(at, size int) int {
		switch {
		case op.Mode == ops.Reflect && at < 0:
			return -at
		case op.Mode == ops.Reflect && at >= size:
			return 2*(size-1) - at
		case op.Mode == ops.Replicate:
			return max(0, min(at, size-1))
		}
		return at
	}
	each(out, func(n, c, y, x int) float64 {
		y, x = seen(y-op.By.Top.MustInt(), rows), seen(x-op.By.Left.MustInt(), columns)
		if y < 0 || y >= rows || x < 0 || x >= columns {
			return 0
		}
		return in.at(n, c, y, x)
	})
}

// crop: out[n, c, y, x] = in[n, c, y + top, x + left].
func crop(op *ops.Crop, out, in Value) {
	top, left := op.By.Top.MustInt(), op.By.Left.MustInt()
	each(out, func(n, c, y, x int) float64 { return in.at(n, c, y+top, x+left) })
}

// concat puts the inputs one after another along the axis: every element keeps
// its indices but that one, which starts where the inputs before end.
func concat(op *ops.Concat, out Value, in []Value) {
	axis := op.Axis.MustInt()
	start := 0
	for _, v := range in {
		index := make([]int, len(v.Shape))
		for i := range v.Data {
			rest := i
			for a := len(v.Shape) - 1; a >= 0; a-- {
				index[a] = rest % v.Shape[a]
				rest /= v.Shape[a]
			}
			index[axis] += start
			out.set(v.Data[i], index...)
		}
		start += v.Shape[axis]
	}
}
