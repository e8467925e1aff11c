package download

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"
)

// mostCuts is how often the rest is asked for by itself after a connection was cut.
const mostCuts = 5

// fetch makes the .part file whole.
func (j *job) fetch(ctx context.Context) error {
	if j.have > 0 && j.have == j.came.Bytes { // it was stopped before it could be renamed
		return nil
	}
	for cuts, changes := 0, 0; ; {
		before := j.have
		err := j.attempt(ctx)
		var early *cut
		switch {
		case err == nil:
			return nil
		case errors.Is(err, errChanged) && changes == 0:
			changes++
			if err := j.restart(origin{}); err != nil {
				return err
			}
		case errors.Is(err, errChanged):
			return failed(j.URL+" changes while it is fetched", "try again later")
		case errors.Is(err, errStalled):
			return failed(fmt.Sprintf("nothing has come from %s for %v, after %s", hostOf(j.URL), j.patience, j.progressText()), j.goOn())
		case errors.As(err, &early) && j.have > before && cuts < mostCuts:
			cuts++
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(j.pause):
			}
			if j.came.Validator == "" { // it cannot be told whether the rest would be of the same file
				if err := j.restart(origin{}); err != nil {
					return err
				}
			}
		case errors.As(err, &early):
			return failed(fmt.Sprintf("the connection to %s was cut after %s: %v", hostOf(j.URL), j.progressText(), early.err), j.goOn())
		default:
			return err
		}
	}
}

// progressText is how much has come.
func (j *job) progressText() string {
	if j.came.Bytes > 0 {
		return fmt.Sprintf("%d of %d bytes", j.have, j.came.Bytes)
	}
	return bytesText(j.have)
}

// goOn says how to go on after what came has ended too early.
func (j *job) goOn() string {
	if j.have > 0 && j.came.Validator != "" {
		return "the same command goes on from there: what has come is kept in " + j.to.Path() + partMark
	}
	return "try again"
}

// attempt makes one request and takes what comes.
func (j *job) attempt(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timer := time.AfterFunc(j.patience, func() { cancel(errStalled) })
	defer timer.Stop()
	r, err := j.request(ctx)
	if err != nil {
		return err
	}
	answer, err := j.client.Do(r)
	if cause := context.Cause(ctx); cause != nil {
		if answer != nil {
			answer.Body.Close()
		}
		return cause
	}
	if err != nil {
		return j.unreachable(err)
	}
	defer answer.Body.Close()
	if err := j.accept(answer); err != nil {
		return err
	}
	return j.take(ctx, answer.Body, timer)
}

// accept decides by the header of an answer whether its body is stored, and where.
func (j *job) accept(answer *http.Response) error {
	h, code := answer.Header, answer.StatusCode
	switch {
	case code == http.StatusRequestedRangeNotSatisfiable && j.have > 0:
		return errChanged
	case code == http.StatusPartialContent && j.have > 0:
	case code != http.StatusOK:
		return status(j.URL, code)
	}
	if coding := h.Get("Content-Encoding"); coding != "" && coding != "identity" {
		return failed(fmt.Sprintf("%s comes compressed, with Content-Encoding %q, which was not asked for", j.URL, coding), "a proxy may do that: try another network, or fetch the file in a browser and name it by `--weights FILE`")
	}
	if kind, _, _ := mime.ParseMediaType(h.Get("Content-Type")); kind == "text/html" || kind == "application/xhtml+xml" {
		return aPage(j.URL)
	}
	if code == http.StatusPartialContent {
		return j.acceptRest(answer)
	}
	total := answer.ContentLength
	if j.MaxSize > 0 && total > j.MaxSize {
		return tooLarge(j.URL, total, j.MaxSize)
	}
	if total < 0 && j.SHA256 == "" && answer.ProtoMajor == 1 && len(answer.TransferEncoding) == 0 {
		return failed(j.URL+" comes without its length, and its hash is not known, so a cut could not be noticed", "fetch it in a browser and name it by `--weights FILE`")
	}
	return j.restart(origin{URL: j.URL, Validator: validator(h), Bytes: total})
}

// acceptRest accepts the rest of what was begun.
func (j *job) acceptRest(answer *http.Response) error {
	from, _, total, ok := rangeOf(answer.Header.Get("Content-Range"))
	version := validator(answer.Header)
	if !ok || from != j.have || j.came.Bytes >= 0 && total != j.came.Bytes || version != "" && version != j.came.Validator {
		return errChanged
	}
	if j.MaxSize > 0 && total > j.MaxSize {
		return tooLarge(j.URL, total, j.MaxSize)
	}
	j.came.Bytes = total
	return nil
}

// take stores a body. Whenever a part of it comes, patience begins anew.
func (j *job) take(ctx context.Context, body io.Reader, timer *time.Timer) error {
	buf := make([]byte, 1<<16)
	for {
		n, err := body.Read(buf)
		if n > 0 {
			timer.Reset(j.patience)
		}
		if j.MaxSize > 0 && int64(n) > j.MaxSize-j.have {
			j.discard()
			return tooLarge(j.URL, -1, j.MaxSize)
		}
		if j.came.Bytes >= 0 && int64(n) > j.came.Bytes-j.have {
			return errChanged
		}
		if _, err := j.part.WriteAt(buf[:n], j.have); err != nil {
			return j.to.refused(err)
		}
		j.have += int64(n)
		j.Progress(Fetching, j.have, j.came.Bytes)
		cause := context.Cause(ctx)
		switch {
		case err == nil:
		case cause != nil:
			return cause
		case err != io.EOF:
			return &cut{err}
		case j.came.Bytes >= 0 && j.have < j.came.Bytes:
			return &cut{io.ErrUnexpectedEOF}
		default:
			return nil
		}
	}
}
