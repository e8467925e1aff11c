package interp_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/ops/tensor"
)

func TestKindsOfOutputs(t *testing.T) {
	for body, want := range map[string]interp.OutputKind{
		"[N, 4] { gap -> flatten -> linear(4) }":                                                interp.ClassesOutput,
		"[N, 4] { gap -> flatten -> linear(4) -> dropout(0.5) -> scale(0.1) }":                  interp.ClassesOutput,
		"[N, 1] { gap -> flatten -> linear(1) }":                                                interp.VectorOutput,
		"[N, 1] { gap -> flatten -> linear(1) -> sigmoid }":                                     interp.ClassesOutput,
		"[N, 4] { conv(4, 1x1) -> relu -> gap -> flatten }":                                     interp.ClassesOutput,
		"[N, 4] { gap -> conv(4, 1x1) -> flatten -> softmax }":                                  interp.ClassesOutput,
		"[N, 4] { conv(4, 3x3) -> relu -> gap -> flatten }":                                     interp.VectorOutput,
		"[N, 4] { conv(4, 1x1) -> bn -> relu -> gap -> flatten }":                               interp.VectorOutput,
		"[N, 3] { gap -> flatten }":                                                             interp.VectorOutput,
		"[N, 4] { gap -> flatten -> linear(4) -> relu }":                                        interp.VectorOutput,
		"[N, 4] { gap -> flatten -> linear(4) -> l2_normalize }":                                interp.VectorOutput,
		"[N, 2] { meta { classes = [\"a\", \"b\"] }\n conv(2, 3x3) -> relu -> gap -> flatten }": interp.ClassesOutput,
		"[N, 3, H, W] { relu }":                                                                 interp.PictureOutput,
		"[N, 1, _, _] { conv(1, 3x3) -> sigmoid }":                                              interp.PictureOutput,
		"[N, 3, H, W] { conv(3, 1x1) -> softmax }":                                              interp.MaskOutput,
		"[N, 2, H, W] { conv(2, 1x1) }":                                                         interp.MaskOutput,
		"[N, 2, H, W] { conv(2, 1x1) -> relu }":                                                 interp.ValuesOutput,
		"[N, 2, _, _] { maxpool(2x2) -> conv(2, 1x1) }":                                         interp.ValuesOutput,
		"[N, 2, _, _] { maxpool(2x2) -> conv(2, 1x1) -> deconv(2, 2x2, stride=2) }":             interp.MaskOutput,
		"[N, 2, H, W] { add { | conv(2, 1x1) | conv(2, 3x3, pad=1) -> resize([H, W]) } }":       interp.MaskOutput,
		"[N, 3, H, W] { add { | conv(3, 1x1) | id } -> relu -> add { | conv(3, 1x1) | id } }":   interp.PictureOutput,
		"[N, 4, H, W] { conv(4, 1x1) -> add { | conv(4, 1x1) | id } }":                          interp.MaskOutput,
		"[N, 4, H, W] { conv(4, 1x1) -> relu -> add { | conv(4, 1x1) | id } }":                  interp.ValuesOutput,
		"[N, 4, H, W] { add { | conv(4, 1x1) | conv(4, 1x1) } -> repeat 60 add { | id | id } }": interp.MaskOutput,
		"[N, 4] { gap -> flatten -> add { | linear(4) | linear(8) -> relu -> linear(4) } }":     interp.ClassesOutput,
		"[N, 4] { gap -> flatten -> add { | linear(4) | linear(4) -> relu } }":                  interp.VectorOutput,
		"[N, 4] { add { | gap -> flatten -> linear(4) | conv(4, 1x1) -> gap -> flatten } }":     interp.VectorOutput,
		"[N, 2, _, _] { meta { classes = [\"a\", \"b\"] }\n conv(2, 3x3) -> relu }":             interp.MaskOutput,
	} {
		if got := readNet(t, "net n [N, 3, H = 8, W = 8] -> "+body).Kind(); got != want {
			t.Errorf("%s: got %s, want %s", body, got, want)
		}
	}
}

// The classifiers of the library are known as such, also with another number of classes, which
// have no names then; and those of pixels, one class being a grey picture.
func TestKindsOfTheLibrary(t *testing.T) {
	for _, name := range interp.Library() {
		for _, set := range [][]string{nil, {"classes=7"}} {
			p, err := interp.Open(name)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Contains(p.Settable(""), "classes") {
				set = nil
			}
			n, err := p.Net(interp.Options{Set: interp.Settings{Texts: set}})
			if err != nil {
				t.Fatal(err)
			}
			want := interp.ClassesOutput
			switch out := n.Graph.Output().Shape; {
			case len(n.Graph.Outputs) > 1:
				want = interp.ValuesOutput
			case len(out) == 2 && out[1] == 1:
				want = interp.VectorOutput
			case len(out) == 4 && (out[1] == 1 || n.Meta.Range != nil):
				want = interp.PictureOutput
			case len(out) == 4:
				want = interp.MaskOutput
			}
			if got := n.Kind(); got != want {
				t.Errorf("%s %v %v: got %s, want %s", name, set, n.Graph.Output().Shape, got, want)
			}
		}
	}
}

// What a net is taken as is held to the shape of its output.
func TestKindsThatAreAskedFor(t *testing.T) {
	p, err := interp.Read("n.cnn", strings.NewReader("net n [N, 3, H = 8, W = 8] -> [N, 4] { gap -> flatten -> linear(4) }"))
	if err != nil {
		t.Fatal(err)
	}
	n, err := p.Net(interp.Options{As: interp.VectorOutput})
	if err != nil || n.Classifies() {
		t.Errorf("got %v", err)
	}
	var wrong *interp.OutputError
	_, err = p.Net(interp.Options{As: interp.MaskOutput})
	if want := "interp: the output [1, 4] of n cannot be taken as mask; it may be classes, vector, values"; !errors.As(err, &wrong) || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// Softmax is for scores: what a net ends in is not changed if it is probabilities already.
func TestProbabilitiesAreComputedOnce(t *testing.T) {
	scores := tensor.From([]float32{0.25, 0.75}, 1, 2)
	third := 1 / (1 + math.Exp(-0.5))
	for end, want := range map[string]float64{"": third, " -> softmax": 0.75, " -> softmax -> id": 0.75, " -> sigmoid": 0.75, " -> sigmoid -> scale(2.0)": third} {
		n := readNet(t, "net n [N, 3, H = 8, W = 8] -> [N, 2] { gap -> flatten -> linear(2)"+end+" }")
		if got := n.Classes(scores, 1)[0][0]; math.Abs(got.Probability-want) > 1e-7 || got.Index != 1 {
			t.Errorf("%q: got %+v, want %v", end, got, fmt.Sprint(want))
		}
	}
}
