package plan

import "cnnlang/ops"

// squeeze lets convolutions write the means of their channels for a global pool that reads
// them, which then needs no work. This excludes convolutions computed in a concatenation,
// where the next value follows.
func (l *lowering) squeeze() {
	hosted := map[*instruction]bool{}
	for _, i := range l.list {
		if i.hosts() {
			for _, in := range i.in {
				hosted[in] = true
			}
		}
	}
	for _, i := range l.list {
		_, pools := i.op.(*ops.GlobalAvgPool)
		if pools && i.inFloats() && !i.layout.HasHalo() && i.in[0].algorithm.Means && !hosted[i.in[0]] {
			i.in[0].layout.Means = true
		}
	}
}
