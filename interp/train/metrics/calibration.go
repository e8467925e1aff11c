package metrics

// Bins is how many bins of confidence there are (Guo et al. 2017, arXiv:1706.04599, section 4).
const Bins = 15

// A Bin has the rows whose confidence, the probability of the class that is said, lies in
// (k/15, (k+1)/15].
type Bin struct {
	Rows                 int
	Confidence, Accuracy float64 // means, 0 without rows
}

// A sums is what a bin's means are made of.
type sums struct {
	rows, right int
	confidence  float64
}

func (s *sums) add(confidence float64, right bool) {
	s.rows++
	s.confidence += confidence
	if right {
		s.right++
	}
}

// binOf is the bin of a confidence, in (0, 1].
func binOf(confidence float64) int {
	for k := range Bins - 1 {
		if confidence <= float64(k+1)/Bins {
			return k
		}
	}
	return Bins - 1
}

// calibration is the bins, and the expected calibration error: how far confidence is from accuracy, in the
// mean over rows.
func (c *Counter) calibration() (bins [Bins]Bin, ece float64) {
	whole := c.rows - c.broken
	for k, s := range c.bins {
		if s.rows == 0 {
			continue
		}
		n := float64(s.rows)
		bins[k] = Bin{s.rows, s.confidence / n, float64(s.right) / n}
		off := bins[k].Confidence - bins[k].Accuracy
		ece += n / float64(whole) * max(off, -off)
	}
	return bins, ece
}
