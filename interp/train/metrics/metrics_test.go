package metrics

import (
	"encoding/json"
	"math"
	"os"
	"reflect"
	"slices"
	"testing"

	"cnnlang/interp/train/chance"
)

// A reference is the metrics of testdata/training/losses.json.
type reference struct {
	Shape                               [2]int
	Labels                              []int
	Top1, Top3, Top5, NLL, Brier, ECE15 float64
	F1                                  float64 `json:"f1_macro"`
	Confusion                           [][]int
	Precision, Recall                   []float64
	Bins                                [][3]float64
}

// exact is how far a mean may be from a decimal of 13 digits.
const exact = 1e-12

// readReference gives the reference and the logits that it is about.
func readReference(t *testing.T) (r reference, logits [][]float64) {
	t.Helper()
	text, err := os.ReadFile("../../../testdata/training/losses.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Metrics reference }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	r = file.Metrics
	stream := chance.Named("metrics.logits", 0)
	for n, label := range r.Labels {
		row := make([]float64, r.Shape[1])
		for k := range row {
			row[k] = float64(float32(3 * stream.Signed(n*len(row)+k)))
		}
		if row[label] += 2; n == 5 { // a row of equal logits
			for k := range row {
				row[k] = row[0]
			}
		}
		logits = append(logits, row)
	}
	if len(logits) != r.Shape[0] || len(logits) != 200 {
		t.Fatalf("losses.json: got %d labels for %v", len(logits), r.Shape)
	}
	return r, logits
}

func TestMetricsAreTheReferences(t *testing.T) {
	want, logits := readReference(t)
	c := New(want.Shape[1], 10)
	for n, row := range logits {
		Add(c, row, want.Labels[n])
	}
	got := c.Report()
	for _, v := range []struct {
		name      string
		got, want float64
	}{
		{"top-1", got.Top(1), want.Top1}, {"top-3", got.Top(3), want.Top3}, {"top-5", got.Top(5), want.Top5},
		{"loss", got.Loss, want.NLL}, {"Brier", got.Brier, want.Brier}, {"ECE", got.ECE, want.ECE15}, {"F1", got.MacroF1, want.F1},
	} {
		if !(math.Abs(v.got-v.want) <= exact) {
			t.Errorf("%s: got %.15g, want %.15g", v.name, v.got, v.want)
		}
	}
	if !reflect.DeepEqual(got.Matrix(), want.Confusion) {
		t.Errorf("confusion: got %v, want %v", got.Matrix(), want.Confusion)
	}
	for i, m := range got.Mistakes {
		if m.Right == m.Said || m.Rows != want.Confusion[m.Right][m.Said] || i > 0 && m.Rows > got.Mistakes[i-1].Rows {
			t.Errorf("mistake %d is %+v, after %+v", i, m, got.Mistakes[max(i-1, 0)])
		}
	}
	for k, class := range got.Classes {
		if math.Abs(class.Precision-want.Precision[k]) > exact || math.Abs(class.Recall-want.Recall[k]) > exact {
			t.Errorf("class %d: got %+v, want precision %g and recall %g", k, class, want.Precision[k], want.Recall[k])
		}
	}
	for k, bin := range got.Bins {
		if w := want.Bins[k]; float64(bin.Rows) != w[0] || math.Abs(bin.Confidence-w[1]) > exact || math.Abs(bin.Accuracy-w[2]) > exact {
			t.Errorf("bin %d: got %+v, want %v", k, bin, w)
		}
	}
}

// All losses, sorted, begin with the worst rows, in whatever order those come.
func TestWorstRowsAreThoseOfASort(t *testing.T) {
	_, logits := readReference(t)
	order := make([]int, len(logits))
	for keep := range 25 {
		chance.Shuffle(order, 1, keep)
		c := New(7, keep)
		var all []Row
		for n, from := range order {
			label := from % 7
			Add(c, logits[from], label)
			sum, most := 0.0, slices.Max(logits[from])
			for _, v := range logits[from] {
				sum += math.Exp(v - most)
			}
			all = append(all, Row{n, label, slices.Index(logits[from], most), math.Log(sum) + most - logits[from][label], 1 / sum})
		}
		slices.SortStableFunc(all, func(a, b Row) int {
			if a.Loss > b.Loss {
				return -1
			} else if a.Loss < b.Loss {
				return 1
			}
			return 0
		})
		if got := c.Report().Worst; !slices.Equal(got, all[:keep]) {
			t.Errorf("the worst %d: got %v, want %v", keep, got, all[:keep])
		}
	}
}

func TestLogitsOfAnySize(t *testing.T) {
	for _, scale := range []float32{0, 1e-30, 1, 1e3, 1e30} {
		c := New(3, 0)
		Add(c, []float32{1 * scale, 3 * scale, 2 * scale}, 2)
		r := c.Report()
		want := math.Log(math.Exp(-float64(scale))+1+math.Exp(-2*float64(scale))) + float64(scale)
		if math.Abs(r.Loss-want) > 1e-6*want {
			t.Errorf("scale %g: loss %g, want %g", scale, r.Loss, want)
		}
		if !(r.Brier >= 0 && r.Brier <= 2) || !(r.ECE >= 0 && r.ECE <= 1) {
			t.Errorf("scale %g: Brier %g and ECE %g", scale, r.Brier, r.ECE)
		}
	}
}

func TestOutputsThatAreNoNumbersAreWrong(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	c := New(3, 3)
	for _, row := range [][]float32{{0, 1, 2}, {nan, 1, 2}, {0, inf, 2}, {0, -inf, 2}, {0, 1, nan}} {
		Add(c, row, 2)
	}
	r := c.Report()
	if r.Rows != 5 || r.Broken != 4 || r.Top(1) != 0.2 || r.Top(3) != 0.2 || !math.IsNaN(r.Loss) {
		t.Errorf("got %d rows, %d broken, top-1 %g, top-3 %g, loss %g; want 5, 4, 0.2, 0.2 and no number", r.Rows, r.Broken, r.Top(1), r.Top(3), r.Loss)
	}
	if r.Classes[2].Rows != 1 || r.Bins[9].Rows+r.Bins[8].Rows+r.Bins[10].Rows != 1 || math.IsNaN(r.Brier) {
		t.Errorf("a row that is no number is in the bins, the matrix or the Brier score: %+v", r)
	}
	for i, w := range r.Worst {
		if w.Row != i+1 || w.Said != -1 {
			t.Errorf("worst row %d: got %+v, want row %d", i, w, i+1)
		}
	}
}

func TestEdgesOfBins(t *testing.T) {
	for k := 1; k <= Bins; k++ {
		edge := float64(k) / Bins
		if got := binOf(edge); got != k-1 {
			t.Errorf("%d/15 is in bin %d, want %d", k, got, k-1)
		}
		if got := binOf(math.Nextafter(edge, 2)); got != min(k, Bins-1) {
			t.Errorf("a little more than %d/15 is in bin %d, want %d", k, got, min(k, Bins-1))
		}
	}
}

func TestNoRows(t *testing.T) {
	r := New(2, 5).Report()
	if r.Loss != 0 || r.Brier != 0 || r.ECE != 0 || r.MacroF1 != 0 || r.Top(1) != 0 || len(r.Worst) != 0 {
		t.Errorf("got %+v, want zeros", r)
	}
}

func TestCountingAllocatesNothing(t *testing.T) {
	c, row := New(4, 3), []float32{1, 2, 3, 4}
	for range 3 {
		Add(c, row, 1)
	}
	if n := testing.AllocsPerRun(100, func() { Add(c, row, 1) }); n != 0 {
		t.Errorf("Add allocates %g times, want 0", n)
	}
}
