package interp_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/lang/diag"
)

const oldKeys = `import std.prepare { plain }
net base(classes = 4, resize = 256) [N, 3, H = 224, W = 224] -> [N, classes] {
  meta {
    paper         = "x"
    mean          = [0.485, 0.456, 0.406]
    std           = [0.229, 0.224, 0.225]  # as always
    scale         = 1
    channel_order = "rgb"
    resize        = resize
    crop          = 224
    interpolation = "bilinear"
  }
  gap -> flatten -> fc: linear(classes)
}
net a = base(resize=232) { meta { interpolation = "bicubic"; source = "y"; crop = 224 } }
net b [N, 3, H = 300, W = 320] -> [N, 3, H, W] {
  meta { scale = 255; mean = [104, 117, 123]; std = [1, 1, 1]
         channel_order = "bgr"; crop = 224; resize = 256 }
  relu
}
net c [N, 3, H = 32, W = 32] -> [N, 3, H, W] {
  meta { mean = [0.5, 0.5, 0.5]; std = [0.25, 0.25, 0.25] }
  relu
}
net d = c { meta { prepare = plain } }
`
const newKeys = `import std.prepare { plain, imagenet, caffe }
net base(classes = 4, resize = 256) [N, 3, H = 224, W = 224] -> [N, classes] {
  meta {
    paper         = "x"
    prepare = imagenet(resize=resize)
    # as always
  }
  gap -> flatten -> fc: linear(classes)
}
net a = base(resize=232) { meta { prepare = imagenet(resize=232, interpolation="bicubic"); source = "y" } }
net b [N, 3, H = 300, W = 320] -> [N, 3, H, W] {
  meta { prepare = caffe(resize=343x366) }
  relu
}
net c [N, 3, H = 32, W = 32] -> [N, 3, H, W] {
  meta { prepare = picture(mean=[0.5], std=[0.25]) }
  relu
}
net d = c { meta { prepare = plain } }
`

// The keys of meta that `prepare` replaced are rewritten into it, each net's as it inherited
// them: base by its parameter, a with what it took over, b with a cut that was not its
// input, c beside an import.
func TestOldKeysOfMetaAreRewritten(t *testing.T) {
	p, list := examine(t, oldKeys, patient)
	for _, d := range list {
		if d.Code != diag.UnknownMeta {
			t.Errorf("unexpected %v", d)
		}
	}
	fixed, _ := p.Fixed(list)
	if fixed != newKeys {
		t.Fatalf("got\n%s", fixed)
	}
	q, list := examine(t, fixed, patient)
	if len(list) > 0 {
		t.Fatal(list)
	}
	imagenet := interp.Picture{Fit: "short", Mean: []float64{0.485, 0.456, 0.406}, Std: []float64{0.229, 0.224, 0.225},
		Scale: 1, Order: "rgb", Interpolation: "bicubic", Stated: true, Resize: [2]int{232, 232}, At: [2]int{224, 224}}
	caffe := interp.Picture{Fit: "short", Mean: []float64{104, 117, 123}, Std: []float64{1}, Scale: 255, Order: "bgr",
		Interpolation: "bilinear", Stated: true, Resize: [2]int{343, 366}, At: [2]int{300, 320}} // 256 * 300 / 224 = 342.9, 256 * 320 / 224 = 365.7
	for net, picture := range map[string]interp.Picture{"a": imagenet, "b": caffe} {
		n, err := q.Net(interp.Options{Net: net})
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(n.Meta.Prepare, picture) {
			t.Errorf("%s: got %+v, want %+v", net, n.Meta.Prepare, picture)
		}
	}
}

// Old keys that say what a preset of std.prepare says become this preset alone.
func TestOldKeysBecomeEachPreset(t *testing.T) {
	all, err := interp.Declarations()
	if err != nil {
		t.Fatal(err)
	}
	const body = " }\n  relu\n}\n"
	tried := 0
	for _, d := range all {
		if d.Package != "std.prepare" {
			continue
		}
		tried++
		const head = "net n [N, 3, H = 160, W = 160] -> [N, 3, H, W] {\n  meta { "
		p, _ := examine(t, "import std.prepare { "+d.Name+" }\n"+head+"prepare = "+d.Name+body, patient)
		n, err := p.Net(interp.Options{})
		if err != nil {
			t.Fatal(err)
		}
		list := func(x []float64) string { return strings.ReplaceAll(fmt.Sprint(x), " ", ", ") }
		m := n.Meta.Prepare
		old := fmt.Sprintf("mean = %s; std = %s; scale = %g; channel_order = %q; interpolation = %q; crop = 160",
			list(m.Mean), list(m.Std), m.Scale, m.Order, m.Interpolation)
		if m.Resize[0] > 0 {
			old += fmt.Sprintf("; resize = %d", m.Resize[0])
		}
		want := "import std.prepare { " + d.Name + " }\n" + head + "prepare = " + d.Name + body
		if d.Name == "plain" { // which needs no import
			want = head + "prepare = picture" + body
		}
		q, problems := examine(t, head+old+body, patient)
		if fixed, _ := q.Fixed(problems); fixed != want {
			t.Errorf("%s: got\n%s", d.Name, fixed)
		}
	}
	if tried < 4 {
		t.Errorf("found %d presets", tried)
	}
}

// What is removed leaves its neighbours as they were: comments, separators, other sections.
// The imports of two nets from one module are one import, and a net gets one `prepare`.
func TestOldKeysLeaveTheRestAlone(t *testing.T) {
	const head, tail = "[N, 3, H = 8, W = 8] -> [N, 3, H, W] {\n", "  relu\n}\n"
	for wrong, right := range map[string]string{
		"net n " + head + "  meta { mean = [0.5]; std = [0.5]; prepare = picture }\n" + tail:                                                                                                              "net n " + head + "  meta { prepare = picture }\n" + tail,
		"net n " + head + "  meta { paper = \"x\"; std = [0.5]; prepare = picture; mean = [0.5] }\n" + tail:                                                                                               "net n " + head + "  meta { paper = \"x\"; prepare = picture }\n" + tail,
		"net n " + head + "  meta {\n    mean = [0.4]\n    source = \"x\"\n    std = [0.5]  # of all\n  }\n" + tail:                                                                                       "net n " + head + "  meta {\n    prepare = picture(mean=[0.4], std=[0.5])\n    source = \"x\"\n    # of all\n  }\n" + tail,
		"net n " + head + "  meta {\n    mean = [0.4];\n    source = \"x\"  # here\n    std = [0.5] }\n" + tail:                                                                                           "net n " + head + "  meta {\n    prepare = picture(mean=[0.4], std=[0.5]);\n    source = \"x\"  # here\n    }\n" + tail,
		"net n " + head + "  meta { mean = [0.4] }\n  meta { std = [0.5] }\n  meta { paper = \"x\"; scale = 1 }\n" + tail:                                                                                 "net n " + head + "  meta { prepare = picture(mean=[0.4], std=[0.5]) }\n  meta { paper = \"x\" }\n" + tail,
		"net n " + head + "  meta { mean = [0.5]; std = [0.5]; resize = 342 }\n" + tail + "net m " + head + "  meta { mean = [0.485, 0.456, 0.406]; std = [0.229, 0.224, 0.225]; resize = 256 }\n" + tail: "import std.prepare { inception, imagenet }\nnet n " + head + "  meta { prepare = inception }\n" + tail + "net m " + head + "  meta { prepare = imagenet }\n" + tail,
	} {
		p, list := examine(t, wrong, patient)
		if fixed, _ := p.Fixed(list); fixed != right {
			t.Errorf("%s is made\n%s", wrong, fixed)
		}
	}
}
