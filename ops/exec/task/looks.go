package task

import "context"

// A run that is to end does so within 50 ms, whatever it computes. Most parts are far
// shorter. One that a single number of the result can make long, as a sum over a whole
// picture, looks at the context meanwhile; what has no such places is kept short by
// limits on what its algorithm takes.

// LookSteps is how many cheap steps, some ns each, lie between two looks.
const LookSteps = 1 << 17

// Looks counts the steps of a part that may be long. It is never passed to a function
// value, which would make it escape.
type Looks struct {
	Ctx   context.Context
	Over  bool // whether the run has ended
	steps int  // since the last look
}

// Ended counts steps to come and reports whether the run has ended.
func (l *Looks) Ended(steps int) bool {
	if l.steps += steps; l.steps > LookSteps {
		l.steps, l.Over = steps, l.Ctx.Err() != nil
	}
	return l.Over
}
