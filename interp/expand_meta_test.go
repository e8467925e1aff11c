package interp_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"cnnlang/interp"
)

// What a net says of itself reads back the same, whichever presets it says it by and
// whatever of it a preset of the net replaces; at another size pictures are in proportion.
func TestExpandedMetaReadsBack(t *testing.T) {
	for seed := range uint64(60) {
		text := randomMeta(rand.New(rand.NewPCG(seed, 14)))
		for _, shape := range [][]int{nil, {1, 3, 64, 80}} {
			_, n := selected(t, "-", text, interp.Options{Net: "random", Shape: shape})
			flat, err := n.Expand()
			if err != nil {
				t.Fatal(err)
			}
			again := readBack(t, flat)
			without := cmpopts.IgnoreFields(interp.Picture{}, "Resize", "At")
			if diff := cmp.Diff(n.Meta, again.Meta, without); diff != "" {
				t.Fatalf("seed %d (-made +read back):\n%s\n%s\n%s", seed, diff, text, flat)
			}
			if diff := cmp.Diff(n.Preprocess(), again.Preprocess()); diff != "" {
				t.Fatalf("seed %d, pictures (-made +read back):\n%s\n%s\n%s", seed, diff, text, flat)
			}
		}
	}
}

// randomMeta writes a net and a preset of it, `random`, with sections of meta.
func randomMeta(r *rand.Rand) string {
	pick := func(texts ...string) string { return texts[r.IntN(len(texts))] }
	args := func(of ...string) string {
		var list []string
		for _, arg := range of {
			if r.IntN(3) == 0 {
				list = append(list, arg)
			}
		}
		if len(list) == 0 {
			return ""
		}
		return "(" + strings.Join(list, ", ") + ")"
	}
	prepare := func() string {
		return pick("picture", "imagenet", "inception", "caffe", "plain", "mine") +
			args("resize="+pick("0", "40", "36x50", "[41, 52]"), `fit="`+pick("short", "squash", "pad")+`"`, "mean=["+pick("0.25", "1/255", "-2/3", "0.48235")+"]",
				"std=["+pick("0.5, 0.25, 0.125", "1/255", "0.229, 1/3, 57.375/255")+"]", "scale="+pick("1", "255"), `order="`+pick("rgb", "bgr")+`"`, `interpolation="`+pick("box", "bicubic")+`"`)
	}
	file := func() string {
		text := pick("torchvision", "checkpoint") + `("a \{ \" b.pth"`
		for _, arg := range []string{`sha256="0123abcd"`, `license="MIT"`, `top1=71.25, tested="a", results="b"`, `url="https://example.org/"`, "prepare=" + prepare()} {
			if r.IntN(2) == 0 {
				text += ", " + arg
			}
		}
		return text + ")"
	}
	section := func() string {
		var b strings.Builder
		for _, item := range []string{
			`paper = "arXiv:1"`, "range = " + pick("[0, 1]", "[-1.5, 1.25]"), `classes = ["x", "\{ \" y", "z"]`, "prepare = " + prepare(),
			"weights = " + pick(file(), "["+file()+", "+file()+"]"),
		} {
			if r.IntN(2) == 0 {
				b.WriteString("    " + item + "\n")
			}
		}
		return "  meta {\n" + b.String() + "  }\n"
	}
	return `import std.prepare { imagenet, inception, caffe, plain }
import std.weights { torchvision }
block mine = imagenet(resize=44)
net base [N, 3, H = 32, W = 40] -> [N, 3] {
` + section() + `  gap -> flatten -> fc: linear(3)
}
net random = base {
` + section() + "}\n"
}
