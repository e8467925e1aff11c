package augment

import (
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cnnlang/interp/train/recipe"
)

// usual is a change with what it cannot do without.
func usual(name string) recipe.Augmentation {
	switch name {
	case "pad_crop":
		return one(name, "pixels", numbers{4})[0]
	case "rotate":
		return one(name, "degrees", numbers{10})[0]
	}
	return one(name)[0]
}

// TestWhatIsNotSaid: the defaults, and what one number stands for.
func TestWhatIsNotSaid(t *testing.T) {
	want := map[string]args{
		"random_resized_crop": {"scale": {0.08, 1}, "ratio": {0.75, 4.0 / 3}},
		"pad_crop":            {"pixels": {4, 4}},
		"flip":                {"p": {0.5, 0.5}},
		"flip_rows":           {"p": {0.5, 0.5}},
		"rotate":              {"degrees": {-10, 10}},
		"affine":              {"rotate": {}, "scale": {1, 1}, "shear": {}, "shift": {}, "aspect": {1, 1}},
		"color_jitter":        {"brightness": {1, 1}, "contrast": {1, 1}, "saturation": {1, 1}, "hue": {}},
		"grey":                {"p": {0.1, 0.1}},
		"invert":              {"p": {0.5, 0.5}},
		"blur":                {"sigma": {0.1, 2}},
		"dilate":              {"p": {0.5, 0.5}},
		"erode":               {"p": {0.5, 0.5}},
		"noise":               {"sigma": {0.05, 0.05}},
		"random_erase":        {"p": {0.5, 0.5}, "area": {0.02, 1.0 / 3}},
		"mixup":               {"alpha": {0.2, 0.2}},
		"cutmix":              {"alpha": {1, 1}},
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(forms))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(recipe.Augmentations)), slices.Sorted(maps.Keys(forms))); diff != "" {
		t.Errorf("(-recipe +made)\n%s", diff)
	}
	for name := range forms {
		if got, err := read(usual(name)); err != nil || !maps.Equal(got, want[name]) {
			t.Errorf("%s: got %v, %v, want %v", name, got, err, want[name])
		}
	}
	for _, c := range []struct {
		form, name string
		given      []float64
		want       span
	}{
		{"affine", "rotate", numbers{12}, span{-12, 12}}, {"affine", "rotate", numbers{-12}, span{-12, 12}}, {"affine", "rotate", numbers{-3, 12}, span{-3, 12}},
		{"affine", "scale", numbers{0.25}, span{0.75, 1.25}}, {"affine", "scale", numbers{2}, span{0, 3}}, {"affine", "aspect", numbers{0.5}, span{0.5, 1.5}},
		{"affine", "shear", numbers{0.2}, span{-0.2, 0.2}}, {"affine", "shift", numbers{0.1}, span{-0.1, 0.1}}, {"rotate", "degrees", numbers{5}, span{-5, 5}},
		{"color_jitter", "brightness", numbers{0.4}, span{0.6, 1.4}}, {"color_jitter", "hue", numbers{0.1}, span{-0.1, 0.1}}, {"blur", "sigma", numbers{2}, span{2, 2}},
	} {
		got, err := read(one(c.form, c.name, c.given)[0])
		if err != nil || got[c.name] != c.want {
			t.Errorf("%s(%s=%v): got %v, %v, want %v", c.form, c.name, c.given, got[c.name], err, c.want)
		}
	}
}

func TestRefusedLists(t *testing.T) {
	s := Settings{C: 3, H: 4, W: 4}
	for _, c := range []struct {
		s    Settings
		list []recipe.Augmentation
		want string
	}{
		{s, one("flop"), "augment: flop: is no augmentation, want one of affine, blur"},
		{s, one("flip", "q", numbers{1}), `flip: has no argument "q", want p`},
		{s, one("flip", "p", numbers{1.5}), "flip: p: got 1.5, want numbers from 0 to 1"},
		{s, one("flip", "p", numbers{0.1, 0.2}), "want one number"},
		{s, one("rotate"), "rotate: degrees: got [], want a number, or a range"},
		{s, one("pad_crop"), "pad_crop: pixels: got [], want one number"},
		{s, one("flip", "p", numbers{math.NaN()}), "got NaN"},
		{s, one("blur", "sigma", numbers{2, 1}), "from a smaller to a larger one"},
		{s, one("blur", "sigma", numbers{1, 2, 3}), "want a number, or a range"},
		{s, one("mixup", "alpha", numbers{0}), "want numbers from 0.001 to 1000"},
		{s, one("random_resized_crop", "scale", numbers{0, 1}), "got 0, want"},
		{s, one("random_resized_crop", "ratio", numbers{-1, 1}), "got -1, want"},
		{Settings{C: 3, H: 4, W: 4, Numbers: true}, one("invert"), "needs pictures"},
		{Settings{C: 3, H: 4, W: 4, Numbers: true}, one("color_jitter"), "needs pictures"},
	} {
		if _, err := New(c.list, c.s); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: got %v, want %q", c.list, err, c.want)
		}
	}
}

// TestEveryFormRuns with its defaults, on pictures of one pixel and of odd sizes, and leaves finite numbers within the
// range.
func TestEveryFormRuns(t *testing.T) {
	for name := range forms {
		for _, s := range []Settings{{C: 1, H: 1, W: 1}, {C: 3, H: 1, W: 7}, {C: 3, H: 9, W: 2}, {C: 1, H: 5, W: 5}} {
			l := made(t, s, append(one("flip"), usual(name)))
			for seed := range uint64(30) {
				x := picturePlanes(s.C, s.H, s.W)
				l.Apply(new(Workspace), x, seed)
				for _, v := range x {
					if !(v >= -1e-3 && v <= 255.001) {
						t.Fatalf("%s, %v: got %v", name, s, v)
					}
				}
			}
		}
	}
}
