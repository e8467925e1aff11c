package train_test

import (
	"context"
	"math"
	"slices"
	"testing"

	"cnnlang/interp/train"
)

// TestRangeTest: rates grow by the same factor, the loss falls and then grows, and the rate that is suggested is one with which the
// net learns; where nothing can be learned there is none.
func TestRangeTest(t *testing.T) {
	r, err := begun(t, jobOf(t, "")).FindRate(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, rate := range r.Rates {
		if want := 1e-6 * math.Pow(1e7, float64(i)/99); math.Abs(rate-want) > 1e-12*want {
			t.Fatalf("rate %d is %v, want %v", i, rate, want)
		}
	}
	best := slices.Index(r.Losses, slices.Min(r.Losses))
	if r.Suggested != r.Rates[best]/10 || r.Suggested < 1e-4 || r.Suggested > 0.5 || best == len(r.Losses)-1 {
		t.Errorf("suggested %v after %d steps, the best of which is %d", r.Suggested, len(r.Rates), best)
	}
	again, err := begun(t, jobOf(t, "")).FindRate(context.Background(), nil)
	if err != nil || !slices.Equal(again.Losses, r.Losses) {
		t.Errorf("another time: %v, %v", again, err)
	}
	j := jobOf(t, "")
	j.Rate = r.Suggested
	learned := 0.0
	learning := begun(t, j)
	for range 2 {
		out, err := learning.Epoch(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		learned = out.Loss
	}
	if !(learned < r.Losses[0]/2) {
		t.Errorf("after two epochs at this rate the loss is %v, and was %v", learned, r.Losses[0])
	}

	j = jobOf(t, "")
	scaled(t, j.Path, func(int) float32 { return 0 })
	tr, err := train.New(*prepared(t, j))
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	if r, err := tr.FindRate(context.Background(), nil); err != nil || r.Suggested != 0 {
		t.Errorf("pictures that are all the same: %+v, %v", r, err)
	}
}
