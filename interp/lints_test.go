package interp_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/lang/diag"
	"cnnlang/lang/lint"
)

// TestOwners compares the lints' list of primitives with weights with the operations: each
// is put into a net of its own, whose tensors are counted.
func TestOwners(t *testing.T) {
	prelude, err := os.ReadFile("../stdlib/prelude.cnn")
	if err != nil {
		t.Fatal(err)
	}
	arguments := map[string]string{
		"conv": "(4, 3x3)", "deconv": "(4, 3x3)", "linear": "(4)", "maxpool": "(2x2)", "avgpool": "(2x2)", "avgpool_to": "(2x2)",
		"scale": "(0.5)", "param": "([4, 8, 8])", "channel_affine": "(scale=[1, 1, 1, 1], shift=[0, 0, 0, 0])", "slice": "(0, 2)", "channel_shuffle": "(2)",
		"split": "(2) -> concat", "pad": "(1)", "crop": "(1)", "pixel_shuffle": "(2)", "pixel_unshuffle": "(2)", "resize": "(16)", "upsample": "(2)",
		"group_norm":  "(2)",
		"reduce_mean": "(1)", "reduce_max": "([2, 3])",
		"reshape": "([8, 4, 8])", "permute": "([0, 2, 1, 3])", "pow": "(2)",
	}
	arguments["matmul"] = " { | id | permute([0, 1, 3, 2]) }"
	n := 0
	for _, m := range regexp.MustCompile(`(?m)^block (\w+)(\(branches)?(?:.+\n)*`).FindAllStringSubmatch(string(prelude), -1) {
		if !strings.Contains(m[0], "->") {
			continue // a value, as picture is
		}
		name, call := m[1], m[1]+arguments[m[1]]
		if m[2] != "" && arguments[name] == "" {
			call += " { | id | id }"
		}
		net := "net n [N, 4, H = 8, W = 8] -> [N, _, _, _] { " + call + " }\n"
		if name == "linear" || name == "l2_normalize" || name == "softmax" || name == "flatten" {
			net = "net n [N, 4, H = 8, W = 8] -> [N, _] { flatten -> " + call + " }\n"
			if name == "flatten" {
				net = "net n [N, 4, H = 8, W = 8] -> [N, _] { flatten }\n"
			}
		}
		write(t, map[string]string{"n.cnn": net})
		p, err := interp.Open("n.cnn")
		if err != nil {
			t.Fatal(err)
		}
		nets, list, err := p.Check(interp.Options{})
		if err != nil || len(nets) != 1 {
			t.Fatalf("%s: %v, %v", name, list, err)
		}
		n++
		if got, want := lint.Owns(name), len(nets[0].Graph.Params(true)) > 0; got != want {
			t.Errorf("%s: the lints think that it owns weights: %v, it does: %v", name, got, want)
		}
	}
	if n < 25 {
		t.Errorf("found only %d primitives", n)
	}
}

// TestShippedFilesAreWithoutWarnings lints all shipped files.
func TestShippedFilesAreWithoutWarnings(t *testing.T) {
	n := 0
	for _, pattern := range []string{"../stdlib/*.cnn", "../nets/*.cnn", "../docs/family/*.cnn"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if filepath.Base(file) == "prelude.cnn" {
				continue
			}
			n++
			for _, d := range listOf(t, file) {
				t.Errorf("%v", d)
			}
		}
	}
	if n < 40 {
		t.Errorf("found only %d files", n)
	}
}

func listOf(t *testing.T, file string) diag.List {
	t.Helper()
	_, list := everything(t, file)
	return list
}

// A net that a preset leaves arguments open for does not make its file one for that net,
// whose blocks others may import.
func TestBlocksBesideNetsWithOpenArguments(t *testing.T) {
	const text = `block unit [N, C, H, W] -> [N, C, H, W] { relu }
net base(u: block, k: int) [N, C = 3, H = 8, W = 8] -> [N, C, H, W] { u -> maxpool(k, stride=1, pad=half) }
`
	for preset, want := range map[string]int{
		"net p = base(k=3)":                               0,
		"net p = base(relu)":                              0,
		"net p = base(relu, k=3)":                         1,
		"net p = base(relu, 3)":                           1,
		"net p = base(relu)\nnet q = p(3)":                1,
		"let f = base(relu)\nnet p = f(3)":                1,
		"net p = base(k=3, H=16)\nblock v = unit":         0,
		"net p = base(u=relu, k=3, H=16)\nblock v = relu": 2,
	} {
		p, list := check(t, text+preset+"\n", interp.Options{})
		if list.HasErrors() {
			t.Fatal(preset, list)
		}
		unused := 0
		for _, d := range lint.Check(p.Main) {
			if d.Code == diag.UnusedBlock {
				unused++
			}
		}
		if unused != want {
			t.Errorf("%s: %d blocks are unused, want %d", preset, unused, want)
		}
	}
}
