package interp_test

import (
	"encoding/csv"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"cnnlang/interp"
)

// How accurate published files are, as the nets state it, is what others who tested the same weights
// found, up to how they resize pictures.
func TestStatedAccuracyIsWhatOthersMeasured(t *testing.T) {
	const apart = 0.35
	file, err := os.Open("../testdata/reference/top1.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	stated := allListings(t)
	for _, row := range rows[1:] {
		want, err := strconv.ParseFloat(row[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		if got := stated[row[0]].Top1; math.Abs(got-want) > apart {
			t.Errorf("%s: %v %% is stated, and %s measured %v %%", row[0], got, row[2], want)
		}
	}
}

// What a net states of its accuracy holds for any number of images, and not at another size or with other
// arguments.
func TestAccuracyIsThatOfTheNetAsItIs(t *testing.T) {
	for _, c := range []struct {
		name string
		opts interp.Options
		want float64
	}{
		{"resnet18", interp.Options{}, 69.758},
		{"resnet18", interp.Options{Batch: 8}, 69.758},
		{"resnet18", interp.Options{Shape: []int{2, 3, 224, 224}}, 69.758},
		{"resnet18", interp.Options{Set: interp.Settings{Texts: []string{"classes=1000"}}}, 69.758},
		{"resnet18", interp.Options{Shape: []int{1, 3, 288, 288}}, 0},
		{"resnet18", interp.Options{Set: interp.Settings{Texts: []string{"H=192"}}}, 0},
		{"resnet18", interp.Options{Set: interp.Settings{Texts: []string{"classes=10"}}}, 0},
		{"ResNet50_Weights.IMAGENET1K_V2", interp.Options{}, 80.858},
		{"unet", interp.Options{}, 0},
	} {
		n := openNet(t, c.name, c.opts)
		if w, ok := n.Tested(); w.Top1 != c.want || ok != (c.want > 0) {
			t.Errorf("%s %v: %v %%, want %v", c.name, c.opts, w.Top1, c.want)
		}
	}
	text := "import nets.resnet { resnet18 }\nnet pets = resnet18(classes=1000)\nnet same = resnet18\n"
	for name, want := range map[string]float64{"pets": 0, "same": 69.758} {
		_, n := selected(t, "-", text, interp.Options{Net: name})
		if w, _ := n.Tested(); w.Top1 != want {
			t.Errorf("%s: %v %%, want %v", name, w.Top1, want)
		}
	}
}

func openNet(t *testing.T, name string, opts interp.Options) *interp.Net {
	t.Helper()
	p, err := interp.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	n, err := p.Net(opts)
	if err != nil {
		t.Fatal(strings.TrimSpace(err.Error()))
	}
	return n
}
