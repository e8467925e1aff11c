package metrics

import (
	"cmp"
	"slices"
)

// A Class is how one class fares.
type Class struct {
	Rows      int     // of the class
	Said      int     // said to be of the class
	Precision float64 // of those said to be of it, the share that is; 0 if there are none
	Recall    float64 // of those of it, the share that is said to be; 0 if there are none
	F1        float64 // their harmonic mean, 0 if there is neither
}

// A Mistake is how many rows of one class are said to be of another.
type Mistake struct{ Right, Said, Rows int }

// A counts is the rows of a class, those said to be of it, and those that are both.
type counts struct{ rows, said, right int }

// A pair is a class and what it was taken for.
type pair struct{ right, said int }

func (c *Counter) count(right, said int) {
	c.counts[right].rows++
	c.counts[said].said++
	if right == said {
		c.counts[right].right++
		return
	}
	c.mistakes[pair{right, said}]++
}

// pairs are all mistakes, those of most rows first.
func (c *Counter) pairs() []Mistake {
	all := make([]Mistake, 0, len(c.mistakes))
	for p, n := range c.mistakes {
		all = append(all, Mistake{p.right, p.said, n})
	}
	slices.SortFunc(all, func(a, b Mistake) int {
		return cmp.Or(cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.Right, b.Right), cmp.Compare(a.Said, b.Said))
	})
	return all
}

// Matrix is the confusion matrix: a row for each right class, a column for each said one. It has the square of the
// classes for cells, so it is for as many as a reader looks at.
func (r *Report) Matrix() [][]int {
	matrix := make([][]int, len(r.Classes))
	for k, class := range r.Classes {
		matrix[k] = make([]int, len(r.Classes))
		matrix[k][k] = class.Rows
	}
	for _, m := range r.Mistakes {
		matrix[m.Right][m.Said] = m.Rows
		matrix[m.Right][m.Right] -= m.Rows
	}
	return matrix
}
