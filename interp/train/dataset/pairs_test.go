package dataset

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"path/filepath"
	"slices"
	"testing"

	"cnnlang/interp/train/recipe"
	"cnnlang/ops/tensor"
)

// enlarged is a grey picture of random pixels, each of which fills so many rows and columns.
func enlarged(t testing.TB, width, height, times, number int) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, times*width, times*height))
	for y := range times * height {
		for x := range times * width {
			m.SetGray(x, y, color.Gray{uint8((x/times*37 + y/times*91 + number*53 + x/times*(y/times)*7) % 256)})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// twoFolders has so many pictures, and the same so many times as large.
func twoFolders(t testing.TB, n, width, height, times int) (in, out string) {
	in, out = filepath.Join(t.TempDir(), "in"), filepath.Join(t.TempDir(), "out")
	for i := range n {
		name := fmt.Sprintf("%d/%d.png", i%2, i)
		write(t, in, name, enlarged(t, width, height, 1, i))
		write(t, out, name, enlarged(t, width, height, times, i))
	}
	return in, out
}

// paired are options for a net that makes pictures so many times as large as those of 6x8 that it gets.
func paired(target string, times int, list ...recipe.Augmentation) Options {
	o := Options{Input: tensor.Shape{1, 6, 8}, Output: tensor.Shape{1, 6 * times, 8 * times}, Target: target, Augment: list, Threads: 3}
	o.Prepare.Grey, o.Prepare.Scale = true, 255
	return o
}

func change(name, argument string, numbers ...float64) recipe.Augmentation {
	return recipe.Augmentation{Name: name, Args: map[string][]float64{argument: numbers}}
}

// TestTargetsAreMovedAlike: whatever moves the pixels of a picture moves those of its target, each of which is two rows and columns
// of what the picture has; what changes pixels leaves targets as they are.
func TestTargetsAreMovedAlike(t *testing.T) {
	for name, list := range map[string][]recipe.Augmentation{
		"none": nil, "mirrored": augmented("flip", "flip_rows"), "moved": {change("pad_crop", "pixels", 3), change("flip", "p", 0.5)},
		"usual": augmented("usual"),
	} {
		in, out := twoFolders(t, 12, 8, 6, 2)
		o := paired(out, 2, list...)
		if name == "usual" {
			o.Augment, o.Usual = nil, true
		}
		d := opened(t, in, o)
		if n, binary := d.Targets(); n != 2*6*2*8 || binary || !d.Pairs() || len(d.Classes) != 0 {
			t.Errorf("got %d targets, binary is %v, classes %v", n, binary, d.Classes)
		}
		different := map[string]bool{}
		for number := range 4 {
			for _, b := range epoch(t, &Loader{Set: d.Train, Batch: 5, Augment: true, Shuffle: true, Seed: 3}, number, 0) {
				for i := range b.Pictures {
					x, y := b.Inputs.Data[i*48:][:48], b.Targets[i*192:][:192]
					different[fmt.Sprint(x)] = true
					for at, v := range y {
						if v != x[at/16/2*8+at%16/2] {
							t.Fatalf("%s: picture %d has %v, and its target %v", name, b.Pictures[i], x, y)
						}
					}
				}
			}
		}
		if (len(different) > 12) != (name != "none") {
			t.Errorf("%s: 12 pictures become %d", name, len(different))
		}
	}
}

// TestTargetsOfOneSize: where both have one size and are equal they stay so, whatever is done that moves pixels; noise and
// colours change the picture alone.
func TestTargetsOfOneSize(t *testing.T) {
	in, out := twoFolders(t, 12, 11, 9, 1)
	crop := recipe.Augmentation{Name: "random_resized_crop"}
	for name, list := range map[string][]recipe.Augmentation{
		"cropped first": {crop}, "turned": {change("rotate", "degrees", 30), change("affine", "shift", 0.2)}, "cropped then": {change("flip", "p", 0.5), crop},
		"noise": {change("flip", "p", 0.5), change("noise", "sigma", 0.1)}, "inverted": {change("invert", "p", 1)}, "mixed": augmented("mixup"),
	} {
		d := opened(t, in, paired(out, 1, list...))
		alone := opened(t, in, paired(out, 1, slices.DeleteFunc(slices.Clone(list), func(a recipe.Augmentation) bool { return a.Name == "noise" || a.Name == "invert" })...))
		l := &Loader{Set: d.Train, Batch: 12, Augment: true, Seed: 3}
		b, want := epoch(t, l, 1, 0)[0], epoch(t, &Loader{Set: alone.Train, Batch: 12, Augment: true, Seed: 3}, 1, 0)[0]
		if !slices.Equal(b.Targets, want.Targets) || b.Labels != nil {
			t.Errorf("%s: the targets are others than without what changes pixels", name)
		}
		if same := slices.Equal(b.Inputs.Data, b.Targets); same == (name == "noise" || name == "inverted") {
			t.Errorf("%s: pictures equal their targets is %v", name, same)
		}
		few := paired(out, 1, list...)
		few.Keep, few.Threads = 1<<20, 1
		if again := epoch(t, &Loader{Set: opened(t, in, few).Train, Batch: 12, Augment: true, Seed: 3}, 1, 0)[0]; !slices.Equal(again.Targets, b.Targets) || !slices.Equal(again.Inputs.Data, b.Inputs.Data) {
			t.Errorf("%s: other bits where pictures are kept, on one thread", name)
		}
	}
}

// TestSidesOfPairs: a folder val of both is that to check with, which is not changed.
func TestSidesOfPairs(t *testing.T) {
	in, out := filepath.Join(t.TempDir(), "in"), filepath.Join(t.TempDir(), "out")
	for i, side := range []string{"train", "train", "val"} {
		write(t, in, fmt.Sprintf("%s/%d.png", side, i), enlarged(t, 10, 9, 1, i))
		write(t, out, fmt.Sprintf("%s/%d.png", side, i), enlarged(t, 10, 9, 1, i))
	}
	d := opened(t, in, paired(out, 1, augmented("random_resized_crop", "flip")...))
	if d.Train.Len() != 2 || d.Val.Len() != 1 {
		t.Fatalf("got %d and %d", d.Train.Len(), d.Val.Len())
	}
	b := epoch(t, &Loader{Set: d.Val, Batch: 1}, 0, 0)[0]
	o := paired(out, 1)
	want := prepared(t, filepath.Join(in, "val", "2.png"), o.Prepare, 6, 8)
	if !slices.Equal(b.Inputs.Data, want) || !slices.Equal(b.Targets, want) {
		t.Error("a picture to check with is another than in a run, or its target is")
	}
	write(t, out, "val/2.png", enlarged(t, 10, 9, 1, 7))
	if other := opened(t, in, paired(out, 1)); other.Digest() == d.Digest() {
		t.Error("other targets have the same digest")
	}
	d = opened(t, in, paired(out, 1))
	write(t, out, "train/1.png", enlarged(t, 10, 9, 1, 8))
	for _, err := range (&Loader{Set: d.Train, Batch: 2}).Epoch(t.Context(), 0, 0) {
		if err == nil {
			t.Error("a target that was replaced is taken")
		}
	}
}

// TestPairsThatAreRefused names the target, and what is wrong with it.
func TestPairsThatAreRefused(t *testing.T) {
	in, out := twoFolders(t, 4, 8, 6, 2)
	write(t, out, "0/2.png", enlarged(t, 8, 6, 3, 2))
	write(t, out, "1/1.png", []byte("no picture"))
	write(t, in, "1/5.png", enlarged(t, 8, 6, 1, 5))
	refused(t, in, paired(out, 2), "3 of 5 pictures", "0/2.png: is 8x6, and its target", "24x18; the net makes 16x12 of 8x6",
		"1/1.png: its target", "1/5.png: its target")
	o := paired(out, 2)
	o.SkipBad = true
	if d := opened(t, in, o); d.Train.Len() != 2 || len(d.Bad) != 3 {
		t.Errorf("got %d pictures, %v", d.Train.Len(), d.Bad)
	}
	o.Augment = augmented("cutmix")
	refused(t, in, o, "cutmix")
	o = paired(out, 2)
	o.Val = out
	refused(t, in, o, "no classes")
	o = paired(out, 2)
	o.Output = tensor.Shape{5, 6, 8}
	refused(t, in, o, "the net makes [5, 6, 8]")
	o.Output = tensor.Shape{1, 6, 9}
	refused(t, in, o, "same proportions")
	refused(t, t.TempDir(), paired(out, 2), "holds no pictures")
}
