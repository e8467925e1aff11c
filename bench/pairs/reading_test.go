package main

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestSpread(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   spread
	}{
		{nil, spread{}},
		{[]float64{3}, spread{3, 3, 3}},
		{[]float64{4, 2}, spread{3, 2.5, 3.5}},
		{[]float64{5, 1, 4, 2, 3}, spread{3, 2, 4}},
	} {
		if got := spreadOf(c.values); got != c.want {
			t.Errorf("%v: got %v, want %v", c.values, got, c.want)
		}
	}
	if got := ratios([]float64{1, 6}, []float64{2, 3}); !slices.Equal(got, []float64{0.5, 2}) {
		t.Errorf("got ratios %v", got)
	}
}

func TestSystemsStatisticsAreRead(t *testing.T) {
	got, err := parseMachine("cpu  10 20 30 400 50 6 7 8 0 0\ncpu0 1 2 3\n")
	if want := (ticks{busy: 81, total: 531}); err != nil || got != want {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	for _, text := range []string{"", "cpu", "cpu 1 2 3", "intr 1 2 3 4 5 6 7 8", "cpu a b c d e f g h"} {
		if _, err := parseMachine(text); err == nil {
			t.Errorf("%q is taken for statistics", text)
		}
	}
	// A process may be called anything.
	used, err := parseProcess("17 (a) b (c) S 1 17 17 0 -1 4194560 1 2 3 4 70 5 0 0 20 0 1 0 9")
	if err != nil || used != 75 {
		t.Errorf("got %d, %v, want 75", used, err)
	}
	for _, text := range []string{"", "17 (a)", "17 (a) S 1 17 17 0 -1 4194560 1 2 3 4 x y"} {
		if _, err := parseProcess(text); err == nil {
			t.Errorf("%q is taken for a process", text)
		}
	}
}

func TestDeviationIsInStandardDeviations(t *testing.T) {
	n := fakeNetwork() // its answer has the standard deviation √2
	for _, c := range []struct {
		answer []float64
		want   float64
	}{
		{[]float64{1, 2, 3}, 0},
		{[]float64{1, 2, 3 + math.Sqrt2/4}, 0.25},
		{[]float64{math.NaN()}, math.Inf(1)},
		{nil, math.Inf(1)},
		{make([]float64, 6), math.Inf(1)},
	} {
		if got := n.deviation(c.answer); math.Abs(got-c.want) > 1e-12 && got != c.want {
			t.Errorf("%v: got %v, want %v", c.answer, got, c.want)
		}
	}
}

func TestNetworksThatAreNotWhatTheySay(t *testing.T) {
	folder := t.TempDir()
	for _, text := range []string{"", "{}", `{"net":"b","input":[3,1,1],"macs":1,"output":[1]}`, `{"net":"a","input":[3],"macs":1,"output":[1]}`, "[]"} {
		if err := os.WriteFile(filepath.Join(folder, "a.json"), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := readNetwork(folder, "a"); err == nil {
			t.Errorf("%q is taken for a network", text)
		}
	}
}

func TestFlagsOfABuildAreFoundInItsHelp(t *testing.T) {
	for help, want := range map[string]string{
		"      --batch ints     numbers\n":              "",
		"      --cache DIR      keep packed weights\n":  "--cache=%s",
		"      --cache          keep packed weights\n":  "--cache",
		"      --cache string[=\"default\"]   packed\n": "--cache=%s",
		"      --cache FOLDER   packed\n      --no-x x": "--cache=%s",
	} {
		if got := cacheFlag(help); got != want {
			t.Errorf("%q: got %q, want %q", help, got, want)
		}
	}
}

func TestCounts(t *testing.T) {
	if got, err := counts("8,1,8"); err != nil || !slices.Equal(got, []int{1, 8}) {
		t.Errorf("got %v, %v", got, err)
	}
	for _, list := range []string{"", ",", "0", "-1", "1,x", "99999999999999999999"} {
		if _, err := counts(list); err == nil {
			t.Errorf("%q is taken for counts", list)
		}
	}
}

func TestShareIsOfDenseConvolutions(t *testing.T) {
	const text = `{"instruction_set":"avx2","results":[{"threads":1,"peak_gflops":100,"steps":[
		{"op":"conv(out=64, k=1x1, groups=1, bias=false)","algorithm":"direct-avx2","best_ms":1,"median_ms":2,"macs":5e7},
		{"op":"conv(out=64, k=3x3, groups=1, bias=false) + relu","algorithm":"winograd-avx2","median_ms":1,"macs":9e7},
		{"op":"conv(out=64, k=3x3, groups=16, bias=false)","algorithm":"direct-avx2","median_ms":1,"macs":9e7},
		{"op":"gap","algorithm":"direct","median_ms":9,"macs":0}]}]}`
	got, err := shareOf("small", []byte(text))
	if want := (share{Net: "small", InstructionSet: "avx2", Threads: 1, Steps: 1, GFLOPS: 50, Best: 100, Peak: 100}); err != nil || *got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	for _, text := range []string{"", "{}", `{"results":[{"steps":[]}]}`} {
		if _, err := shareOf("small", []byte(text)); err == nil {
			t.Errorf("%q is taken for a profile", text)
		}
	}
}

func TestResultsComeBack(t *testing.T) {
	var file strings.Builder
	r := &recorder{file: &file}
	for _, line := range []record{
		{Machine: &machine{Processor: "one", Peak: map[int]float64{1: 100}}},
		{Answer: &answer{"small", nameORT, 1e-6}},
		{Timing: &timing{Net: "small", Engine: nameOurs, Precision: "f32", Threads: 1, Batch: 1}},
		{Start: &coldStart{Net: "small", Engine: nameORT, Precision: "f32"}},
		{Share: &share{Net: "small"}},
		{Layers: &layers{Net: "small", Engine: nameOurs, Threads: 2}},
	} {
		if err := r.add(line); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "results")
	if err := os.WriteFile(path, []byte(file.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	got, err := readResults(path)
	if err != nil {
		t.Fatal(err)
	}
	if got.machine.Processor != "one" || got.machine.Peak[1] != 100 || len(got.answers) != 1 || len(got.shares) != 1 || got.layersOf("small", nameOurs, 2) == nil ||
		got.timing("small", nameOurs, "f32", 1, 1) == nil || got.start("small", nameORT, "f32") == nil {
		t.Errorf("got %+v", got)
	}
	for _, text := range []string{"", "{}\n", "[\n", strings.Repeat("x", mostLine+1)} {
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := readResults(path); err == nil {
			t.Errorf("%.20q is taken for results", text)
		}
	}
}

func TestLeastTimesAreOfKernels(t *testing.T) {
	seen := leasts{}
	for _, text := range []string{
		`[{"cat":"Session","name":"model_loading","dur":9},{"cat":"Node","name":"a_kernel_time","dur":30},{"cat":"Node","name":"a_fence_before","dur":1},
		  {"cat":"Node","name":"b_kernel_time","dur":5},{"cat":"Node","name":"a_kernel_time","dur":20}]`,
		`[{"cat":"Node","name":"a_kernel_time","dur":25},{"cat":"Node","name":"b_kernel_time","dur":4}]`,
	} {
		if err := seen.readORT([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if len(seen) != 2 || math.Abs(seen.sum()-0.024) > 1e-12 {
		t.Errorf("got %v, want 0.02 and 0.004 ms", seen)
	}
	for _, text := range []string{"", "{}", "[]", `[{"cat":"Node","name":"a_fence_before","dur":1}]`} {
		if seen.readORT([]byte(text)) == nil {
			t.Errorf("%q is taken for a profile", text)
		}
	}
}

func TestUnevennessIsTheMeanOverTheLeast(t *testing.T) {
	one := together([]evenness{{10, 20}, {15, 20}})
	r := &results{timings: []timing{{Core: one}, {Core: &evenness{25, 30}}, {}}}
	if got := r.unevenness(); !strings.Contains(got, " 2.50 times") || !strings.Contains(got, "something else") {
		t.Errorf("got %q, want 2.50 times", got)
	}
	if got := (&results{timings: []timing{{}}}).unevenness(); got != "" {
		t.Errorf("got %q of nothing", got)
	}
	if now := lookAtCore(); now.Least <= 0 || now.Mean < now.Least {
		t.Errorf("the loop took %+v", now)
	}
}
