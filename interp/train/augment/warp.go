package augment

import "math"

// A warp says where in a picture the pixel of its result comes from: for a point (x, y), in pixels
// from the upper left corner, (w[0]x + w[1]y + w[2], w[3]x + w[4]y + w[5]).
type warp [6]float64

// newAffine shears a picture about its middle, scales it, rotates it by degrees against the clock and shifts it; outside of
// it is black. Shear is by how many columns a row moves against the next one, a shift a share of
// width and height; an aspect ratio makes a picture wider and lower, of the same area.
func newAffine(s Settings, a args) (any, error) {
	turn, ok := a["rotate"]
	scale, shear, shift, aspect := a["scale"], a["shear"], a["shift"], a["aspect"]
	if !ok { // the change that does nothing else
		turn, scale, aspect = a["degrees"], span{1, 1}, span{1, 1}
	}
	return change(func(w *Workspace, planes []float32, d *draws) {
		angle, size, slant := d.in(turn), d.in(scale), d.in(shear)
		right, down := d.in(shift)*float64(s.W), d.in(shift)*float64(s.H)
		wider := math.Sqrt(max(d.in(aspect), 1e-6))
		size = max(size, 1e-6)
		from := about(s.W, s.H, angle, size*wider, size/wider, slant, right, down)
		for plane := range s.each(planes) {
			w.warp(plane, s.W, s.H, from)
		}
	}), nil
}

// about is the inverse of: shear, scale by a factor for width and one for height, rotate about the middle, then shift.
//
//	(x, y) - middle - shift  ──rotate back──▶  ──divide by factors──▶  ──shear back──▶  + middle
func about(width, height int, degrees, wide, high, shear, right, down float64) warp {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	// y points down, so that turning against the clock is by the negative angle.
	xx, xy := cos/wide, -sin/wide
	yx, yy := sin/high, cos/high
	xx, xy = xx-shear*yx, xy-shear*yy
	middleX, middleY := float64(width)/2, float64(height)/2
	x, y := middleX+right, middleY+down
	return warp{xx, xy, middleX - xx*x - xy*y, yx, yy, middleY - yx*x - yy*y}
}

// warp takes each pixel from where w says, bilinearly between the four around the point; the edge goes
// on for half a pixel, beyond which all is 0. This is Pillow's rule for transform(AFFINE, BILINEAR).
func (w *Workspace) warp(plane []float32, width, height int, from warp) {
	old := room(&w.copied, len(plane))
	copy(old, plane)
	for y := range height {
		for x := range width {
			px, py := float64(x)+0.5, float64(y)+0.5
			plane[y*width+x] = between(old, width, height,
				from[0]*px+from[1]*py+from[2], from[3]*px+from[4]*py+from[5])
		}
	}
}

// between is the value at a point of a plane.
func between(plane []float32, width, height int, x, y float64) float32 {
	if !(x >= 0 && x < float64(width) && y >= 0 && y < float64(height)) {
		return 0
	}
	x, y = x-0.5, y-0.5
	left, up := math.Floor(x), math.Floor(y)
	dx, dy := x-left, y-up
	x0, x1 := max(0, int(left)), min(width-1, int(left)+1)
	y0, y1 := max(0, int(up)), min(height-1, int(up)+1)
	above, below := plane[y0*width:], plane[y1*width:]
	a := float64(above[x0]) + (float64(above[x1])-float64(above[x0]))*dx
	b := float64(below[x0]) + (float64(below[x1])-float64(below[x0]))*dx
	return float32(a + (b-a)*dy)
}
