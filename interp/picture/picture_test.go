package picture

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp/picture/resample"
)

// gray makes an image of the brightnesses, given row by row.
func gray(rows ...[]uint8) pixels {
	p := newPixels(len(rows[0]), len(rows))
	for y, row := range rows {
		for x, v := range row {
			copy(p.row(y)[3*x:], []uint8{v, v, v})
		}
	}
	return p
}

// resize resizes the whole image.
func resize(p pixels, width, height int, interpolation string) pixels {
	return cut(resample.View{Width: width, Height: height, W: width, H: height}, p, resample.Filters[interpolation])
}

// cut is what a view of the resized image shows.
func cut(v resample.View, p pixels, f resample.Filter) pixels {
	out := newPixels(v.W, v.H)
	new(resample.Workspace).Bytes(context.Background(), out.rgb, p.resampled(), v, f, false)
	return out
}

// reds are the red channel's rows.
func reds(p pixels) [][]uint8 {
	rows := make([][]uint8, p.height)
	for y := range rows {
		for x := range p.width {
			rows[y] = append(rows[y], p.row(y)[3*x])
		}
	}
	return rows
}

// writePNG writes the image as a file of the test.
func writePNG(t *testing.T, p pixels) string {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, p.width, p.height))
	for y := range p.height {
		for x := range p.width {
			rgb := p.row(y)[3*x:]
			m.SetNRGBA(x, y, color.NRGBA{rgb[0], rgb[1], rgb[2], 255})
		}
	}
	path := filepath.Join(t.TempDir(), "x.png")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, m); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestResizesByHand(t *testing.T) {
	for _, c := range []struct {
		name, interpolation string
		from                pixels
		width, height       int
		want                [][]uint8
	}{
		// Halving with a triangle that is stretched to 2: weights 1 3 3 1 over
		// 8, at the edge 3 3 1 over 7.
		{"halve", "bilinear", gray([]uint8{0, 80, 160, 240}), 2, 1, [][]uint8{{57, 183}}}, // (3*80+160)/7, (80+3*160+3*240)/7
		{"halve down", "bilinear", gray([]uint8{0}, []uint8{80}, []uint8{160}, []uint8{240}), 1, 2, [][]uint8{{57}, {183}}},
		{"double", "bilinear", gray([]uint8{0, 100}), 4, 1, [][]uint8{{0, 25, 75, 100}}},
		{"means of squares", "box", gray([]uint8{1, 2, 9, 9}, []uint8{3, 5, 9, 9}), 2, 1, [][]uint8{{3, 9}}}, // 1.5 is rounded to 2 before the columns: (2+4)/2
		{"thirds", "box", gray([]uint8{0, 30, 60, 90, 120, 150}), 2, 1, [][]uint8{{30, 120}}},
		{"double", "nearest", gray([]uint8{1, 2}, []uint8{3, 4}), 4, 4, [][]uint8{{1, 1, 2, 2}, {1, 1, 2, 2}, {3, 3, 4, 4}, {3, 3, 4, 4}}},
		{"thirds", "nearest", gray([]uint8{1, 2, 3, 4, 5, 6}), 2, 1, [][]uint8{{2, 5}}},
		// Keys' cubic at distances 1.25, 0.25, 0.75 and 1.75 has the weights -9,
		// 111, 29 and -3 over 128; at the edges what is outside is left out.
		{"double", "bicubic", gray([]uint8{0, 0, 128, 128, 128, 128}), 12, 1,
			[][]uint8{{0, 0, 0, 26, 102, 137, 131, 128, 128, 128, 128, 128}}},
	} {
		t.Run(c.interpolation+" "+c.name, func(t *testing.T) {
			if got := reds(resize(c.from, c.width, c.height, c.interpolation)); fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestSameSizeIsTheSameImage(t *testing.T) {
	cat := mustRead(t, photo("chelsea.png"))
	for name := range resample.Filters {
		if got := resize(cat, cat.width, cat.height, name); !slices.Equal(got.rgb, cat.rgb) {
			t.Errorf("%s changes the image", name)
		}
	}
}

func TestConstantStaysConstant(t *testing.T) {
	for _, v := range []uint8{0, 1, 127, 254, 255} {
		rows := make([][]uint8, 17)
		for y := range rows {
			rows[y] = slices.Repeat([]uint8{v}, 23)
		}
		for name := range resample.Filters {
			for _, size := range [][2]int{{1, 1}, {5, 40}, {22, 18}, {100, 3}, {230, 170}} {
				got := resize(gray(rows...), size[0], size[1], name)
				for _, x := range got.rgb {
					if x != v {
						t.Fatalf("%s to %v: %d became %d", name, size, v, x)
					}
				}
			}
		}
	}
}

// wantClose compares within a bound on the largest and the mean difference.
func wantClose(t *testing.T, name string, got, want []uint8, most int, mean float64) {
	t.Helper()
	sum, worst := 0, 0
	for i := range want {
		d := int(got[i]) - int(want[i])
		d = max(d, -d)
		sum, worst = sum+d, max(worst, d)
	}
	if average := float64(sum) / float64(len(want)); worst > most || average > mean {
		t.Errorf("%s: largest difference %d and mean %.4f, want at most %d and %.4f", name, worst, average, most, mean)
	}
}

func TestMirroredImageGivesMirroredResult(t *testing.T) {
	cat := mustRead(t, photo("chelsea.png"))
	mirror := func(p pixels) pixels {
		out := newPixels(p.width, p.height)
		for y := range p.height {
			for x := range p.width {
				copy(out.row(y)[3*x:][:3], p.row(y)[3*(p.width-1-x):])
			}
		}
		return out
	}
	for _, name := range []string{"bilinear", "bicubic", "lanczos"} { // a box has only one of its ends
		got, want := resize(mirror(cat), 200, 133, name), mirror(resize(cat, 200, 133, name))
		wantClose(t, name, got.rgb, want.rgb, 1, 0.001)
	}
}

func TestFrameIsThatOfTheWholeResizedImage(t *testing.T) {
	cat := mustRead(t, photo("chelsea.png"))
	whole := resize(cat, 384, 256, "bicubic")
	part := cut(resample.View{Width: 384, Height: 256, Left: 80, Top: 16, W: 224, H: 200}, cat, resample.Filters["bicubic"])
	for y := range 200 {
		if !slices.Equal(part.row(y), whole.row(16 + y)[3*80:3*304]) {
			t.Fatalf("row %d differs", y)
		}
	}
}

func TestSmallImageGetsABlackFrame(t *testing.T) {
	f, err := Preprocess{Resize: [2]int{2, 2}}.frame(2, 2, 5, 5)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]uint8{{0, 0, 0, 0, 0}, {0, 7, 8, 0, 0}, {0, 9, 10, 0, 0}, {0, 0, 0, 0, 0}, {0, 0, 0, 0, 0}}
	if got := reds(cut(f, gray([]uint8{7, 8}, []uint8{9, 10}), resample.Filters["bilinear"])); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestLoadNormalizes(t *testing.T) {
	p := newPixels(2, 1)
	copy(p.rgb, []uint8{255, 0, 51, 102, 153, 204})
	path := writePNG(t, p)
	mean, std := []float32{0.5, 0.25, 0.125}, []float32{0.5, 0.25, 2}
	for _, c := range []struct {
		name string
		p    Preprocess
		want []float32 // channel by channel
	}{
		{"nothing", Preprocess{}, []float32{1, 0.4, 0, 0.6, 0.2, 0.8}},
		{"of 255", Preprocess{Scale: 255}, []float32{255, 102, 0, 153, 51, 204}},
		{"bgr", Preprocess{Order: "bgr", Scale: 255}, []float32{51, 204, 0, 153, 255, 102}},
		{"one mean for all", Preprocess{Scale: 255, Mean: []float32{1}, Std: []float32{2}}, []float32{127, 50.5, -0.5, 76, 25, 101.5}},
		{"each channel", Preprocess{Mean: mean, Std: std},
			[]float32{1, (float32(0.4) - 0.5) / 0.5, -1, (float32(0.6) - 0.25) / 0.25, (float32(0.2) - 0.125) / 2, (float32(0.8) - 0.125) / 2}},
		{"means follow the order", Preprocess{Order: "bgr", Scale: 255, Mean: []float32{51, 0, 255}}, []float32{0, 153, 0, 153, 0, -153}},
	} {
		got, err := Load(t.Context(), path, c.p, 1, 2, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got.Shape.String() != "[1, 3, 1, 2]" || !slices.Equal(got.Data, c.want) {
			t.Errorf("%s: got %v %v, want %v", c.name, got.Shape, got.Data, c.want)
		}
	}
}

// TestLoadEqualsTorchvision compares a whole preprocessing with numbers from Pillow and
// NumPy: resize 256 bilinear, crop 224, /255, ImageNet's mean and standard deviation, all
// in float32.
func TestLoadEqualsTorchvision(t *testing.T) {
	p := Preprocess{Resize: [2]int{256, 256}, Interpolation: "bilinear", Mean: []float32{0.485, 0.456, 0.406}, Std: []float32{0.229, 0.224, 0.225}}
	got, err := Load(t.Context(), photo("chelsea.png"), p, 224, 224, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range chelsea224 {
		if x := got.Data[(want.channel*224+want.y)*224+want.x]; x != want.value {
			t.Errorf("channel %d at (%d, %d): got %v, want %v", want.channel, want.x, want.y, x, want.value)
		}
	}
}

func TestCheck(t *testing.T) {
	for want, p := range map[string]Preprocess{
		`interpolation "cubic", want nearest, box`:                      {Interpolation: "cubic"},
		`channel order "RGB", want rgb or bgr`:                          {Order: "RGB"},
		"scale 256, want 1 or 255":                                      {Scale: 256},
		"resize -1 x 0, want a size, or 0":                              {Resize: [2]int{-1, 0}},
		`fit "crop", want short, squash or pad`:                         {Fit: "crop"},
		"got the mean and standard deviation of 3 channels, and a grey": {Mean: []float32{1, 2, 3}, Std: []float32{1}, Grey: true},
		"got 2 means and 0 standard deviations, want":                   {Mean: []float32{1, 2}},
		"a standard deviation that is not above 0":                      {Std: []float32{1, 0, 1}},
	} {
		if _, err := Load(t.Context(), photo("chelsea.png"), p, 8, 8, 0); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: got %v, want an error with %q", p, err, want)
		}
	}
	for _, size := range [][2]int{{0, 8}, {8, -1}, {1 << 31, 1 << 31}} {
		if _, err := Load(t.Context(), photo("chelsea.png"), Preprocess{}, size[0], size[1], 0); err == nil || !strings.Contains(err.Error(), "got an input size of") {
			t.Errorf("%v: got %v", size, err)
		}
	}
}
