package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMeasuredPartsAreFilled(t *testing.T) {
	parts := map[string]string{"a": "| new |\n", "b": "B"}
	got, err := fill("x\n<!-- measured: a -->\nold\n<!-- end of measured -->\ny\n<!-- measured: b -->\n<!-- end of measured -->\n", parts)
	want := "x\n<!-- measured: a -->\n\n| new |\n\n<!-- end of measured -->\ny\n<!-- measured: b -->\n\nB\n\n<!-- end of measured -->\n"
	if err != nil || got != want {
		t.Errorf("got %q, %v", got, err)
	}
	if again, err := fill(got, parts); err != nil || again != got {
		t.Errorf("filled twice: got %q, %v", again, err)
	}
	for _, text := range []string{"<!-- measured: c -->\n<!-- end of measured -->\n", "<!-- measured: a -->\n", "<!-- measured: "} {
		if _, err := fill(text, parts); err == nil {
			t.Errorf("%q was filled", text)
		}
	}
}

// Every measured part is in the document, and every mark there has its part, with
// few results and with none.
func TestDocumentHasAllParts(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "performance.md"))
	if err != nil {
		t.Fatal(err)
	}
	empty := &results{machine: &machine{}}
	if _, err := fill(string(text), empty.tables()); err != nil {
		t.Error(err)
	}
	for name := range empty.tables() {
		if !strings.Contains(string(text), beginMark+name+markEnd) {
			t.Errorf("the document has no part %q", name)
		}
	}
}

func someResults() *results {
	r := &results{machine: &machine{Peak: map[int]float64{1: 100, 2: 200}, IdleLimit: 0.05}}
	add := func(net, engine string, threads int, ms, ratio, speedUp float64) {
		r.timings = append(r.timings, timing{Net: net, Engine: engine, Precision: "f32", Threads: threads, Batch: 1, Reference: nameORT, Rounds: leastRounds,
			Time: spread{Median: ms}, Ratio: spread{Median: ratio}, SpeedUp: spread{Median: speedUp}, GFLOPS: 50, MostResident: ms})
	}
	add("resnet50", nameORT, 1, 100, 1, 1)
	add("resnet50", nameOurs, 1, 50, 0.5, 1)
	add("resnet50", nameORT, 2, 50, 1, 2)
	add("resnet50", nameOurs, 2, 45, 0.9, 1.9)
	r.starts = []coldStart{
		{Net: "resnet50", Engine: nameORT, Precision: "f32", Time: spread{Median: 400}},
		{Net: "resnet50", Engine: nameOurs, Precision: "f32", Time: spread{Median: 200}},
	}
	r.layers = []layers{
		{Net: "resnet50", Engine: nameORT, Threads: 1, Least: 80}, {Net: "resnet50", Engine: nameOurs, Threads: 1, Least: 60},
		{Net: "resnet50", Engine: nameORT, Threads: 2, Least: 50}, {Net: "resnet50", Engine: nameOurs, Threads: 2, Least: 40},
		{Net: "resnet18", Engine: nameOurs, Threads: 2, Least: 40},
	}
	r.shares = []share{{Net: "resnet50", InstructionSet: "avx2", Threads: 1, Steps: 9, GFLOPS: 75, Peak: 100}}
	return r
}

func TestGoalsMeetTheirWorstFigure(t *testing.T) {
	r := someResults()
	for what, want := range map[string]struct {
		value float64
		met   bool
	}{
		"time, f32, ResNet-50":                              {0.9, false},
		"speed-up by a second thread, batch 1":              {1.9, true},
		"peak memory, f32, ResNet-50":                       {0.5, true},
		"cold start, ResNet-50":                             {0.5, true},
		"share of the AVX2 peak, dense layers, AVX2 forced": {0.75, true},
	} {
		for _, g := range goals {
			if g.what != what {
				continue
			}
			f, ok := g.worst(g.figures(r))
			if !ok || f.value != want.value || g.met(f) != want.met {
				t.Errorf("%s: got %v, %v, met %v, want %v", what, f, ok, g.met(f), want)
			}
		}
	}
	measured := 0
	for _, g := range goals {
		if _, ok := g.worst(g.figures(r)); ok {
			measured++
		}
		if _, ok := g.worst(g.figures(&results{})); ok {
			t.Errorf("%s has a figure without results", g.what)
		}
	}
	if measured != 5 {
		t.Errorf("got figures for %d goals, want 5", measured)
	}
}

func TestTablesShowWhatWasMeasured(t *testing.T) {
	parts := someResults().tables()
	for part, want := range map[string]string{
		"f32":       "| resnet50 | 1 | 2 | 50.00 | — | 45.00 | **0.90** | 0.00..0.00 | 50 | 25 % |",
		"precision": "bf16:\n\nNot measured.",
		"threads":   "| resnet50 | 1 | 2 | 2.00 | — | 1.90 | 0.00..0.00 |",
		"start":     "| resnet50 | cnnlang | 200 |",
		"answers":   "Not compared.",
		"goals":     "| time, f32, ResNet-50 | ≤ 0.88 | 0.90 | resnet50, batch 1, threads 2 | no | 0.80 | resnet50, threads 2 |",
		"layers":    "| resnet50 | 2 | 50.00 | 40.00 | **0.80** | 1.60 | 1.50 |",
	} {
		if !strings.Contains(parts[part], want) {
			t.Errorf("%s: got\n%swant a line\n%s", part, parts[part], want)
		}
	}
	for what, spoil := range map[string]func(r *results){
		"":            func(*results) {},
		"not idle":    func(r *results) { r.timings[0].BusyBefore = 0.5 },
		"not idle:":   func(r *results) { r.starts[0].BusyBefore = 0.5 },
		"first look.": func(r *results) { r.timings[0].Rounds = 3 },
	} {
		r := someResults()
		spoil(r)
		goals, doubted := r.tables()["goals"], what != ""
		if strings.Contains(goals, "**") != doubted || !strings.Contains(goals, what) || strings.Contains(goals, "| yes |") == doubted {
			t.Errorf("doubt %q: got\n%s", what, goals)
		}
		if !strings.Contains(r.tables()["machine"], what) {
			t.Errorf("nothing is said of doubt %q", what)
		}
	}
}
