// Package curves draws how trainings went, in SVG: the loss of training and of validation, top-1
// and the rate over epochs, for one run or several to compare. Lines carry their names at their
// ends.
//
//	log ──Of──▶ runs ──panels──▶ scales ──lines, labels──▶ SVG
package curves

import (
	"math"

	"cnnlang/interp/train/events"
)

// A Record is what is known after an epoch; what is not known is no number.
type Record struct {
	Epoch         float64 // finite; a fraction where only steps are known
	Loss, ValLoss float64
	Top1          float64 // from 0 to 1
	Rate          float64
	Best          bool // whether it is the best so far
}

// A Run is a training.
type Run struct {
	Name    string
	Records []Record // by epoch
}

// Of makes a run of a log: of its epochs, or of its steps if no epoch has ended.
func Of(log *events.Log, name string) Run {
	run := Run{Name: name}
	for _, e := range log.Epochs {
		run.Records = append(run.Records, Record{float64(e.Epoch), float64(e.Loss), known(e.ValLoss), known(e.ValTop1), float64(e.Rate), e.Best})
	}
	if len(log.Epochs) > 0 {
		return run
	}
	for _, s := range log.Steps {
		epoch := float64(s.Step) / float64(max(log.Start.StepsPerEpoch, 1))
		run.Records = append(run.Records, Record{epoch, float64(s.Loss), math.NaN(), math.NaN(), float64(s.Rate), false})
	}
	return run
}

func known(n *events.Number) float64 {
	if n == nil {
		return math.NaN()
	}
	return float64(*n)
}

// Empty reports whether there is nothing to draw of a run.
func (r Run) Empty() bool {
	for _, p := range panels {
		for _, q := range p.lines {
			for _, rec := range r.Records {
				if _, ok := q.value(rec); ok {
					return false
				}
			}
		}
	}
	return true
}

// A quantity is a line of each run in a panel.
type quantity struct {
	name     string
	training bool // whether it is drawn dashed, as it is not what counts
	marked   bool // where it was best
	of       func(Record) float64
}

// A panel is a plot of quantities of one unit.
type panel struct {
	title  string
	height float64
	share  bool // whether they are shares, written in per cent
	lines  []quantity
}

var panels = []panel{
	{"Loss", 270, false, []quantity{
		{"training", true, false, func(r Record) float64 { return r.Loss }},
		{"validation", false, true, func(r Record) float64 { return r.ValLoss }},
	}},
	{"Top-1 of validation", 190, true, []quantity{{"", false, true, func(r Record) float64 { return 100 * r.Top1 }}}},
	{"Learning rate", 110, false, []quantity{{"", false, false, func(r Record) float64 { return r.Rate }}}},
}

// value is what a record says, and whether it has a place in a picture: one that is not finite has none, nor has a loss as
// large as no training comes back from. What is very small is drawn as 0, since a logarithmic scale would show nothing else.
func (q quantity) value(r Record) (v float64, ok bool) {
	const least, most = 1e-15, 1e15
	v = q.of(r)
	if math.Abs(v) < least {
		v = 0
	}
	return v, math.Abs(v) <= most
}
