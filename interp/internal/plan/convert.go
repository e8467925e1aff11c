package plan

import (
	"cnnlang/ops/exec"
	"cnnlang/ops/exec/layout"
)

// convert inserts a conversion where an instruction wants a value in another layout than it
// has, and where a session shows it.
func (l *lowering) convert() {
	type conversion struct {
		from *instruction
		to   layout.Layout
	}
	made := map[conversion]*instruction{}
	in := func(i *instruction, want layout.Layout) *instruction {
		have := i.layout
		if have == want || !have.Plain() && have.Covers(want) {
			return i
		}
		key := conversion{i, want}
		if made[key] == nil {
			c := moving(convert, "convert", i, i.shape, want)
			c.algorithm = exec.Conversion()
			made[key] = l.add(c)
		}
		return made[key]
	}
	l.rewrite(func(i *instruction) {
		for k := range i.in {
			i.in[k] = in(i.in[k], i.wants(k))
		}
		l.add(i)
	})
	for _, n := range l.graph.Nodes {
		if l.asked[n] {
			l.shown[n] = in(l.of[n], layout.Layout{})
		}
	}
}
