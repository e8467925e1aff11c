package interp_test

import (
	"fmt"
	"slices"
	"testing"

	"cnnlang/lang/diag"
)

// Any expression may stand in any place that takes one: what has no meaning there is an error
// with a place, never a panic.
func TestOddValuesAreErrors(t *testing.T) {
	values := []string{"_", "[_]", "[[0.5]]", "[[1], [2, 3]]", "[relu, relu]", "[1 / 0]", "1 / 0", "nope", "[nope, 2, 3]", "@x", "[@x]",
		"[1, 2, 3] * 10**9", "relu", "[\"a\", 1]", "if true then _ else 1", "skipped", "-1", "10**16"}
	places := []string{
		"net n(v = %s) [N, 3, H = 8, W = 8] -> [N, _, _, _] { conv(v, 1x1) }",
		"block b(v = %s) [N, 3, H, W] -> [N, _, _, _] { conv(v, 1x1) }\nnet n [N, 3, H = 8, W = 8] -> [N, _, _, _] { b }",
		"net n(v: float = %s) [N, 3, H = 8, W = 8] -> [N, 3, H, W] { bn(v) }",
		"net n [N, 3, H = 8, W = 8] -> [N, _, _, _] { repeat i of %s { relu } -> conv(\"a\", 1x1) }",
	}
	oldKeys := []string{"mean", "std", "scale", "resize", "crop", "interpolation", "channel_order"}
	for _, key := range append(slices.Clone(oldKeys), "paper", "weights", "classes", "prepare") {
		places = append(places, "net n [N, 3, H = 8, W = 8] -> [N, 3, H, W] { meta { "+key+" = %s }\n relu }")
	}
	for _, place := range places {
		for _, value := range values {
			text := fmt.Sprintf("let skipped = _\n"+place+"\n", value)
			_, list := examine(t, text, patient)
			if !list.HasErrors() {
				t.Errorf("nothing is wrong with\n%s", text)
			}
			for _, d := range list {
				if d.Code == diag.UnknownMeta && value != "-1" {
					t.Errorf("a key is rewritten whose value is wrong, in\n%s", text)
				}
			}
		}
	}
}
