package picture

import (
	"context"
	"errors"
	"fmt"
	"image"
	"runtime"
	"strings"
	"testing"

	"cnnlang/interp/picture/resample"
)

func TestFrames(t *testing.T) {
	view := func(width, height, top, left, h, w int) resample.View {
		return resample.View{Width: width, Height: height, Top: top, Left: left, H: h, W: w}
	}
	square := func(n int) [2]int { return [2]int{n, n} }
	for _, c := range []struct {
		fit           string
		width, height int
		resize        [2]int
		h, w          int
		want          resample.View
	}{
		// torchvision: Resize(256), CenterCrop(224)
		{"short", 500, 375, square(256), 224, 224, view(341, 256, 16, 58, 224, 224)}, // (341-224)/2 = 58.5 rounds to 58
		{"", 375, 500, square(256), 224, 224, view(256, 341, 58, 16, 224, 224)},
		{"short", 451, 300, square(235), 224, 224, view(353, 235, 6, 64, 224, 224)}, // 5.5 to 6, 64.5 to 64
		// Not square: covered, with one side exact.
		{"short", 600, 400, [2]int{128, 256}, 112, 224, view(256, 170, 29, 16, 112, 224)},
		{"short", 400, 600, [2]int{128, 256}, 112, 224, view(256, 384, 136, 16, 112, 224)},
		{"short", 600, 200, [2]int{128, 256}, 112, 224, view(384, 128, 8, 80, 112, 224)},
		// 0 is the input's size: just covered.
		{"short", 500, 375, square(0), 224, 224, view(298, 224, 0, 37, 224, 224)},
		{"short", 500, 375, [2]int{256, 0}, 224, 224, view(341, 256, 16, 58, 224, 224)},
		// Smaller than the input: black around, the smaller half before.
		{"short", 500, 375, square(200), 224, 224, view(266, 200, -12, 21, 224, 224)},
		{"short", 10, 10, square(5), 8, 8, view(5, 5, -1, -1, 8, 8)},
		{"short", 1, 1, square(256), 224, 224, view(256, 256, 16, 16, 224, 224)},

		// Both sides.
		{"squash", 500, 375, square(256), 224, 224, view(256, 256, 16, 16, 224, 224)},
		{"squash", 500, 375, square(0), 224, 224, view(224, 224, 0, 0, 224, 224)},
		{"squash", 500, 375, [2]int{0, 300}, 100, 200, view(300, 100, 0, 50, 100, 200)},
		{"squash", 10, 10, [2]int{4, 9}, 8, 8, view(9, 4, -2, 0, 8, 8)}, // 0.5 to 0
		{"squash", 100_000_000, 1, square(65536), 2, 2, view(65536, 65536, 32767, 32767, 2, 2)},

		// The longer side: 375/500*224 = 168, with 28 above and below.
		{"pad", 500, 375, square(0), 224, 224, view(224, 168, -28, 0, 224, 224)},
		{"pad", 375, 500, square(224), 224, 224, view(168, 224, 0, -28, 224, 224)},
		// 300/451*224 = 149.002, and (224-149)/2 = 37.5 rounds to 38.
		{"pad", 451, 300, square(224), 224, 224, view(224, 149, -38, 0, 224, 224)},
		// Of 256 the middle is cut out: 192 high, 32 above, less the 16 that are cut off.
		{"pad", 500, 375, square(256), 224, 224, view(256, 192, -16, 16, 224, 224)},
		{"pad", 500, 250, square(448), 224, 224, view(448, 224, 0, 112, 224, 224)},
		// Smaller than the input: a second border around the first.
		{"pad", 500, 375, square(200), 224, 224, view(200, 150, -37, -12, 224, 224)},
		{"pad", 1000, 100, [2]int{100, 200}, 100, 200, view(200, 20, -40, 0, 100, 200)},
		// A needle keeps a pixel.
		{"pad", 10000, 1, square(224), 224, 224, view(224, 1, -112, 0, 224, 224)}, // 111.5 rounds to 112
		{"pad", 1, 10000, square(65536), 2, 2, view(7, 65536, 32767, 3, 2, 2)},    // 65536/10000 = 6.55; 32767-32764 (32764.5 to even)
	} {
		got, err := Preprocess{Resize: c.resize, Fit: c.fit}.frame(c.width, c.height, c.h, c.w)
		if err != nil || got != c.want {
			t.Errorf("%s %d x %d to %v, input %d x %d: got %+v, %v, want %+v", c.fit, c.width, c.height, c.resize, c.h, c.w, got, err, c.want)
		}
	}
}

// Something of the image is always seen.
func TestFramesShowTheImage(t *testing.T) {
	sizes := []int{1, 2, 3, 4, 5, 8, 31, 1000}
	for _, fit := range []string{fitShort, fitSquash, fitPad} {
		for i := range len(sizes) * len(sizes) * len(sizes) * len(sizes) * len(sizes) {
			size := func() int { n := sizes[i%len(sizes)]; i /= len(sizes); return n }
			width, height, high, wide, side := size(), size(), size(), size(), size()
			f, err := Preprocess{Resize: [2]int{high, wide}, Fit: fit}.frame(width, height, side, side)
			if err != nil {
				t.Fatal(err)
			}
			if f.Width < 1 || f.Height < 1 || f.Top >= f.Height || f.Left >= f.Width || f.Top+f.H <= 0 || f.Left+f.W <= 0 {
				t.Fatalf("%s %d x %d to %d x %d, input %d: got %+v", fit, width, height, wide, high, side, f)
			}
		}
	}
}

// Two rows of four pixels in 4 x 4, by hand.
func TestPadByHand(t *testing.T) {
	p := Preprocess{Fit: fitPad}
	f, err := p.frame(4, 2, 4, 4)
	if err != nil {
		t.Fatal(err)
	}
	got := reds(cut(f, gray([]uint8{1, 2, 3, 4}, []uint8{5, 6, 7, 8}), resample.Filters["bilinear"]))
	if want := [][]uint8{{0, 0, 0, 0}, {1, 2, 3, 4}, {5, 6, 7, 8}, {0, 0, 0, 0}}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	// Resized to 4 x 4 with a black line above and below, of which the inner 2 x 2 are cut out.
	p.Resize = [2]int{4, 4}
	if f, err = p.frame(4, 2, 2, 2); err != nil {
		t.Fatal(err)
	}
	got = reds(cut(f, gray([]uint8{1, 2, 3, 4}, []uint8{5, 6, 7, 8}), resample.Filters["bilinear"]))
	if want := [][]uint8{{2, 3}, {6, 7}}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// A needle resized to 65536 is refused with the numbers where its longer side grows without
// end; where it does not, it takes what was computed before, which is little, for only what
// the network sees is made.
func TestNeedlesTakeLittle(t *testing.T) {
	needle := write(t, pngOf(10000, 1, "\x00"+strings.Repeat("\x07", 10000)))
	p := Preprocess{Resize: [2]int{65536, 65536}}
	_, err := Load(t.Context(), needle, p, 224, 224, 0)
	var e *LimitError
	if !errors.As(err, &e) || !strings.Contains(e.Problem, "has 10000 x 1 pixels and becomes 655360000 x 65536 when resized, the limit is 1048576 for a side") {
		t.Errorf("got %v", err)
	}
	for _, fit := range []string{fitSquash, fitPad} {
		p.Fit = fit
		need, err := Need(t.Context(), needle, p, 224, 224)
		if err != nil || need > 2<<20 {
			t.Fatalf("%s: need %d bytes, %v", fit, need, err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := Load(t.Context(), needle, p, 224, 224, need); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		if took := int64(after.TotalAlloc - before.TotalAlloc); took > need+500<<10 {
			t.Errorf("%s: took %d bytes, want about %d", fit, took, need)
		}
		if _, err := Load(t.Context(), needle, p, 224, 224, need-1); !errors.As(err, &e) || e.Need != need {
			t.Errorf("%s: got %v", fit, err)
		}
	}
}

// Nothing is returned of an image once the context has ended, however it is resized.
func TestResizingStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, fit := range []string{fitShort, fitSquash, fitPad} {
		for _, grey := range []bool{false, true} {
			p := Preprocess{Fit: fit, Grey: grey}
			if _, err := p.Tensor(ctx, image.NewGray(image.Rect(0, 0, 3000, 2000)), 224, 224); err != context.Canceled {
				t.Errorf("%s: got %v", fit, err)
			}
			if _, err := Load(ctx, photo("chelsea.png"), p, 224, 224, 0); err != context.Canceled {
				t.Errorf("%s: got %v", fit, err)
			}
		}
	}
}
