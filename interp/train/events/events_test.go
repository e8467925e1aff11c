package events

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func number(v float64) *Number {
	n := Number(v)
	return &n
}

// training is a log of two epochs and what may happen.
func training() []Event {
	return []Event{
		&Start{Version: "0.1.0", Time: "2026-01-02T03:04:05Z", Net: "tiny", Recipe: "train {\n}", Seed: "18446744073709551615", InstructionSet: "avx2",
			Threads: 2, Classes: 5, Training: 100, Validation: 20, Parameters: 1234, Epochs: 2, StepsPerEpoch: 2},
		&BadPicture{File: "a\nb.jpg", Message: "no picture"},
		&Step{Step: 1, Epoch: 1, Loss: 1.5, MainLoss: number(1.25), SideLosses: []Number{0.5, 0.75}, Rate: 0.1, GradientNorm: 2, LoadMS: 1, ComputeMS: 6.5},
		&Step{Step: 2, Epoch: 1, Loss: 1.25, Rate: 0.1, GradientNorm: 2},
		&Epoch{Epoch: 1, Head: true, Step: 2, Loss: 1.375, ValLoss: number(1.5), ValTop1: number(0.5), ValTop5: number(1), ValPSNR: number(31.5), Rate: 0.1, ImagesPerSecond: 7, Waiting: 0.25, Seconds: 9, Best: true},
		&Checkpoint{Step: 2, File: "w.safetensors", Best: true},
		&Step{Step: 3, Epoch: 2, Loss: 1, Rate: 0.05},
		&NaN{Step: 4, Path: "fc", Direction: "backward", Pictures: []string{"x.png"}, LargestWeight: 3, LargestGradient: Number(math.Inf(1)), Rate: 0.05, Action: "skip"},
		&Epoch{Epoch: 2, Step: 4, Loss: Number(math.NaN()), Rate: 0.05},
		&End{Step: 4, Epoch: 2, Reason: "done", BestEpoch: 1, ValLoss: number(1.5), ValTop1: number(0.5), ValPSNR: number(30), File: "w.safetensors", Seconds: 20},
	}
}

func written(t *testing.T, list ...Event) string {
	t.Helper()
	var b bytes.Buffer
	for _, e := range list {
		if err := Write(&b, e); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func TestALogIsReadAsItWasWritten(t *testing.T) {
	list := training()
	log, err := Read(strings.NewReader(written(t, list...)))
	if err != nil {
		t.Fatal(err)
	}
	if log.Start != *list[0].(*Start) || log.Bad != 1 || log.Cut || len(log.NaNs) != 1 || log.NaNs[0].Path != "fc" {
		t.Errorf("got %+v", log)
	}
	steps := []Step{*list[2].(*Step), *list[3].(*Step), *list[6].(*Step)}
	if !reflect.DeepEqual(log.Steps, steps) {
		t.Errorf("steps: got %+v, want %+v", log.Steps, steps)
	}
	if !reflect.DeepEqual(log.Epochs[0], *list[4].(*Epoch)) || len(log.Epochs) != 2 || !math.IsNaN(float64(log.Epochs[1].Loss)) {
		t.Errorf("epochs: got %+v", log.Epochs)
	}
	if !reflect.DeepEqual(log.End, list[9]) {
		t.Errorf("end: got %+v, want %+v", log.End, list[9])
	}
}

func TestEachLineIsOneWrite(t *testing.T) {
	for _, e := range training() {
		calls := writes{}
		if err := Write(&calls, e); err != nil {
			t.Fatal(err)
		}
		if len(calls) != 1 || strings.Count(calls[0], "\n") != 1 || !strings.HasSuffix(calls[0], "}\n") {
			t.Errorf("%s: got %q", e.event(), []string(calls))
		}
	}
}

type writes []string

func (w *writes) Write(p []byte) (int, error) {
	*w = append(*w, string(p))
	return len(p), nil
}

// docs/log.md has a table for each event, with each key once, and each key is written.
func TestThePageHasEveryKey(t *testing.T) {
	text, err := os.ReadFile("../../../docs/log.md")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{}
	for _, section := range strings.Split(string(text), "\n## `")[1:] {
		name, body, _ := strings.Cut(section, "`")
		for _, row := range regexp.MustCompile("(?m)^\\| (`.*?`) \\|").FindAllStringSubmatch(body, -1) {
			for _, key := range regexp.MustCompile("`(.*?)`").FindAllStringSubmatch(row[1], -1) {
				got[name] = append(got[name], key[1])
			}
		}
		slices.Sort(got[name])
	}
	want := map[string][]string{}
	for line := range strings.Lines(written(t, append(training(), &Start{Resumed: true})...)) {
		var keys map[string]any
		if err := json.Unmarshal([]byte(line), &keys); err != nil {
			t.Fatal(err)
		}
		event := keys["event"].(string)
		for key := range keys {
			if key != "event" && !slices.Contains(want[event], key) {
				want[event] = append(want[event], key)
			}
		}
		slices.Sort(want[event])
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("docs/log.md has\n%v\nwritten are\n%v", got, want)
	}
	for _, e := range all() {
		if len(want[e.event()]) != reflect.TypeOf(e).Elem().NumField()+map[bool]int{true: 1}[e.event() == "start"] {
			t.Errorf("%s: not every key is written by this test: %v", e.event(), want[e.event()])
		}
	}
}

func TestAResumedTrainingReplacesWhatItTakesAgain(t *testing.T) {
	text := written(t, &Start{}, &Step{Step: 1}, &Step{Step: 2, Loss: 9}, &Epoch{Epoch: 1, Loss: 9}, &Step{Step: 3}, &End{Reason: "interrupted"}) +
		`{"event":"step","st` + "\n" + written(t, &Start{Resumed: true, FirstStep: 1}, &Step{Step: 2, Loss: 7}, &Epoch{Epoch: 1, Loss: 7})
	log, err := Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if len(log.Steps) != 2 || log.Steps[1].Loss != 7 || len(log.Epochs) != 1 || log.Epochs[0].Loss != 7 || log.End != nil || log.Cut {
		t.Errorf("got %+v", log)
	}
}

func TestALogCutAnywhereIsRead(t *testing.T) {
	text := written(t, training()...)
	first := strings.Index(text, "\n") + 1
	for n := first; n <= len(text); n++ {
		log, err := Read(strings.NewReader(text[:n]))
		if err != nil {
			t.Fatalf("cut after %d bytes: %v", n, err)
		}
		if whole := text[n-1] == '\n' || n < len(text) && text[n] == '\n'; log.Cut == whole {
			t.Errorf("cut after %d bytes, …%q: Cut is %t", n, text[max(0, n-20):n], log.Cut)
		}
	}
}

func TestAppendEndsALineThatWasCut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.jsonl")
	for _, before := range []string{"", "{}\n", `{"event":"st`} {
		if err := os.WriteFile(path, []byte(before), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := Append(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(Write(f, &Checkpoint{Step: 1}), f.Close()); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want := before
		if before != "" && !strings.HasSuffix(before, "\n") {
			want += "\n"
		}
		if want += written(t, &Checkpoint{Step: 1}); string(text) != want {
			t.Errorf("after %q: got %q, want %q", before, text, want)
		}
	}
}

func TestHostileLogs(t *testing.T) {
	start := written(t, &Start{})
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "line 1: the file has no event"},
		{"blank", "\n\n\n", "line 3: the file has no event"},
		{"a picture", "\x89PNG\r\n\x1a\n\x00", "line 1: got "},
		{"a JSON document", "{\n  \"a\": 1\n}\n", "line 1: got "},
		{"no start", `{"event":"epoch","epoch":1}` + "\n", `line 1: the log begins with the event "epoch", want start`},
		{"another schema", `{"event":"start","schema":"cnnlang.train/v9"}` + "\n", `line 1: got the schema "cnnlang.train/v9", want "cnnlang.train/v1"`},
		{"a broken line", start + "{\n" + written(t, &Epoch{Epoch: 1}), "line 2: got "},
		{"two broken lines", start + "{\n{\n" + start, "line 3: got "},
		{"a broken last line that ended", start + "nonsense\n", "line 2: got "},
		{"a text for a number", start + `{"event":"epoch","epoch":1,"loss":"low"}` + "\n", "line 2: loss is string, want a number"},
		{"half an epoch", start + `{"event":"epoch","epoch":1.5}` + "\n", "line 2: epoch is number 1.5, want a whole number"},
		{"a number beyond all", start + `{"event":"epoch","epoch":1,"loss":1e999}` + "\n", "line 2: "},
		{"epoch 0", start + `{"event":"epoch","epoch":0}` + "\n", "line 2: got epoch 0, want a number from 1"},
		{"a long line", start + strings.Repeat("x", MaxLine+1), "line 2: the line has more than 1048576 bytes"},
	} {
		_, err := Read(strings.NewReader(c.text))
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s…", c.name, err, c.want)
		}
	}
}

func TestTooManyEpochs(t *testing.T) {
	var b strings.Builder
	b.WriteString(written(t, &Start{}))
	for n := range MaxEpochs + 1 {
		fmt.Fprintf(&b, `{"event":"epoch","epoch":%d}`+"\n", n+1)
	}
	_, err := Read(strings.NewReader(b.String()))
	if _, ok := errors.AsType[*TooLargeError](err); !ok || err.Error() != "line 100002: the log has more than 100000 epochs" {
		t.Errorf("got %v", err)
	}
}

// What is kept does not grow with the file.
func TestStepsAreThinnedEvenly(t *testing.T) {
	for _, by := range []int{1, 7, 1 << 40} {
		var b strings.Builder
		b.WriteString(written(t, &Start{}))
		const steps = 5*MaxSteps + 3
		for n := 1; n <= steps; n++ {
			fmt.Fprintf(&b, `{"event":"step","step":%d,"side_losses":[%s0]}`+"\n", n*by, strings.Repeat("0,", 20))
		}
		log, err := Read(strings.NewReader(b.String()))
		if err != nil {
			t.Fatal(err)
		}
		if n := len(log.Steps); n > MaxSteps || n < MaxSteps/2 {
			t.Errorf("steps of %d: kept %d, want up to %d", by, n, MaxSteps)
		}
		apart := log.Steps[1].Step - log.Steps[0].Step
		for i, s := range log.Steps[1:] {
			if s.Step-log.Steps[i].Step != apart || len(s.SideLosses) != 16 {
				t.Fatalf("steps %d and %d are not %d apart, or %d side losses are kept", log.Steps[i].Step, s.Step, apart, len(s.SideLosses))
			}
		}
	}
}

func TestEventsThatAreTooLongAreShortened(t *testing.T) {
	var names []string
	for n := range 100_000 {
		names = append(names, fmt.Sprintf("a rather long name of a folder/and of a picture %d.jpg", n))
	}
	line := written(t, &NaN{Step: 7, Pictures: names})
	if len(line) > MaxLine || !strings.Contains(line, `"step":7`) {
		t.Errorf("got %d bytes", len(line))
	}
	if line := written(t, &Start{Recipe: strings.Repeat("é\x00", MaxLine)}); len(line) > MaxLine {
		t.Errorf("got %d bytes", len(line))
	}
	if err := Write(&bytes.Buffer{}, &BadPicture{File: strings.Repeat("x", MaxLine)}); err == nil {
		t.Error("a name of a MiB is written")
	}
}

func TestFilesAreReadWithTheirNames(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.jsonl")
	if err := os.WriteFile(path, []byte(written(t, training()...)), 0o600); err != nil {
		t.Fatal(err)
	}
	if log, err := ReadFile(t.Context(), path); err != nil || len(log.Epochs) != 2 {
		t.Errorf("got %+v, %v", log, err)
	}
	if err := os.WriteFile(path, []byte("nonsense\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFile(t.Context(), path); err == nil || !strings.HasPrefix(err.Error(), path+": line 1: got ") {
		t.Errorf("got %v", err)
	}
	if _, err := ReadFile(t.Context(), filepath.Dir(path)); err == nil {
		t.Error("a folder is read")
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := ReadFile(ended, path); !errors.Is(err, context.Canceled) {
		t.Errorf("an interrupted file: got %v", err)
	}
}

func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	for _, e := range training() {
		if err := Write(&b, e); err != nil {
			f.Fatal(err)
		}
	}
	f.Add(b.Bytes())
	f.Add([]byte(`{"event":"start","schema":"cnnlang.train/v1"}` + "\n{"))
	f.Fuzz(func(t *testing.T, text []byte) {
		log, err := Read(bytes.NewReader(text))
		if (log == nil) == (err == nil) {
			t.Fatalf("got %v and %v", log, err)
		}
		if err != nil {
			return
		}
		for i := 1; i < len(log.Epochs); i++ {
			if log.Epochs[i].Epoch <= log.Epochs[i-1].Epoch {
				t.Errorf("epoch %d follows epoch %d", log.Epochs[i].Epoch, log.Epochs[i-1].Epoch)
			}
		}
	})
}
