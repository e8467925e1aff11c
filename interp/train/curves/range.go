package curves

import (
	"io"
	"math"

	"cnnlang/interp/chart"
)

// rangePanels are what a range test shows.
var rangePanels = []panel{{"Loss", 270, false, []quantity{{"", false, true, func(r Record) float64 { return r.Loss }}}}}

// RangeSVG writes the picture of a range test: the loss over rates, with the rate that is suggested marked.
func RangeSVG(w io.Writer, title string, rates, losses []float64, suggested float64) error {
	run, none := Run{Name: "loss"}, math.NaN()
	for i, rate := range rates {
		run.Records = append(run.Records, Record{Epoch: rate, Loss: losses[i], ValLoss: none, Top1: none, Rate: none, Best: rate <= suggested})
	}
	return (&drawing{runs: []Run{run}, axis: "Learning rate", ring: "a tenth of the rate with the smallest loss", unit: chart.Count, panels: rangePanels}).write(w, title)
}
