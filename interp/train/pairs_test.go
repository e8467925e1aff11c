package train_test

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/train"
	"cnnlang/interp/train/dataset"
	"cnnlang/interp/train/events"
)

// blurred writes n pictures of waves of 16x16 to a folder, and the means of their 2x2 to another; it returns the mean PSNR of
// these, each repeated four times, to those.
func blurred(t *testing.T, n int) (small, large string, psnr float64) {
	t.Helper()
	numbers := rand.New(rand.NewPCG(3, 4))
	small, large = filepath.Join(t.TempDir(), "small"), filepath.Join(t.TempDir(), "large")
	for i := range n {
		angle, wave, phase := 3*numbers.Float64(), 0.5+0.7*numbers.Float64(), 6*numbers.Float64()
		whole, half := image.NewGray(image.Rect(0, 0, 16, 16)), image.NewGray(image.Rect(0, 0, 8, 8))
		sum := 0.0
		for at := range 64 {
			x, y, mean := at%8, at/8, 0.0
			for k := range 4 {
				px, py := 2*x+k%2, 2*y+k/2
				v := math.Round(127.5 + 120*math.Sin(wave*(float64(px)*math.Cos(angle)+float64(py)*math.Sin(angle))+phase))
				whole.SetGray(px, py, color.Gray{uint8(v)})
				mean += v / 4
			}
			half.SetGray(x, y, color.Gray{uint8(math.Round(mean))})
			for k := range 4 {
				away := (float64(whole.GrayAt(2*x+k%2, 2*y+k/2).Y) - math.Round(mean)) / 255
				sum += away * away
			}
		}
		psnr -= 10 * math.Log10(sum/256) / float64(n)
		for folder, m := range map[string]image.Image{small: half, large: whole} {
			if err := os.MkdirAll(folder, 0o777); err != nil {
				t.Fatal(err)
			}
			f, err := os.Create(filepath.Join(folder, fmt.Sprint(i, ".png")))
			if err == nil {
				err = png.Encode(f, m)
			}
			if err != nil {
				t.Fatal(err)
			}
			f.Close()
		}
	}
	return small, large, psnr
}

// TestNetMakesPictures: a net for super-resolution learns pictures from smaller ones, by the mean distance unless the recipe names
// another loss, and those that it has not learned become more like than by repeating pixels; the best
// epoch is the one with the smallest loss.
func TestNetMakesPictures(t *testing.T) {
	small, large, repeated := blurred(t, 120)
	p, err := interp.Open("espcn")
	if err != nil {
		t.Fatal(err)
	}
	j := train.Job{Program: p, Path: small, Data: dataset.Options{Target: large, Split: 0.2},
		Net:    interp.Options{Net: "espcn", Shape: []int{1, 1, 8, 8}, Set: interp.Set("r=2"), Threads: 2},
		Recipe: interp.RecipeOptions{Set: interp.Set("optimizer = adam(lr=0.002); batch = 8; epochs = 12; weight_decay = 0; schedule = cosine")},
	}
	var list []*events.Epoch
	end, err := begun(t, j).Run(context.Background(), filepath.Join(t.TempDir(), "w.safetensors"), func(e events.Event) {
		if e, is := e.(*events.Epoch); is {
			list = append(list, e)
		}
	})
	if err != nil || len(list) != 12 {
		t.Fatalf("%v after %d epochs", err, len(list))
	}
	best := list[0]
	for _, e := range list {
		if e.ValTop1 != nil || e.ValPSNR == nil {
			t.Fatalf("epoch %d: %+v", e.Epoch, e)
		}
		if *e.ValLoss < *best.ValLoss {
			best = e
		}
	}
	if end.BestEpoch != best.Epoch || *end.ValLoss != *best.ValLoss || *end.ValPSNR != *best.ValPSNR || end.ValTop1 != nil {
		t.Errorf("the end is %+v, the best %+v", end, best)
	}
	if got := float64(*end.ValPSNR); got < repeated+3 {
		t.Errorf("%.2f dB, and by repeating %.2f", got, repeated)
	}
	if first := float64(list[0].Loss); first > 0.5 || first < 0.02 { // of a mean distance
		t.Errorf("the loss is %v at first", first)
	}
}
