package augment

import (
	"encoding/json"
	"fmt"
	"image"
	"math"
	"os"
	"testing"

	"cnnlang/interp/picture"
)

// pillowCases are what testdata/pillow.py writes.
type pillowCases struct {
	Rotate, Affine, Resize []struct {
		Size    [2]int
		Degrees float64
		From    warp
		Box     [4]int
		Want    []float64
	}
	Extreme []struct {
		Size [2]int
		Name string
		Want []float64
	}
	Crop []struct {
		Size, To [2]int
		Box      [4]int
		Flip     bool
		Want     [][3]uint8
	}
}

func readPillow(t *testing.T) (cases pillowCases) {
	t.Helper()
	raw, err := os.ReadFile("testdata/pillow.json")
	if err == nil {
		err = json.Unmarshal(raw, &cases)
	}
	if err != nil {
		t.Fatal(err)
	}
	if len(cases.Rotate) != 16 || len(cases.Affine) != 6 || len(cases.Resize) != 8 || len(cases.Crop) != 6 || len(cases.Extreme) != 8 {
		t.Fatalf("got %d, %d, %d, %d, %d cases", len(cases.Rotate), len(cases.Affine), len(cases.Resize), len(cases.Crop), len(cases.Extreme))
	}
	return cases
}

// value is the test picture, as in testdata/pillow.py.
func value(x, y, c int) uint8 { return uint8(37*x + 91*y + 53*c + 7*x*y) }

// picturePlanes is the test picture.
func picturePlanes(c, h, w int) []float32 {
	var all []float32
	for channel := range c {
		for y := range h {
			for x := range w {
				all = append(all, float32(value(x, y, channel)))
			}
		}
	}
	return all
}

// near compares a plane with Pillow's, which computes in float64 and stores float32, printed with seven digits.
func near(t *testing.T, name string, got []float32, want []float64) {
	t.Helper()
	for i, x := range want {
		if math.Abs(float64(got[i])-x) > 1e-4 {
			t.Errorf("%s: got %v at %d, want %v", name, got[i], i, x)
			return
		}
	}
}

func TestRotationIsPillows(t *testing.T) {
	for _, c := range readPillow(t).Rotate {
		w, h := c.Size[0], c.Size[1]
		plane := picturePlanes(1, h, w)
		new(Workspace).warp(plane, w, h, about(w, h, c.Degrees, 1, 1, 0, 0, 0))
		near(t, fmt.Sprint(c.Size, c.Degrees), plane, c.Want)
	}
}

func TestWarpIsPillows(t *testing.T) {
	for _, c := range readPillow(t).Affine {
		plane := picturePlanes(1, c.Size[1], c.Size[0])
		new(Workspace).warp(plane, c.Size[0], c.Size[1], c.From)
		near(t, fmt.Sprint(c.Size, c.From), plane, c.Want)
	}
}

func TestResizingOfNumbersIsPillows(t *testing.T) {
	for _, c := range readPillow(t).Resize {
		plane := picturePlanes(1, c.Size[1], c.Size[0])
		new(Workspace).resize(plane, c.Size[0], c.Size[1], image.Rect(c.Box[0], c.Box[1], c.Box[2], c.Box[3]))
		near(t, fmt.Sprint(c.Size, c.Box), plane, c.Want)
	}
}

// TestExtremesArePillows: the second channel of a picture is the first one once more.
func TestExtremesArePillows(t *testing.T) {
	for _, c := range readPillow(t).Extreme {
		w, h := c.Size[0], c.Size[1]
		plane := picturePlanes(1, h, w)
		got := only(t, Settings{C: 2, H: h, W: w}, append(plane, plane...), 1, c.Name, "p", numbers{1})
		near(t, fmt.Sprint(c.Name, c.Size), got[:w*h], c.Want)
		near(t, fmt.Sprint(c.Name, c.Size, " in the second channel"), got[w*h:], c.Want)
	}
}

// TestCropsArePillows: a rectangle of a picture of bytes is cut, resized and mirrored to the same bytes.
func TestCropsArePillows(t *testing.T) {
	for _, c := range readPillow(t).Crop {
		w, h := c.To[0], c.To[1]
		b := picture.Bitmap{Width: c.Size[0], Height: c.Size[1], Channels: 3}
		for y := range b.Height {
			for x := range b.Width {
				b.Pix = append(b.Pix, value(x, y, 0), value(x, y, 1), value(x, y, 2))
			}
		}
		planes, scratch := make([]float32, 3*h*w), []uint8(nil)
		err := picture.Preprocess{}.Cut(t.Context(), planes, b, image.Rect(c.Box[0], c.Box[1], c.Box[2], c.Box[3]), h, w, &scratch)
		if err != nil {
			t.Fatal(err)
		}
		if c.Flip {
			s := Settings{C: 3, H: h, W: w}
			made, err := newFlip(s, args{"p": {1, 1}})
			if err != nil {
				t.Fatal(err)
			}
			made.(change)(nil, planes, &draws{})
		}
		for i, pixel := range c.Want {
			for channel, want := range pixel {
				if got := planes[channel*h*w+i]; got != float32(want) {
					t.Fatalf("%v %v, flipped %v: got %v at pixel %d of channel %d, want %d", c.Size, c.Box, c.Flip, got, i, channel, want)
				}
			}
		}
	}
}
