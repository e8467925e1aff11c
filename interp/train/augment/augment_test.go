package augment

import (
	"fmt"
	"image"
	"math"
	"slices"
	"testing"

	"cnnlang/interp/picture"
	"cnnlang/interp/train/chance"
	"cnnlang/interp/train/recipe"
)

// one is a list of one augmentation, with arguments by turns: a name and its numbers.
func one(name string, given ...any) []recipe.Augmentation {
	a := recipe.Augmentation{Name: name, Args: map[string][]float64{}}
	for i := 0; i < len(given); i += 2 {
		a.Args[given[i].(string)] = given[i+1].([]float64)
	}
	return []recipe.Augmentation{a}
}

func made(t *testing.T, s Settings, list []recipe.Augmentation) *List {
	t.Helper()
	l, err := New(list, s)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// only takes one augmentation on a copy of planes.
func only(t *testing.T, s Settings, planes []float32, seed uint64, name string, given ...any) []float32 {
	t.Helper()
	out := slices.Clone(planes)
	made(t, s, one(name, given...)).Apply(new(Workspace), out, seed)
	return out
}

type numbers = []float64

func TestByHand(t *testing.T) {
	// Two rows of three pixels, in one channel.
	s := Settings{C: 1, H: 2, W: 3}
	x := []float32{10, 20, 30, 40, 50, 60}
	for _, c := range []struct {
		name  string
		given []any
		want  []float32
	}{
		{"flip", []any{"p", numbers{1}}, []float32{30, 20, 10, 60, 50, 40}},
		{"flip_rows", []any{"p", numbers{1}}, []float32{40, 50, 60, 10, 20, 30}},
		{"flip", []any{"p", numbers{0}}, x},
		{"flip_rows", []any{"p", numbers{0}}, x},
		{"invert", []any{"p", numbers{1}}, []float32{245, 235, 225, 215, 205, 195}},
		{"grey", []any{"p", numbers{1}}, x},
		{"pad_crop", []any{"pixels", numbers{0}}, x},
		{"rotate", []any{"degrees", numbers{180, 180}}, []float32{60, 50, 40, 30, 20, 10}},
		// A pixel right and two thirds of one down: what is seen of the upper row lies above the picture,
		// and the lower one is two thirds of the upper one and a third of itself.
		{"affine", []any{"shift", numbers{1.0 / 3, 1.0 / 3}}, []float32{0, 0, 0, 0, 20, 30}},
		{"color_jitter", []any{"brightness", numbers{2, 2}}, []float32{20, 40, 60, 80, 100, 120}},
		{"color_jitter", []any{"brightness", numbers{5, 5}}, []float32{50, 100, 150, 200, 250, 255}},
		// The mean is 35.
		{"color_jitter", []any{"contrast", numbers{0.5, 0.5}}, []float32{22.5, 27.5, 32.5, 37.5, 42.5, 47.5}},
		{"color_jitter", []any{"contrast", numbers{2, 2}}, []float32{0, 5, 25, 45, 65, 85}},
		{"blur", []any{"sigma", numbers{0, 0}}, x},
		{"noise", []any{"sigma", numbers{0, 0}}, x},
	} {
		got := only(t, s, x, 1, c.name, c.given...)
		for i := range c.want {
			if math.Abs(float64(got[i]-c.want[i])) > 1e-4 {
				t.Errorf("%s %v: got %v, want %v", c.name, c.given, got, c.want)
				break
			}
		}
	}
}

// TestAffineIsItsParts: the point that a warp takes a pixel from is moved to that pixel by shearing, scaling,
// turning and shifting, each as its definition says.
func TestAffineIsItsParts(t *testing.T) {
	const width, height = 30, 20
	for i, c := range []struct{ degrees, wide, high, shear, right, down float64 }{
		{0, 1, 1, 0, 0, 0}, {30, 1, 1, 0, 0, 0}, {0, 2, 0.5, 0, 0, 0}, {0, 1, 1, 0.25, 0, 0}, {0, 1, 1, 0, 3, -2}, {-70, 1.3, 0.7, -0.4, 2.5, 4},
	} {
		from := about(width, height, c.degrees, c.wide, c.high, c.shear, c.right, c.down)
		for _, p := range [][2]float64{{0, 0}, {15, 10}, {29.5, 3.5}, {7, 18}} {
			x, y := from[0]*p[0]+from[1]*p[1]+from[2]-15, from[3]*p[0]+from[4]*p[1]+from[5]-10
			x += c.shear * y
			x, y = c.wide*x, c.high*y
			angle := c.degrees * math.Pi / 180 // against the clock where y points down
			x, y = math.Cos(angle)*x+math.Sin(angle)*y, math.Cos(angle)*y-math.Sin(angle)*x
			x, y = x+15+c.right, y+10+c.down
			if math.Abs(x-p[0]) > 1e-9 || math.Abs(y-p[1]) > 1e-9 {
				t.Errorf("case %d: %v became %v, %v", i, p, x, y)
			}
		}
	}
	// Twice as wide for the height, of the same area: the middle of three columns is the square root of 2 wide.
	got := only(t, Settings{C: 1, H: 1, W: 3}, []float32{0, 100, 0}, 1, "affine", "aspect", numbers{2, 2})
	if want := float32(100 * (1 - 1/math.Sqrt2)); math.Abs(float64(got[0]-want)) > 1e-3 || math.Abs(float64(got[1]-100)) > 1e-3 || math.Abs(float64(got[2]-want)) > 1e-3 {
		t.Errorf("got %v, want %v, 100 and %v", got, want, want)
	}
}

func TestColoursByHand(t *testing.T) {
	s := Settings{C: 3, H: 1, W: 2}
	x := []float32{200, 0, 100, 0, 50, 0} // a colour, and black
	light := float32(0.299*200 + 0.587*100 + 0.114*50)
	for _, c := range []struct {
		by    string
		value float64
		want  [3]float32
	}{
		{"saturation", 0, [3]float32{light, light, light}},
		{"saturation", 0.5, [3]float32{(200 + light) / 2, (100 + light) / 2, (50 + light) / 2}},
		// Hue (100-50)/150 = 1/3 of a sixth of the circle; a third of the circle on it is 2 1/3 sixths: between
		// green, the largest, and blue.
		{"hue", 1.0 / 3, [3]float32{50, 200, 100}},
		{"hue", -1.0 / 3, [3]float32{100, 50, 200}},
		// Half of the circle: 3 1/3 sixths, blue is the largest and green by a third below it.
		{"hue", 0.5, [3]float32{50, 150, 200}},
	} {
		got := only(t, s, x, 3, "color_jitter", c.by, numbers{c.value, c.value})
		for channel, want := range c.want {
			if math.Abs(float64(got[2*channel]-want)) > 1e-3 || got[2*channel+1] != 0 {
				t.Errorf("%s %v: got %v, want %v and black", c.by, c.value, got, c.want)
				break
			}
		}
	}
	if got := only(t, s, x, 1, "grey", "p", numbers{1}); math.Abs(float64(got[0]-light)) > 1e-3 || got[0] != got[2] || got[2] != got[4] {
		t.Errorf("grey: got %v, want %v", got, light)
	}
}

// TestHueTurnsAllTheWay: six sixths of the circle, one after the other, are none.
func TestHueTurnsAllTheWay(t *testing.T) {
	for _, colour := range [][3]float32{{200, 100, 50}, {1, 2, 3}, {0, 255, 255}, {7, 7, 7}, {90, 10, 90}} {
		r, g, b := colour[0], colour[1], colour[2]
		for range 6 {
			r, g, b = turned(r, g, b, 1.0/6)
		}
		if math.Abs(float64(r-colour[0])) > 1e-2 || math.Abs(float64(g-colour[1])) > 1e-2 || math.Abs(float64(b-colour[2])) > 1e-2 {
			t.Errorf("got %v %v %v, want %v", r, g, b, colour)
		}
	}
}

func TestWhatIsDoneTwice(t *testing.T) {
	s := Settings{C: 3, H: 5, W: 4}
	x := picturePlanes(3, 5, 4)
	for _, name := range []string{"flip", "flip_rows", "invert"} {
		once := only(t, s, x, 1, name, "p", numbers{1})
		if slices.Equal(once, x) {
			t.Errorf("%s does nothing", name)
		}
		if twice := only(t, s, once, 1, name, "p", numbers{1}); !slices.Equal(twice, x) {
			t.Errorf("%s twice: got %v, want %v", name, twice, x)
		}
	}
}

// TestBlurKeepsTheMean, and what is even.
func TestBlur(t *testing.T) {
	s := Settings{C: 2, H: 9, W: 9}
	x := make([]float32, 2*81)
	x[40] = 81 // in the middle of channel 0
	for i := 81; i < 162; i++ {
		x[i] = 7
	}
	got := only(t, s, x, 1, "blur", "sigma", numbers{1, 1})
	sum := 0.0
	for i, v := range got[:81] {
		sum += float64(v)
		dx, dy := i%9-4, i/9-4
		if want := 81 * gauss(dx) * gauss(dy); math.Abs(float64(v)-want) > 1e-4 {
			t.Errorf("at %d, %d: got %v, want %v", dx, dy, v, want)
		}
	}
	if math.Abs(sum-81) > 1e-3 {
		t.Errorf("got a sum of %v, want 81", sum)
	}
	for _, v := range got[81:] {
		if math.Abs(float64(v)-7) > 1e-5 {
			t.Errorf("got %v where all was 7", v)
		}
	}
}

// gauss is the weight of a distance for a standard deviation of 1, cut off at 3.
func gauss(d int) float64 {
	sum := 0.0
	for i := -3; i <= 3; i++ {
		sum += math.Exp(-float64(i*i) / 2)
	}
	if d < -3 || d > 3 {
		return 0
	}
	return math.Exp(-float64(d*d)/2) / sum
}

func TestBlurOfOnePixel(t *testing.T) {
	got := only(t, Settings{C: 1, H: 1, W: 1}, []float32{9}, 1, "blur", "sigma", numbers{50, 50})
	if math.Abs(float64(got[0])-9) > 1e-4 {
		t.Errorf("got %v, want 9", got)
	}
}

// TestPadCropMoves: every result is the picture moved by some rows and columns, with black outside, and all
// moves are made.
func TestPadCropMoves(t *testing.T) {
	s := Settings{C: 2, H: 3, W: 4}
	x := picturePlanes(2, 3, 4)
	for i := range x {
		x[i]++ // nothing is black
	}
	seen := map[[2]int]int{}
	l := made(t, s, one("pad_crop", "pixels", numbers{2}))
	for seed := range uint64(2500) {
		got := slices.Clone(x)
		l.Apply(new(Workspace), got, seed)
		found := 0
		for down := -2; down <= 2; down++ {
			for right := -2; right <= 2; right++ {
				if slices.Equal(got, moved(x, s, down, right)) {
					seen[[2]int{down, right}]++
					found++
				}
			}
		}
		if found != 1 {
			t.Fatalf("seed %d: %d moves give %v", seed, found, got)
		}
	}
	if len(seen) != 25 {
		t.Errorf("got %d different moves, want 25", len(seen))
	}
	for move, n := range seen { // 100 each, with a standard deviation of 9.8
		if n < 55 || n > 145 {
			t.Errorf("%v comes %d times of 2500", move, n)
		}
	}
}

// moved pads and crops pixel by pixel.
func moved(x []float32, s Settings, down, right int) []float32 {
	out := make([]float32, len(x))
	for c := range s.C {
		for y := range s.H {
			for column := range s.W {
				fromY, fromX := y+down, column+right
				if fromY >= 0 && fromY < s.H && fromX >= 0 && fromX < s.W {
					out[(c*s.H+y)*s.W+column] = x[(c*s.H+fromY)*s.W+fromX]
				}
			}
		}
	}
	return out
}

func TestCropsLieWithin(t *testing.T) {
	l := made(t, Settings{C: 3, H: 8, W: 8}, one("random_resized_crop", "scale", numbers{0.08, 1}, "ratio", numbers{0.75, 4.0 / 3}))
	if !l.Crops() {
		t.Fatal("the list does not crop")
	}
	for _, size := range [][2]int{{300, 200}, {1, 1}, {60000, 1}, {1, 999}, {2, 3}, {17, 16}} {
		width, height := size[0], size[1]
		areas, logs := 0.0, 0.0
		const n = 10000
		for seed := range uint64(n) {
			d := draws{stream: chance.Named("x", seed)}
			box := l.crop.box(width, height, &d)
			if box.Min.X < 0 || box.Min.Y < 0 || box.Max.X > width || box.Max.Y > height || box.Dx() < 1 || box.Dy() < 1 {
				t.Fatalf("%v: got %v", size, box)
			}
			areas += float64(box.Dx()*box.Dy()) / float64(width*height)
			logs += math.Log(float64(box.Dx()) / float64(box.Dy()))
		}
		// Of a picture of 3 : 2 the shares of the area that fit end at 2/3 of the ratio r, so that the mean
		// share is the integral of ((2r/3)^2 - 0.08^2)/2 over that of 2r/3 - 0.08, over the logarithm of r:
		// 0.1332/0.3429; and that of the logarithm 0.01067/0.3429.
		if width == 300 && (math.Abs(areas/n-0.3885) > 0.008 || math.Abs(logs/n-0.0311) > 0.008) {
			t.Errorf("got a mean area of %v and a mean logarithm of the ratio of %v", areas/n, logs/n)
		}
	}
}

// TestCropThatNeverFits: the whole area of a square is never 2 : 1 or 1 : 2.
func TestCropThatNeverFits(t *testing.T) {
	for ratio, want := range map[float64]image.Rectangle{
		2:   image.Rect(0, 2, 10, 7),
		0.5: image.Rect(2, 0, 7, 10),
	} {
		c := resizedCrop{scale: span{1, 1}, ratio: span{ratio, ratio}}
		d := draws{stream: chance.Named("x", 1)}
		if box := c.box(10, 10, &d); box != want {
			t.Errorf("got %v, want %v", box, want)
		}
	}
	c := resizedCrop{scale: span{1, 1}, ratio: span{0.9, 1.1}}
	d := draws{stream: chance.Named("x", 1)}
	if box := c.box(60000, 1, &d); box != image.Rect(29999, 0, 30000, 1) {
		t.Errorf("got %v", box)
	}
}

// TestErasedRectangles are as often higher than wide as wider than high.
func TestErasedRectangles(t *testing.T) {
	s := Settings{C: 1, H: 64, W: 64}
	l := made(t, s, one("random_erase", "p", numbers{1}, "area", numbers{0.1, 0.1}))
	wide, high := 0, 0
	for seed := range uint64(2000) {
		x := make([]float32, 64*64)
		for i := range x {
			x[i] = 1
		}
		l.Apply(new(Workspace), x, seed)
		left, right, up, down, count := 64, -1, 64, -1, 0
		for i, v := range x {
			if v == 0 {
				left, right, up, down = min(left, i%64), max(right, i%64), min(up, i/64), max(down, i/64)
				count++
			}
		}
		w, h := right-left+1, down-up+1
		if count != w*h || math.Abs(float64(count)-409.6) > 30 || float64(w)/float64(h) > 3.5 || float64(h)/float64(w) > 3.6 {
			t.Fatalf("seed %d: %d pixels in %d x %d", seed, count, w, h)
		}
		if w > h {
			wide++
		}
		if h > w {
			high++
		}
	}
	if wide < 850 || high < 850 {
		t.Errorf("%d are wider than high, and %d higher than wide", wide, high)
	}
}

func TestHowOftenAndHowMuch(t *testing.T) {
	s := Settings{C: 1, H: 16, W: 16, Prepare: picture.Preprocess{Grey: true, Mean: []float32{0.5}}}
	x := make([]float32, 256)
	for i := range x {
		x[i] = 100
	}
	x[0] = 0 // so that flipping is seen
	const n = 4000
	for _, c := range []struct {
		name string
		want float64
		a    []any
	}{
		{"flip", 0.3, []any{"p", numbers{0.3}}}, {"flip_rows", 0.5, nil}, {"invert", 0.5, nil}, {"dilate", 0.5, nil}, {"erode", 0.2, []any{"p", numbers{0.2}}}, {"random_erase", 0.25, []any{"p", numbers{0.25}}},
	} {
		l, changed, erased := made(t, s, one(c.name, c.a...)), 0, 0
		for seed := range uint64(n) {
			got := slices.Clone(x)
			l.Apply(new(Workspace), got, seed)
			if !slices.Equal(got, x) {
				changed++
			}
			for _, v := range got {
				if v == 127.5 { // the mean
					erased++
				}
			}
		}
		if share := float64(changed) / n; math.Abs(share-c.want) > 4*math.Sqrt(c.want*(1-c.want)/n) {
			t.Errorf("%s: happens in %v of all cases, want %v", c.name, share, c.want)
		}
		// The area is even between 0.02 and 1/3; some rectangles do not fit and are drawn anew, and
		// they are whole pixels.
		if share := float64(erased) / float64(changed) / 256; c.name == "random_erase" && math.Abs(share-0.17) > 0.015 {
			t.Errorf("the share that is erased is %v", share)
		}
	}
	noisy := only(t, Settings{C: 1, H: 100, W: 100, Numbers: true}, make([]float32, 10000), 5, "noise", "sigma", numbers{3, 3})
	sum, squares := 0.0, 0.0
	for _, v := range noisy {
		sum, squares = sum+float64(v), squares+float64(v*v)
	}
	if math.Abs(sum/10000) > 0.12 || math.Abs(math.Sqrt(squares/10000)-3) > 0.1 {
		t.Errorf("noise: got a mean of %v and a deviation of %v, want 0 and 3", sum/10000, math.Sqrt(squares/10000))
	}
}

// TestSeedsDecide: equal seeds give equal pictures, whatever the workspace held; steps do not share numbers.
func TestSeedsDecide(t *testing.T) {
	s := Settings{C: 3, H: 12, W: 10}
	list := append(one("random_resized_crop"), append(one("rotate", "degrees", numbers{20}), append(one("color_jitter", "brightness", numbers{0.4}, "hue", numbers{0.1}),
		append(one("blur"), append(one("noise"), append(one("random_erase"), one("flip")...)...)...)...)...)...)
	l := made(t, s, append(one("flip"), list...))
	used := new(Workspace)
	different := map[string]bool{}
	for seed := range uint64(50) {
		a, b := picturePlanes(3, 12, 10), picturePlanes(3, 12, 10)
		l.Apply(used, a, seed)
		l.Apply(new(Workspace), b, seed)
		if !slices.Equal(a, b) {
			t.Fatalf("seed %d gives two pictures", seed)
		}
		different[fmt.Sprint(a)] = true
	}
	if len(different) != 50 {
		t.Errorf("50 seeds give %d pictures", len(different))
	}
	both := made(t, s, append(one("flip"), one("flip_rows")...))
	kinds := map[[2]bool]int{}
	for seed := range uint64(400) {
		got := picturePlanes(3, 12, 10)
		both.Apply(used, got, seed)
		kinds[[2]bool{got[0] == float32(value(9, 0, 0)) || got[0] == float32(value(9, 11, 0)), got[0] == float32(value(0, 11, 0)) || got[0] == float32(value(9, 11, 0))}]++
	}
	for kind, n := range kinds {
		if n < 60 || n > 140 {
			t.Errorf("%v comes %d times of 400", kind, n)
		}
	}
	if len(kinds) != 4 {
		t.Errorf("flips depend on each other: %v", kinds)
	}
}
