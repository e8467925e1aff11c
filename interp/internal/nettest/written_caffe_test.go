//go:build !race

package nettest

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/internal/weightfile/filetest"
)

// inCaffe are the layers of the SENet authors' file, by the paths of ours.
func inCaffe(t *testing.T) map[string]string {
	t.Helper()
	names := map[string]string{}
	for line := range strings.Lines(string(filetest.Read(t, "../../../testdata/names/legacy_seresnext50_32x4d_caffe.txt"))) {
		fields := strings.Fields(line)
		layer := func(name string) string { return name[:strings.LastIndexByte(name, '.')] }
		names[layer(fields[2])] = strings.TrimSuffix(layer(fields[0]), "/scale")
	}
	return names
}

// A file as the authors of SENet have published theirs, with their names, gives the bits of the
// numbers that Caffe computes with: mean and variance are what is stored times the inverse of the
// factor. With a factor that float32 does not divide by exactly they are near those that it was made from.
func TestWrittenAsCaffeBySENet(t *testing.T) {
	n := narrowed(t, "narrow_senet", "legacy_seresnext50_32x4d")
	tensors := interp.RandomTensors(n, writtenSeed)
	names := inCaffe(t)
	called := func(path string) string {
		if names[path] == "" {
			t.Errorf("the authors have no layer for %s", path)
		}
		return names[path]
	}
	want := logitsOf(t, n, interp.WeightsFile(safetensors(t, tensors)))
	statistic := func(path string) bool { return strings.Contains(path, ".running_") }
	for _, factor := range []float32{1, 999.982} {
		w := interp.WeightsFile(written(t, "SE.caffemodel", filetest.Caffe(layersOf(t, n, tensors), called, factor), nil))
		fit, err := n.Fit(w)
		if err != nil || fit.Names != "caffe" {
			t.Fatalf("read by %q, %v", fit.Names, err)
		}
		got := logitsOf(t, n, w)
		scaled := changed(tensors, func(path string) func(float32) float32 {
			return func(x float32) float32 {
				if stored := x * factor; statistic(path) {
					return stored * (1 / factor)
				}
				return x
			}
		})
		if !SameBits(got, logitsOf(t, n, interp.WeightsFile(safetensors(t, scaled)))) {
			t.Errorf("factor %v: the logits are not those of Caffe's numbers", factor)
		}
		if factor == 1 {
			if !SameBits(got, want) {
				t.Error("factor 1 changes the logits")
			}
			continue
		}
		// The numbers are rounded when they are stored and when they are read; the inverse of the factor, all
		// in one way.
		_, largest := implied(t, n, tensors, func(r *rand.Rand, path string) func(float32) float32 {
			if !statistic(path) {
				return relative(0)(r, path)
			}
			return relative(2*ulp)(r, path)
		})
		shifted := changed(tensors, func(path string) func(float32) float32 {
			return func(x float32) float32 {
				if statistic(path) {
					return x * (1 + 2*ulp)
				}
				return x
			}
		})
		shift := apart(logitsOf(t, n, interp.WeightsOf(shifted)), want)
		d := apart(got, want)
		t.Logf("moved by %.3g, noise by up to %.3g, the factor by %.3g; the logits deviate by %.3g", d, largest, shift, spread(widened(want)))
		if SameBits(got, want) || d > 2*largest+shift {
			t.Errorf("the factor %v moved the logits by %v, noise by up to %v and its rounding by %v", factor, d, largest, shift)
		}
	}
}

// Where a unit strides the weights do not show, but the layers of the file do: SE-ResNet's file does
// not pass for SE-ResNeXt's.
func TestWrittenWithOtherStrides(t *testing.T) {
	n := narrowed(t, "narrow_senet", "legacy_seresnext50_32x4d")
	layers, names := layersOf(t, n, interp.RandomTensors(n, writtenSeed)), inCaffe(t)
	var moved []string
	for i := range layers {
		if unit, ok := strings.CutSuffix(layers[i].Name, ".conv2"); ok && layers[i].Stride == 2 {
			moved = append(moved, unit+".conv1", unit+".conv2")
			layers[i].Stride = 1
			for k := range layers {
				if layers[k].Name == unit+".conv1" {
					layers[k].Stride = 2
				}
			}
		}
	}
	fit, err := n.Fit(interp.WeightsFile(written(t, "SE.caffemodel", filetest.Caffe(layers, func(path string) string { return names[path] }, 1), nil)))
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, d := range fit.Differences {
		if strings.HasPrefix(d.File, "stride=") {
			told = append(told, d.Steps...)
		}
	}
	slices.Sort(told)
	if len(moved) != 6 || !slices.Equal(told, moved) {
		t.Errorf("told of %q, want %q", told, moved)
	}
}
