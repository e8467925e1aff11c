package resample

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// noise is an image of the bytes that testdata/shapes.py describes.
func noise(width, height int) Image {
	image := Image{Width: width, Height: height, Pix: make([]uint8, 3*width*height)}
	r := uint32(12345)
	for i := range image.Pix {
		r = r*1103515245 + 12345
		image.Pix[i] = uint8(r >> 24)
	}
	return image
}

// whole is the view of a whole resized image.
func whole(width, height int) View { return View{Width: width, Height: height, H: height, W: width} }

// bytes is Bytes of a workspace.
func bytes(w *Workspace, image Image, v View, f Filter, grey bool) []uint8 {
	dst := make([]uint8, channels(grey)*v.H*v.W)
	w.Bytes(context.Background(), dst, image, v, f, grey)
	return dst
}

// Small and extreme images, each filter, colour and grey: the bytes of Pillow's resize. One
// workspace serves them all.
func TestShapesEqualPillows(t *testing.T) {
	text, err := os.ReadFile("testdata/shapes.txt")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if len(lines) != 900 {
		t.Fatalf("got %d cases, want 900", len(lines))
	}
	var w Workspace
	var image Image
	for _, line := range lines {
		var width, height, wide, high int
		var filter, mode, want string
		if _, err := fmt.Sscan(line, &width, &height, &wide, &high, &filter, &mode, &want); err != nil {
			t.Fatal(line, err)
		}
		if image.Width != width || image.Height != height {
			image = noise(width, height)
		}
		got := sha256.Sum256(bytes(&w, image, whole(wide, high), Filters[filter], mode == "L"))
		if hex.EncodeToString(got[:])[:16] != want {
			t.Errorf("%s: other bytes", line)
		}
	}
}

// What a view shows is a part of the whole, with black around it.
func TestViewsShowPartsOfTheWhole(t *testing.T) {
	var w Workspace
	for _, size := range [][4]int{{50, 37, 34, 25}, {9, 9, 40, 31}, {200, 3, 11, 20}} {
		image := noise(size[0], size[1])
		for name, f := range Filters {
			for _, grey := range []bool{false, true} {
				c := channels(grey)
				all := bytes(&w, image, whole(size[2], size[3]), f, grey)
				for i := range 60 {
					v := View{Width: size[2], Height: size[3], Top: i%11*3 - 12, Left: i%7*4 - 13, H: 13 + i%9, W: 14 + i%13}
					want := make([]uint8, c*v.H*v.W)
					for y := range v.H {
						for x := range v.W {
							if row, column := y+v.Top, x+v.Left; row >= 0 && row < v.Height && column >= 0 && column < v.Width {
								copy(want[c*(y*v.W+x):], all[c*(row*v.Width+column):][:c])
							}
						}
					}
					if got := bytes(&w, image, v, f, grey); !slices.Equal(got, want) {
						t.Fatalf("%v %s grey %v %+v: got %v, want %v", size, name, grey, v, got, want)
					}
				}
			}
		}
	}
}

// Planes are the bytes, each with its mean and standard deviation, in the order that is
// asked for.
func TestPlanesAreTheBytes(t *testing.T) {
	var w Workspace
	image, v := noise(70, 50), View{Width: 45, Height: 32, Top: -2, Left: 3, H: 30, W: 37}
	for _, grey := range []bool{false, true} {
		order := []int{2, 1, 0}
		if grey {
			order = []int{0}
		}
		var planes []Plane
		for i, channel := range order {
			planes = append(planes, NewPlane(channel, 255, 0.25*float32(i+1), 0.5))
		}
		got := make([]float32, len(order)*v.H*v.W)
		w.Planes(t.Context(), got, image, v, Filters["bicubic"], grey, planes)
		pix := bytes(&w, image, v, Filters["bicubic"], grey)
		for at, x := range got {
			i, pixel := at/(v.H*v.W), at%(v.H*v.W)
			want := (float32(float64(pix[len(order)*pixel+order[i]])/255) - 0.25*float32(i+1)) / 0.5
			if x != want {
				t.Fatalf("grey %v, plane %d, pixel %d: got %v, want %v", grey, i, pixel, x, want)
			}
		}
	}
}

// bytes is how much memory a workspace holds.
func (w *Workspace) bytes() (n int64) {
	n = int64(8*cap(w.columns.spans) + 8*cap(w.columns.exact) + 8*cap(w.rows.spans) + 8*cap(w.rows.exact))
	n += int64(4*cap(w.taps.Starts) + 8*cap(w.taps.Whole) + 8*cap(w.weights.Whole))
	n += int64(cap(w.window) + cap(w.row) + cap(w.framed) + cap(w.reduced) + 8*cap(w.sums))
	for i := range w.colours {
		n += int64(cap(w.colours[i]) + cap(w.greys[i]))
	}
	return n
}

// What an image takes is computed before, and is not much more than it does take.
func TestNeed(t *testing.T) {
	for _, size := range [][4]int{{1, 1, 1, 1}, {1, 1, 300, 200}, {600, 400, 64, 40}, {500, 375, 341, 256}, {20000, 1, 20, 20}, {1, 20000, 7, 3}, {3, 500, 500, 3}, {90, 60, 2000, 10}} {
		image := noise(size[0], size[1])
		for name, f := range Filters {
			for _, grey := range []bool{false, true} {
				for _, v := range []View{whole(size[2], size[3]), {Width: size[2], Height: size[3], Top: size[3] / 3, Left: size[2] / 3, H: 1 + size[3]/2, W: 1 + size[2]/2}} {
					var w Workspace
					w.begin(w.reduce(t.Context(), image, v, f), v, f, grey)
					top, bottom := v.rows()
					for y := range bottom - top {
						w.result(t.Context(), y)
					}
					need, took := Need(size[0], size[1], v, f, grey), w.bytes()
					if took > need || took < need/4-2000 {
						t.Errorf("%v %s grey %v: takes %d bytes, got a need of %d", size, name, grey, took, need)
					}
				}
			}
		}
	}
}

// The memory of one image serves the next, unless few images need so much.
func TestWorkspaceIsUsedAgain(t *testing.T) {
	var w Workspace
	image, large := noise(500, 375), noise(200000, 1)
	dst := make([]float32, 3*224*224)
	planes := []Plane{NewPlane(0, 255, 0, 1), NewPlane(1, 255, 0, 1), NewPlane(2, 255, 0, 1)}
	v := View{Width: 341, Height: 256, Top: 16, Left: 58, H: 224, W: 224}
	for _, grey := range []bool{false, true} {
		run := func() {
			w.Planes(context.Background(), dst, image, v, Filters["bilinear"], grey, planes[:channels(grey)])
		}
		if n := testing.AllocsPerRun(3, run); n > 1 { // what is done with a row is a closure
			t.Errorf("grey %v: %v allocations", grey, n)
		}
	}
	if w.bytes() == 0 {
		t.Error("nothing is kept")
	}
	w.Planes(context.Background(), dst, large, whole(224, 224), Filters["lanczos"], false, planes)
	if w.bytes() > mostKept {
		t.Errorf("%d bytes are kept", w.bytes())
	}
}

// No more rows are looked at once the context has ended.
func TestStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var w Workspace
	rows := 0
	w.run(ctx, noise(40, 300), whole(20, 200), Filters["bilinear"], false, func(int, []uint8) {
		if rows++; rows == 5 {
			cancel()
		}
	})
	if rows != 5 {
		t.Errorf("got %d rows, want 5", rows)
	}
	w.begin(noise(40, 300), whole(20, 200), Filters["bilinear"], false)
	if w.result(ctx, 0); w.have != 0 {
		t.Errorf("%d rows were resized", w.have)
	}
}
