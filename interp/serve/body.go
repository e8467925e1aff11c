package serve

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"golang.org/x/sync/semaphore"

	"cnnlang/interp"
)

// A held is memory that a request takes of what all may take together.
type held struct {
	of   *semaphore.Weighted
	most int64 // of all
	n    int64
}

// hold begins to count what a request takes.
func (s *Server) hold() *held { return &held{of: s.received, most: s.options.Received} }

// more takes n bytes, or fails where others hold them.
func (h *held) more(n int64) error {
	if n > h.most-h.n {
		return &Error{Fault: TooLarge, Message: fmt.Sprintf("the request and its answer take more than the %s that there are for all; send fewer images at a time", interp.Bytes(h.most))}
	}
	if !h.of.TryAcquire(n) {
		return &Error{Fault: Full, Message: "the requests that are being answered take all memory that is for requests; try again later", RetryAfter: time.Second}
	}
	h.n += n
	return nil
}

// release gives all of it back.
func (h *held) release() {
	h.of.Release(h.n)
	h.n = 0
}

// step is how many bytes of a body are read before the clock and the memory are looked at again.
const step = 64 << 10

// body reads the body of a request, of at most so many bytes, while it comes fast enough. What it takes is held.
func (s *Server) body(w http.ResponseWriter, r *http.Request, h *held, most int64) ([]byte, error) {
	tooLarge := &Error{Fault: TooLarge, Message: fmt.Sprintf("the body has more than %d bytes, which is more than a request can need", most)}
	if r.ContentLength > most {
		return nil, tooLarge
	}
	control, began := http.NewResponseController(w), time.Now()
	var content []byte
	for {
		if len(content) == cap(content) { // doubled, and never more than was declared or came
			size := min(max(step, 2*int64(cap(content))), most+1)
			if r.ContentLength >= 0 {
				size = min(size, r.ContentLength+1)
			}
			if err := h.more(size - int64(cap(content))); err != nil {
				return nil, err
			}
			content = append(make([]byte, 0, size), content...)
		}
		pace := time.Duration(float64(len(content)) / float64(s.options.Slowest) * float64(time.Second))
		if err := control.SetReadDeadline(began.Add(s.options.Patience + pace)); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return nil, err
		}
		n, err := r.Body.Read(content[len(content):min(cap(content), len(content)+step)])
		content = content[:len(content)+n]
		switch {
		case int64(len(content)) > most:
			return nil, tooLarge
		case err == io.EOF:
			return content, errors.Join(unsupported(control.SetReadDeadline(time.Time{})))
		case errors.Is(err, os.ErrDeadlineExceeded):
			return nil, &Error{Fault: Unfinished, Message: fmt.Sprintf("%d bytes of the body came in %v, and the rest was not waited for", len(content), time.Since(began).Round(time.Second))}
		case err != nil:
			return nil, &Error{Fault: Gone, Message: "the body ended early"}
		}
	}
}

// unsupported passes over that a connection has no deadlines, as in tests of handlers.
func unsupported(err error) error {
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}
	return err
}
