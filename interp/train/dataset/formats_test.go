package dataset

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cnnlang/ops/tensor"
)

// What all classes are can be asked for by what folders and arrays call theirs.
func TestClassesThatAreNamed(t *testing.T) {
	folder, arrays := t.TempDir(), t.TempDir()
	pictures(t, folder, 2, "b", "a")
	raw := counting(24)
	write(t, arrays, "train-images-idx3-ubyte", idx(raw, 4, 2, 3))
	write(t, arrays, "train-labels-idx1-ubyte", idx([]byte{1, 0, 2, 0}, 4))
	write(t, arrays, "t10k-images-idx3-ubyte", idx([]byte{9, 8, 7, 6, 5, 4}, 1, 2, 3))
	write(t, arrays, "t10k-labels-idx1-ubyte", idx([]byte{2}, 1))
	o, found := small(), []string(nil)
	o.Whole = true
	named := func(list ...string) {
		o.Named = func(names []string) ([]string, error) { found = names; return list, nil }
	}
	named("c", "b", "a")
	d := opened(t, folder, o)
	if !slices.Equal(found, []string{"a", "b"}) || !slices.Equal(d.Classes, []string{"c", "b", "a"}) || !slices.Equal(d.Val.Counts(), []int{0, 2, 2}) || filepath.Base(filepath.Dir(d.Val.Name(0))) != d.Classes[d.Val.Label(0)] {
		t.Errorf("got %q of %q, %v", d.Classes, found, d.Val.Counts())
	}
	named("b", "c")
	refused(t, folder, o, "no class: a")
	named("b", "a", "b")
	refused(t, folder, o, "the class b twice")
	named(slices.Concat([]string{"x", "2", "1"}, strings.Split("0 3 4 5 6 7 8 9", " "))...)
	for part, counts := range map[Part][]int{"": {0, 1, 0, 0}, TrainPart: {0, 1, 1, 2}, AllParts: {0, 2, 1, 2}} {
		o.Part = part
		d := opened(t, arrays, o)
		if !slices.Equal(d.Val.Counts()[:4], counts) || d.Part != cmp.Or(part, ValPart) {
			t.Errorf("%q: got %v, %q of %q, want %v", part, d.Val.Counts(), d.Part, found, counts)
		}
	}
	named("0", "1")
	refused(t, arrays, o, "has pictures of the class 2, which is none")
}

// idx is an array of bytes as MNIST has it.
func idx(elements []byte, sizes ...int) []byte {
	raw := binary.BigEndian.AppendUint32(nil, uint32(0x800+len(sizes)))
	for _, d := range sizes {
		raw = binary.BigEndian.AppendUint32(raw, uint32(d))
	}
	return append(raw, elements...)
}

func gzipped(raw []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(raw)
	w.Close()
	return b.Bytes()
}

func TestMNISTsFiles(t *testing.T) {
	raw := counting(4 * 6)
	for name, pack := range map[string]func([]byte) []byte{"": func(b []byte) []byte { return b }, ".gz": gzipped} {
		for _, dot := range []string{"-", "."} {
			folder := t.TempDir()
			write(t, folder, "train-images"+dot+"idx3-ubyte"+name, pack(idx(raw, 4, 2, 3)))
			write(t, folder, "train-labels"+dot+"idx1-ubyte"+name, pack(idx([]byte{1, 0, 2, 0}, 4)))
			write(t, folder, "t10k-images"+dot+"idx3-ubyte"+name, pack(idx([]byte{9, 8, 7, 6, 5, 4}, 1, 2, 3)))
			write(t, folder, "t10k-labels"+dot+"idx1-ubyte"+name, pack(idx([]byte{2}, 1)))
			d := opened(t, folder, grey())
			x, labels := all(t, d.Train)
			for i, v := range raw {
				if x[i] != float32(v) {
					t.Errorf("at %d: got %v, want %v", i, x[i], v)
				}
			}
			if y, of := all(t, d.Val); !slices.Equal(labels, []int{1, 0, 2, 0}) || !slices.Equal(of, []int{2}) || !slices.Equal(y, []float32{9, 8, 7, 6, 5, 4}) {
				t.Errorf("got %v, %v and %v", labels, of, y)
			}
		}
	}
}

func TestIdxHeadersThatLie(t *testing.T) {
	good, labels := idx(counting(24), 4, 2, 3), idx([]byte{1, 0, 2, 0}, 4)
	zeros := gzipped(idx(make([]byte, 1<<20), 1<<20, 1, 1))
	for name, c := range map[string]struct {
		images, labels []byte
		ending, want   string
	}{
		"magic":         {append([]byte{0, 0, 9, 3}, good[4:]...), labels, "", "begins with 00 00 09 03, want 00 00 08 03: an array of bytes with 3 axes"},
		"swapped":       {labels, good, "", "begins with 00 00 08 01, want 00 00 08 03"},
		"empty":         {nil, labels, "", "ends too early; it was cut short, fetch it again"},
		"cut":           {good[:len(good)-1], labels, "", "has 23 bytes of elements, and says 24, for the shape [4, 2, 3]; it was cut short"},
		"more":          {append(slices.Clone(good), 0), labels, "", "has 25 bytes of elements, and says 24"},
		"claims 4 G":    {idx(nil, 16777216, 256, 1), labels, "", "has 0 bytes of elements, and says 4294967296"},
		"claims 2^93":   {idx(nil, 1<<31, 1<<31, 1<<31), labels, "", "more elements than can be counted"},
		"claims labels": {idx(nil, 1<<31, 0, 0), labels, "", "says that it has 2147483648 pictures, the limit is"},
		"other labels":  {good, idx([]byte{1}, 1), "", "has labels of 1 pictures, and "},
		"no labels":     {good, nil, "", "no such file"},
		"no gzip":       {good, gzipped(labels), ".gz", "cannot be unpacked: gzip: invalid header; it is damaged"},
		"gzip cut":      {gzipped(good)[:30], gzipped(labels), ".gz", "ends too early"},
		"gzip sum":      {changed(gzipped(good), -5), gzipped(labels), ".gz", "cannot be unpacked: gzip: invalid checksum"},
		"gzip more":     {gzipped(append(slices.Clone(good), 1, 2, 3)), gzipped(labels), ".gz", "goes on behind its last element"},
		"gzip less":     {gzipped(good[:30]), gzipped(labels), ".gz", "ends too early"},
		"gzip claims":   {gzipped(idx(nil, 1<<24, 1<<10, 1)), gzipped(labels), ".gz", "has at most "},
		"gzip zeros":    {zeros, gzipped(labels), ".gz", "has labels of 4 pictures, and "},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			write(t, folder, "train-images-idx3-ubyte"+c.ending, c.images)
			if c.labels != nil {
				write(t, folder, "train-labels-idx1-ubyte"+c.ending, c.labels)
			}
			refused(t, folder, grey(), folder, c.want)
		})
	}
	folder := t.TempDir()
	write(t, folder, "t10k-images-idx3-ubyte", good)
	write(t, folder, "t10k-labels-idx1-ubyte", labels)
	refused(t, folder, grey(), "holds no images to learn from")
	write(t, folder, "train-images-idx3-ubyte", good)
	write(t, folder, "train-labels-idx1-ubyte", labels)
	write(t, folder, "b-train-images-idx3-ubyte", good)
	write(t, folder, "b-train-labels-idx1-ubyte", labels)
	refused(t, folder, grey(), "which of them counts cannot be known")
	o := grey()
	o.MaxArray = 20
	folder = t.TempDir()
	write(t, folder, "train-images-idx3-ubyte", good)
	write(t, folder, "train-labels-idx1-ubyte", labels)
	refused(t, folder, o, "takes 24 bytes of memory, the limit is 20")
}

// changed is a copy with another byte, counted from the end if negative.
func changed(raw []byte, at int) []byte {
	raw = slices.Clone(raw)
	if at < 0 {
		at += len(raw)
	}
	raw[at] ^= 1
	return raw
}

// record is a picture of CIFAR: red, green and blue are steps from a number, and the labels come first.
func record(number byte, labels ...byte) []byte {
	raw := slices.Clone(labels)
	for channel := range byte(3) {
		for i := range 1024 {
			raw = append(raw, number+channel*50+byte(i%32))
		}
	}
	return raw
}

func cifarOptions() Options {
	o := Options{Input: tensor.Shape{3, 32, 32}, Threads: 1}
	o.Prepare.Scale = 255
	return o
}

func TestCIFARsFiles(t *testing.T) {
	folder := t.TempDir()
	for batch := range 2 {
		var raw []byte
		for label := range byte(10) {
			raw = append(raw, record(byte(100*batch)+label, label)...)
		}
		write(t, folder, fmt.Sprintf("data_batch_%d.bin", batch+1), raw)
	}
	write(t, folder, "test_batch.bin", record(77, 9))
	d := opened(t, folder, cifarOptions())
	x, labels := all(t, d.Train)
	for i := range 20 {
		for _, at := range []int{0, 31, 1023, 1024, 3071} {
			want := float32(byte(100*(i/10)) + byte(i%10) + byte(at/1024*50) + byte(at%32))
			if x[i*3072+at] != want || labels[i] != i%10 {
				t.Fatalf("picture %d at %d: got %v of class %d, want %v", i, at, x[i*3072+at], labels[i], want)
			}
		}
	}
	if _, of := all(t, d.Val); !slices.Equal(of, []int{9}) || len(d.Classes) != 10 || d.Classes[3] != "3" {
		t.Errorf("got %v of %q", of, d.Classes)
	}
	write(t, folder, "batches.meta.txt", []byte("airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n"))
	if d := opened(t, folder, cifarOptions()); d.Classes[9] != "truck" {
		t.Errorf("got %q", d.Classes)
	}
	for names, want := range map[string]string{
		"a\nb":                            "batches.meta.txt: has 2 names, want 10",
		strings.Repeat("a\n", 10):         "the class a twice",
		strings.Repeat("x", 1<<16+1):      "has 65537 bytes, want 10 names",
		"\xff\na\nb\nc\nd\ne\nf\ng\nh\ni": "not valid UTF-8",
	} {
		write(t, folder, "batches.meta.txt", []byte(names))
		refused(t, folder, cifarOptions(), want)
	}
}

func TestCIFAR100(t *testing.T) {
	folder := t.TempDir()
	var raw []byte
	for fine := range byte(100) {
		raw = append(raw, record(fine, fine/5, fine)...)
	}
	write(t, folder, "train.bin", raw)
	write(t, folder, "test.bin", record(200, 3, 17))
	for _, coarse := range []bool{false, true} {
		o := cifarOptions()
		o.Coarse = coarse
		d := opened(t, folder, o)
		x, labels := all(t, d.Train)
		_, of := all(t, d.Val)
		want, classes, val := 57, 100, 17
		if coarse {
			want, classes, val = 11, 20, 3
		}
		if labels[57] != want || x[57*3072+1024] != 107 || len(d.Classes) != classes || !slices.Equal(of, []int{val}) {
			t.Errorf("coarse %v: got %d, %v, %d and %v", coarse, labels[57], x[57*3072+1024], len(d.Classes), of)
		}
	}
}

func TestCIFARFilesThatLie(t *testing.T) {
	good := record(1, 9)
	for name, c := range map[string]struct {
		name string
		raw  []byte
		want string
	}{
		"empty": {"data_batch_1.bin", nil, "has 0 bytes, want a multiple of the 3073 of a picture with 1 label"},
		"cut":   {"data_batch_1.bin", good[:3000], "has 3000 bytes, want a multiple"},
		"label": {"data_batch_1.bin", record(1, 10), "has the label 10 for picture 0, want 0 to 9"},
		"other": {"train.bin", good, "has 3073 bytes, want a multiple of the 3074 of a picture with 2 labels"},
		"fine":  {"train.bin", record(1, 3, 100), "has the label 100 for picture 0, want 0 to 99"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			write(t, folder, c.name, c.raw)
			refused(t, folder, cifarOptions(), filepath.Join(folder, c.name)+": ", c.want)
		})
	}
	o := cifarOptions()
	o.MaxArray = 3000
	folder := t.TempDir()
	write(t, folder, "data_batch_1.bin", good)
	refused(t, folder, o, "takes 3072 bytes of memory with those before it, the limit is 3000")
}

func FuzzIdx(f *testing.F) {
	f.Add(idx(counting(24), 4, 2, 3), false)
	f.Add(gzipped(idx(counting(24), 4, 2, 3)), true)
	f.Add(gzipped(idx(make([]byte, 1000), 10, 10, 10)), true)
	f.Add(idx(nil, 1<<31, 1<<31, 1<<31), false)
	f.Fuzz(func(t *testing.T, raw []byte, packed bool) {
		path := "train-images-idx3-ubyte"
		if packed {
			path += ".gz"
		}
		sizes, elements, err := readIdx(t.Context(), path, bytes.NewReader(raw), int64(len(raw)), 3, Options{MaxArray: 1 << 24})
		if err != nil {
			return
		}
		if n := sizes[0] * sizes[1] * sizes[2]; n != len(elements) || !packed && n+16 != len(raw) {
			t.Fatalf("got %d elements for %v of %d bytes", len(elements), sizes, len(raw))
		}
		if !packed {
			if again := idx(elements, sizes...); !bytes.Equal(again, raw) {
				t.Fatalf("got % x, which would be % x", raw, again)
			}
		}
	})
}

func FuzzCIFAR(f *testing.F) {
	f.Add(record(1, 9), false)
	f.Add(append(record(1, 3, 99), record(7, 19, 0)...), true)
	f.Add(record(1, 10)[:99], false)
	f.Fuzz(func(t *testing.T, raw []byte, hundred bool) {
		form := cifar{labels: 1, classes: 10}
		if hundred {
			form = cifar{labels: 2, label: 1, classes: 100}
		}
		p := &part{file: "a.bin"}
		if form.records(t.Context(), "a.bin", io.MultiReader(bytes.NewReader(raw)), int64(len(raw)), p, Options{}) != nil {
			return
		}
		sound(t, &stack{parts: []part{*p}}, len(raw))
		if p.n*(form.labels+3072) != len(raw) || p.labels[0] != int(raw[form.label]) || p.bytes[1] != raw[form.labels+1024] {
			t.Fatalf("got %d pictures of %d bytes", p.n, len(raw))
		}
	})
}
