package prove

import (
	"go/scanner"
	"go/token"
	"math/rand"
	"testing"
	"testing/fstest"

	"cnnlang/lang"
	"cnnlang/stdlib"
)

// What every operation of the prelude that no other file writes does to sizes.

// operation is one of them, with arguments that may not fit.
func (w *writer) operation() string { return operation(w.r, w.name, w.count) }

// operation writes one whose numbers are names and counts.
func operation(r *rand.Rand, name, count func() string) string {
	pick := func(list ...string) string { return list[r.Intn(len(list))] }
	number := func() string { return pick("1", "2", "2", name(), count()) }
	switch r.Intn(19) {
	case 0:
		return pick("{ conv(4*C, 1x1) -> pixel_shuffle(2) }", "{ conv(C*"+name()+"**2, 1x1) -> pixel_shuffle("+name()+") }", "pixel_shuffle("+number()+")")
	case 1:
		return pick("pixel_unshuffle("+number()+")", "{ upsample(2) -> pixel_unshuffle("+number()+") }", "{ pixel_unshuffle("+name()+") -> pixel_shuffle("+name()+") }")
	case 2:
		return "upsample(" + pick(number(), "["+number()+", 1]", "1x2") + pick("", "", `, mode="bilinear"`, `, mode="bicubic", align_corners=true`) + ")"
	case 3:
		return "resize(" + pick("[H, W]", "[2*H, "+number()+"]", "["+number()+", W]", number(), "[(H+1)//2, W]", "[H - "+name()+", W]") + pick("", "", `, mode="bilinear"`, `, mode="bilinear", align_corners=true`) + ")"
	case 4:
		return "{ split(" + pick(number(), "C", "3", name()) + ") -> " + pick("add", "concat", "mul") + " }"
	case 5:
		return "{ conv(" + pick("2*C", "C*"+name(), "C+"+name()) + ", 1x1) -> split(" + number() + ") -> each " + pick("relu", "conv(C, 1x1)", "pixel_unshuffle("+number()+")") + " -> " + pick("add", "concat") + " }"
	case 6:
		return pick("reduce_mean", "reduce_max") + "(" + pick("1", "2", "[2, 3]", "[1, "+number()+"]", number(), "["+number()+", 3]") + ")"
	case 7:
		return pick("mul", "mul", "add") + " { | id | " + pick("reduce_mean", "reduce_max") + "(" + pick("1", "3", "[1, 2]", number()) + ") }"
	case 8:
		return "pad(" + pick(number(), "[["+number()+", 0], [0, 0]]", "[0, "+number()+"]") + pick("", `, mode="reflect"`, `, mode="replicate"`) + ")"
	case 9:
		return "crop(" + pick(number(), "[["+number()+", 0], [0, 0]]", "[0, "+number()+"]") + ")"
	case 10:
		return "deconv(C, " + pick("2x2, stride=2", "3x3, pad=1", "["+number()+", 1], stride="+pick("1", number()), "2x2, stride=2, output_pad="+number(), "3x3, dilation="+number(), "2x2, groups="+number()) + ")"
	case 11:
		return "conv(C, 3x3, " + pick("dilation="+number(), "pad=half, dilation="+number(), "pad=same, stride="+number(), "pad="+number()+", dilation=2") + ")"
	case 12:
		return pick("group_norm("+number()+")", "group_norm(C)", "instance_norm", "layer_norm", "lrn", "l2_normalize", "bn(shift=false)", "{ flatten -> bn -> linear("+number()+") }")
	case 13:
		return pick("relu6", "leaky_relu", "prelu", "hard_sigmoid", "hard_swish", "sigmoid", "silu", "gelu", "tanh", "elu", "softplus", "mish", "dropout", "drop_path")
	case 14:
		return pick("scale("+number()+")", "scale(1/"+name()+")", "pow("+number()+")", "channel_affine([1, 2, 3], [0, 0, 0])", "channel_affine([1] * "+number()+", [0] * 3)", "channel_affine([2], [1])")
	case 15:
		return "channel_shuffle(" + pick(number(), "C", "3") + ")"
	case 16:
		return "{ flatten -> " + pick("linear("+number()+")", "reshape([C, H, W])", "reshape(["+number()+", H, W])", "slice(0, "+number()+")") + " }"
	case 17:
		return "mean { | id | " + pick("relu", "pad("+name()+") -> crop("+name()+")", "resize([H, W])", "reshape([C, H, W])") + " }"
	}
	return pick("mul { | id | gmp }", "mul { | gap -> linear(C) | id }", "mul { | id | avgpool_to("+number()+") }", "linear("+pick("C", number())+")",
		"maxpool("+number()+")", "avgpool(3x3, stride=1, pad=1)", "bn", "id", "flatten",
		"softmax("+number()+")", "permute([0, 1, 3, 2])", "matmul { | id | permute([0, 1, 3, 2]) }", "add { | id | param([C, H, W]) }", "maxpool(3x3, stride=1, pad=1)", "slice(0, C)")
}

// writers are those that TestNo… prove programs of.
var writers = map[string]func(*rand.Rand) program{"plain": randomProgram, "side heads": randomHeadProgram, "lists of any length": randomListProgram}

// Every primitive is in programs of each kind, one that comes to the prelude too.
func TestRandomProgramsHaveEveryPrimitive(t *testing.T) {
	p, list, err := lang.Load(fstest.MapFS{"t.cnn": {}}, "t.cnn", "", lang.NewLibrary(stdlib.FS))
	if err != nil || list.HasErrors() {
		t.Fatal(err, list.Err())
	}
	for kind, write := range writers {
		left := map[string]bool{}
		for _, o := range p.Prelude.Blocks() {
			if !o.IsValue() {
				left[o.Name] = true
			}
		}
		for seed := int64(0); seed < 20_000 && len(left) > 0; seed++ {
			for _, word := range wordsOf(write(rand.New(rand.NewSource(seed))).text) {
				delete(left, word)
			}
		}
		for name := range left {
			t.Errorf("no random program (%s) has %s", kind, name)
		}
	}
}

// wordsOf are the words of a text, which Go's are too.
func wordsOf(text string) (words []string) {
	var s scanner.Scanner
	files := token.NewFileSet()
	s.Init(files.AddFile("", -1, len(text)), []byte(text), func(token.Position, string) {}, 0)
	for {
		_, kind, word := s.Scan()
		if kind == token.EOF {
			return words
		}
		words = append(words, word)
	}
}
