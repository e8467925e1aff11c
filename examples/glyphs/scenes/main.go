// Command scenes draws pictures of characters that are of no font, into the folder that it is given: strokes of a pen on
// paper, a plate on a wall as a camera may see it, the middle of that picture, and chalk on a blackboard.
package main

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "scenes: want the folder to write to")
		os.Exit(2)
	}
	if err := writeAll(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "scenes:", err)
		os.Exit(1)
	}
}

func writeAll(folder string) error {
	for name, s := range scenes {
		m := s.draw()
		if err := write(filepath.Join(folder, name), m.SubImage(s.part())); err != nil {
			return err
		}
	}
	return nil
}

func write(name string, m image.Image) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := png.Encode(f, m); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// A point is in the picture's height: (0, 0) is its upper left corner, y goes down to 1.
type point struct{ x, y float64 }

// A light is a colour, of which 1 is full brightness.
type light [3]float64

// A scene is a picture whose colour is known at every point.
type scene struct {
	width, height int
	at            func(point) light
	noise         float64
	cut           image.Rectangle // what of it is taken, all if empty
}

var scenes = map[string]scene{
	"strokes.png":   {200, 200, strokes, 0.02, image.Rectangle{}},
	"plate.png":     {320, 240, plate, 0.05, image.Rectangle{}},
	"plate_cut.png": {320, 240, plate, 0.05, image.Rect(95, 25, 220, 215)},
	"chalk.png":     {180, 150, chalk, 0.03, image.Rectangle{}},
}

// samples are how many points of a pixel are looked at, in each direction.
const samples = 3

// part is what of the picture is taken.
func (s scene) part() image.Rectangle {
	if s.cut.Empty() {
		return image.Rect(0, 0, s.width, s.height)
	}
	return s.cut
}

func (s scene) draw() *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, s.width, s.height))
	for y := range s.height {
		for x := range s.width {
			var sum light
			for i := range samples * samples {
				c := s.at(point{
					(float64(x) + (float64(i%samples)+0.5)/samples) / float64(s.height),
					(float64(y) + (float64(i/samples)+0.5)/samples) / float64(s.height),
				})
				for k := range sum {
					sum[k] += c[k] / (samples * samples)
				}
			}
			grain := s.noise * (hash(x, y) + hash(x+1000, y) - 1)
			var b [3]uint8
			for k := range b {
				b[k] = uint8(255*min(max(sum[k]+grain, 0), 1) + 0.5)
			}
			m.SetRGBA(x, y, color.RGBA{b[0], b[1], b[2], 255})
		}
	}
	return m
}

// hash is a number from 0 to 1 that looks random.
func hash(x, y int) float64 {
	h := uint64(x)*0x9E3779B97F4A7C15 ^ uint64(y)*0xC2B2AE3D27D4EB4F
	h = (h ^ h>>29) * 0xBF58476D1CE4E5B9
	return float64((h^h>>32)&0xffff) / 0xffff
}

// far is how far a point is from a line through points.
func far(p point, line []point) float64 {
	least := math.Inf(1)
	for i := range line[1:] {
		a, b := line[i], line[i+1]
		dx, dy := b.x-a.x, b.y-a.y
		t := min(max(((p.x-a.x)*dx+(p.y-a.y)*dy)/(dx*dx+dy*dy), 0), 1)
		least = min(least, math.Hypot(p.x-a.x-t*dx, p.y-a.y-t*dy))
	}
	return least
}

// mix is a colour between two, b where share is 1.
func mix(a, b light, share float64) light {
	share = min(max(share, 0), 1)
	for k := range a {
		a[k] += (b[k] - a[k]) * share
	}
	return a
}

// strokes is an R that a pen draws on paper by hand.
func strokes(p point) light {
	wobble := 0.008 * math.Sin(23*p.y+7*p.x)
	q := point{p.x + wobble, p.y - wobble/2}
	ink := min(
		far(q, []point{{0.34, 0.19}, {0.33, 0.48}, {0.30, 0.83}}),
		far(q, []point{{0.28, 0.24}, {0.45, 0.16}, {0.60, 0.20}, {0.65, 0.31}, {0.57, 0.43}, {0.36, 0.51}}),
		far(q, []point{{0.40, 0.50}, {0.52, 0.64}, {0.71, 0.81}}),
	)
	paper := light{0.93, 0.91, 0.86}
	return mix(light{0.12, 0.14, 0.35}, paper, (ink-0.022-0.006*math.Sin(11*p.y))/0.01)
}

// plate is a 7 on an enamel plate, seen from one side, in the sun that comes from the left.
func plate(p point) light {
	sun := 1.05 - 0.4*p.x - 0.15*p.y
	// From the picture to the plate, which is farther away on the right.
	depth := 1 + 0.25*(p.x-0.667)
	x, y := (p.x-0.667)*depth*1.08, (p.y-0.5)*depth-0.06*(p.x-0.667)
	c := light{0.55, 0.42, 0.34} // the wall
	if math.Mod(y+10, 0.16) < 0.012 {
		c = light{0.68, 0.64, 0.58}
	}
	if edge := max(math.Abs(x)-0.40, math.Abs(y)-0.44); edge < 0 {
		c = light{0.10, 0.20, 0.48}
		rim := math.Abs(edge + 0.03)
		digit := far(point{x, y}, []point{{-0.19, -0.25}, {0.19, -0.25}, {0.02, 0.05}, {-0.05, 0.27}})
		white := min(rim-0.008, digit-0.045)
		c = mix(light{0.93, 0.93, 0.90}, c, white/0.012)
		c = mix(light{1, 1, 1}, c, 0.75+math.Hypot(x+0.25, y+0.32)/0.5)
	} else if edge < 0.03 && x > -0.36 && y > -0.40 {
		c = mix(c, light{}, 0.35) // its shadow
	}
	for k := range c {
		c[k] *= sun
	}
	return c
}

// chalk is a G in chalk on a blackboard.
func chalk(p point) light {
	line := []point{{0.85, 0.27}, {0.75, 0.18}, {0.58, 0.17}, {0.43, 0.28}, {0.37, 0.50}, {0.42, 0.70}, {0.56, 0.82}, {0.73, 0.80}, {0.84, 0.69}, {0.84, 0.53}, {0.65, 0.54}}
	crumbs := 0.5 + 0.5*hash(int(p.x*120), int(p.y*120))
	board := 0.10 + 0.05*math.Sin(3*p.x+5*p.y)
	share := (far(p, line) - 0.028) / 0.02
	return mix(light{crumbs, crumbs, crumbs}, light{board, board + 0.02, board + 0.01}, share)
}
