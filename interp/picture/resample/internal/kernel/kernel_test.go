package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Whatever is chosen on this machine is compared with the plain loops, in memory that ends
// where the contract says. With plain Go alone the loops are compared with themselves, but
// for what their contracts say.

var counts = []int{1, 2, 3, 4, 5, 7, 8, 9, 16, 25, 64, 333}

func randomBytes(t *testing.T, r *rand.Rand, n int) []uint8 {
	b := guarded(t, n)
	for i := range b {
		b[i] = uint8(r.Uint32())
		switch r.IntN(8) {
		case 0:
			b[i] = 0
		case 1:
			b[i] = 255
		}
	}
	return b
}

// set fills the weights with what resizing makes, n of them that sum to about 1, some
// negative, and zeros behind; or with any that a filter could have.
func set(r *rand.Rand, w []int32, n int) {
	clear(w)
	for i := range n {
		switch r.IntN(3) {
		case 0:
			w[i] = (1 << Precision) / int32(n)
		case 1:
			w[i] = -(1 << Precision) / int32(n) / 3
		case 2:
			w[i] = int32(r.IntN(3<<Precision)) - 3<<Precision/2
		}
	}
	if r.IntN(4) == 0 {
		w[r.IntN(n)] = 1 << Precision
	}
}

func roundUp(n, step int) int { return (n + step - 1) / step * step }

func TestHorizontal(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, channels := range []int{1, 3} {
		for _, count := range counts {
			for results := 1; results <= 40; results++ {
				taps := Taps{Count: roundUp(count, Step(channels))}
				width := taps.Count + r.IntN(30)
				for range results {
					taps.Starts = append(taps.Starts, int32(r.IntN(width-taps.Count+1)))
				}
				taps.Starts[results-1] = int32(width - taps.Count) // to the very end
				taps.Resize(taps.Count * results)
				for x := range results {
					set(r, taps.Whole[taps.Count*x:][:taps.Count], count)
				}
				taps.Pack()
				var src, got, want [Rows][]uint8
				given := 1 + r.IntN(Rows)
				for i := range Rows {
					if i >= given { // again
						src[i], got[i], want[i] = src[i-1], got[i-1], want[i-1]
						continue
					}
					src[i] = randomBytes(t, r, channels*width+Slack)
					got[i], want[i] = guarded(t, channels*results+1), make([]uint8, channels*results+1)
				}
				Horizontal(&got, &src, channels, &taps)
				horizontalGeneric(&want, &src, channels, &taps)
				for i := range Rows {
					if !slices.Equal(got[i][:channels*results], want[i][:channels*results]) {
						t.Fatalf("%d channels, %d taps, %d results, row %d: got %v, want %v", channels, count, results, i, got[i], want[i])
					}
				}
				release(t)
			}
		}
	}
}

func TestVertical(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, count := range counts {
		for _, width := range []int{32, 64, 96, 672, 1056} {
			var w Weights
			w.Resize(roundUp(count, Pair))
			set(r, w.Whole, count)
			w.Pack()
			stride := width + 32*r.IntN(3)
			rows := randomBytes(t, r, stride*len(w.Whole))
			got, want := guarded(t, width), make([]uint8, width)
			Vertical(got, rows, stride, &w)
			verticalGeneric(want, rows, stride, &w)
			if !slices.Equal(got, want) {
				t.Fatalf("%d rows of %d columns: got %v, want %v", count, width, got, want)
			}
			release(t)
		}
	}
}

// The plain loops, by the definition in float64.
func TestDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	const width, results, count = 50, 20, 12
	exact := func(sum float64) uint8 {
		return uint8(min(max(math.Floor(sum/(1<<Precision)+0.5), 0), 255))
	}
	for _, channels := range []int{1, 3} {
		taps := Taps{Count: roundUp(count, Step(channels))}
		for range results {
			taps.Starts = append(taps.Starts, int32(r.IntN(width-taps.Count+1)))
		}
		taps.Resize(taps.Count * results)
		clear(taps.Whole)
		for i := range taps.Whole {
			taps.Whole[i] = int32(r.IntN(1<<Precision)) - 1<<Precision/3
			taps.Whole[i] /= 6
		}
		taps.Pack()
		var src, dst [Rows][]uint8
		for i := range Rows {
			src[i], dst[i] = randomBytes(t, r, channels*width+Slack), make([]uint8, channels*results+1)
		}
		Horizontal(&dst, &src, channels, &taps)
		for i := range Rows {
			for at, got := range dst[i][:channels*results] {
				x, c, sum := at/channels, at%channels, 0.0
				for j := range taps.Count {
					sum += float64(src[i][channels*(int(taps.Starts[x])+j)+c]) * float64(taps.Whole[taps.Count*x+j])
				}
				if got != exact(sum) {
					t.Fatalf("%d channels, row %d, at %d: got %d, want %d", channels, i, at, got, exact(sum))
				}
			}
		}
	}
	var w Weights
	w.Resize(count)
	for i := range w.Whole {
		w.Whole[i] = (int32(r.IntN(1<<Precision)) - 1<<Precision/3) / 6
	}
	w.Pack()
	rows, dst := randomBytes(t, r, 64*count), make([]uint8, 64)
	Vertical(dst, rows, 64, &w)
	for x, got := range dst {
		sum := 0.0
		for i, weight := range w.Whole {
			sum += float64(weight) * float64(rows[64*i+x])
		}
		if got != exact(sum) {
			t.Fatalf("column %d: got %d, want %d", x, got, exact(sum))
		}
	}
}

func TestGrey(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for n := range 41 {
		src := randomBytes(t, r, 3*n+Slack)
		got, want := guarded(t, n), make([]uint8, n)
		Grey(got, src)
		greyGeneric(want, src)
		if !slices.Equal(got, want) {
			t.Fatalf("%d pixels: got %v, want %v", n, got, want)
		}
		release(t)
	}
	// Every red and blue with some greens.
	src := make([]uint8, 3*256*256+Slack)
	for _, green := range []uint8{0, 1, 127, 254, 255} {
		for i := range 256 * 256 {
			copy(src[3*i:], []uint8{uint8(i), green, uint8(i >> 8)})
		}
		got, want := make([]uint8, 256*256), make([]uint8, 256*256)
		Grey(got, src)
		greyGeneric(want, src)
		if !slices.Equal(got, want) {
			t.Fatalf("green %d: other values", green)
		}
	}
}

func TestPlane(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	scales := []*Scale{NewScale(255, 0.485, 0.229), NewScale(1, 123.68, 58.395), NewScale(255, 0, 1), NewScale(1, 0, 1), NewScale(255, 0.5, 1e-3), NewScale(1, float32(math.Inf(1)), 1)}
	for _, s := range scales {
		for _, channels := range []int{1, 3} {
			all := make([]uint8, 256*channels+Slack)
			for i := range 256 * channels {
				all[i] = uint8(i / channels)
			}
			got := make([]float32, 256)
			for channel := range channels {
				Plane(got, all, channels, channel, s)
				for x := range 256 {
					if math.Float32bits(got[x]) != math.Float32bits(s.Of(uint8(x))) {
						t.Fatalf("%d of %v: got %v, want %v", x, [3]float32{s.full, s.mean, s.std}, got[x], s.Of(uint8(x)))
					}
				}
				for n := range 41 {
					src := randomBytes(t, r, channels*n+Slack)
					out := make([]float32, n+1)
					Plane(out[:n], src, channels, channel, s)
					for i := range n {
						if want := s.Of(src[channels*i+channel]); out[i] != want {
							t.Fatalf("%d pixels, %d channels, at %d: got %v, want %v", n, channels, i, out[i], want)
						}
					}
					if out[n] != 0 {
						t.Fatalf("%d pixels: wrote one more", n)
					}
					release(t)
				}
			}
		}
	}
}

func TestScaleIsThatOfTraining(t *testing.T) {
	for x := range 256 {
		mean, std := float32(0.485), float32(0.229)
		if got, want := NewScale(255, mean, std).Of(uint8(x)), (float32(float64(x)/255)-mean)/std; got != want {
			t.Errorf("%d: got %v, want %v", x, got, want)
		}
	}
}

// A single result that takes longer than assembly may run is computed too.
func TestManyTaps(t *testing.T) {
	const n = 1<<15 + 8
	taps := Taps{Count: n, Starts: []int32{0}}
	taps.Resize(n)
	for i := range taps.Whole {
		taps.Whole[i] = 1 << Precision / n
	}
	taps.Pack()
	row := slices.Repeat([]uint8{200}, 3*n+Slack)
	for _, channels := range []int{1, 3} {
		out := make([]uint8, 4)
		Horizontal(&[Rows][]uint8{out, out, out, out}, &[Rows][]uint8{row, row, row, row}, channels, &taps)
		if fmt.Sprint(out[:channels]) != fmt.Sprint(slices.Repeat([]uint8{198}, channels)) { // 127 of 128 * 200
			t.Errorf("%d channels: got %v", channels, out)
		}
	}
	out := make([]uint8, Block)
	Vertical(out, slices.Repeat([]uint8{200}, Block*n), Block, &taps.Weights)
	if out[0] != 198 {
		t.Errorf("got %v", out)
	}
}
