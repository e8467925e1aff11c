package interp_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"io/fs"
	"iter"
	"math"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/internal/nettest"
	"cnnlang/interp/picture"
	"cnnlang/ops/tensor"
)

// pngOf is a picture of one colour of its own for each number.
func pngOf(t *testing.T, number, width, height int) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for i := range width * height {
		img.Set(i%width, i/width, color.NRGBA{uint8(number), uint8(number / 256 * 90), uint8(i), 255})
	}
	return encoded(t, img)
}

func encoded(t *testing.T, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// inMemory is a source of a text.
func inMemory(name string, content []byte) interp.Source {
	return interp.Source{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }}
}

const mostPictures = 300

func manyPictures(t *testing.T) [][]byte {
	t.Helper()
	pictures := make([][]byte, mostPictures)
	for i := range pictures {
		pictures[i] = pngOf(t, i, 16, 12)
	}
	return pictures
}

// numbered are pictures called by their numbers; every 17th is broken, and taken counts how
// many were asked for.
func numbered(pictures [][]byte, taken *atomic.Int64) iter.Seq[interp.Source] {
	return func(yield func(interp.Source) bool) {
		for i, content := range pictures {
			if i%17 == 3 {
				content = content[:40]
			}
			taken.Add(1)
			if !yield(inMemory(fmt.Sprint(i), content)) {
				return
			}
		}
	}
}

// Every picture has its answer, in order, with the bits that Run computes of it, on any number
// of threads and in batches of any size; pictures that cannot be read are the only errors.
// Neither the pictures that are taken ahead nor memory grow with their number.
func TestEachAnswersEveryPicture(t *testing.T) {
	one := built(t, classifier, interp.Options{Threads: 1})
	pictures := manyPictures(t)
	var want [mostPictures]tensor.Tensor
	for i := range want {
		decoded, err := png.Decode(bytes.NewReader(pictures[i]))
		if err != nil {
			t.Fatal(err)
		}
		input, err := one.Net.Preprocess().Tensor(t.Context(), decoded, 12, 16)
		if err == nil {
			want[i], err = one.Run(t.Context(), input)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ batch, threads int }{{1, 1}, {1, 3}, {4, 2}} {
		m := built(t, classifier, interp.Options{Batch: c.batch, Threads: c.threads, Values: []string{"fc"}})
		var taken atomic.Int64
		i, first := 0, uint64(0)
		for a, err := range m.Each(t.Context(), numbered(pictures, &taken)) {
			var bad *interp.PictureError
			var file *picture.FileError
			switch {
			case a.Name != fmt.Sprint(i):
				t.Fatalf("%+v: got %s, want %d", c, a.Name, i)
			case i%17 == 3:
				if !errors.As(err, &bad) || bad.Name != a.Name || !errors.As(err, &file) || file.Path != a.Name || a.Classes(1) != nil {
					t.Errorf("%+v, %d: got %v", c, i, err)
				}
			case err != nil || !nettest.SameBits(a.Output.Data, want[i].Data):
				t.Errorf("%+v, %d: got %v, %v, want %v", c, i, a.Output, err, want[i])
			case a.Classes(1)[0] != one.Net.Classes(want[i], 1)[0][0]:
				t.Errorf("%+v, %d: got %v", c, i, a.Classes(1))
			default:
				if step, ok := a.Value("fc"); !ok || !nettest.SameBits(step.Data, want[i].Data) {
					t.Errorf("%+v, %d: fc is %v", c, i, step)
				}
			}
			i++
			if ahead := taken.Load() - int64(i); ahead > int64(c.batch*(9*c.threads+3)) {
				t.Errorf("%+v: %d pictures were taken ahead", c, ahead)
			}
			if i == mostPictures/10 {
				first = live()
			}
			if i == mostPictures-20 {
				if last := live(); last > first+1<<20 {
					t.Errorf("%+v: %d bytes after %d pictures and %d after %d", c, first, mostPictures/10, last, i)
				}
			}
		}
		if i != mostPictures {
			t.Errorf("%+v: %d answers", c, i)
		}
	}
}

// live is how many bytes of the heap are in use, the least of several counts, as others may
// allocate meanwhile.
func live() uint64 {
	least := uint64(math.MaxUint64)
	for range 4 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		least = min(least, m.HeapAlloc)
	}
	return least
}

// A loop may be left at any time, and a context may end while the source of pictures waits:
// no lane stays behind.
func TestEachEndsWithItsLoop(t *testing.T) {
	m := built(t, classifier, interp.Options{Threads: 2})
	before := runtime.NumGoroutine()
	var taken atomic.Int64
	for range m.Each(t.Context(), numbered(manyPictures(t), &taken)) {
		break
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	waits, answers, last := make(chan bool), 0, error(nil)
	for _, err := range m.Each(ctx, func(yield func(interp.Source) bool) {
		yield(inMemory("0", pngOf(t, 0, 9, 9)))
		<-waits
	}) {
		answers, last = answers+1, err
		cancel()
	}
	if answers != 2 || last != context.Canceled {
		t.Errorf("%d answers, the last with %v", answers, last)
	}
	close(waits)
	for try := 0; runtime.NumGoroutine() > before; try++ {
		if runtime.Gosched(); try > 1e7 {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
	}
}

// A panic of the source of pictures is one of the loop.
func TestEachPanicsWhereItIsCalled(t *testing.T) {
	m := built(t, classifier, interp.Options{Threads: 1})
	defer func() {
		if crash, _ := recover().(error); crash == nil || !strings.Contains(crash.Error(), "blown up") {
			t.Errorf("got %v", crash)
		}
	}()
	for range m.Each(t.Context(), func(func(interp.Source) bool) { panic("blown up") }) {
	}
	t.Error("the loop ended")
}

// Lanes are as many as the memory has room for. A picture too large for the share of a lane is
// decoded alone, one too large for what there is is refused, and the rest goes on.
func TestEachKeepsWithinTheMemory(t *testing.T) {
	roomy := built(t, classifier, interp.Options{Threads: 3})
	base := roomy.Memory(3).Total()
	large := encoded(t, image.NewGray(image.Rect(0, 0, 5500, 4500))) // 74 MB to decode, and 147
	giant := encoded(t, image.NewGray(image.Rect(0, 0, 7000, 7000)))
	if lanes, _ := roomy.Lanes(); lanes != 3 {
		t.Errorf("%d lanes without a limit", lanes)
	}
	for _, c := range []struct {
		most  int64
		lanes int
	}{{64 << 20, 1}, {134 << 20, 2}, {1 << 30, 3}} {
		m := built(t, classifier, interp.Options{Threads: 3, MaxMemory: base + c.most})
		if lanes, err := m.Lanes(); lanes != c.lanes || err != nil {
			t.Errorf("%d bytes: %d lanes, %v, want %d", c.most, lanes, err, c.lanes)
		}
	}
	m := built(t, classifier, interp.Options{Threads: 2, MaxMemory: base + 132<<20})
	var opened atomic.Int64
	limited := 0
	counted := func(name string, content []byte) interp.Source {
		s := inMemory(name, content)
		open := s.Open
		s.Open = func() (io.ReadCloser, error) { opened.Add(1); return open() }
		return s
	}
	got := ""
	for a, err := range m.Each(t.Context(), func(yield func(interp.Source) bool) {
		small := pngOf(t, 3, 9, 9)
		_ = yield(inMemory("first", small)) && yield(counted("large", large)) && yield(counted("giant", giant)) && yield(inMemory("last", small))
	}) {
		var limit *picture.LimitError
		if errors.As(err, &limit) {
			limited++
			continue
		}
		if err != nil {
			t.Error(err)
		}
		got += a.Name + " "
	}
	if got != "first large last " || limited != 1 || opened.Load() != 4 {
		t.Errorf("got %s, %d beyond the limit, opened %d times", got, limited, opened.Load())
	}
	_, err := built(t, classifier, interp.Options{Threads: 1, MaxMemory: roomy.Memory(1).Total() + 500}).Lanes()
	var memory *interp.MemoryError
	if !errors.As(err, &memory) {
		t.Errorf("got %v", err)
	}
}

// What no loop can begin with is its only answer, and a file that is not there is one of many.
func TestEachRefusesInWords(t *testing.T) {
	only := func(m *interp.Model, ctx context.Context) (last error) {
		for _, err := range m.Each(ctx, interp.Files("none.png")) {
			last = err
		}
		return last
	}
	m := built(t, classifier, interp.Options{})
	if err := only(m, t.Context()); !errors.Is(err, fs.ErrNotExist) && !strings.Contains(err.Error(), "none.png: no such file") {
		t.Errorf("got %v", err)
	}
	if err := only(m, nil); err == nil || !strings.Contains(err.Error(), "context is nil") {
		t.Errorf("got %v", err)
	}
	var unfit *interp.InputError
	if err := only(built(t, "net n [N, 5] -> [N, 2] { linear(2) }\n", interp.Options{}), t.Context()); !errors.As(err, &unfit) {
		t.Errorf("got %v", err)
	}
}

// A list names a picture on each line, whatever its end, or before each NUL; one that cannot be
// read, is empty, or has a line that is no name, has an answer that says so.
func TestLists(t *testing.T) {
	for _, c := range []struct{ text, want, problem string }{
		{"", "names", "names: names no image"},
		{"\n\r\n", "names", "names: names no image"},
		{"\ufeff", "names", "names: names no image"},
		{"\ufeffa.png\r\n\ufeffb.png", "a.png|\ufeffb.png", ""},
		{"a\nb.png\x00c.png\r\n\x00\x00d.png", "a\nb.png|c.png\r\n|d.png", ""},
		{"a.png\x00", "a.png", ""},
		{"a.png", "a.png", ""},
		{"a.png\n\nb c.png\r\ncaf\xe9.png", "a.png|b c.png|caf\xe9.png", ""},
		{"a.png\n" + strings.Repeat("x", 1<<16+1) + "\nb.png\n", "a.png|names", "names: line 2 has more than 65536 bytes"},
	} {
		var names []string
		problem := error(nil)
		for s := range interp.ListedBy("names", strings.NewReader(c.text)) {
			if names = append(names, s.Name); s.Open != nil {
				_, problem = s.Open()
			}
		}
		if got := strings.Join(names, "|"); got != c.want || !strings.Contains(fmt.Sprint(problem), c.problem) || (problem == nil) != (c.problem == "") {
			t.Errorf("%.20q: got %q, %v", c.text, got, problem)
		}
	}
	m := built(t, classifier, interp.Options{})
	for a, err := range m.Each(t.Context(), interp.Listed("none.txt")) {
		if a.Name != "none.txt" || !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %s, %v", a.Name, err)
		}
	}
}
