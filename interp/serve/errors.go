package serve

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A Fault is the kind of an Error: what the protocols have a status for.
type Fault int

const (
	Invalid    Fault = iota // the request is wrong; sent again it is wrong again
	NotFound                // there is no such model, version or address
	TooLarge                // the request is larger than any that is answered
	Full                    // too much waits already; later there may be room
	Stopping                // the server ends
	Late                    // the client's deadline has passed
	Gone                    // the client has gone
	Unfinished              // the client sends too slowly
	Internal                // a fault of the server
)

// An Error says why a request was not answered. Its text is for the client: it names what was got
// and what was wanted, and nothing of the machine.
type Error struct {
	Fault      Fault
	Message    string
	RetryAfter time.Duration // for Full: when there may be room
}

func (e *Error) Error() string { return e.Message }

func invalid(format string, args ...any) *Error {
	return &Error{Fault: Invalid, Message: fmt.Sprintf(format, args...)}
}

// ended is the Error of a context that has ended.
func ended(err error) *Error {
	if errors.Is(err, context.DeadlineExceeded) {
		return &Error{Fault: Late, Message: "the deadline of the request has passed"}
	}
	return &Error{Fault: Gone, Message: "the request was cancelled"}
}

// told is an error as an *Error; what the client cannot know about is told in the log alone.
func told(err error) *Error {
	e := new(Error)
	switch {
	case errors.As(err, &e):
		return e
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return ended(err)
	}
	return &Error{Fault: Internal, Message: "the server could not compute this; its log says why"}
}
