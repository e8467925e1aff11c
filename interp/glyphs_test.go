package interp_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"image"
	"image/color"
	_ "image/png"
	"os"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/train/events"
	"cnnlang/nets"
)

// characters are the columns of testdata/images/glyphs.png.
const characters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// TestGlyphsAreTold: the weights that come with the program tell the characters of faces whose designs they have not
// learned from, light on dark and dark on light.
func TestGlyphsAreTold(t *testing.T) {
	m := glyphs(t)
	sheet := decoded(t, "../testdata/images/glyphs.png").(*image.Gray)
	rows := sheet.Rect.Dy() / 32
	if rows != 14 || sheet.Rect.Dx() != 32*len(characters) {
		t.Fatalf("the sheet is %v", sheet.Rect)
	}
	right, round, said := 0, 0, [2]strings.Builder{}
	for inverted := range 2 {
		for row := range rows {
			for i, want := range characters {
				one := sheet.SubImage(image.Rect(32*i, 32*row, 32*i+32, 32*row+32)).(*image.Gray)
				got := seen(t, m, turned(one, inverted == 1))
				if got == string(want) {
					right++
				} else {
					said[inverted].WriteString(" " + string(want) + " as " + got)
				}
				if got == string(want) || strings.Contains("0O", got) && strings.ContainsRune("0O", want) {
					round++
				}
			}
		}
	}
	all := 2 * rows * len(characters)
	t.Logf("%.2f %% of %d; with O for 0, or 0 for O, %.2f %%; light on dark%s; dark on light%s",
		100*float64(right)/float64(all), all, 100*float64(round)/float64(all), &said[0], &said[1])
	if 100*right < 98*all || 1000*round < 995*all {
		t.Errorf("%d of %d are right, want 98 %%, and 99.5 %% where O is 0", right, all)
	}
}

// turned is a picture of its own, with black and white turned round if so asked.
func turned(from *image.Gray, invert bool) *image.Gray {
	to := image.NewGray(image.Rect(0, 0, 32, 32))
	for y := range 32 {
		for x := range 32 {
			v := from.GrayAt(from.Rect.Min.X+x, from.Rect.Min.Y+y)
			if invert {
				v.Y = 255 - v.Y
			}
			to.SetGray(x, y, color.Gray{Y: v.Y})
		}
	}
	return to
}

func glyphs(t *testing.T) *interp.Model {
	t.Helper()
	m, err := interp.Load(context.Background(), "glyphs", interp.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m
}

// seen is what the net says is on a picture.
func seen(t *testing.T, m *interp.Model, img image.Image) string {
	t.Helper()
	classes, err := m.ClassifyImage(context.Background(), img, 1)
	if err != nil {
		t.Fatal(err)
	}
	return classes[0].Name
}

func decoded(t *testing.T, name string) image.Image {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, _, err := image.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// TestWeightsThatComeWithTheProgram: they are those that the net's meta names, short, and only a net of the library has them.
func TestWeightsThatComeWithTheProgram(t *testing.T) {
	n := glyphs(t).Net
	data, err := nets.Weights.ReadFile(n.Meta.Weights[0].File)
	if err != nil {
		t.Fatal(err)
	}
	hash := sha256.Sum256(data)
	if got := hex.EncodeToString(hash[:]); !strings.HasPrefix(got, n.Meta.Weights[0].SHA256) || int64(len(data)) != n.Meta.Weights[0].Bytes || len(data) > 300_000 {
		t.Errorf("the file has the hash %s and %d bytes, the net's meta says %s and %d", got, len(data), n.Meta.Weights[0].SHA256, n.Meta.Weights[0].Bytes)
	}
	if own, ok := n.Own(); !ok || own.Path() != "cnnlang:glyphs" {
		t.Errorf("got %q", own.Path())
	}
	p, err := interp.Read("mine.cnn", strings.NewReader("import nets.glyphs { glyphs }\nnet mine = glyphs(classes=3)"))
	if err != nil {
		t.Fatal(err)
	}
	mine, err := p.Net(interp.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if own, ok := mine.Own(); ok {
		t.Errorf("a net of one's own has the weights %q", own.Path())
	}
	var file *interp.WeightsError
	if _, err := mine.Fit(interp.WeightsFile("cnnlang:others")); !errors.As(err, &file) || !strings.Contains(err.Error(), "cnnlang:glyphs") {
		t.Errorf("weights that do not come with the program: %v", err)
	}
	var fit *interp.FitError
	if _, err := mine.Fit(interp.WeightsFile("cnnlang:glyphs")); !errors.As(err, &fit) {
		t.Errorf("a net with 3 classes and weights for 36: %v", err)
	}
}

// TestLogOfGlyphs: the log beside the weights is of a training of the net by its own recipe, and of at least 98 % of the
// held-out pictures at its end as at its best.
func TestLogOfGlyphs(t *testing.T) {
	log, err := events.ReadFile(context.Background(), "../examples/glyphs/glyphs.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	r, err := glyphs(t).Net.Recipe(interp.RecipeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if log.End == nil || len(log.Epochs) != r.Epochs {
		t.Fatalf("the log has %d epochs, want an end and %d", len(log.Epochs), r.Epochs)
	}
	if r.Loss.Kind == "" || log.Start.Recipe != r.Text() || log.Start.Resumed {
		t.Errorf("the log is of another recipe:\n%s\nwant\n%s", log.Start.Recipe, r.Text())
	}
	if best, last := log.End.ValTop1, log.Epochs[len(log.Epochs)-1].ValTop1; best == nil || last == nil || *best < 0.98 || *last < 0.98 {
		t.Errorf("%v of the held-out pictures are right at best, %v at the end, want 98 %%", best, last)
	}
}
