package events

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"cnnlang/interp/internal/regular"
)

// What a log may hold.
const (
	MaxBytes  = 4 << 30 // of all lines
	MaxLine   = 1 << 20 // bytes of a line
	MaxEpochs = 100_000 // epochs that are kept
	MaxSteps  = 8192    // steps that are kept, evenly thinned
)

// A Log is what a file of events says, without what is only of interest while it happens.
type Log struct {
	Start  Start // the first
	Epochs []Epoch
	Steps  []Step // with more than MaxSteps, every 2nd, 4th, …
	Bad    int    // pictures passed over
	NaNs   []NaN  // at most 100, without their pictures
	End    *End   // the last, nil for a training that has not ended
	Cut    bool   // whether the last line is cut off, as a crash may leave it
}

// A LineError is a line that is no event.
type LineError struct {
	Line    int // from 1
	Problem string
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Problem) }

// A TooLargeError is a log with more of something than is kept.
type TooLargeError struct {
	Line    int
	Problem string
}

func (e *TooLargeError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Problem) }

// A FileError is a file that is no log, or more than is kept.
type FileError struct {
	Path string
	Err  error // *LineError, *TooLargeError, or what the system says
}

func (e *FileError) Error() string { return e.Path + ": " + e.Err.Error() }
func (e *FileError) Unwrap() error { return e.Err }

// ReadFile reads a log from a regular file: *fs.PathError for one that cannot be opened, otherwise *FileError.
func ReadFile(ctx context.Context, path string) (*Log, error) {
	f, _, err := regular.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	log, err := Read(regular.Reader{Ctx: ctx, Reader: f})
	if err != nil {
		return nil, &FileError{path, err}
	}
	return log, nil
}

// Read reads a log: *LineError for what is none, *TooLargeError for more than is kept. Epochs and
// steps that a resumed training took again replace those before. Events that it does not know are
// passed over.
func Read(r io.Reader) (*Log, error) {
	l := &reader{in: bufio.NewReaderSize(r, 1<<16), every: 1}
	for {
		line, err := l.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		if err := l.add(line); err != nil {
			return nil, err
		}
	}
	if l.broken != nil && l.whole {
		return nil, l.broken
	}
	if !l.started {
		return nil, &LineError{max(l.line, 1), "the file has no event, want a log of a training"}
	}
	l.log.Cut = l.broken != nil
	return &l.log, nil
}

// A reader is a log as far as it has been read.
type reader struct {
	in      *bufio.Reader
	line    int
	whole   bool // whether the last line ended
	bytes   int64
	buffer  []byte
	log     Log
	started bool
	broken  *LineError // the last line, if it is no event: a crash may have cut it
	every   int        // which steps are kept
}

// next is the next line; it is good until the next call.
func (l *reader) next() ([]byte, error) {
	l.buffer = l.buffer[:0]
	for {
		part, err := l.in.ReadSlice('\n')
		l.buffer = append(l.buffer, part...)
		l.bytes += int64(len(part))
		switch {
		case l.bytes > MaxBytes:
			return nil, &TooLargeError{l.line + 1, fmt.Sprintf("the log has more than %d GiB", MaxBytes>>30)}
		case len(l.buffer) > MaxLine:
			return nil, &TooLargeError{l.line + 1, fmt.Sprintf("the line has more than %d bytes, which no event has", MaxLine)}
		case err == nil:
			l.line, l.whole = l.line+1, true
			return l.buffer, nil
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(l.buffer) > 0:
			l.line, l.whole = l.line+1, false
			return l.buffer, nil
		}
		return nil, err
	}
}

// add takes in a line. One that is no event is only forgiven before a start, or at the end.
func (l *reader) add(line []byte) error {
	var head struct{ Event, Schema string }
	if err := json.Unmarshal(line, &head); err != nil || head.Event == "" {
		if l.broken != nil || !l.started {
			return l.wrong(line, "")
		}
		l.broken = l.wrong(line, "")
		return nil
	}
	if l.broken != nil && head.Event != "start" {
		return l.broken
	}
	l.broken = nil
	switch {
	case head.Event == "start" && head.Schema != Schema:
		return &LineError{l.line, fmt.Sprintf("got the schema %.40q, want %q, which is all that this version reads", head.Schema, Schema)}
	case head.Event != "start" && !l.started:
		return &LineError{l.line, fmt.Sprintf("the log begins with the event %.40q, want start", head.Event)}
	}
	for _, e := range all() {
		if e.event() != head.Event {
			continue
		}
		if err := json.Unmarshal(line, e); err != nil {
			return l.wrong(line, mismatch(err))
		}
		return l.take(e)
	}
	return nil
}

// wrong says that a line is no event.
func (l *reader) wrong(line []byte, why string) *LineError {
	if why == "" {
		why = fmt.Sprintf(`got %.60q, want an event such as {"event":"epoch","epoch":1,…}`, bytes.TrimSpace(line))
	}
	return &LineError{l.line, why}
}

// mismatch puts the error of a value of the wrong type into words.
func mismatch(err error) string {
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Sprintf("%s is %s, want a %s", e.Field, e.Value, wanted[e.Type.Kind().String()])
	}
	return err.Error()
}

var wanted = map[string]string{"int": "whole number", "float64": "number", "string": "text", "bool": "true or false", "slice": "list", "struct": "JSON object"}

// take keeps an event.
func (l *reader) take(e Event) error {
	log := &l.log
	switch e := e.(type) {
	case *Start:
		if !l.started {
			log.Start, l.started = *e, true
		}
		log.End = nil
	case *Step:
		for n := len(log.Steps); n > 0 && log.Steps[n-1].Step >= e.Step; n = len(log.Steps) {
			log.Steps = log.Steps[:n-1]
		}
		const most = 16
		if len(e.SideLosses) > most {
			e.SideLosses = slices.Clone(e.SideLosses[:most])
		}
		l.keep(*e)
	case *Epoch:
		if e.Epoch < 1 {
			return &LineError{l.line, fmt.Sprintf("got epoch %d, want a number from 1", e.Epoch)}
		}
		for n := len(log.Epochs); n > 0 && log.Epochs[n-1].Epoch >= e.Epoch; n = len(log.Epochs) {
			log.Epochs = log.Epochs[:n-1]
		}
		if len(log.Epochs) == MaxEpochs {
			return &TooLargeError{l.line, fmt.Sprintf("the log has more than %d epochs", MaxEpochs)}
		}
		log.Epochs = append(log.Epochs, *e)
	case *BadPicture:
		log.Bad++
	case *NaN:
		const most = 100
		if len(log.NaNs) < most {
			e.Pictures = nil
			log.NaNs = append(log.NaNs, *e)
		}
	case *End:
		log.End = e
	}
	return nil
}

// keep keeps a step if its number is a multiple of every, which doubles as there are too many.
func (l *reader) keep(s Step) {
	if s.Step%l.every != 0 {
		return
	}
	if len(l.log.Steps) == MaxSteps {
		l.every *= 2
		kept := l.log.Steps[:0]
		for _, old := range l.log.Steps {
			if old.Step%l.every == 0 {
				kept = append(kept, old)
			}
		}
		l.log.Steps = kept
		l.keep(s)
		return
	}
	l.log.Steps = append(l.log.Steps, s)
}
