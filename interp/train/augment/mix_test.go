package augment

import (
	"image"
	"math"
	"slices"
	"testing"

	"cnnlang/interp/train/chance"
)

// hot are targets of n pictures of as many classes.
func hot(n int) []float32 {
	targets := make([]float32, n*n)
	for i := range n {
		targets[i*n+i] = 1
	}
	return targets
}

// TestMixup: each picture and its target are the same share of itself and the rest of the one before.
func TestMixup(t *testing.T) {
	s := Settings{C: 2, H: 3, W: 2}
	const n, size = 4, 12
	l := made(t, s, one("mixup", "alpha", numbers{1}))
	sum := 0.0
	for seed := range uint64(2000) {
		x := make([]float32, n*size)
		for i := range x {
			x[i] = float32(i/size)*100 + float32(i%size)
		}
		before, targets := slices.Clone(x), hot(n)
		l.Mix(new(Workspace), x, targets, n, seed)
		share := targets[0]
		sum += float64(share)
		for i := range n {
			from := (i + n - 1) % n
			for at := range size {
				want := share*before[i*size+at] + (1-share)*before[from*size+at]
				if math.Abs(float64(x[i*size+at]-want)) > 1e-4 {
					t.Fatalf("seed %d, picture %d: got %v, want %v", seed, i, x[i*size+at], want)
				}
			}
			for class := range n {
				want := float32(0)
				if class == i {
					want = share
				}
				if class == from {
					want = 1 - share
				}
				if targets[i*n+class] != want {
					t.Fatalf("seed %d, picture %d: got targets %v for a share of %v", seed, i, targets[i*n:][:n], share)
				}
			}
		}
	}
	if mean := sum / 2000; math.Abs(mean-0.5) > 0.03 {
		t.Errorf("got a mean share of %v, want 0.5", mean)
	}
}

// TestCutmix: each pixel is of one of two pictures, those of the other fill a rectangle, and the targets are the
// shares of pixels.
func TestCutmix(t *testing.T) {
	s := Settings{C: 2, H: 6, W: 5}
	const n, size = 3, 60
	l := made(t, s, one("cutmix", "alpha", numbers{1}))
	whole := 0
	for seed := range uint64(500) {
		x, targets := make([]float32, n*size), hot(n)
		for i := range x {
			x[i] = float32(i / size)
		}
		l.Mix(new(Workspace), x, targets, n, seed)
		for i := range n {
			from, other := float32((i+n-1)%n), 0
			left, right, up, down := s.W, -1, s.H, -1
			for at := range s.H * s.W {
				v := x[i*size+at]
				if v != x[i*size+at+s.H*s.W] || v != float32(i) && v != from {
					t.Fatalf("seed %d: picture %d has %v", seed, i, v)
				}
				if v == from {
					other++
					left, right, up, down = min(left, at%s.W), max(right, at%s.W), min(up, at/s.W), max(down, at/s.W)
				}
			}
			if other > 0 && other != (right-left+1)*(down-up+1) {
				t.Fatalf("seed %d: the other picture does not fill a rectangle: %v", seed, x[i*size:][:30])
			}
			if want := float32(30-other) / 30; math.Abs(float64(targets[i*n+i]-want)) > 1e-6 || math.Abs(float64(targets[i*n+int(from)]-(1-want))) > 1e-6 {
				t.Fatalf("seed %d: got targets %v for %d pixels of 30", seed, targets[i*n:][:n], other)
			}
			if other == 0 {
				whole++
			}
		}
	}
	if whole > 500 {
		t.Errorf("%d of 1500 pictures are not cut", whole)
	}
}

// TestCutmixRectangles: of a share of 0.75 a quarter is cut, half as wide and half as high as the picture, around any of
// its pixels as often.
func TestCutmixRectangles(t *testing.T) {
	s := Settings{C: 1, H: 8, W: 16}
	edges, corners := map[int]int{}, 0
	const n = 8000
	for seed := range uint64(n) {
		d := draws{stream: chance.Named("x", seed)}
		box := s.rectangle(0.75, &d)
		if box.Dx() > 8 || box.Dy() > 4 || box.Dx() < 4 || box.Dy() < 2 || !box.In(image.Rect(0, 0, 16, 8)) {
			t.Fatalf("got %v", box)
		}
		edges[box.Min.X]++
		if box.Min.Y == 0 {
			corners++
		}
	}
	// The left edge is 4 columns before the middle: 0 for the first 5 of 16, up to 11 for the last.
	for x := range 12 {
		want := n / 16
		if x == 0 {
			want = 5 * n / 16
		}
		if math.Abs(float64(edges[x]-want)) > 4*math.Sqrt(float64(want)) {
			t.Errorf("%d begin in column %d, want %d", edges[x], x, want)
		}
	}
	if want := 3 * n / 8; math.Abs(float64(corners-want)) > 4*math.Sqrt(float64(want)) {
		t.Errorf("%d begin in row 0, want %d", corners, want)
	}
}

// TestOneOfSeveralMixes: with both in the list each batch takes one, about as often.
func TestOneOfSeveralMixes(t *testing.T) {
	l := made(t, Settings{C: 1, H: 8, W: 8}, append(one("mixup", "alpha", numbers{1}), one("cutmix", "alpha", numbers{1})...))
	if !l.Mixes() {
		t.Fatal("the list does not mix")
	}
	sums := 0
	for seed := range uint64(400) {
		x, targets := make([]float32, 128), hot(2)
		for i := range 64 {
			x[i] = 1
		}
		l.Mix(new(Workspace), x, targets, 2, seed)
		if x[0] != 0 && x[0] != 1 {
			sums++
		}
	}
	if sums < 150 || sums > 250 {
		t.Errorf("%d of 400 batches are sums", sums)
	}
}

func TestOnePictureMixedWithItself(t *testing.T) {
	for _, name := range []string{"mixup", "cutmix"} {
		l := made(t, Settings{C: 1, H: 2, W: 2}, one(name))
		x, targets := []float32{1, 2, 3, 4}, []float32{0, 1}
		l.Mix(new(Workspace), x, targets, 1, 9)
		for i, v := range x {
			if math.Abs(float64(v)-float64(i+1)) > 1e-6 {
				t.Errorf("%s: got %v", name, x)
			}
		}
		if math.Abs(float64(targets[1])-1) > 1e-6 {
			t.Errorf("%s: got targets %v", name, targets)
		}
	}
}
