package interp_test

import (
	"strings"
	"testing"

	"cnnlang/interp"
)

// Conditions about numbers that were measured hold as arithmetic says, and what means nothing has its place.
func TestConditionsAreJudged(t *testing.T) {
	known := map[string]float64{"top1": 0.97, "loss": 0.25, "pictures": 100}
	for text, want := range map[string]string{
		"top1 >= 0.97":                                            "y",
		"top1 > 0.97, loss < 0.25, loss <= 0.25":                  "nny",
		"top1 == 97 / 100, 0.5 > loss, loss != 1":                 "yyy",
		"top1 * 100 - loss * 4 == 96":                             "y",
		"loss < 1 and top1 < 0.5, top1 < 0.5 or pictures >= 1_00": "ny",
		"-loss < 0":    "y",
		"top1 = 0.97":  "--require:1:6: error[E0101]",
		"top2 >= 1":    "--require:1:1: error[E0201]: there is no `top2` in an evaluation",
		"top1":         "--require:1:1: error",
		"top1 + 1":     "is a number and no condition",
		"top1 >= true": "--require:1:9: error",
		"top1(1) >= 1": "--require:1:1: error",
		"a.top1 >= 1":  "--require:1:1: error",
		"top1 >= [1]":  "--require:1:9: error",
		"":             "there is no condition",
		strings.Repeat("top1 < 1, ", 32) + "top1 < 1": "more than 32 conditions",
	} {
		list, err := interp.Conditions{Text: text, Name: "--require"}.Judge(known)
		got := ""
		for _, j := range list {
			got += map[bool]string{true: "y", false: "n"}[j.Holds]
		}
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, want) || err == nil && got != want {
			t.Errorf("%.60q: got %q, want %q", text, got, want)
		}
	}
	if list, err := (interp.Conditions{Text: "1 > loss  and top1 > 2"}).Judge(known); err != nil || list[0].Text != "1 > loss and top1 > 2" || list[0].Name != "loss" || list[0].Value != 0.25 {
		t.Errorf("got %+v, %v", list, err)
	}
}
