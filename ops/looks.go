package ops

import "context"

// A run that is to end does so within 50 ms, whatever it computes. Most parts are far
// shorter. One that a single number of the result can make long, as a sum over a whole
// picture, looks at the context meanwhile; and what has no such places is not given more
// than these limits: it is computed by another algorithm that has.
const (
	// lookSteps is how many cheap steps, some ns each, lie between two looks.
	lookSteps = 1 << 17
	// mostSummed is how many products the sums of a blocked convolution have, of which a
	// part computes a tile at least.
	mostSummed = 1 << 15
	// mostHalo is how many pixels of zeros belong to one row of a value.
	mostHalo = 1 << 16
	// mostPooled is how many pixels of each channel one part pools.
	mostPooled = 1 << 17
)

// MostRow is how many pixels a row of a blocked value has: rows are never cut.
const MostRow = 1 << 15

// looks counts the steps of a part that may be long. It is never passed to a function
// value, which would make it escape.
type looks struct {
	ctx   context.Context
	steps int // since the last look
	over  bool
}

// ended counts steps to come and reports whether the run has ended.
func (l *looks) ended(steps int) bool {
	if l.steps += steps; l.steps > lookSteps {
		l.steps, l.over = steps, l.ctx.Err() != nil
	}
	return l.over
}
