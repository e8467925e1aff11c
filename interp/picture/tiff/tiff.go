// Package tiff decodes the first picture of a TIFF: strips and tiles, in one plane or one
// for each channel; grey, palette, RGB and CMYK with or without more channels, as Pillow
// converts them; not compressed or by LZW, deflate, PackBits or as a fax. A picture is turned
// as its orientation says, which belongs to the format and which Pillow always applies.
package tiff

import (
	"context"
	"fmt"

	"cnnlang/interp/picture/codec"
	"cnnlang/interp/picture/exif"
)

// The kinds of colour.
const (
	whiteIsZero, blackIsZero, rgbColours, palette, cmyk = 0, 1, 2, 3, 5
)

// The compressions.
const (
	plain, fax3, fax4, lzwCoded, adobeDeflate, deflate, packBits = 1, 3, 4, 5, 8, 32946, 32773
)

// The formats of a sample.
const (
	unsigned, signed, float = 1, 2, 3
)

// mostSamples is the largest number of channels, as in Pillow.
const mostSamples = 6

// A picture is what the first directory says.
type picture struct {
	*directory
	width, height        int64
	photometric          int64
	bits, samples        int // of a sample, of a pixel
	format               int64
	compression          int64
	reversed             bool // bits within bytes
	differences          bool // samples are differences from those to their left
	twoDimensional       bool // of a fax of group 3
	planes               int
	multiplied           bool // the colours, with the alpha in the fourth channel
	orientation          int
	colours              [256][3]uint8
	offsets, counts      *list // of the parts
	partWidth, partLines int64 // of a tile, or of a strip
	tiled                bool
}

// Inspect reads the first directory.
func Inspect(ctx context.Context, file codec.File) (codec.Header, error) {
	p, err := read(file)
	if err != nil {
		return codec.Header{}, err
	}
	var h codec.Header
	h.Width, h.Height = exif.Upright(p.orientation, p.width, p.height)
	if !codec.Acceptable(p.width, p.height) {
		return h, nil
	}
	h.Cost = p.lineBytes() + p.partWidth*int64(p.samples/p.planes) + decoders
	if p.compression == fax3 || p.compression == fax4 {
		h.Cost += 2 * p.partWidth // the line above, with a byte for each pixel
		h.Least = p.height / 8    // a bit for a line that is like the one above
	} else {
		line := (p.width*int64(p.bits*p.samples) + 7) / 8
		h.Least = line * p.height / most[p.compression]
	}
	if p.orientation > 1 {
		h.Cost += 3 * p.width * p.height
	}
	return h, nil
}

// decoders is about what the decoders of the compressions take.
const decoders = 100<<10 + codec.LinesBuffer

// most is how many bytes a compression makes of one.
var most = map[int64]int64{plain: 1, lzwCoded: 4096, adobeDeflate: 1032, deflate: 1032, packBits: 64}

// lineBytes is how many bytes a line of a part has.
func (p *picture) lineBytes() int64 {
	return (p.partWidth*int64(p.bits*p.samples/p.planes) + 7) / 8
}

// read reads the first directory.
func read(file codec.File) (*picture, error) {
	d, err := readDirectory(file)
	if err != nil {
		return nil, err
	}
	p := &picture{directory: d}
	if err := p.layout(); err != nil {
		return nil, err
	}
	if !codec.Acceptable(p.width, p.height) {
		return p, nil
	}
	if err := p.pixel(); err != nil {
		return nil, err
	}
	return p, p.parts()
}

// layout reads the numbers that have one value.
func (p *picture) layout() error {
	var planar, fill, predictor, options, samples, orientation int64
	for _, field := range []struct {
		tag       uint16
		to        *int64
		otherwise int64
	}{
		{tagWidth, &p.width, 0},
		{tagHeight, &p.height, 0},
		{tagCompression, &p.compression, plain},
		{tagPhotometric, &p.photometric, whiteIsZero},
		{tagSampleFormat, &p.format, unsigned},
		{tagPlanar, &planar, 1},
		{tagFillOrder, &fill, 1},
		{tagPredictor, &predictor, 1},
		{tagT4Options, &options, 0},
		{tagSamplesPerPixel, &samples, 1},
		{tagOrientation, &orientation, 0},
	} {
		var err error
		if *field.to, err = p.one(field.tag, field.otherwise); err != nil {
			return err
		}
	}
	p.reversed, p.twoDimensional, p.planes = fill == 2, options&1 != 0, 1
	if 1 <= orientation && orientation <= 8 {
		p.orientation = int(orientation)
	}
	if samples < 1 || samples > mostSamples {
		return codec.NotRead("it has %d channels", samples)
	}
	if p.samples = int(samples); planar == 2 {
		p.planes = p.samples
	}
	switch p.compression {
	case lzwCoded, adobeDeflate, deflate:
		if predictor > 2 {
			return codec.NotRead("its predictor is %d", predictor)
		}
		p.differences = predictor == 2
	case plain, packBits, fax3, fax4:
	default:
		return codec.NotRead("its compression is %s", compressionName(p.compression))
	}
	return nil
}

func compressionName(code int64) string {
	name, ok := map[int64]string{2: "a fax without line ends", 6: "JPEG", 7: "JPEG", 34925: "LZMA", 50000: "Zstandard", 50001: "WebP"}[code]
	if !ok {
		return fmt.Sprint(code)
	}
	return fmt.Sprintf("%d, %s", code, name)
}

// pixel reads of what samples a pixel consists, and the palette.
func (p *picture) pixel() error {
	all, err := p.all(tagBitsPerSample, 64)
	if err != nil {
		return err
	}
	p.bits = 1
	for i, bits := range all {
		if i == 0 {
			p.bits = int(min(max(bits, 0), 65))
		}
		if int(bits) != p.bits && i < p.samples {
			return codec.NotRead("its channels have other numbers of bits: %d and %d", p.bits, bits)
		}
	}
	extra, err := p.all(tagExtraSamples, 64)
	if err != nil {
		return err
	}
	p.multiplied = p.photometric == rgbColours && p.samples > 3 && len(extra) > 0 && extra[0] == 1
	kind := fmt.Sprintf("it has %d channels of %d bits and the kind of colour %d", p.samples, p.bits, p.photometric)
	switch least := map[int64]int{whiteIsZero: 1, blackIsZero: 1, rgbColours: 3, palette: 1, cmyk: 4}[p.photometric]; {
	case least == 0 || p.samples < least, !p.sampleIsRead(), p.photometric == whiteIsZero && p.samples > 1:
		return codec.NotRead("%s", kind)
	case p.compression == fax3 || p.compression == fax4:
		if p.bits != 1 || p.samples != 1 {
			return codec.NotRead("%s, and is compressed as a fax", kind)
		}
	case p.differences && p.bits < 8:
		return codec.NotRead("%s, and a predictor", kind)
	}
	if p.photometric == palette {
		return p.palette()
	}
	return nil
}

// sampleIsRead reports whether samples of this kind and with so many bits are read.
func (p *picture) sampleIsRead() bool {
	alone := p.samples == 1 && p.photometric != palette
	switch {
	case p.format == float:
		return alone && p.bits == 32
	case p.format == signed:
		return alone && (p.bits == 16 || p.bits == 32)
	case p.format != unsigned:
		return false
	}
	switch p.bits {
	case 1, 2, 4:
		return p.samples == 1 && p.photometric <= palette
	case 8:
		return true
	case 16:
		return alone || p.photometric == rgbColours || p.photometric == cmyk
	case 32:
		return alone
	}
	return false
}

// palette reads the colours: all red ones, all green ones, all blue ones.
func (p *picture) palette() error {
	entries := 1 << p.bits
	all, err := p.all(tagColorMap, 3*256)
	if err != nil {
		return err
	}
	if len(all) < 3*entries {
		return fmt.Errorf("its palette has %d values, want %d", len(all), 3*entries)
	}
	for i := range entries {
		for c := range 3 {
			p.colours[i][c] = uint8(all[c*entries+i] >> 8)
		}
	}
	return nil
}

// parts finds the strips or tiles.
func (p *picture) parts() error {
	offsets, counts := uint16(tagStripOffsets), uint16(tagStripByteCounts)
	if _, strips := p.values[tagStripOffsets]; !strips {
		offsets, counts, p.tiled = tagTileOffsets, tagTileByteCounts, true
	}
	p.offsets, p.counts = p.list(offsets), p.list(counts)
	var err error
	if p.partWidth = p.width; p.tiled {
		if p.partWidth, err = p.one(tagTileWidth, 0); err != nil {
			return err
		}
		p.partLines, err = p.one(tagTileHeight, 0)
	} else {
		p.partLines, err = p.one(tagRowsPerStrip, p.height)
		p.partLines = min(p.partLines, p.height)
	}
	if err != nil {
		return err
	}
	// A tile may have pixels outside of the picture, but not many times as many as inside.
	const outside = 1 << 22
	if !codec.Acceptable(p.partWidth, p.partLines) || p.across()*p.partWidth > 4*p.width+outside/p.height {
		return fmt.Errorf("its parts have %d x %d pixels", p.partWidth, p.partLines)
	}
	if need := p.across() * ((p.height + p.partLines - 1) / p.partLines) * int64(p.planes); p.offsets.count < need {
		return fmt.Errorf("it has %d parts of %d x %d pixels, want %d", p.offsets.count, p.partWidth, p.partLines, need)
	}
	return nil
}

// across is how many tiles are side by side.
func (p *picture) across() int64 { return (p.width + p.partWidth - 1) / p.partWidth }
