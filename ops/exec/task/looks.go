package task

import "context"

// A run ends within 50 ms of its context, whatever it computes. Most parts are far shorter.
// A part that a single number of the result can make long, such as a sum over a whole
// picture, checks the context meanwhile; algorithms without such checks are kept short by
// limits on what fits them.

// LookSteps is how many cheap steps, of some ns each, lie between two checks.
const LookSteps = 1 << 17

// Looks counts the steps of a long part between checks. It is never passed to a function
// value, which would make it escape.
type Looks struct {
	Ctx   context.Context
	Over  bool // whether the run has ended
	steps int  // since the last check
}

// Ended counts steps about to be done and reports whether the run has ended.
func (l *Looks) Ended(steps int) bool {
	if l.steps += steps; l.steps > LookSteps {
		l.steps, l.Over = steps, l.Ctx.Err() != nil
	}
	return l.Over
}
