package dim_test

import (
	"testing"

	"cnnlang/ops/dim"
)

func TestNextDivisors(t *testing.T) {
	for _, c := range []struct {
		n, of, below, above int
		ok                  bool
	}{
		{5, 12, 4, 6, true}, {4, 12, 4, 4, true}, {32, 48, 24, 48, true}, {1, 7, 1, 1, true}, {5, 3, 3, 0, true},
		{0, 3, 0, 0, false}, {3, 0, 0, 0, false}, {-2, 4, 0, 0, false}, {2, 1 << 40, 0, 0, false},
	} {
		if below, above, ok := dim.NextDivisors(c.n, c.of); below != c.below || above != c.above || ok != c.ok {
			t.Errorf("%d of %d: got %d, %d, %v, want %d, %d, %v", c.n, c.of, below, above, ok, c.below, c.above, c.ok)
		}
	}
}
