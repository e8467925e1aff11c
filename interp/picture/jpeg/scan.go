package jpeg

import "cnnlang/interp/picture/jpeg/internal/kernel"

// isStored reports whether the coefficients of all blocks are kept until the last scan: if
// the first one does not complete the image.
func (d *decoder) isStored(s *scan) bool { return d.progressive || s.count < d.count }

// begin allocates what the image takes.
func (d *decoder) begin(pixels []uint8, stored bool) {
	d.output.begin(&d.frame, d.colours(), pixels)
	if !stored {
		return
	}
	d.coefficients = make([][]kernel.Block, d.count)
	for i := range d.coefficients {
		d.coefficients[i] = make([]kernel.Block, d.blocks(&d.component[i]))
	}
}

// decode decodes the data of a scan.
func (d *decoder) decode(s *scan) (err error) {
	if err := d.latch(s); err != nil {
		return err
	}
	d.bits.begin(&d.in)
	if d.coefficients != nil {
		err = d.store(s)
	} else {
		err = d.stream(s)
	}
	d.in.next = d.bits.marker
	return err
}

// latch takes the tables of quantisation of components whose first scan this is: a file may
// replace them later.
func (d *decoder) latch(s *scan) error {
	for _, i := range s.component[:s.count] {
		if d.latched[i] {
			continue
		}
		t := d.quantum[d.component[i].quantum]
		if t == nil {
			return damage("a component uses a quantisation table that is not defined")
		}
		for k, q := range t {
			d.factors[i][kernel.Place[k]] = int16(q)
		}
		d.latched[i] = true
	}
	return nil
}

// A part is a component in a scan.
type part struct {
	*component
	index  int
	dc, ac *huffman
	before int32 // the DC coefficient of the block before
}

func (d *decoder) parts(s *scan) (parts []part, err error) {
	parts = make([]part, s.count)
	for i, index := range s.component[:s.count] {
		p := part{component: &d.component[index], index: index}
		if s.start == 0 && s.before == 0 {
			if p.dc, err = d.table(0, s.dc[i]); err != nil {
				return nil, err
			}
		}
		if s.end > 0 {
			if p.ac, err = d.table(1, s.ac[i]); err != nil {
				return nil, err
			}
		}
		parts[i] = p
	}
	return parts, nil
}

// stream decodes a scan that is the whole image, and makes pixels of each row of units.
func (d *decoder) stream(s *scan) error {
	parts, err := d.parts(s)
	if err != nil {
		return err
	}
	var block kernel.Block
	units := 0
	for y := range d.unitsHigh {
		if err := d.in.ctx.Err(); err != nil {
			return err
		}
		for x := range d.unitsWide {
			if err := d.unit(units, parts); err != nil {
				return err
			}
			units++
			for i := range parts {
				p := &parts[i]
				for j := range p.wide * p.high {
					out, stride := d.output.block(p.index, x*p.wide+j%p.wide, y*p.high+j/p.wide)
					p.before += d.bits.difference(p.dc)
					block[0] = int16(p.before)
					if d.bits.coefficients(&block, p.ac) == 0 {
						flat(out, stride, block[0]*d.factors[p.index][0])
						continue
					}
					kernel.IDCT(out, stride, &block, &d.factors[p.index])
				}
			}
			if err := d.bits.check(); err != nil {
				return err
			}
		}
		d.output.emit(y)
	}
	d.complete = true
	return nil
}

// unit prepares for a unit, which may be the first after a restart.
func (d *decoder) unit(number int, parts []part) error {
	if d.interval > 0 && number > 0 && number%d.interval == 0 {
		if err := d.bits.restart(number/d.interval - 1); err != nil {
			return err
		}
		for i := range parts {
			parts[i].before = 0
		}
	}
	return d.bits.more()
}

// flat is the inverse transform of a block that has only its DC coefficient.
func flat(out []uint8, stride int, dc int16) {
	sample := uint8(min(max((int32(dc<<2)+16)>>5+128, 0), 255))
	first := out[:8]
	for i := range first {
		first[i] = sample
	}
	for y := 1; y < 8; y++ {
		copy(out[y*stride:y*stride+8], first)
	}
}

// store decodes a scan of some components or of a part of the coefficients. With more than
// one component it has whole units; with one it has the blocks that the image needs.
func (d *decoder) store(s *scan) error {
	parts, err := d.parts(s)
	if err != nil {
		return err
	}
	wide, high := d.unitsWide, d.unitsHigh
	if s.count == 1 {
		wide, high = parts[0].blocksWide, parts[0].blocksHigh
	}
	units := 0
	for y := range high {
		if err := d.in.ctx.Err(); err != nil {
			return err
		}
		for x := range wide {
			if err := d.unit(units, parts); err != nil {
				return err
			}
			units++
			for i := range parts {
				p := &parts[i]
				blocks, stride := d.coefficients[p.index], d.unitsWide*p.wide
				if s.count == 1 {
					d.block(s, p, &blocks[y*stride+x])
					continue
				}
				for j := range p.wide * p.high {
					d.block(s, p, &blocks[(y*p.high+j/p.wide)*stride+x*p.wide+j%p.wide])
				}
			}
			if err := d.bits.check(); err != nil {
				return err
			}
		}
	}
	return nil
}

// block decodes what a scan has of a block.
func (d *decoder) block(s *scan, p *part, block *kernel.Block) {
	switch {
	case !d.progressive:
		*block = kernel.Block{}
		p.before += d.bits.difference(p.dc)
		block[0] = int16(p.before)
		d.bits.coefficients(block, p.ac)
	case s.start == 0 && s.before == 0:
		p.before += d.bits.difference(p.dc)
		block[0] = int16(p.before << s.low)
	case s.start == 0:
		if d.bits.bit() {
			block[0] |= 1 << s.low
		}
	case s.before == 0:
		d.bits.first(block, p.ac, s.start, s.end, s.low)
	default:
		d.bits.refine(block, p.ac, s.start, s.end, s.low)
	}
}

// reconstruct makes pixels of the stored coefficients. A component without a scan is 128
// everywhere.
func (d *decoder) reconstruct() error {
	for y := range d.unitsHigh {
		if err := d.in.ctx.Err(); err != nil {
			return err
		}
		for i := range d.count {
			c := &d.component[i]
			stride := d.unitsWide * c.wide
			for row := y * c.high; row < min((y+1)*c.high, c.blocksHigh); row++ {
				for column := range c.blocksWide {
					out, lines := d.output.block(i, column, row)
					kernel.IDCT(out, lines, &d.coefficients[i][row*stride+column], &d.factors[i])
				}
			}
		}
		d.output.emit(y)
	}
	return nil
}
