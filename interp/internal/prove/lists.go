package prove

// A block with lists of unknown length is explored twice. First one item stands for all of them (elab/run.go): what
// is proved so is proved for every length. If nothing is, it is explored for a few lengths, which
// finds what is wrong with it, or a bounded proof.

// lists is an exploration in which one item stands for all.
type lists struct{ met bool } // whether there was such a list

// Lists reports whether lists of unknown length are followed by one item that stands for all.
func (p *Case) Lists() bool { return p.exploration.lists != nil }

// MeetsList notes that there is such a list.
func (p *Case) MeetsList() {
	if l := p.exploration.lists; l != nil {
		l.met = true
	}
}

// metOne reports whether such a list was met: then no mistake is one of the block for certain.
func (l *lists) metOne() bool { return l != nil && l.met }

// fails reports whether the exploration comes to nothing.
func (l *lists) fails(v *Verdict) bool { return l.metOne() && v.Status != Proved }
