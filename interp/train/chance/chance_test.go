package chance

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"
)

// A reference is testdata/training/random.json.
type reference struct {
	Mix [][2]string
	At  []struct {
		Seed     uint64
		Counters []int
		Value    string
	}
	Dropout []struct {
		Path  string
		Seed  uint64
		Step  int
		P     float64
		Shape []int
		Keep  string
	}
	Shuffle []struct {
		Count int
		Seed  uint64
		Epoch int
		Order []int
	}
}

func readReference(t *testing.T) (r reference) {
	t.Helper()
	text, err := os.ReadFile("../../../testdata/training/random.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Mix) != 4 || len(r.At) != 5 || len(r.Dropout) != 3 || len(r.Shuffle) != 4 {
		t.Fatalf("random.json: got %d, %d, %d and %d cases, want 4, 5, 3 and 4", len(r.Mix), len(r.At), len(r.Dropout), len(r.Shuffle))
	}
	return r
}

func TestDecisionsAreTheReferences(t *testing.T) {
	r := readReference(t)
	for _, c := range r.Mix {
		z, err := strconv.ParseUint(c[0], 16, 64)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%016x", Mix(z)); got != c[1] {
			t.Errorf("Mix(%s): got %s, want %s", c[0], got, c[1])
		}
	}
	for _, c := range r.At {
		if got := fmt.Sprintf("%016x", At(c.Seed, c.Counters...)); got != c.Value {
			t.Errorf("At(%d, %v): got %s, want %s", c.Seed, c.Counters, got, c.Value)
		}
	}
	for _, c := range r.Dropout {
		for i, f := range filled(Dropout(c.Path, c.P, c.Seed, c.Step), len(c.Keep)) {
			want := float32(0)
			if c.Keep[i] == '1' {
				want = float32(1 / (1 - c.P))
			}
			if f != want {
				t.Errorf("dropout %s, step %d, element %d: got %g, want %g", c.Path, c.Step, i, f, want)
			}
		}
	}
	for _, c := range r.Shuffle {
		got := make([]int, c.Count)
		if Shuffle(got, c.Seed, c.Epoch); !slices.Equal(got, c.Order) {
			t.Errorf("Shuffle of %d, seed %d, epoch %d: got %v, want %v", c.Count, c.Seed, c.Epoch, got, c.Order)
		}
	}
}

func filled(m Mask, elements int) []float32 {
	dst := make([]float32, elements)
	m.Fill(dst, 0)
	return dst
}

func TestAMaskFilledInRangesIsTheSame(t *testing.T) {
	for _, m := range []Mask{Dropout("7", 0.3, 5, 9), DropPath("7", 0.3, 5, 9, 1), DropPath("7", 0.3, 5, 9, 6), DropPath("7", 0.3, 5, 9, 1000)} {
		whole := filled(m, 50)
		for from := range 50 {
			for to := from; to <= 50; to++ {
				part := make([]float32, to-from)
				if m.Fill(part, from); !slices.Equal(part, whole[from:to]) {
					t.Fatalf("%+v, [%d, %d): got %v, want %v", m, from, to, part, whole[from:to])
				}
			}
		}
	}
}

func TestDropPathDecidesForWholeImages(t *testing.T) {
	const images, elements = 400, 12
	mask := filled(DropPath("stage.1", 0.25, 3, 17, elements), images*elements)
	dropped := 0
	for n := range images {
		for _, f := range mask[n*elements : (n+1)*elements] {
			if f != mask[n*elements] {
				t.Fatalf("image %d: factors %v differ", n, mask[n*elements:(n+1)*elements])
			}
		}
		if mask[n*elements] == 0 {
			dropped++
		} else if mask[n*elements] != float32(1/0.75) {
			t.Fatalf("image %d: got %g, want 4/3", n, mask[n*elements])
		}
	}
	// a quarter of 400, within four standard deviations of a binomial distribution
	if off := math.Abs(float64(dropped) - 100); off > 4*math.Sqrt(400*0.25*0.75) {
		t.Errorf("dropped %d images of %d, want about a quarter", dropped, images)
	}
}

func TestExtremesOfAMask(t *testing.T) {
	for _, c := range []struct {
		p    float64
		want float32
	}{{0, 1}, {1, 0}} {
		for i, f := range filled(Dropout("x", c.p, 0, 0), 1000) {
			if f != c.want {
				t.Fatalf("p = %g, element %d: got %g, want %g", c.p, i, f, c.want)
			}
		}
	}
}

func TestAnOrderHoldsEachNumberOnceAndDiffers(t *testing.T) {
	var before []int
	for epoch := range 5 {
		order := make([]int, 1000)
		Shuffle(order, 42, epoch)
		if slices.Equal(order, before) {
			t.Errorf("epoch %d has the order of the one before", epoch)
		}
		before = slices.Clone(order)
		slices.Sort(order)
		for i, v := range order {
			if i != v {
				t.Fatalf("epoch %d: number %d of the sorted order is %d", epoch, i, v)
			}
		}
	}
}

func TestFillingAllocatesNothing(t *testing.T) {
	dst, m := make([]float32, 64), DropPath("x", 0.5, 0, 0, 7)
	if n := testing.AllocsPerRun(100, func() { m.Fill(dst, 5) }); n != 0 {
		t.Errorf("Fill allocates %g times, want 0", n)
	}
}
