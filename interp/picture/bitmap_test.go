package picture

import (
	"errors"
	"image"
	"os"
	"slices"
	"strings"
	"testing"
)

func content(t *testing.T, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// bitmapNames are pictures of several kinds.
var bitmapNames = []string{"420.jpg", "gray.jpg", "cmyk.jpg", "kind_palette.png", "kind_rgba.png", "formats/orientation_5.png", "kind_gray16.png"}

// TestBitmapsGiveTheTensorOfLoad: decoded, brought to what the net sees, and normalised, a picture is what
// Load makes of it, bit for bit.
func TestBitmapsGiveTheTensorOfLoad(t *testing.T) {
	for _, name := range bitmapNames {
		raw := content(t, "testdata/"+name)
		for i, p := range []Preprocess{
			{},
			{Resize: [2]int{20, 20}, Mean: []float32{0.485, 0.456, 0.406}, Std: []float32{0.229, 0.224, 0.225}},
			{Fit: "squash", Scale: 255, Order: "bgr", Mean: []float32{103.9, 116.8, 123.7}, Interpolation: "bicubic"},
			{Fit: "pad", Interpolation: "lanczos", Upright: true, Mean: []float32{0.5}, Std: []float32{0.25}},
			{Grey: true, Resize: [2]int{19, 17}, Mean: []float32{0.1307}, Std: []float32{0.3081}},
		} {
			const h, w = 14, 18
			want, err := Load(t.Context(), "testdata/"+name, p, h, w, 0)
			if err != nil {
				t.Fatal(err)
			}
			b, err := p.Bitmap(t.Context(), name, raw, 0)
			if err == nil {
				b, err = p.Shown(t.Context(), b, h, w)
			}
			if err != nil {
				t.Fatal(err)
			}
			got := make([]float32, len(want.Data))
			b.Planes(got)
			p.Normalise(got)
			if !slices.Equal(got, want.Data) || b.Width != w || b.Height != h {
				t.Errorf("%s, preparation %d: got other numbers than Load", name, i)
			}
		}
	}
}

// TestShrunkPicturesCover: no side is shorter than wanted, one is exactly so long, and the pixels are those of
// resizing.
func TestShrunkPicturesCover(t *testing.T) {
	for _, c := range []struct{ from, wanted, want [2]int }{ // width and height
		{[2]int{40, 30}, [2]int{10, 10}, [2]int{13, 10}},
		{[2]int{30, 40}, [2]int{10, 10}, [2]int{10, 13}},
		{[2]int{40, 30}, [2]int{20, 6}, [2]int{20, 15}},
		{[2]int{40, 30}, [2]int{20, 15}, [2]int{20, 15}},
		{[2]int{40, 30}, [2]int{40, 6}, [2]int{40, 30}},
		{[2]int{9, 300}, [2]int{10, 10}, [2]int{9, 300}},
		{[2]int{12, 11}, [2]int{10, 10}, [2]int{11, 10}},
	} {
		b := Bitmap{Width: c.from[0], Height: c.from[1], Channels: 3}
		for i := range 3 * b.Width * b.Height {
			b.Pix = append(b.Pix, uint8(i*i>>3))
		}
		got, err := Preprocess{}.Shrunk(t.Context(), b, c.wanted[1], c.wanted[0])
		if err != nil {
			t.Fatal(err)
		}
		if got.Width != c.want[0] || got.Height != c.want[1] {
			t.Errorf("%v for %v: got %d x %d, want %v", c.from, c.wanted, got.Width, got.Height, c.want)
			continue
		}
		squashed, err := Preprocess{Fit: "squash"}.Tensor(t.Context(), pixels{b.Width, b.Height, b.Pix}, c.want[1], c.want[0])
		if err != nil {
			t.Fatal(err)
		}
		planes := make([]float32, len(squashed.Data))
		got.Planes(planes)
		Preprocess{}.Normalise(planes)
		if !slices.Equal(planes, squashed.Data) {
			t.Errorf("%v for %v: the pixels are not those of resizing", c.from, c.wanted)
		}
	}
}

// TestGreyBitmaps: a picture of one channel is the same as one of three equal ones.
func TestGreyBitmaps(t *testing.T) {
	grey, colour := Bitmap{Width: 21, Height: 17, Channels: 1}, Bitmap{Width: 21, Height: 17, Channels: 3}
	for i := range 21 * 17 {
		v := uint8(i * 31)
		grey.Pix, colour.Pix = append(grey.Pix, v), append(colour.Pix, v, v, v)
	}
	for _, p := range []Preprocess{{}, {Grey: true}} {
		for _, size := range [][2]int{{9, 8}, {17, 21}, {40, 40}} {
			a, err := p.Shown(t.Context(), grey, size[0], size[1])
			if err != nil {
				t.Fatal(err)
			}
			b, err := p.Shown(t.Context(), colour, size[0], size[1])
			if err != nil || a.Channels != p.channels() || !slices.Equal(a.Pix, b.Pix) {
				t.Errorf("grey %v, %v: got other pixels than of equal channels: %v", p.Grey, size, err)
			}
			x, y := make([]float32, p.channels()*30), make([]float32, p.channels()*30)
			var scratch []uint8
			box := image.Rect(2, 3, 20, 11)
			if err := errors.Join(p.Cut(t.Context(), x, grey, box, 5, 6, &scratch), p.Cut(t.Context(), y, colour, box, 5, 6, &scratch)); err != nil || !slices.Equal(x, y) {
				t.Errorf("grey %v: got another part than of equal channels: %v", p.Grey, err)
			}
		}
	}
}

func TestMiddleBecomesZero(t *testing.T) {
	for _, p := range []Preprocess{
		{Mean: []float32{0.5}}, {Mean: []float32{0.25, 0.5, 0.75}}, {Mean: []float32{16, 64, 128}, Scale: 255, Order: "bgr"}, {Grey: true, Mean: []float32{0.5}}, {},
	} {
		planes := make([]float32, p.channels())
		for c := range planes {
			planes[c] = p.Middle(c)
		}
		p.Normalise(planes)
		for _, x := range planes {
			if x != 0 {
				t.Errorf("%+v: got %v, want zeros", p, planes)
			}
		}
	}
}

func TestBitmapsAreLimited(t *testing.T) {
	raw := content(t, "testdata/420.jpg")
	_, err := Preprocess{}.Bitmap(t.Context(), "a.jpg", raw, 1000)
	var limit *LimitError
	if !errors.As(err, &limit) || limit.Path != "a.jpg" || limit.Max != 1000 {
		t.Errorf("got %v", err)
	}
	var file *FileError
	if _, err := (Preprocess{}).Bitmap(t.Context(), "a.jpg", raw[:len(raw)/2], 0); !errors.As(err, &file) {
		t.Errorf("half a picture: got %v", err)
	}
	for _, b := range []Bitmap{{Channels: 3}, {Width: 60000, Height: 1, Channels: 3, Pix: make([]uint8, 180000)}} {
		if _, err := (Preprocess{}).Shown(t.Context(), b, 224, 224); err == nil {
			t.Errorf("%d x %d: got no error", b.Width, b.Height)
		}
	}
	if got := Recognise(raw); got != "" {
		t.Error(got)
	}
	if got := Recognise([]byte("hello")); !strings.Contains(got, "not a known image format") {
		t.Errorf("got %q", got)
	}
}
