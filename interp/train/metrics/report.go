package metrics

import "slices"

// A Report is what a Counter has come to. Means over no rows are 0.
type Report struct {
	Rows   int
	Broken int // rows with a logit that is no number, or infinite

	Loss  float64 // cross entropy without smoothing, the mean in nats
	Brier float64 // the mean squared distance of the probabilities from the right class's 1 and the others' 0
	ECE   float64 // expected calibration error
	Bins  [Bins]Bin

	Classes  []Class
	MacroF1  float64   // the mean over classes
	Mistakes []Mistake // pairs of classes that are confused, most often first

	Worst []Row // with the largest losses, worst first

	ranks []int
}

// Top is the share of rows whose right class is among the first k.
func (r *Report) Top(k int) float64 {
	n := 0
	for rank, rows := range r.ranks[:len(r.ranks)-1] {
		if rank < k {
			n += rows
		}
	}
	return share(n, r.Rows)
}

func share(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}

// Report computes what the rows so far have come to.
func (c *Counter) Report() *Report {
	r := &Report{Rows: c.rows, Broken: c.broken, Mistakes: c.pairs(), Worst: c.worst.sorted(), ranks: slices.Clone(c.ranks)}
	if c.rows > 0 {
		r.Loss = c.loss / float64(c.rows)
	}
	if whole := c.rows - c.broken; whole > 0 {
		r.Brier = c.brier / float64(whole)
	}
	r.Bins, r.ECE = c.calibration()
	for _, n := range c.counts {
		class := Class{n.rows, n.said, share(n.right, n.said), share(n.right, n.rows), share(2*n.right, n.rows+n.said)}
		r.Classes = append(r.Classes, class)
		r.MacroF1 += class.F1 / float64(c.classes)
	}
	return r
}
