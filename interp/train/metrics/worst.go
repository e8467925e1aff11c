package metrics

import (
	"cmp"
	"math"
	"slices"
)

// A Row is a row that the classifier was wrong or unsure about.
type Row struct {
	Row         int // as they were added, from 0
	Right, Said int // classes; Said is -1 for outputs that are no numbers
	Loss        float64
	Confidence  float64 // the probability of the class that is said
}

// A worst keeps the rows with the largest losses, as a heap whose first is the least of them.
type worst struct {
	keep int
	rows []Row
}

// compareRows puts the worst first: those without a loss, then those with the largest, and of equal ones the first.
func compareRows(a, b Row) int {
	if broken := cmp.Compare(brokenness(b), brokenness(a)); broken != 0 {
		return broken
	}
	return cmp.Or(cmp.Compare(b.Loss, a.Loss), cmp.Compare(a.Row, b.Row))
}

func brokenness(r Row) int {
	if math.IsNaN(r.Loss) {
		return 1
	}
	return 0
}

func (w *worst) add(r Row) {
	switch {
	case len(w.rows) < w.keep:
		w.rows = append(w.rows, r)
		w.rise(len(w.rows) - 1)
	case w.keep > 0 && compareRows(r, w.rows[0]) < 0:
		w.rows[0] = r
		w.sink()
	}
}

// rise moves row i towards the first as long as it is the less bad one.
func (w *worst) rise(i int) {
	for i > 0 && compareRows(w.rows[i], w.rows[(i-1)/2]) > 0 {
		w.rows[i], w.rows[(i-1)/2] = w.rows[(i-1)/2], w.rows[i]
		i = (i - 1) / 2
	}
}

// sink moves the first row down to where none below it is less bad.
func (w *worst) sink() {
	for i := 0; ; {
		least := i
		for _, child := range [...]int{2*i + 1, 2*i + 2} {
			if child < len(w.rows) && compareRows(w.rows[child], w.rows[least]) > 0 {
				least = child
			}
		}
		if least == i {
			return
		}
		w.rows[i], w.rows[least] = w.rows[least], w.rows[i]
		i = least
	}
}

func (w *worst) sorted() []Row {
	rows := slices.Clone(w.rows)
	slices.SortFunc(rows, compareRows)
	return rows
}
