package interp

import (
	"cmp"

	"cnnlang/ops/exec/task"
)

// The lanes of a stream share what Options.MaxMemory leaves after the weights: each has a
// session and an input, each group in the window its answers, and the rest is for decoding.
type lanes struct {
	count  int // of lanes, each a thread
	window int // of groups that are ahead of the oldest one without an answer
	// left is the memory for decoding, and share that of each lane, in bytes; 0 is no limit.
	left, share int64
}

const (
	// enough is a share that most photographs can be decoded in: twelve million pixels.
	enough = 64 << 20
	// ahead is how many groups a lane may be ahead, so that one large picture does not stop the
	// others, and mostAhead how many bytes, and aheadShare what share of the memory, their
	// answers may take before they are fewer.
	ahead      = 8
	mostAhead  = 64 << 20
	aheadShare = 16
)

// Lanes is how many pictures, or batches of them, Each computes at the same time. Its error is
// a *MemoryError.
func (m *Model) Lanes() (int, error) {
	l, err := m.lanes()
	return l.count, err
}

// lanes are as many as there are threads, or as the memory has room for.
func (m *Model) lanes() (l lanes, err error) {
	one := m.Memory(1)
	answers := int64(mostAhead)
	if m.opts.MaxMemory > 0 {
		answers = min(answers, m.opts.MaxMemory/aheadShare)
	}
	each := one.Activations + one.Scratch + one.Outputs + m.Net.inputBytes()
	for l.count = cmp.Or(m.opts.Threads, task.Threads()); ; l.count-- {
		l.window = ahead * l.count
		for l.window > l.count && int64(l.window)*one.Outputs > answers {
			l.window--
		}
		if m.opts.MaxMemory == 0 {
			return l, nil
		}
		need := m.opts.Held + one.Weights + one.Tables + int64(l.count)*each + int64(l.window+1)*one.Outputs
		l.left = m.opts.MaxMemory - need
		l.share = l.left / int64(l.count)
		switch {
		case l.count == 1 && l.left < 1:
			return l, &MemoryError{Net: m.Net.Name, Need: need + 1, Max: m.opts.MaxMemory}
		case l.count == 1 || l.share >= enough:
			return l, nil
		}
	}
}
