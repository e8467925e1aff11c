package picture

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cnnlang/interp/picture/resample"
)

// A Prepared says what was done to one picture.
type Prepared struct {
	Name          string
	Width, Height int    // as it is stored
	Turned        bool   // upright, by its EXIF orientation
	Resized       [2]int // width and height
	Left, Top     int    // where the network's input begins in that; black if it is outside
	Input         [2]int // width and height
	Unfinished    bool   // a progressive JPEG without its last scans

	upright [2]int // width and height after turning
	how     Preprocess
}

// prepared is what load does to a picture.
func (p Preprocess) prepared(s *source, f resample.View) Prepared {
	width, height := s.shown()
	return Prepared{
		Name: s.path, upright: [2]int{width, height}, Width: int(s.Width), Height: int(s.Height), Turned: s.turns(), Unfinished: s.Unfinished, how: p,
		Resized: [2]int{f.Width, f.Height}, Left: f.Left, Top: f.Top, Input: [2]int{f.W, f.H},
	}
}

// String is a line without the name: "451x300: resized to 336x224 (bilinear), …".
func (d Prepared) String() string {
	var steps []string
	if d.Unfinished {
		steps = append(steps, "read without its last scans, which are missing, and not smoothed as Pillow may do")
	}
	if d.Turned {
		steps = append(steps, "turned upright")
	}
	if d.how.Grey {
		steps = append(steps, "made grey")
	}
	if d.Resized != d.upright {
		steps = append(steps, fmt.Sprintf("resized to %dx%d (%s)", d.Resized[0], d.Resized[1], d.how.interpolation()))
	}
	cut := d.Resized[0] > d.Input[0] || d.Resized[1] > d.Input[1]
	filled := d.Resized[0] < d.Input[0] || d.Resized[1] < d.Input[1]
	input := fmt.Sprintf("%dx%d", d.Input[0], d.Input[1])
	switch {
	case cut && filled:
		steps = append(steps, input+" cut from the middle and filled up with black")
	case cut:
		steps = append(steps, input+" cut from the middle")
	case filled:
		steps = append(steps, "filled up with black to "+input)
	}
	return fmt.Sprintf("%dx%d: %s", d.Width, d.Height, strings.Join(append(steps, d.how.numbers()...), ", "))
}

// Words are what is done to any picture for a network's input of h by w, in a line.
func (p Preprocess) Words(h, w int) string {
	var steps []string
	if p.Grey {
		steps = append(steps, "made grey")
	}
	to := fmt.Sprintf("%dx%d", cmp.Or(p.Resize[1], w), cmp.Or(p.Resize[0], h))
	steps = append(steps, fmt.Sprintf("resized to %s %s (%s)", map[string]string{
		fitShort: "cover", fitSquash: "have", fitPad: "fit into",
	}[p.fit()], to, p.interpolation()))
	if input := fmt.Sprintf("%dx%d", w, h); p.fit() == fitShort || to != input {
		steps = append(steps, input+" cut from the middle")
	} else if p.fit() == fitPad {
		steps = append(steps, "filled up with black")
	}
	return strings.Join(append(steps, p.numbers()...), ", ")
}

// numbers are the steps from pixels to numbers.
func (p Preprocess) numbers() (steps []string) {
	if p.Order == "bgr" && !p.Grey {
		steps = append(steps, "blue first")
	}
	steps = append(steps, fmt.Sprintf("values 0 to %g", cmp.Or(p.Scale, 1)))
	if !slices.Equal(p.Mean, []float32{0}) && p.Mean != nil {
		steps = append(steps, "less mean "+spaced(p.Mean))
	}
	if !slices.Equal(p.Std, []float32{1}) && p.Std != nil {
		steps = append(steps, "divided by std "+spaced(p.Std))
	}
	return steps
}

func spaced(list []float32) string {
	var parts []string
	for _, x := range list {
		parts = append(parts, strconv.FormatFloat(float64(x), 'g', -1, 32))
	}
	return strings.Join(parts, " ")
}
