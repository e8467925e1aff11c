package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A table is Markdown in the making; columns after the first few are numbers.
type table struct {
	text strings.Builder
}

func newTable(columns ...string) *table {
	t := &table{}
	t.row(columns...)
	var line []string
	for _, c := range columns {
		if strings.HasSuffix(c, ":") { // as Markdown aligns to the right
			line = append(line, "---:")
		} else {
			line = append(line, "---")
		}
	}
	t.text.WriteString("|" + strings.Join(line, "|") + "|\n")
	return t
}

func (t *table) row(cells ...string) {
	var list []string
	for _, c := range cells {
		list = append(list, strings.TrimSuffix(c, ":"))
	}
	t.text.WriteString("| " + strings.Join(list, " | ") + " |\n")
}

// tables are the parts of the document that are measured, by name.
func (r *results) tables() map[string]string {
	return map[string]string{
		"machine":   r.machineTable(),
		"goals":     r.goalTable(),
		"f32":       r.timeTable("f32"),
		"precision": r.precisionTables(),
		"threads":   r.threadTable(),
		"layers":    r.layerTable(),
		"start":     r.startTable(),
		"answers":   r.answerTable(),
	}
}

func (r *results) machineTable() string {
	m := r.machine
	t := newTable("what", "here")
	t.row("processor", m.Processor)
	t.row("cores, memory", fmt.Sprintf("%d, %s", m.Cores, m.Memory))
	t.row("instruction set", m.InstructionSet)
	for _, threads := range slices.Sorted(maps.Keys(m.Peak)) {
		t.row(fmt.Sprintf("float32 multiply-adds at most, %s", counted(threads, "thread")), fmt.Sprintf("%.0f GFLOP/s", m.Peak[threads]))
	}
	for _, name := range slices.Sorted(maps.Keys(m.Versions)) {
		t.row(name, m.Versions[name])
	}
	t.row("command", "`"+m.Command+"`")
	return t.text.String() + r.noise()
}

// noise says how idle the machine was.
func (r *results) noise() string {
	before, during := r.busy()
	if len(before) == 0 {
		return ""
	}
	return fmt.Sprintf("\nThe rest of the machine was busy to %.0f %% before and %.0f %% during the rounds (medians; at most %.0f %% and %.0f %%).\n%s%s",
		100*median(before), 100*median(during), 100*slices.Max(before), 100*slices.Max(during), r.unevenness(), r.doubt())
}

// busy collects how much else the machine did, before everything that was timed
// and during the rounds.
func (r *results) busy() (before, during []float64) {
	for _, t := range r.timings {
		before, during = append(before, t.BusyBefore), append(during, t.BusyDuring)
	}
	for _, s := range r.starts {
		before = append(before, s.BusyBefore)
	}
	for _, s := range r.shares {
		before = append(before, s.BusyBefore)
	}
	return before, during
}

// leastRounds is how many rounds a figure of the document is the median of.
const leastRounds = 11

// doubt says why the figures decide nothing, "" where they do.
func (r *results) doubt() string {
	before, during := r.busy()
	if len(before) > 0 && (slices.Max(before) > r.machine.IdleLimit || median(during) > r.machine.IdleLimit) {
		return "\n**The machine was not idle: these figures show that the comparison works, and no more.**\n"
	}
	for _, t := range r.timings {
		if t.Rounds < leastRounds {
			return fmt.Sprintf("\n**There were %d rounds and should be %d: these figures are a first look.**\n", t.Rounds, leastRounds)
		}
	}
	return ""
}

func (r *results) goalTable() string {
	t := newTable("goal", "must:", "measured:", "at its worst with", "met", "least times:", "at its worst with")
	doubt := r.doubt()
	for _, g := range goals {
		sign := "≤"
		if g.more {
			sign = "≥"
		}
		must := fmt.Sprintf("%s %.2f:", sign, g.must)
		least, where := "", ""
		if f, ok := g.worst(g.least(r)); ok {
			least, where = fmt.Sprintf("%.2f", f.value), f.where
		}
		f, ok := g.worst(g.figures(r))
		if !ok {
			t.row(g.what, must, "—", "not measured", "", least, where)
			continue
		}
		met := "no"
		switch {
		case doubt != "":
			met = "open"
		case g.met(f):
			met = "yes"
		}
		t.row(g.what, must, fmt.Sprintf("%.2f", f.value), f.where, met, least, where)
	}
	return t.text.String() + doubt
}

// timeTable compares one precision of ours with the others' float32.
func (r *results) timeTable(precision string) string {
	t := newTable("net", "batch:", "threads:", "ONNX Runtime ms:", "torch ms:", "cnnlang ms:", "ratio:", "quartiles", "GFLOP/s:", "of peak:")
	rows := 0
	for _, ours := range r.timings {
		if ours.Engine != nameOurs || ours.Precision != precision {
			continue
		}
		rows++
		ratio, quartiles := "—", "—"
		if ours.Reference != nameOurs {
			ratio = fmt.Sprintf("**%.2f**", ours.Ratio.Median)
			quartiles = fmt.Sprintf("%.2f..%.2f", ours.Ratio.Quarter, ours.Ratio.Third)
		}
		share := "—"
		if peak := r.machine.Peak[ours.Threads]; peak > 0 {
			share = fmt.Sprintf("%.0f %%", 100*ours.GFLOPS/peak)
		}
		t.row(ours.Net, fmt.Sprint(ours.Batch), fmt.Sprint(ours.Threads), r.timeOf(nameORT, ours), r.timeOf(nameTorch, ours),
			fmt.Sprintf("%.2f", ours.Time.Median), ratio, quartiles, fmt.Sprintf("%.0f", ours.GFLOPS), share)
	}
	if rows == 0 {
		return "Not measured.\n"
	}
	return t.text.String()
}

func (r *results) timeOf(engine string, beside timing) string {
	t := r.timing(beside.Net, engine, "f32", beside.Threads, beside.Batch)
	if t == nil {
		return "—"
	}
	return fmt.Sprintf("%.2f", t.Time.Median)
}

// precisionTables are those of all precisions but float32.
func (r *results) precisionTables() string {
	var text strings.Builder
	for _, precision := range []string{"f32fast", "bf16"} {
		fmt.Fprintf(&text, "%s:\n\n%s\n", precision, r.timeTable(precision))
	}
	fmt.Fprintf(&text, "ONNX Runtime in int8:\n\n%s\n", r.int8Table())
	return strings.TrimSuffix(text.String(), "\n")
}

func (r *results) int8Table() string {
	t := newTable("net", "batch:", "threads:", "ONNX Runtime f32 ms:", "ONNX Runtime int8 ms:", "ratio:")
	rows := 0
	for _, v := range r.timings {
		if v.Engine == nameORTInt8 {
			rows++
			t.row(v.Net, fmt.Sprint(v.Batch), fmt.Sprint(v.Threads), r.timeOf(nameORT, v), fmt.Sprintf("%.2f", v.Time.Median), fmt.Sprintf("%.2f", v.Ratio.Median))
		}
	}
	if rows == 0 {
		return "Not measured.\n"
	}
	return t.text.String()
}

func (r *results) threadTable() string {
	t := newTable("net", "batch:", "threads:", "ONNX Runtime:", "torch:", "cnnlang:", "quartiles")
	rows := 0
	for _, ours := range r.timings {
		if ours.Engine != nameOurs || ours.Precision != "f32" || ours.SpeedUp.Median == 0 || ours.SpeedUp == (spread{1, 1, 1}) {
			continue
		}
		rows++
		of := func(engine string) string {
			if other := r.timing(ours.Net, engine, "f32", ours.Threads, ours.Batch); other != nil {
				return fmt.Sprintf("%.2f", other.SpeedUp.Median)
			}
			return "—"
		}
		t.row(ours.Net, fmt.Sprint(ours.Batch), fmt.Sprint(ours.Threads), of(nameORT), of(nameTorch), of(nameOurs),
			fmt.Sprintf("%.2f..%.2f", ours.SpeedUp.Quarter, ours.SpeedUp.Third))
	}
	if rows == 0 {
		return "Not measured.\n"
	}
	return t.text.String()
}

func (r *results) startTable() string {
	if len(r.starts) == 0 {
		return "Not measured.\n"
	}
	t := newTable("net", "engine", "start to answer ms:", "quartiles", "engine itself ms:", "network ms:", "first run ms:", "peak memory MiB:")
	for _, s := range r.starts {
		t.row(s.Net, engine{Name: s.Engine, Precision: s.Precision}.title(), fmt.Sprintf("%.0f", s.Time.Median),
			fmt.Sprintf("%.0f..%.0f", s.Time.Quarter, s.Time.Third), fmt.Sprintf("%.0f", s.Import), fmt.Sprintf("%.0f", s.Load),
			fmt.Sprintf("%.0f", s.First), fmt.Sprintf("%.0f", s.MostResident))
	}
	return t.text.String()
}

func (r *results) answerTable() string {
	if len(r.answers) == 0 {
		return "Not compared.\n"
	}
	t := newTable("net", "engine", "largest difference:")
	for _, a := range r.answers {
		t.row(a.Net, a.Engine, fmt.Sprintf("%.1e", a.Deviation))
	}
	return t.text.String()
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// summary is everything timed, for a terminal.
func (r *results) summary() string {
	t := newTable("net", "batch:", "threads:", "engine", "ms:", "ratio:", "quartiles", "to", "speed-up:", "peak MiB:")
	for _, v := range r.timings {
		t.row(v.Net, fmt.Sprint(v.Batch), fmt.Sprint(v.Threads), engine{Name: v.Engine, Precision: v.Precision}.title(),
			fmt.Sprintf("%.2f", v.Time.Median), fmt.Sprintf("%.3f", v.Ratio.Median), fmt.Sprintf("%.3f..%.3f", v.Ratio.Quarter, v.Ratio.Third),
			v.Reference, fmt.Sprintf("%.2f", v.SpeedUp.Median), fmt.Sprintf("%.0f", v.MostResident))
	}
	return t.text.String() + r.noise()
}
