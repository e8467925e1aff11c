package prove

import (
	"fmt"
	"slices"
	"strings"
)

// Random programs with learned tensors, and with stages that callers read.

// learned is a merge with a learned tensor, whose name others may have as well.
func (w *writer) learned() string {
	label := ""
	if w.chance(30) {
		label = w.pick(w.label(), `"x.weight"`, `"x{`+w.name()+`}.weight"`) + ": "
	}
	switch w.r.Intn(4) {
	case 0:
		return "mul { | id | " + label + "param([" + w.channels() + ", 1, 1]) }"
	case 1:
		return "mul { | " + label + "param([C, " + w.pick("1, 1", "H, W", "1, W") + "]) | id }"
	case 2:
		return "concat { | id | " + label + "param([" + w.count() + ", H, W]) }"
	}
	return w.pick("add", "max") + " { | id | " + label + "param([" + w.pick("C", w.channels()) + ", H, W]) }"
}

// stage is a step whose value callers may read.
func (w *writer) stage() string {
	w.fresh++
	name := fmt.Sprintf("l%d", w.fresh)
	w.stages = append(w.stages, name)
	if w.chance(20) {
		name = fmt.Sprintf(`"l{%d}"`, w.fresh)
	}
	return "stage " + name + ": " + w.pick("relu", "conv(C, 1x1)", "conv("+w.channels()+", 1x1)", "maxpool(2x2)", "{ "+w.statement()+" }", w.merge())
}

// callForStages is a call whose stages are read like taps from then on, and perhaps one that it
// has not.
func (w *writer) callForStages() string {
	call := w.call()
	name, _, _ := strings.Cut(call, "(")
	stages := w.staged[strings.TrimPrefix(name, "p")]
	if w.chance(5) {
		stages = append(slices.Clone(stages), "l9")
	}
	if w.chance(15) {
		w.taps = append(w.taps, stages...)
		return `"": ` + call + w.reading(stages)
	}
	w.fresh++
	label := fmt.Sprintf("q%d", w.fresh)
	text := label + ": " + call
	if w.chance(30) {
		text = "g" + label + ": { " + text + "; " + w.pick("", "relu", w.step()) + " }"
		label = "g" + label + "." + label
	}
	var paths []string
	for _, s := range stages {
		paths = append(paths, label+"."+s)
	}
	w.taps, w.stages = append(w.taps, paths...), append(w.stages, paths...)
	return text + w.reading(paths)
}

// reading goes on with a step that reads one of the stages.
func (w *writer) reading(stages []string) string {
	if len(stages) == 0 || w.chance(30) {
		return ""
	}
	s := w.pick(stages...)
	return " -> " + w.pick("add { | id | @"+s+" }", "concat { | @"+s+" | id }", "{ relu as r"+fmt.Sprint(w.fresh)+"; @"+s+" -> conv(3, 1x1) }")
}
