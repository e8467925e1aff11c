package interp_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cnnlang/interp"
	"cnnlang/interp/train/augment"
	"cnnlang/interp/train/recipe"
)

// Changes of pictures, as a recipe says them and as they are made.

const everyForm = "random_resized_crop, pad_crop(4), flip, flip_rows, rotate(10), affine, color_jitter, grey, invert, blur, dilate, erode, noise, random_erase, mixup, cutmix"

// The usual changes of pictures, and every other form with what it leaves out.
func TestFormsWithTheirDefaults(t *testing.T) {
	r := recipeOf(t, trained(t, "train { augment = ["+everyForm+"] }"), interp.RecipeOptions{})
	want := []string{"random_resized_crop map[ratio:[0.75 1.3333333333333333] scale:[0.08 1]]", "pad_crop map[pixels:[4]]", "flip map[p:[0.5]]",
		"flip_rows map[p:[0.5]]", "rotate map[degrees:[10]]", "affine map[aspect:[1 1] rotate:[0] scale:[1 1] shear:[0] shift:[0]]",
		"color_jitter map[brightness:[0] contrast:[0] hue:[0] saturation:[0]]", "grey map[p:[0.1]]", "invert map[p:[0.5]]", "blur map[sigma:[0.1 2]]",
		"dilate map[p:[0.5]]", "erode map[p:[0.5]]", "noise map[sigma:[0.05]]", "random_erase map[area:[0.02 0.3333333333333333] p:[0.5]]", "mixup map[alpha:[0.2]]", "cutmix map[alpha:[1]]"}
	var got []string
	for _, a := range r.Augment {
		got = append(got, fmt.Sprintf("%s %v", a.Name, a.Args))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if _, err := augment.New(r.Augment, augment.Settings{C: 3, H: 8, W: 8}); err != nil {
		t.Error(err) // who changes pictures knows other forms
	}
}

// Changes that suit pictures of characters, in one channel: each picture comes out another one, black and white stay within
// their range, and about half are white on black.
func TestChangesOfGreyPictures(t *testing.T) {
	r := recipeOf(t, trained(t, `train { augment = [affine(rotate=12, scale=0.25, aspect=0.15, shear=0.2, shift=0.12), dilate(p=0.15), erode(p=0.15),
		blur(sigma=[0, 0.8]), color_jitter(brightness=0.2, contrast=0.4), invert(p=0.5), noise(sigma=[0, 0.06])] }`), interp.RecipeOptions{})
	const side, pictures = 32, 200
	list, err := augment.New(r.Augment, augment.Settings{C: 1, H: side, W: side})
	if err != nil {
		t.Fatal(err)
	}
	var w augment.Workspace
	seen, light := map[string]bool{}, 0
	for seed := range uint64(pictures) {
		x := make([]float32, side*side) // a bar
		for i := 8 * side; i < 24*side; i++ {
			if c := i % side; c >= 13 && c < 19 {
				x[i] = 255
			}
		}
		list.Apply(&w, x, seed)
		if low, high := slices.Min(x), slices.Max(x); low < 0 || high > 255 || high-low < 64 {
			t.Errorf("picture %d reaches from %v to %v", seed, low, high)
		}
		if seen[fmt.Sprint(x)] = true; (x[0]+x[side-1])/2 > 127 {
			light++
		}
	}
	if len(seen) != pictures || light < 70 || light > 130 {
		t.Errorf("%d of %d pictures differ, and %d are light", len(seen), pictures, light)
	}
}

// What a recipe may say of a change of pictures is what the change may be made with, to the ends of each range.
func TestRangesOfForms(t *testing.T) {
	s := augment.Settings{C: 3, H: 8, W: 8}
	seen := map[string]bool{}
	for _, c := range []struct {
		form, argument string
		least, most    float64
		step           float64 // beyond an end
	}{
		{"random_resized_crop", "scale", 1e-6, 1, 1e-7}, {"random_resized_crop", "ratio", 1e-3, 1e3, 1e-4},
		{"pad_crop", "pixels", 0, 65536, 1}, {"flip", "p", 0, 1, 1e-6}, {"flip_rows", "p", 0, 1, 1e-6},
		{"rotate", "degrees", -360, 360, 1e-3}, {"affine", "rotate", -360, 360, 1e-3}, {"affine", "scale", 0, 1e3, 1e-3},
		{"affine", "shear", -10, 10, 1e-3}, {"affine", "shift", -1, 1, 1e-3}, {"affine", "aspect", 0.01, 100, 1e-3},
		{"color_jitter", "brightness", 0, 100, 1e-3}, {"color_jitter", "contrast", 0, 100, 1e-3},
		{"color_jitter", "saturation", 0, 100, 1e-3}, {"color_jitter", "hue", -0.5, 0.5, 1e-3},
		{"grey", "p", 0, 1, 1e-6}, {"invert", "p", 0, 1, 1e-6}, {"blur", "sigma", 0, 100, 1e-3}, {"dilate", "p", 0, 1, 1e-6}, {"erode", "p", 0, 1, 1e-6}, {"noise", "sigma", 0, 1e6, 1},
		{"random_erase", "p", 0, 1, 1e-6}, {"random_erase", "area", 0, 1, 1e-6}, {"mixup", "alpha", 1e-3, 1e3, 1e-4}, {"cutmix", "alpha", 1e-3, 1e3, 1e-4},
	} {
		seen[c.form+" "+c.argument] = true
		for x, fits := range map[float64]bool{c.least: true, c.most: true, c.least - c.step: false, c.most + c.step: false} {
			list := []recipe.Augmentation{{Name: c.form, Args: map[string][]float64{c.argument: {x}}}}
			text := recipe.Recipe{Augment: list}.TextOf([]string{"augment"})
			p, errText := interp.Read("n.cnn", strings.NewReader("net n [N, 3, H = 8, W = 8] -> [N, 3] {\n"+text+"  gap -> flatten -> linear(3)\n}"))
			if errText == nil {
				_, errText = p.Net(interp.Options{Net: "n"})
			}
			_, errMade := augment.New(list, s)
			if (errText == nil) != fits || (errMade == nil) != fits {
				t.Errorf("%s(%s=%v): want %v, got %v as a text and %v as a change", c.form, c.argument, x, fits, errText, errMade)
			}
		}
	}
	r := recipeOf(t, trained(t, "train { augment = ["+everyForm+"] }"), interp.RecipeOptions{})
	for _, a := range r.Augment {
		for argument := range a.Args {
			if !seen[a.Name+" "+argument] {
				t.Errorf("the range of %s of %s is not tested", argument, a.Name)
			}
		}
	}
}
