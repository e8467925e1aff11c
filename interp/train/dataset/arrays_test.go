package dataset

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"cnnlang/ops/tensor"
)

// array is a .npy file.
func array(descr, shape string, elements []byte) []byte {
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }\n", descr, shape)
	raw := append([]byte("\x93NUMPY\x01\x00"), byte(len(text)), byte(len(text)>>8))
	return append(append(raw, text...), elements...)
}

// little are numbers as little-endian float32.
func little(numbers ...float32) (raw []byte) {
	for _, x := range numbers {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(x))
	}
	return raw
}

// counting are n bytes that are all pictures' own.
func counting(n int) []byte {
	raw := make([]byte, n)
	for i := range raw {
		raw[i] = byte(i*7 + i>>8*31)
	}
	return raw
}

// zipped is an archive of arrays by turns: a name and its bytes.
func zipped(t testing.TB, items ...any) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(items); i += 2 {
		f, err := w.Create(items[i].(string))
		if err == nil {
			_, err = f.Write(items[i+1].([]byte))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// grey are options for pictures of one channel and 2 x 3 pixels that are not split.
func grey() Options {
	o := Options{Input: tensor.Shape{1, 2, 3}, Threads: 2}
	o.Prepare.Grey, o.Prepare.Scale = true, 255
	return o
}

// all are the inputs and labels of a set, in order.
func all(t testing.TB, s *Set) (x []float32, labels []int) {
	t.Helper()
	l := &Loader{Set: s, Batch: 3}
	for b, err := range l.Epoch(t.Context(), 0, 0) {
		if err != nil {
			t.Fatal(err)
		}
		x, labels = append(x, b.Inputs.Data...), append(labels, b.Labels...)
	}
	return x, labels
}

func TestNumPysArrays(t *testing.T) {
	raw := counting(4 * 6)
	var want []float32
	for _, v := range raw {
		want = append(want, float32(v))
	}
	labels := array("<i8", "(4,)", append(append(append(binary.LittleEndian.AppendUint64(nil, 1), make([]byte, 8)...), binary.LittleEndian.AppendUint64(nil, 2)...), make([]byte, 8)...))
	for name, x := range map[string][]byte{
		"N H W": array("|u1", "(4, 2, 3)", raw), "N H W 1": array("|u1", "(4, 2, 3, 1)", raw), "float": array("<f4", "(4, 1, 2, 3)", little(want...)),
	} {
		folder := t.TempDir()
		write(t, folder, "a/x.npy", x)
		write(t, folder, "a/y.npy", labels)
		write(t, folder, "a.npz", zipped(t, "y_train.npy", labels, "x_train.npy", x))
		for _, path := range []string{"a", "a.npz"} {
			d := opened(t, filepath.Join(folder, path), grey())
			got, classes := all(t, d.Train)
			if !slices.Equal(got, want) || !slices.Equal(classes, []int{1, 0, 2, 0}) || !slices.Equal(d.Classes, []string{"0", "1", "2"}) || d.Val.Len() != 0 {
				t.Errorf("%s, %s: got %v and %v of %q", name, path, got, classes, d.Classes)
			}
		}
	}
}

func TestArraysInColoursAndColumns(t *testing.T) {
	folder := t.TempDir()
	raw := counting(2 * 2 * 3 * 3)
	write(t, folder, "x.npy", array("|u1", "(2, 2, 3, 3)", raw))
	write(t, folder, "y.npy", array("|u1", "(2, 1)", []byte{0, 1}))
	o := grey()
	o.Input, o.Prepare.Grey = tensor.Shape{3, 2, 3}, false
	got, _ := all(t, opened(t, folder, o).Train)
	for i, x := range got {
		picture, channel, pixel := i/18, i%18/6, i%6
		if want := raw[picture*18+pixel*3+channel]; x != float32(want) {
			t.Fatalf("at %d: got %v, want %v", i, x, want)
		}
	}
	// The same in column-major order, by numpy.asfortranarray.
	columns := make([]byte, len(raw))
	for i, v := range raw {
		n, y, x, c := i/18, i%18/9, i%9/3, i%3
		columns[n+2*(y+2*(x+3*c))] = v
	}
	fortran := bytes.Replace(array("|u1", "(2, 2, 3, 3)", columns), []byte("'fortran_order': False"), []byte("'fortran_order': True "), 1)
	write(t, folder, "x.npy", fortran)
	if again, _ := all(t, opened(t, folder, o).Train); !slices.Equal(again, got) {
		t.Errorf("in columns: got %v, want %v", again, got)
	}
}

func TestSidesOfArrays(t *testing.T) {
	folder := t.TempDir()
	write(t, folder, "x_train.npy", array("|u1", "(40, 2, 3)", counting(240)))
	write(t, folder, "y_train.npy", array("|u1", "(40,)", bytes.Repeat([]byte{0, 1}, 20)))
	o := grey()
	o.Split = 0.3
	d := opened(t, folder, o)
	for _, s := range []*Set{d.Train, d.Val} {
		for i := range s.Len() {
			var at int
			if _, err := fmt.Sscanf(filepath.Base(s.Name(i)), "x_train.npy[%d]", &at); err != nil {
				t.Fatal(err)
			}
			if want := below(counting(240)[6*at:6*at+6], 0.3); want != (s == d.Val) {
				t.Errorf("%s: to check with is %v, want %v", s.Name(i), !want, want)
			}
		}
	}
	write(t, folder, "y_train.npy", array("|u1", "(40,)", bytes.Repeat([]byte{1, 0}, 20)))
	if d.Digest() == opened(t, folder, o).Digest() {
		t.Error("other labels have the same digest")
	}
	write(t, folder, "x_test.npy", array("|u1", "(2, 2, 3)", counting(12)))
	write(t, folder, "y_test.npy", array("|u1", "(2,)", []byte{0, 1}))
	d = opened(t, folder, o)
	if d.Train.Len() != 40 || d.Val.Len() != 2 || !noted(d, "2 pictures to check with are also among those to learn from") {
		t.Errorf("got %d and %d, %q", d.Train.Len(), d.Val.Len(), d.Notes)
	}
	if x, labels := all(t, d.Val); x[7] != float32(counting(12)[7]) || !slices.Equal(labels, []int{0, 1}) {
		t.Errorf("got %v and %v", x, labels)
	}
}

func TestTargetsThatAreNoClasses(t *testing.T) {
	folder := t.TempDir()
	write(t, folder, "x.npy", array("<f4", "(2, 1, 2, 3)", little(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)))
	write(t, folder, "y.npy", array("<f4", "(2, 3)", little(1, 0, 1, 0, 0, 1)))
	d := opened(t, folder, grey())
	if n, binary := d.Targets(); n != 3 || !binary {
		t.Errorf("got %d, %v", n, binary)
	}
	for b, err := range (&Loader{Set: d.Train, Batch: 2}).Epoch(t.Context(), 0, 0) {
		if err != nil || b.Labels != nil || !slices.Equal(b.Targets, []float32{1, 0, 1, 0, 0, 1}) {
			t.Errorf("got %v, %v, %v", b, b.Targets, err)
		}
	}
	write(t, folder, "y.npy", array("<f4", "(2, 3)", little(1, 0, 0.5, 0, 0, 1)))
	if _, binary := opened(t, folder, grey()).Targets(); binary {
		t.Error("0.5 is told to be 0 or 1")
	}
	if d.Digest() == opened(t, folder, grey()).Digest() {
		t.Error("other targets have the same digest")
	}
}

func TestArraysThatAreRefused(t *testing.T) {
	x, y := array("|u1", "(2, 2, 3)", counting(12)), array("|u1", "(2,)", []byte{0, 1})
	twice := zipped(t, "x.npy", x, "x.npy", x, "y.npy", y)
	for name, c := range map[string]struct {
		x, y []byte
		want string
	}{
		"flat":        {array("|u1", "(12,)", counting(12)), y, "x.npy: is of shape [12], want pictures [N, H, W] or [N, H, W, C]"},
		"rank 3":      {array("<f4", "(2, 1, 1)", little(1, 2)), y, "is of shape [2, 1, 1] and no uint8, want numbers [N, C, H, W]"},
		"channels":    {array("|u1", "(2, 2, 3, 2)", counting(24)), y, "has pictures of 2 channels"},
		"first":       {array("|u1", "(2, 3, 8, 8)", counting(384)), y, "has pictures of 8 channels"},
		"size":        {array("<f4", "(2, 1, 1, 3)", little(1, 2, 3, 4, 5, 6)), y, "has [2, 1, 1, 3] numbers, and the net's input is [N, 1, 2, 3]"},
		"nan":         {array("<f4", "(1, 1, 2, 3)", little(1, 2, 3, 4, float32(math.NaN()), 6)), y, "has a number that is NaN, in picture 0"},
		"none":        {array("|u1", "(0, 2, 3)", nil), array("|u1", "(0,)", nil), "holds no pictures"},
		"no pixels":   {array("|u1", "(2, 0, 3)", nil), y, "has pictures of 3 x 0 pixels"},
		"claim":       {array("|u1", "(2000000000, 2, 3)", counting(12)), y, "got 12 bytes of elements, want 12000000000"},
		"many":        {array("|u1", "(2000000000, 0, 3)", nil), y, "has 2000000000 pictures, the limit is"},
		"cut":         {x[:20], y, "it was cut short"},
		"empty":       {nil, y, "is shorter than the 8 bytes"},
		"objects":     {array("|O", "(2, 2, 3)", make([]byte, 96)), y, `descr "|O"`},
		"fewer":       {x, array("|u1", "(1,)", []byte{0}), "y.npy: has labels of 1 pictures, and "},
		"fraction":    {x, array("<f4", "(2,)", little(0, 0.5)), "has the label 0.5 for picture 1, want whole numbers from 0"},
		"negative":    {x, array("|i1", "(2,)", []byte{0, 255}), "has the label -1 for picture 1"},
		"large":       {x, array("<u4", "(2,)", []byte{0, 0, 0, 0, 0, 0, 1, 0}), "has the label 65536 for picture 1"},
		"rank":        {x, array("|u1", "(2, 1, 1)", []byte{0, 1}), "want labels [N], or targets [N, K]"},
		"scalar":      {x, array("|u1", "()", []byte{0}), "is of shape [], want labels"},
		"no targets":  {x, array("|u1", "(2, 0)", nil), "has targets of 0 numbers"},
		"nan target":  {x, array("<f4", "(2, 2)", little(0, 1, float32(math.Inf(1)), 0)), "has a target that is +Inf, of picture 1"},
		"one class":   {x, array("|u1", "(2,)", []byte{0, 0}), "has pictures of 1 class, want at least two"},
		"a gap":       {x, array("|u1", "(2,)", []byte{0, 2}), "no picture to learn from of 1 class: 1"},
		"no labels":   {x, nil, "has no labels beside it, which y would be"},
		"name twice":  {nil, twice, "the zip archive has x.npy twice; which of them counts cannot be known"},
		"other names": {nil, zipped(t, "a.npy", x, "b.npy", y), "holds no arrays x and y"},
		"no archive":  {nil, []byte("PK\x03\x04 and nothing"), "is a zip archive without the directory at its end"},
		"in archive":  {nil, zipped(t, "x.npy", x, "y.npy", x[:20]), "y.npy: the header claims"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			if bytes.HasPrefix(c.y, []byte("PK")) {
				write(t, folder, "a.npz", c.y)
				refused(t, filepath.Join(folder, "a.npz"), grey(), folder, c.want)
				return
			}
			write(t, folder, "x.npy", c.x)
			if c.y != nil {
				write(t, folder, "y.npy", c.y)
			}
			refused(t, folder, grey(), folder, c.want)
		})
	}
	folder := t.TempDir()
	write(t, folder, "x.npy", x)
	write(t, folder, "y.npy", y)
	o := grey()
	o.MaxArray = 11
	refused(t, folder, o, "x.npy: takes 12 bytes of memory, the limit is 11")
	o = grey()
	o.Classes = []string{"a"}
	refused(t, folder, o, "has a label 1, and there is only 1 class")
	o.Classes = []string{"a", "b"}
	if d := opened(t, folder, o); !slices.Equal(d.Classes, o.Classes) {
		t.Errorf("got %q", d.Classes)
	}
	o = grey()
	o.Prepare.Grey = false
	refused(t, folder, o, "has 1 channels, and pictures are prepared as 3")
	o = grey()
	o.Augment = augmented("invert")
	write(t, folder, "x.npy", array("<f4", "(2, 1, 2, 3)", little(make([]float32, 12)...)))
	refused(t, folder, o, "dataset: invert: needs pictures")
	o.Augment, o.MaxArray = nil, 48 // which 12 numbers take
	opened(t, folder, o)
	o.MaxArray = 47
	refused(t, folder, o, "x.npy: takes 48 bytes of memory, the limit is 47")
}

// TestUsualAugmentationsAreForFolders: random crops would be made of arrays too if they were said.
func TestUsualAugmentationsAreForFolders(t *testing.T) {
	folder := t.TempDir()
	raw := counting(40 * 6)
	write(t, folder, "x.npy", array("|u1", "(40, 2, 3)", raw))
	write(t, folder, "y.npy", array("|u1", "(40,)", bytes.Repeat([]byte{0, 1}, 20)))
	for _, usual := range []bool{true, false} {
		o := grey()
		o.Augment, o.Usual = augmented("random_resized_crop", "flip"), usual
		same := true
		for _, b := range epoch(t, &Loader{Set: opened(t, folder, o).Train, Batch: 40, Augment: true}, 0, 0) {
			for i, x := range b.Inputs.Data {
				same = same && x == float32(raw[i])
			}
		}
		if same != usual {
			t.Errorf("usual is %v: pictures are as they were is %v", usual, same)
		}
	}
}

func FuzzNpz(f *testing.F) {
	x, y := array("|u1", "(2, 2, 3)", counting(12)), array("|u1", "(2,)", []byte{0, 1})
	f.Add(zipped(f, "x.npy", x, "y.npy", y))
	f.Add(zipped(f, "x.npy", array("<f4", "(2, 1, 2, 3)", little(make([]float32, 12)...)), "y.npy", array("<f4", "(2, 2)", little(0, 1, 1, 0)), "x_test.npy", x, "y_test.npy", y))
	f.Add(zipped(f, "x.npy", x, "x.npy", x))
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, err := npzStack(t.Context(), "a.npz", bytes.NewReader(raw), int64(len(raw)), grey())
		if err != nil {
			return
		}
		sound(t, s, 200*len(raw)+1<<21)
	})
}

// sound compares what a stack says with what it has, which is no more than so many bytes.
func sound(t *testing.T, s *stack, most int) {
	t.Helper()
	for _, p := range s.parts {
		if size := p.c * p.h * p.w; len(p.bytes)+len(p.floats) != p.n*size || len(p.bytes) > most || 4*len(p.floats) > 4*most {
			t.Fatalf("got %d bytes and %d numbers for %d pictures of %d", len(p.bytes), len(p.floats), p.n, size)
		}
		if p.k == 0 && len(p.labels) != p.n || len(p.dense) != p.n*p.k {
			t.Fatalf("got %d labels and %d numbers of targets for %d pictures", len(p.labels), len(p.dense), p.n)
		}
		for _, label := range p.labels {
			if label < 0 || label >= mostClasses {
				t.Fatalf("got label %d", label)
			}
		}
	}
}
