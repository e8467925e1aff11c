package skeleton

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
)

// order puts the parts of paths in the likely order of their steps. Numbers count. Where the
// file goes by the alphabet, what ends in the same number belongs together, a convolution
// before its norm, and what has no number comes last: conv1, bn1, layer1, layer2, fc.
func (m *module) order(sorted bool) {
	for _, c := range m.children {
		c.order(sorted)
	}
	numbered := !slices.ContainsFunc(m.children, func(c *module) bool { _, err := strconv.Atoi(c.name); return err != nil })
	if !sorted && !numbered {
		return
	}
	slices.SortStableFunc(m.children, func(a, b *module) int {
		return cmp.Or(cmp.Compare(a.number(), b.number()), cmp.Compare(a.place(), b.place()))
	})
}

// number is that with which the name ends.
func (m *module) number() int {
	digits := m.name[len(strings.TrimRight(m.name, "0123456789")):]
	if n, err := strconv.Atoi(digits); err == nil {
		return n
	}
	return math.MaxInt
}

// place orders what has the same number.
func (m *module) place() int {
	switch s := m.step(); {
	case s == nil:
		return 2
	case s.kind == conv || s.kind == deconv:
		return 0
	case s.kind == bn || s.kind == layerNorm:
		return 1
	}
	return 3
}
