package interp_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/ops/tensor"
)

const severalPublished = `net n [N, 3, H = 5, W = 5] -> [N, 3, _, _] {
  meta {
    weights = [checkpoint("x/model.safetensors", sha256="0676ba61"),
               checkpoint("y/model.safetensors", sha256="11ad3fa6aa", prepare=picture(scale=255), map="b"),
               checkpoint("b.pth", prepare=picture(resize=9))]
    prepare = picture(resize=7)
  }
  names a { "c.weight" = "w" [2, 3, 0, 1] }
  names b { "c.weight" = "w" [3, 2, 1, 0] }
  c: conv(3, 3x3, bias=false)
}`

// A file is known by its name, unless that is the name of several, or by the hash in it.
func TestPublishedFileByName(t *testing.T) {
	n := readNet(t, severalPublished)
	for _, c := range []struct{ path, want string }{
		{"b.pth", "b.pth"}, {"../some/b.pth", "b.pth"}, {"/cache/x/model.safetensors", "x/model.safetensors"},
		{"y/model.safetensors", "y/model.safetensors"}, {"model.safetensors", ""}, {"z/model.safetensors", ""},
		{"mine-0676ba61.safetensors", "x/model.safetensors"}, {"0676ba6100_f16.safetensors", "x/model.safetensors"},
		{"mine.11ad3fa6.h5", "y/model.safetensors"}, {"11ad3fa6ab.h5", ""}, {"v0676ba61.h5", ""}, {"0676ba6.h5", ""},
		{"0676ba61-11ad3fa6.h5", ""}, {"0676ba61/c.h5", ""}, {"bb.pth", ""}, {"b.pt", ""}, {"", ""}, {".", ""}, {"/", ""},
	} {
		if got, ok := n.Published(c.path); got.File != c.want || ok != (c.want != "") {
			t.Errorf("%q is %q, want %q", c.path, got.File, c.want)
		}
	}
}

// The map and the preparation of such a file are its own, unless options say others or it does
// not fit.
func TestPublishedFileIsReadAsItsOwn(t *testing.T) {
	folder := t.TempDir()
	for _, c := range []struct {
		file, names, prepare, want string
		scale                      float64
	}{
		{"w-11ad3fa6.safetensors", "", "", "b", 255}, {"w-11ad3fa6.safetensors", "a", "", "a", 255},
		{"w-11ad3fa6.safetensors", "", "picture(std=[0.5])", "b", 1}, {"other.safetensors", "a", "", "a", 1},
	} {
		path := filepath.Join(folder, c.file)
		if err := interp.WriteWeights(context.Background(), path, map[string]tensor.Tensor{"w": tensor.New(3, 3, 3, 3)}); err != nil {
			t.Fatal(err)
		}
		p, err := interp.Read("n.cnn", strings.NewReader(severalPublished))
		if err != nil {
			t.Fatal(err)
		}
		opts := interp.Options{Weights: interp.WeightsFile(path).Named(c.names), Prepare: interp.Prepare(c.prepare)}
		n, err := p.Net(opts)
		if err != nil {
			t.Fatal(err)
		}
		if fit, err := n.Fit(opts.Weights); err != nil || fit.Names != c.want || float64(n.Preprocess().Scale) != c.scale {
			t.Errorf("%s by names %q, prepared by %q: read by %q, %v, with pixels up to %v", c.file, c.names, c.prepare, fit.Names, err, n.Preprocess().Scale)
		}
	}
	// A file of the name that has the net's own names.
	path := filepath.Join(folder, "own-11ad3fa6.safetensors")
	if err := interp.WriteWeights(context.Background(), path, map[string]tensor.Tensor{"c.weight": tensor.New(3, 3, 3, 3)}); err != nil {
		t.Fatal(err)
	}
	if fit, err := readNet(t, severalPublished).Fit(interp.WeightsFile(path)); err != nil || fit.Names != "" {
		t.Errorf("a file by the net's own names: %+v, %v", fit, err)
	}
}

// A preset takes over the files only if it gives no arguments: with others they may not fit.
func TestPublishedFilesOfPresets(t *testing.T) {
	const text = `net base(c = 3) [N, 3, H = 8, W = 8] -> [N, c] {
  meta { weights = checkpoint("w.pth") }
  gap -> flatten -> linear(c)
}
net same = base
net other = base(c=2)
net larger = base(H=9)
net own = base(c=2) { meta { weights = checkpoint("two.pth") } }
`
	for net, want := range map[string]string{"base": "w.pth", "same": "w.pth", "other": "", "larger": "", "own": "two.pth"} {
		p, err := interp.Read("n.cnn", strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		n, err := p.Net(interp.Options{Net: net})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, c := range n.Meta.Weights {
			got += c.File
		}
		if got != want {
			t.Errorf("%s has %q, want %q", net, got, want)
		}
	}
}

// The leaves of a layer_norm in every layout, as lang/spec.md has them.
func TestLeavesOfLayerNorm(t *testing.T) {
	n := readNet(t, `net n [N, 3, H = 8, W = 8] -> [N, 3, H, W] {
  names torch { "ln." = "a." }
  names keras { "ln." = "a/" }
  names keras1 { "ln." = "a_" }
  names slim { "ln." = "a/" }
  ln: layer_norm
}`)
	for names, want := range map[string]string{
		"torch": "a.weight a.bias", "keras": "a/gamma a/beta", "keras1": "a_weight a_bias", "slim": "a/LayerNorm/gamma a/LayerNorm/beta",
	} {
		tensors, err := n.Tensors(names)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, x := range tensors {
			got = append(got, x.Name)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %v, want %s", names, got, want)
		}
	}
}

// The size of a published file is a whole number of bytes, 0 where it is not known.
func TestPublishedSize(t *testing.T) {
	if n := readNet(t, strings.Replace(severalPublished, `"11ad3fa6aa"`, `"11ad3fa6aa", bytes=102_540_000`, 1)); n.Meta.Weights[1].Bytes != 102_540_000 || n.Meta.Weights[0].Bytes != 0 {
		t.Errorf("got %+v", n.Meta.Weights)
	}
	p, err := interp.Read("n.cnn", strings.NewReader(strings.Replace(severalPublished, `"0676ba61"`, `"0676ba61", bytes=-1`, 1)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Net(interp.Options{}); err == nil || !strings.Contains(err.Error(), "`bytes` of `checkpoint` must be a number of bytes, or 0 where it is not known") {
		t.Errorf("a negative one: got %v", err)
	}
}
