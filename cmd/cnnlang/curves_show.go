package main

import (
	"cmp"
	"math"
	"strconv"

	"cnnlang/interp/train/curves"
	"cnnlang/interp/train/events"
)

// A curvesDocument is cnnlang.curves/v1.
type curvesDocument struct {
	Schema string       `json:"schema"`
	Runs   []runSummary `json:"runs"`
	Output string       `json:"output,omitempty"`

	drawn []curves.Run
}

// A runSummary is what a training has come to.
type runSummary struct {
	Log       string `json:"log"`
	Net       string `json:"net"`
	Epochs    int    `json:"epochs"`
	Planned   int    `json:"planned"`
	Loss      *real  `json:"loss"`
	BestEpoch int    `json:"best_epoch,omitempty"`
	ValLoss   *real  `json:"val_loss,omitempty"`
	ValTop1   *real  `json:"val_top1,omitempty"`
	Seconds   real   `json:"seconds"`
	NotFinite int    `json:"not_finite"`
	Bad       int    `json:"bad_pictures"`
	Ended     string `json:"ended,omitempty"`
	Cut       bool   `json:"cut"`
}

// summaryOf says what a log has come to.
func summaryOf(file string, log *events.Log) runSummary {
	s := runSummary{Log: file, Net: log.Start.Net, Epochs: len(log.Epochs), Planned: log.Start.Epochs, NotFinite: len(log.NaNs), Bad: log.Bad, Cut: log.Cut}
	if log.End != nil {
		s.Ended = log.End.Reason
	}
	for _, e := range log.Epochs {
		s.Seconds += real(e.Seconds)
		if e.Best {
			s.BestEpoch, s.ValLoss, s.ValTop1 = e.Epoch, (*real)(e.ValLoss), (*real)(e.ValTop1)
		}
	}
	if n := len(log.Epochs); n > 0 {
		s.Loss = (*real)(&log.Epochs[n-1].Loss)
	}
	return s
}

// grid is a row for each training.
func (d *curvesDocument) grid(csv bool) grid {
	g := grid{columns: []column{{"log", false}, {"net", false}, {"epochs", true}, {"of", true}, {"loss", true},
		{"best epoch", true}, {"val loss", true}, {"val top-1", true}, {"ended", false}}}
	for _, r := range d.Runs {
		best := unknownCell(csv)
		if r.BestEpoch > 0 {
			best = strconv.Itoa(r.BestEpoch)
		}
		top1 := r.ValTop1
		if top1 != nil {
			share := *top1 * 100
			top1 = &share
		}
		g.rows = append(g.rows, []any{r.Log, r.Net, r.Epochs, r.Planned, digitsOf(r.Loss, csv), best, digitsOf(r.ValLoss, csv), digitsOf(top1, csv), cmp.Or(r.Ended, unknownCell(csv))})
	}
	return g
}

// digitsOf is a number that may not be known, or not be one.
func digitsOf(v *real, csv bool) string {
	digits := 4
	switch {
	case v == nil:
		return unknownCell(csv)
	case math.IsNaN(float64(*v)):
		return "nan"
	case csv:
		digits = 9
	}
	return strconv.FormatFloat(float64(*v), 'g', digits, 64)
}
