package main

import (
	"fmt"
	"image"
	"image/png"
	"os"
)

// free are held-out designs whose fonts may be copied and changed by anyone, with their licenses: those of a sample.
var free = []struct{ design, license string }{
	{"Andika", "OFL-1.1"}, {"Caladea", "OFL-1.1"}, {"Cantarell", "OFL-1.1"}, {"Caslon", "OFL-1.1"}, {"Clear Sans", "Apache-2.0"},
	{"DIN", "OFL-1.1"}, {"Dosis", "OFL-1.1"}, {"Inter", "OFL-1.1"}, {"JetBrains Mono", "OFL-1.1"}, {"Lato", "OFL-1.1"},
	{"League Spartan", "OFL-1.1"}, {"Liberation", "OFL-1.1"}, {"Linden Hill", "MIT"}, {"Monofur", "OFL-1.1"},
}

// writeSample writes a PNG with a row of characters for each of those designs, as the middle one of its faces draws them,
// and prints which that is.
func writeSample(name string, all []*design) error {
	sheet := image.NewGray(image.Rect(0, 0, size*len(characters), size*len(free)))
	for row, f := range free {
		d := find(all, f.design)
		if d == nil || !d.heldOut() {
			return fmt.Errorf("the design %s of the sample is not held out, or there is no face of it", f.design)
		}
		face := d.faces[len(d.faces)/2]
		fmt.Printf("row %d: %s (%s, %s)\n", row, face.names, f.license, f.design)
		for i, p := range face.pictures {
			for y := range size {
				copy(sheet.Pix[sheet.PixOffset(i*size, row*size+y):], p[y*size:(y+1)*size])
			}
		}
	}
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(file, sheet); err != nil {
		file.Close()
		return err
	}
	return file.Close()
}

func find(all []*design, name string) *design {
	for _, d := range all {
		if d.name == name {
			return d
		}
	}
	return nil
}
