package jpeg

import "cnnlang/interp/picture/jpeg/internal/kernel"

// An output makes pixels of samples, a row of units at a time while they are in the cache.
// Of each component it holds the samples of two rows of units, because the interpolation
// between lines looks into the neighbouring row:
//
//	row of units    0: lines 0-15    1: lines 16-31    2: lines 32-47 …
//	held in            upper half       lower half        upper half
//
// So if any component is interpolated that way, the last line of a row of units waits for
// the next one.
type output struct {
	frame   *frame
	colours colours
	pixels  []uint8 // [height, width, 3]
	planes  [4]plane
	done    int // lines of pixels
	waits   int // lines that wait
}

// A plane is the samples of a component, with space beside each line for the neighbours of
// its first and last sample.
type plane struct {
	*component
	samples []uint8
	stride  int
	lines   int     // held
	full    []uint8 // a line at full resolution
}

const margin = 16

// planeBytes is the size of a plane, and of a line at full resolution.
func (f *frame) planeBytes(c *component) int {
	return 16*c.high*(f.unitsWide*c.wide*8+2*margin) + c.width*c.across
}

func (o *output) begin(f *frame, c colours, pixels []uint8) {
	o.frame, o.colours, o.pixels = f, c, pixels[:3*f.width*f.height]
	for i := range f.count {
		c := &f.component[i]
		p := plane{component: c, stride: f.unitsWide*c.wide*8 + 2*margin, lines: 16 * c.high}
		memory := make([]uint8, f.planeBytes(c))
		p.samples, p.full = memory[:p.lines*p.stride], memory[p.lines*p.stride:]
		o.planes[i] = p
		if p.interpolatesLines() {
			o.waits = 1
		}
	}
}

// block is where the samples of a block go, and the distance of its lines.
func (o *output) block(component, column, row int) ([]uint8, int) {
	p := &o.planes[component]
	return p.samples[8*row%p.lines*p.stride+margin+8*column:], p.stride
}

// emit makes the pixels that can be made once a row of units is there.
func (o *output) emit(row int) {
	height := o.frame.height
	limit := min((row+1)*8*o.frame.high-o.waits, height)
	if row == o.frame.unitsHigh-1 {
		limit = height
	}
	for ; o.done < limit; o.done++ {
		var lines [4][]uint8
		for i := range o.frame.count {
			lines[i] = o.planes[i].line(o.done)[:o.frame.width]
		}
		o.colours(o.pixels[3*o.frame.width*o.done:][:3*o.frame.width], &lines)
	}
}

// libjpeg interpolates by factors of 2, but not components of one or two columns.

func (p *plane) interpolatesLines() bool {
	return p.down == 2 && (p.across == 1 || p.across == 2 && p.width > 2)
}

func (p *plane) interpolates() bool {
	return p.interpolatesLines() || p.down == 1 && p.across == 2 && p.width > 2
}

// line is line y of the pixels of a component.
func (p *plane) line(y int) []uint8 {
	at := y / p.down
	switch {
	case p.across == 1 && p.down == 1:
		return p.held(at)
	case !p.interpolates():
		for i, sample := range p.held(at) {
			for j := range p.across {
				p.full[i*p.across+j] = sample
			}
		}
	case p.down == 1:
		kernel.DoubleWide(p.full, p.framed(at))
	default:
		other, rounding := at-1, uint16(1)
		if y%2 == 1 {
			other, rounding = at+1, 2
		}
		other = min(max(other, 0), p.height-1)
		if p.across == 1 {
			kernel.DoubleHigh(p.full, p.held(at), p.held(other), rounding)
		} else {
			kernel.DoubleBoth(p.full, p.framed(at), p.framed(other))
		}
	}
	return p.full
}

// held is a line of samples.
func (p *plane) held(y int) []uint8 { return p.samples[y%p.lines*p.stride+margin:][:p.width] }

// framed is a line of samples between two more, which repeat the first and the last.
func (p *plane) framed(y int) []uint8 {
	line := p.samples[y%p.lines*p.stride+margin-1:][:p.width+2]
	line[0], line[p.width+1] = line[1], line[p.width]
	return line
}
