package download

import (
	"errors"
	"fmt"
	"net/http"
)

// Kind is what kind of error an Error is.
type Kind int

// The kinds.
const (
	Failed  Kind = iota // the file could not be fetched
	Refused             // what the net says of it is not accepted
	Limited             // it is larger than allowed
)

// An Error says why a file could not be fetched, and what to do.
type Error struct {
	Kind          Kind
	Problem, Help string
}

func (e *Error) Error() string { return e.Problem }

func failed(problem, help string) *Error { return &Error{Failed, problem, help} }

// aPage is the error for an answer that is a web page.
func aPage(address string) *Error {
	return failed("a web page came from "+address+" in place of the file",
		"the network may want a login, or the file has moved: open the address in a browser")
}

// tooLarge is the error for a file of more bytes than are allowed; total is -1 if it is not known
// how many it has.
func tooLarge(address string, total, most int64) *Error {
	problem := fmt.Sprintf("%s is longer than the limit of %s", address, bytesText(most))
	if total >= 0 {
		problem = fmt.Sprintf("%s has %s, more than the limit of %s", address, bytesText(total), bytesText(most))
	}
	return &Error{Limited, problem, "if that is right, allow more with --max-size, such as `--max-size 8GiB`"}
}

// bytesText is a number of bytes, exactly.
func bytesText(n int64) string { return fmt.Sprintf("%d bytes", n) }

// status is the error for an answer without the file.
func status(address string, code int) *Error {
	said := fmt.Sprintf("the server answers %d %s", code, http.StatusText(code))
	problem := fmt.Sprintf("%s cannot be fetched: %s", address, said)
	switch {
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		return failed(problem, "its publisher may want a login or an agreement first: open the address in a browser, and name what you get by `--weights FILE`")
	case code == http.StatusNotFound || code == http.StatusGone:
		return failed(problem, "it has moved or is gone: look for it at its publisher's, and name what you get by `--weights FILE`")
	case code == http.StatusProxyAuthRequired:
		return failed(problem, "the proxy wants a name and a password: set HTTPS_PROXY or HTTP_PROXY to http://NAME:PASSWORD@HOST:PORT")
	case code == http.StatusTooManyRequests || code == http.StatusRequestTimeout || code >= 500:
		return failed(problem, "try again later; what has come before is kept")
	}
	return failed(problem, "open the address in a browser, and name what you get by `--weights FILE`")
}

// Reasons to ask again.
var (
	errStalled = errors.New("nothing came")
	errChanged = errors.New("the file has changed on the server")
)

// A cut is a connection that ended too early.
type cut struct{ err error }

func (e *cut) Error() string { return e.err.Error() }
