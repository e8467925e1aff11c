package kernel

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// fill makes n bytes, of which many are extreme.
func fill(r *rand.Rand, n int) []uint8 {
	line := make([]uint8, n)
	for i := range line {
		line[i] = [4]uint8{0, 255, uint8(r.Uint32()), uint8(r.Uint32())}[r.IntN(4)]
	}
	return line
}

// The kernels of lines write what their twins write, whatever the length, and nothing
// beyond.
func TestLinesEqualTheirTwins(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 100 {
		near, far, third := fill(r, n+2), fill(r, n+2), fill(r, n+2)
		for name, kernels := range map[string][2]func(out []uint8){
			"double wide": {
				func(out []uint8) { DoubleWide(out, near) },
				func(out []uint8) { doubleWideGeneric(out, near) },
			},
			"double both": {
				func(out []uint8) { DoubleBoth(out, near, far) },
				func(out []uint8) { doubleBothGeneric(out, near, far) },
			},
			"double high": {
				func(out []uint8) { DoubleHigh(out, near[:n], far, uint16(1+n%2)) },
				func(out []uint8) { doubleHighGeneric(out[:n], near, far, uint16(1+n%2)) },
			},
			"rgb": {
				func(out []uint8) { RGB(out, near[:n], far, third) },
				func(out []uint8) { rgbGeneric(out, near[:n], far, third) },
			},
		} {
			got, want := bytes.Repeat([]byte{7}, 3*n+20), bytes.Repeat([]byte{7}, 3*n+20)
			kernels[0](got)
			kernels[1](want)
			if !bytes.Equal(got, want) {
				t.Errorf("%s of %d: got %v, want %v", name, n, got, want)
			}
		}
	}
}

// Nothing is read or written beyond the slices, on either side.
func TestKernelsKeepWithinTheirSlices(t *testing.T) {
	for _, n := range []int{1, 15, 16, 17, 48, 63} {
		lines, outs := guarded(t, n+2), guarded(t, 3*n)
		for side := range lines {
			line, out := lines[side], outs[side]
			DoubleWide(out[:2*n], line)
			DoubleWide(out[n:], line)
			DoubleBoth(out[:2*n], line, line)
			DoubleBoth(out[n:], line, line)
			for _, samples := range [][]byte{line[:n], line[2:]} {
				DoubleHigh(out[:n], samples, samples, 1)
				DoubleHigh(out[2*n:], samples, samples, 1)
				RGB(out, samples, samples, samples)
			}
		}
	}
	const stride = 9
	for _, out := range guarded(t, 7*stride+8) {
		IDCT(out, stride, &Block{1}, &Block{1})
	}
}

// Every colour, by the equations of JFIF in real numbers. The factors that libjpeg has for
// them have 16 fraction bits, so that a tie may fall to either side.
func TestRGBIsThatOfJFIF(t *testing.T) {
	var y, cb, cr [256]uint8
	var out [3 * 256]uint8
	for i := range y {
		y[i] = uint8(i)
	}
	for pair := range 1 << 16 {
		for i := range cb {
			cb[i], cr[i] = uint8(pair), uint8(pair>>8)
		}
		RGB(out[:], y[:], cb[:], cr[:])
		blue, red := float64(cb[0])-128, float64(cr[0])-128
		for _, i := range []int{0, 1, 77, 128, 254, 255} {
			for c, exact := range [3]float64{1.402 * red, -0.344136*blue - 0.714136*red, 1.772 * blue} {
				exact = min(max(float64(i)+exact, 0), 255)
				if got := float64(out[3*i+c]); math.Abs(got-exact) > 0.502 {
					t.Fatalf("channel %d of %d, %d, %d: got %v, want about %v", c, i, cb[0], cr[0], got, exact)
				}
			}
		}
	}
}

// blocks are coefficients and multipliers, from those of photographs to those that overflow.
func blocks(r *rand.Rand, yield func(b, q Block)) {
	for i := range 20000 {
		var b, q Block
		large := 1 << (i % 16)
		for range r.IntN(65) {
			b[Place[r.IntN(64)]] = int16(r.IntN(2*large) - large)
		}
		for k := range 64 {
			q[k] = int16(1 + r.IntN(1+(i/16)%300))
		}
		yield(b, q)
	}
}

func TestIDCTEqualsItsTwin(t *testing.T) {
	const stride = 11
	blocks(rand.New(rand.NewPCG(3, 4)), func(b, q Block) {
		got, want := bytes.Repeat([]byte{7}, 8*stride), bytes.Repeat([]byte{7}, 8*stride)
		first, second := b, b
		IDCT(got, stride, &first, &q)
		idctGeneric(want, stride, &second, &q)
		if !bytes.Equal(got, want) {
			t.Fatalf("%v times %v: got %v, want %v", b, q, got, want)
		}
		if first != (Block{}) || second != (Block{}) {
			t.Fatal("the block is not cleared")
		}
	})
}

// The definition of the transform (ITU-T T.81, A.3.3) in real numbers, from which integers
// of so many bits differ by little more than the rounding.
func TestIDCTIsThatOfItsDefinition(t *testing.T) {
	var cosine [8][8]float64 // of frequency and sample
	for u := range 8 {
		scale := 0.5
		if u == 0 {
			scale = math.Sqrt(0.125)
		}
		for x := range 8 {
			cosine[u][x] = scale * math.Cos(float64(2*x+1)*float64(u)*math.Pi/16)
		}
	}
	r := rand.New(rand.NewPCG(5, 6))
	for range 500 {
		var b, q Block
		var out [64]uint8
		var want [64]float64
		for range 1 + r.IntN(20) {
			u, v, factor, value := r.IntN(8), r.IntN(8), 1+r.IntN(30), r.IntN(40)-20
			if b[at(u, v)] != 0 {
				continue
			}
			b[at(u, v)], q[at(u, v)] = int16(value), int16(factor)
			for y := range 8 {
				for x := range 8 {
					want[8*y+x] += float64(value*factor) * cosine[u][y] * cosine[v][x]
				}
			}
		}
		IDCT(out[:], 8, &b, &q)
		for i := range out {
			if exact := min(max(want[i]+128, 0), 255); math.Abs(float64(out[i])-exact) > 0.8 {
				t.Fatalf("sample %d: got %d, want about %v", i, out[i], exact)
			}
		}
	}
}

// The zigzag of ITU-T T.81, figure A.6, and each place once.
func TestPlaces(t *testing.T) {
	for i, want := range [][2]int{{0, 0}, {0, 1}, {1, 0}, {2, 0}, {1, 1}, {0, 2}, {0, 3}, {1, 2}} {
		if Place[i] != at(want[0], want[1]) {
			t.Errorf("coefficient %d is at %d, want that of %v", i, Place[i], want)
		}
	}
	for i, want := range map[int][2]int{28: {0, 7}, 35: {7, 0}, 36: {7, 1}, 62: {7, 6}, 63: {7, 7}, 79: {7, 7}} {
		if Place[i] != at(want[0], want[1]) {
			t.Errorf("coefficient %d is at %d, want that of %v", i, Place[i], want)
		}
	}
	seen := map[uint8]bool{}
	for _, p := range Place[:64] {
		seen[p] = true
	}
	if len(seen) != 64 {
		t.Error(fmt.Sprint("places twice: ", Place[:64]))
	}
}
