package interp_test

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"io/fs"
	"iter"
	"slices"
	"testing"

	"cnnlang/interp"
)

// overlaid takes pictures of colour and two of grey, and multiplies these, so that no input can
// stand for another.
const overlaid = `net overlaid | [N, 3, H = 2, W = 2] as a | [N, 1, H, W] as b | [N, 1, H, W] as c -> [N, 5, H, W] {
  meta { prepare = picture(scale = 255) }
  concat { | @a | @b -> scale(2) | @c -> scale(3) }
}`

// oneGrey is a picture of one grey.
func oneGrey(t *testing.T, value int) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 2, 2))
	for i := range 4 {
		img.Set(i%2, i/2, color.Gray{uint8(value)})
	}
	return encoded(t, img)
}

// setsOf are sets of pictures of the greys i, 200-i and i+50; every 7th, from 2, 4 and 5 on, lacks
// its first, second and third.
func setsOf(t *testing.T, count int) iter.Seq[interp.Source] {
	return func(yield func(interp.Source) bool) {
		for i := range count {
			var set []interp.Source
			for k, grey := range []int{i, 200 - i, i + 50} {
				content := oneGrey(t, grey)
				if i%7 == []int{2, 4, 5}[k] {
					content = content[:40]
				}
				set = append(set, inMemory(fmt.Sprint(i, "abc"[k:k+1]), content))
			}
			set[0].Beside = set[1:]
			if !yield(set[0]) {
				return
			}
		}
	}
}

// Each answer is that of one set of pictures, as worked out by hand, in batches of any size and on
// any number of threads; a set of which one cannot be read has its error, with the name of that one.
func TestEachTakesPicturesBesideOthers(t *testing.T) {
	for _, c := range []struct{ batch, threads int }{{1, 1}, {1, 3}, {4, 2}} {
		m, i := built(t, overlaid, interp.Options{Batch: c.batch, Threads: c.threads}), 0
		for a, err := range m.Each(t.Context(), setsOf(t, 40)) {
			bad, _ := errors.AsType[*interp.PictureError](err)
			lacking, lacks := map[int]string{2: "a", 4: "b", 5: "c"}[i%7]
			switch {
			case a.Name != fmt.Sprint(i, "a"):
				t.Fatalf("%+v: got %s, want %da", c, a.Name, i)
			case lacks:
				if bad == nil || bad.Name != fmt.Sprint(i, lacking) || len(a.Beside) > 0 {
					t.Errorf("%+v, %d: got %v, want an error of its %s", c, i, err, lacking)
				}
			case err != nil || len(a.Beside) != 2 || a.Beside[0].Name != fmt.Sprint(i, "b") || a.Beside[1].Name != fmt.Sprint(i, "c"):
				t.Errorf("%+v, %d: got %v, %v", c, i, a, err)
			default:
				want := slices.Concat(slices.Repeat([]float32{float32(i)}, 12), slices.Repeat([]float32{float32(2 * (200 - i))}, 4), slices.Repeat([]float32{float32(3 * (i + 50))}, 4))
				if !slices.Equal(a.Output.Data, want) {
					t.Errorf("%+v, %d: got %v, want %v", c, i, a.Output.Data, want)
				}
			}
			i++
		}
		if i != 40 {
			t.Errorf("%+v: %d answers, want 40", c, i)
		}
	}
}

// A source without a picture for each input ends all; one that stands for an error has that error.
func TestEachRefusesIncompleteSources(t *testing.T) {
	m := built(t, overlaid, interp.Options{})
	one := inMemory("x", oneGrey(t, 1))
	two, four := one, one
	two.Beside, four.Beside = []interp.Source{one}, []interp.Source{one, one, one}
	const beside = `interp: overlaid: there are %d pictures beside x, want 2, for each of its inputs but the first: "a", "b", "c"`
	for want, source := range map[string]interp.Source{
		`interp: overlaid: it has 3 inputs, "a", "b", "c", and none is named`: one,
		fmt.Sprintf(beside, 1): two,
		fmt.Sprintf(beside, 3): four,
	} {
		answers := 0
		for _, err := range m.Each(t.Context(), slices.Values([]interp.Source{source, source})) {
			answers++
			if _, ok := errors.AsType[*interp.InputError](err); !ok || err.Error() != want {
				t.Errorf("got %v, want %s", err, want)
			}
		}
		if answers != 1 {
			t.Errorf("%d answers, want 1: %s", answers, want)
		}
	}
	answers := 0
	for _, err := range m.Each(t.Context(), slices.Values([]interp.Source{interp.Unreadable("x", fs.ErrPermission)})) {
		answers++
		if bad, ok := errors.AsType[*interp.PictureError](err); !ok || bad.Name != "x" || !errors.Is(err, fs.ErrPermission) {
			t.Errorf("got %v, want %v", err, fs.ErrPermission)
		}
	}
	if answers != 1 {
		t.Errorf("%d answers, want 1", answers)
	}
}
