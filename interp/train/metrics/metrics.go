// Package metrics says how good a classifier's outputs are: how often the right class is among the
// first, loss, precision, recall and F1 of each class, the confusion matrix, calibration, and the
// rows it was most wrong about. Rows are added one after another and not kept.
package metrics

import "math"

// Float is what outputs are made of.
type Float interface{ float32 | float64 }

// A Counter counts rows of logits, the outputs before any softmax. Sums depend on the order of the
// rows, in float64.
type Counter struct {
	classes  int
	rows     int
	broken   int
	ranks    []int // by rank of the right class
	counts   []counts
	mistakes map[pair]int // rows, so that memory grows with them and not with the square of the classes
	loss     float64
	brier    float64
	bins     [Bins]sums
	worst    worst
}

// New makes a counter for so many classes that keeps the worst rows, up to so many.
func New(classes, keep int) *Counter {
	return &Counter{classes: classes, ranks: make([]int, classes+1), counts: make([]counts, classes), mistakes: map[pair]int{}, worst: worst{keep: keep}}
}

// Add counts a row: a logit for each class, and the class that is right, from 0. A row with a logit
// that is no number, or that is infinite, is counted as wrong at any rank, and in nothing else; its loss is
// no number.
func Add[T Float](c *Counter, logits []T, right int) {
	row := c.rows
	c.rows++
	said, ok := first(logits)
	if !ok {
		c.broken++
		c.ranks[c.classes]++
		c.loss = math.NaN()
		c.worst.add(Row{Row: row, Right: right, Said: -1, Loss: math.NaN(), Confidence: math.NaN()})
		return
	}
	rank := rankOf(logits, right)
	c.ranks[rank]++
	c.count(right, said)

	most, sum := float64(logits[said]), 0.0
	for _, v := range logits {
		sum += math.Exp(float64(v) - most)
	}
	loss := math.Log(sum) + most - float64(logits[right])
	confidence := 1 / sum
	c.loss += loss
	for k, v := range logits {
		p := math.Exp(float64(v)-most) / sum
		if k == right {
			p--
		}
		c.brier += p * p
	}
	c.bins[binOf(confidence)].add(confidence, rank == 0)
	c.worst.add(Row{Row: row, Right: right, Said: said, Loss: loss, Confidence: confidence})
}

// first is the class of the greatest logit, of equal ones the first, and whether all are finite.
func first[T Float](logits []T) (said int, finite bool) {
	for k, v := range logits {
		if v-v != 0 { // no number, or infinite
			return -1, false
		}
		if v > logits[said] {
			said = k
		}
	}
	return said, true
}

// rankOf is how many classes come before one: those with a greater logit, and of equal ones those with
// a smaller number.
func rankOf[T Float](logits []T, class int) (rank int) {
	for k, v := range logits {
		if v > logits[class] || v == logits[class] && k < class {
			rank++
		}
	}
	return rank
}
