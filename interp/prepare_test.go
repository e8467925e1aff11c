package interp_test

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/internal/nettest"
	"cnnlang/interp/picture"
)

// photographed has presets of its own, one of which hides one of std.prepare.
const photographed = `import std.prepare { imagenet }
import std.prepare as p
net base [N, C = 3, H = 224, W = 224] -> [N, 3] {
  meta { prepare = imagenet }
  gap -> flatten -> linear(3)
}
net small = base(H=64, W=32)
net odd [N, 3, H = 5, W = H/2] -> [N, 3] { gap -> flatten -> linear(3) }
net none [N, 3, H, W] -> [N, 3] { gap -> flatten -> linear(3) }
block caffe = picture(scale=255)
let edge = 9
`

func TestPreparationReplacesMeta(t *testing.T) {
	imagenet := picture.Preprocess{
		Fit: "short", Resize: [2]int{256, 256}, Interpolation: "bilinear", Scale: 1, Order: "rgb",
		Mean: []float32{0.485, 0.456, 0.406}, Std: []float32{0.229, 0.224, 0.225},
	}
	plain := picture.Preprocess{Fit: "short", Interpolation: "bilinear", Scale: 1, Order: "rgb", Mean: []float32{0}, Std: []float32{1}}
	with := func(p picture.Preprocess, change func(*picture.Preprocess)) picture.Preprocess {
		change(&p)
		return p
	}
	resized := func(p picture.Preprocess, h, w int) picture.Preprocess {
		return with(p, func(p *picture.Preprocess) { p.Resize = [2]int{h, w} })
	}
	for _, c := range []struct {
		net, prepare string
		shape        []int
		want         picture.Preprocess
	}{
		{"base", "", nil, imagenet},
		{"base", "", []int{1, 3, 448, 448}, resized(imagenet, 512, 512)},
		{"base", "imagenet(resize=232)", []int{1, 3, 112, 448}, resized(imagenet, 116, 464)},
		{"base", "imagenet(resize=256x300, fit=\"squash\")", nil, with(resized(imagenet, 256, 300), func(p *picture.Preprocess) { p.Fit = "squash" })},
		{"base", "plain", []int{1, 3, 448, 448}, plain},
		{"base", "picture(order=\"bgr\", interpolation=\"box\")", nil, with(plain, func(p *picture.Preprocess) { p.Order, p.Interpolation = "bgr", "box" })},
		// The file's own names come first, and its lets are known.
		{"base", "caffe", nil, with(plain, func(p *picture.Preprocess) { p.Scale = 255 })},
		{"base", "p.caffe(resize=2*edge + 300)", nil, with(resized(plain, 318, 318), func(p *picture.Preprocess) {
			p.Scale, p.Order, p.Mean = 255, "bgr", []float32{104, 117, 123}
		})},
		// What a preset inherits is about the size of the net that says it; what is said
		// from outside, about that of the net itself.
		{"small", "", nil, resized(imagenet, 73, 37)}, // 73.14 and 36.57
		{"small", "imagenet", nil, imagenet},
		{"small", "imagenet", []int{1, 3, 128, 32}, resized(imagenet, 512, 256)},
		{"odd", "imagenet", []int{1, 3, 6, 3}, imagenet}, // its default is none
		{"none", "imagenet", []int{1, 3, 448, 448}, imagenet},
		{"base", "imagenet(mean=[0.5], std=[0.25])", []int{2, 1, 224, 224}, with(imagenet, func(p *picture.Preprocess) {
			p.Mean, p.Std, p.Grey = []float32{0.5}, []float32{0.25}, true
		})},
	} {
		p, err := interp.Read("net.cnn", strings.NewReader(photographed))
		if err != nil {
			t.Fatal(err)
		}
		n, err := p.Net(interp.Options{Net: c.net, Shape: c.shape, Prepare: interp.Prepare(c.prepare)})
		if err != nil {
			t.Errorf("%s by %s: %v", c.net, c.prepare, err)
			continue
		}
		if got := n.Preprocess(); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s by %s at %v: got %+v, want %+v", c.net, c.prepare, c.shape, got, c.want)
		}
	}
}

// Each mistake has its place in the text itself.
func TestPreparationsThatAreNone(t *testing.T) {
	for _, c := range []struct{ prepare, want, help string }{
		{"caffee", "1:1: there is no `caffee` here", "did you mean `caffe`?"},
		{"imagnet(fit=\"pad\")", "1:1: there is no `imagnet` here", "did you mean `imagenet`?"},
		{"vgg", "1:1: there is no `vgg` here", "write `picture(…)`, or one of its presets: `imagenet`, `inception`, `caffe`, `plain`"},
		{"caffe(fti=\"pad\")", "1:7: `picture` has no parameter `fti`", "did you mean `fit`?"},
		{"caffe(fit=squash)", "1:11: there is no `squash` here", "a text stands between quotation marks: `\"squash\"`"},
		{"caffe(fit=\"crop\")", "1:11: `fit` of `picture` must be \"short\", \"squash\" or \"pad\", got \"crop\"", ""},
		{"caffe(resize=65537)", "1:14: `resize` of `picture` must be a number of pixels from 1 to 65536", ""},
		{"caffe(std=[0])", "1:11: `std` of `picture` must be a list of positive numbers, got [0]", "pixels are divided by `std`"},
		{"caffe(resize=size)", "1:14: there is no `size` here", ""},
		{"relu", "1:1: this must be a picture", ""},
		{"3 * 4", "1:1: this must be a picture, such as `imagenet` of std.prepare or `picture(…)`, got 12", ""},
		{"prepare = plain", "1:9: `=` cannot follow `prepare`", "write the value alone"},
		{"plain; net x", "1:6: `;` cannot follow `plain`", ""},
		{"imagenet(mean=[0.1, 0.2, 0.3])", "", ""},
		{"p.cafe", "1:3: std/prepare.cnn declares no `cafe`", "did you mean `caffe`?"},
		{strings.Repeat("(", 1000) + "plain" + strings.Repeat(")", 1000), "nested", ""},
	} {
		p, err := interp.Read("net.cnn", strings.NewReader(photographed))
		if err != nil {
			t.Fatal(err)
		}
		opts := interp.Options{Net: "base", Prepare: interp.Preparation{Text: c.prepare, Name: "flag"}}
		_, err = p.Net(opts)
		var found *interp.ProgramError
		if c.want == "" {
			if err != nil {
				t.Errorf("%s: got %v", c.prepare, err)
			}
			continue
		}
		if !errors.As(err, &found) || len(found.Problems) != 1 {
			t.Errorf("%s: got %v", c.prepare, err)
			continue
		}
		d := found.Problems[0]
		got := fmt.Sprintf("%d:%d: %s", d.Span.Start.Line, d.Span.Start.Column, d.Message)
		if d.Span.Start.Filename != "flag" || !strings.Contains(got, c.want) || !strings.Contains(d.Help, c.help) {
			t.Errorf("%.40s: got %s: %s, help %q; want %q, %q", c.prepare, d.Span.Start.Filename, got, d.Help, c.want, c.help)
		}
		if f := found.Files("flag"); f == nil || f.Text != c.prepare {
			t.Errorf("%.40s: the text is not shown", c.prepare)
		}
	}
}

// A model classifies what the preparation makes of a picture.
func TestClassifyAsPrepared(t *testing.T) {
	m := built(t, classifier, interp.Options{Prepare: interp.Prepare("caffe(fit=\"pad\", resize=0)")})
	const path = "../testdata/images/rocket.jpg"
	prepared, err := picture.Load(t.Context(), path, picture.Preprocess{Fit: "pad", Scale: 255, Order: "bgr", Mean: []float32{104, 117, 123}}, 12, 16, 0)
	if err != nil {
		t.Fatal(err)
	}
	scores := nettest.Results(t, m, 1, prepared)[0]
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	classes, err := m.Classify(t.Context(), file, 1)
	if err != nil {
		t.Fatal(err)
	}
	if classes[0].Score != slices.Max(scores) || classes[0].Score != scores[classes[0].Index] {
		t.Errorf("got %v of %v", classes, scores)
	}
}

// No text makes it panic or accept what package picture refuses.
func FuzzPreparation(f *testing.F) {
	for _, text := range []string{
		"caffe(fit=\"pad\")", "picture(resize=2**16, mean=[edge])", "p.imagenet(std=[1, 2])", "edge", "small", "imagenet(mean=[0.1] * 3)", "\"{edge}\"",
	} {
		f.Add(text)
	}
	p, err := interp.Read("net.cnn", strings.NewReader(photographed))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := p.Net(interp.Options{Net: "base", Prepare: interp.Prepare(text)})
		var found *interp.ProgramError
		switch {
		case err != nil && !errors.As(err, &found):
			t.Errorf("got %v", err)
		case err == nil && n.Preprocess().Check() != nil:
			t.Errorf("got %v", n.Preprocess().Check())
		}
	})
}
