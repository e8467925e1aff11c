package weightfile

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// An Error says why a file of weights cannot be read.
type Error struct {
	Path    string
	Tensor  string // the tensor at fault, or ""
	Problem string // got, want, and what to do
	Err     error  // the underlying system error, or nil
}

func (e *Error) Error() string {
	if e.Tensor != "" {
		return fmt.Sprintf("weights: %s: tensor %s: %s", e.Path, Shown(e.Tensor), e.Problem)
	}
	return fmt.Sprintf("weights: %s: %s", e.Path, e.Problem)
}

// Unwrap returns the system's error.
func (e *Error) Unwrap() error { return e.Err }

// Corrupt says what is wrong with a tensor, or without a name with the whole file.
func (in Input) Corrupt(tensor, format string, args ...any) *Error {
	return &Error{Path: in.Path, Tensor: tensor, Problem: fmt.Sprintf(format, args...)}
}

// A LimitError says that a file exceeds the Limits: it may be valid, but it is not read.
type LimitError struct {
	Path  string
	Limit string // what is limited: "bytes of header", "tensors"
	Got   int64  // at least this many
	Max   int64
	Help  string // how to raise it, or what else to do
}

// TooMany says that a file has more tensors than the limit.
func (in Input) TooMany() *LimitError {
	most := int64(in.Limits.MaxTensors())
	return &LimitError{Path: in.Path, Limit: "tensors", Got: most + 1, Max: most, Help: "no network needs so many; keep those of one network in a file"}
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("weights: %s: got %d %s, the limit is %d; %s", e.Path, e.Got, e.Limit, e.Max, e.Help)
}

// longestShown is how much of a name from a file a message shows.
const longestShown = 100

// Shown makes a name from a file fit for a message: short, printable, and quoted if it
// holds anything unusual.
func Shown(name string) string {
	cut := name
	if len(cut) > longestShown {
		end := longestShown
		for end > 0 && !utf8.RuneStart(cut[end]) {
			end--
		}
		cut = cut[:end] + "…"
	}
	odd := func(r rune) bool { return !strconv.IsPrint(r) || r == utf8.RuneError || r == '"' || r == ' ' }
	if cut == "" || strings.IndexFunc(cut, odd) >= 0 {
		return strconv.Quote(cut)
	}
	return cut
}
