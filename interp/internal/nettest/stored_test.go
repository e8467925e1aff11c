//go:build !race

package nettest

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/internal/reftest"
	"cnnlang/lang/langtest"
)

// testdata/exact has of the networks that docs/precision.md lists, one of each family at least, what
// exactly computes at their own size for two images, weights and images of seed 0, as that takes
// minutes. To write it anew:
//
//	go test ./interp/internal/nettest -run TestExact -reference.all -update -timeout 90m
//
// An empty file is one to be written.
const exactFolder = "../../../testdata/exact"

// storedValues is about how many values of a result are stored.
const storedValues = 2000

// A storedResult is every n-th value of a result, from the first on.
type storedResult struct {
	values []float64
	every  int
}

// storedDigits is the number of significant digits of each value; float32 has 7.
const storedDigits = 10

// stored keeps some values of a result. Their distance is odd, or those of an image would
// be from a few of its columns.
func stored(result []float64) (s storedResult) {
	s.every = 1
	if len(result) > storedValues {
		s.every = (len(result)-1)/storedValues + 1 | 1
	}
	for i := 0; i < len(result); i += s.every {
		s.values = append(s.values, result[i])
	}
	return s
}

func (s storedResult) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "every %d of seed 0 in float64, written by a test, see interp/internal/nettest/stored_test.go\n", s.every)
	for i, v := range s.values {
		b.WriteString(strconv.FormatFloat(v, 'g', storedDigits, 64))
		if i%10 == 9 || i == len(s.values)-1 {
			b.WriteByte('\n')
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// readStored reads what is stored of a network.
func readStored(t testing.TB, net string) (s storedResult) {
	t.Helper()
	text, err := os.ReadFile(exactFile(net))
	if err != nil {
		t.Fatal(err)
	}
	head, rest, _ := strings.Cut(string(text), "\n")
	if n, err := fmt.Sscanf(head, "every %d ", &s.every); n != 1 || s.every < 1 {
		t.Fatalf("%s: %v", exactFile(net), err)
	}
	for field := range strings.FieldsSeq(rest) {
		v, err := strconv.ParseFloat(field, 64)
		if err != nil {
			t.Fatalf("%s: %v", exactFile(net), err)
		}
		s.values = append(s.values, v)
	}
	return s
}

// storedNets are the networks with stored values.
func storedNets(t testing.TB) []string { return netsIn(t, exactFolder, ".txt") }

// netsIn are the networks that have a file in a folder.
func netsIn(t testing.TB, folder, ending string) (names []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*"+ending))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s has no files (%v)", folder, err)
	}
	for _, file := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(file), ending))
	}
	return names
}

func exactFile(net string) string { return filepath.Join(exactFolder, net+".txt") }

// of returns those values of another result, of one image or both, that are stored for this
// one.
func (s storedResult) of(t testing.TB, result []float32) []float32 {
	t.Helper()
	var values []float32
	for i := 0; i < len(result); i += s.every {
		values = append(values, result[i])
	}
	if n := len(s.values); len(values) != n && len(values) != (n+1)/2 {
		t.Fatalf("%d values are stored, one of %d; a result has %d", n, s.every, len(result))
	}
	return values
}

// twoImages is a network at its own size, with two of them, or with 16 where each gives one number
// alone: that many have a spread to measure by.
func twoImages(t testing.TB, name string) *interp.Net {
	t.Helper()
	if n := Instantiate(t, name, nil); n.Graph.Output().Shape.Elements() == 1 {
		return ofImages(t, name, 16)
	}
	return ofImages(t, name, 2)
}

// oneImage is the same with one of them, or with 16.
func oneImage(t testing.TB, name string) *interp.Net {
	t.Helper()
	if n := Instantiate(t, name, nil); n.Graph.Output().Shape.Elements() > 1 {
		return n
	}
	return ofImages(t, name, 16)
}

func ofImages(t testing.TB, name string, images int) *interp.Net {
	t.Helper()
	p, err := interp.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	n, err := p.Net(interp.Options{Batch: images})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// TestExact recomputes the smallest network and compares it with the stored values, and
// with -reference.all every network. Results in float64 depend in the last bits on the
// processor.
func TestExact(t *testing.T) {
	for _, name := range storedNets(t) {
		if !*all && name != "nin_cifar10" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			n := twoImages(t, name)
			exact := stored(exactly(n, Tensors(t, n, 0), Images(n))[0])
			if updates() {
				langtest.Golden(t, exactFile(name), exact.String())
				return
			}
			want := readStored(t, name)
			if len(want.values) != len(exact.values) || want.every != exact.every {
				t.Fatalf("%d values are stored, one of %d; want %d, one of %d", len(want.values), want.every, len(exact.values), exact.every)
			}
			deviation := spread(want.values)
			for i, v := range exact.values {
				if d := math.Abs(v-want.values[i]) / deviation; !(d <= 1e-9) {
					t.Fatalf("value %d is %v, %v is stored", i, v, want.values[i])
				}
			}
		})
	}
}

// The stored values are the float64 values of the reference, to the stored digits.
func TestStoredIsTheReference(t *testing.T) {
	for _, name := range reftest.Nets(t, referenceFolder) {
		s, want := readStored(t, name), reftest.ReadOutputs(t, referenceFolder, name).Runs[0].Logits
		if len(want.Float64.First) != want.Shape[0] {
			t.Fatalf("%s: the reference has float64 of %d images", name, len(want.Float64.First))
		}
		deviation := spread(s.values)
		compared := 0
		for i, first := range want.Float64.First {
			for k, v := range first {
				at := i*want.Shape[1] + k
				if at%s.every != 0 {
					continue
				}
				compared++
				if d := math.Abs(v-s.values[at/s.every]) / deviation; !(d <= 2e-9) {
					t.Errorf("%s: value %d of image %d is %v, the reference has %v: %.2g standard deviations", name, k, i, s.values[at/s.every], v, d)
				}
			}
		}
		if compared < 2 {
			t.Errorf("%s: only %d values were compared", name, compared)
		}
	}
}

// referenceError is the root mean square error of the reference in float32, in standard
// deviations, over the values that both it and testdata/exact have.
func (s storedResult) referenceError(v reftest.Vectors) float64 {
	square, count := 0.0, 0.0
	for i, sample := range v.Samples {
		note := func(at int, x float64) {
			if at += i * v.Shape[1]; at%s.every == 0 {
				square += math.Pow(x-s.values[at/s.every], 2)
				count++
			}
		}
		for k, x := range sample.First {
			note(k, x)
		}
		for k, x := range sample.Spaced {
			note(v.SpacedAt[k], x)
		}
	}
	return math.Sqrt(square/count) / spread(s.values)
}

// spread is the standard deviation.
func spread(values []float64) float64 {
	mean, square, count := 0.0, 0.0, float64(len(values))
	for _, x := range values {
		mean += x / count
	}
	for _, x := range values {
		square += (x - mean) * (x - mean) / count
	}
	return math.Sqrt(square)
}
