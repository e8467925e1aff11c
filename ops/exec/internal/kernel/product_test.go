package kernel

import (
	"math"
	"slices"
	"testing"
)

// Products of every height and columns of a tile, and of several tiles, against the definition, with
// gaps between the rows, which are neither read nor written, between inaccessible pages.
func TestProduct(t *testing.T) {
	if ProductColumns == nil {
		t.Skip("the instruction set has no such kernel")
	}
	for rows := 1; rows <= 29; rows++ {
		for _, columns := range ProductColumns {
			for _, k := range []int{1, 3, 4, 9, 384} {
				for _, s := range sides {
					checkProduct(t, rows, columns, k, rows%2*5, s, Product)
				}
			}
		}
	}
}

// The twin in plain Go computes what the kernels do.
func TestProductTwin(t *testing.T) {
	for _, columns := range []int{8, 32} {
		checkProduct(t, 3, columns, 7, 5, atEnd, func(c []float32, ldc int, a []float32, lda int, b []float32, rows, columns int, add bool) {
			productGeneric(c, ldc, a, lda, b, 7, rows, columns, add)
		})
	}
}

type productOf func(c []float32, ldc int, a []float32, lda int, b []float32, rows, columns int, add bool)

// checkProduct compares products that are set and that are added; the rows of both have a gap.
func checkProduct(t *testing.T, rows, columns, k, gap int, at side, run productOf) {
	t.Helper()
	ldc, lda := columns+gap, k+gap
	for _, add := range []bool{false, true} {
		c, a, b := guarded(t, (rows-1)*ldc+columns, at), guarded(t, (rows-1)*lda+k, at), guarded(t, k*columns, at)
		want := make([]float64, len(c))
		for i, x := range c {
			if add || i%ldc >= columns {
				want[i] = float64(x)
			}
		}
		for i := range rows {
			for j := range columns {
				for p := range k {
					want[i*ldc+j] += float64(a[i*lda+p]) * float64(b[p*columns+j])
				}
			}
		}
		run(c, ldc, a, lda, b, rows, columns, add)
		for i, x := range c {
			if i%ldc >= columns && float64(x) != want[i] {
				t.Errorf("%d rows, %d columns, k %d: wrote between the rows, at %d", rows, columns, k, i)
			}
			if d := math.Abs(float64(x) - want[i]); !(d <= 1e-6*math.Sqrt(float64(1+k*k))) {
				t.Errorf("%d rows, %d columns, k %d, added %v: element %d off by %.3g", rows, columns, k, add, i, d)
			}
		}
	}
}

// Packed columns are where the definition says, between inaccessible pages, and nothing else is
// written.
func TestPackColumns(t *testing.T) {
	if ProductColumns == nil {
		t.Skip("the instruction set has no such kernel")
	}
	for _, columns := range ProductColumns {
		checkColumns(t, columns, PackColumns)
	}
}

// The twin in plain Go packs as the kernels do.
func TestPackColumnsTwin(t *testing.T) {
	for _, columns := range []int{8, 32} {
		checkColumns(t, columns, packColumnsGeneric)
	}
}

func checkColumns(t *testing.T, columns int, pack func(dst []float32, pitch int, src []float32, ld, rows, units, columns int)) {
	t.Helper()
	for rows := 1; rows <= 3; rows++ {
		for units := 1; units <= 3; units++ {
			for _, at := range sides {
				pitch, ld := rows*columns+3, units*columns+5
				dst, src := guarded(t, (units-1)*pitch+rows*columns, at), guarded(t, (rows-1)*ld+units*columns, at)
				want := slices.Clone(dst)
				for u := range units {
					for i := range rows * columns {
						want[u*pitch+i] = src[i/columns*ld+u*columns+i%columns]
					}
				}
				if pack(dst, pitch, src, ld, rows, units, columns); !slices.Equal(dst, want) {
					t.Errorf("%d rows of %d units of %d columns: got %v, want %v", rows, units, columns, dst, want)
				}
			}
		}
	}
}

// What does not fit must panic and not be cut short.
func TestProductChecksLengths(t *testing.T) {
	if ProductColumns == nil {
		t.Skip("the instruction set has no such kernel")
	}
	for _, c := range []struct{ c, a, rows, columns int }{{47, 24, 3, 16}, {48, 23, 3, 16}, {48, 24, 0, 16}, {48, 24, 3, 0}, {48, 24, 3, 12}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("no panic for %+v", c)
				}
			}()
			Product(make([]float32, c.c), Lanes, make([]float32, c.a), 8, make([]float32, 8*Lanes), c.rows, c.columns, false)
		}()
	}
}
