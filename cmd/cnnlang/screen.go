package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"
)

// A screen is a terminal that has standard error, and perhaps standard output. Its last line
// shows the progress of long work: whatever else is written goes above it.
type screen struct {
	file *os.File // for its width
	to   io.Writer

	mu     sync.Mutex
	line   string // the progress that is shown, "" for none
	beats  bool   // line is of the heartbeat
	hidden bool   // line waits until other output is at the end of a line
	doing  string // what the heartbeat says
	silent bool   // it says nothing any more
	since  time.Time
}

// quietly is how long nothing need be shown.
const quietly = 2 * time.Second

const erase = "\r\x1b[K"

// Write writes a message.
func (s *screen) Write(p []byte) (int, error) { return s.above(s.to, p) }

// above writes to this terminal, above the line of progress.
func (s *screen) above(w io.Writer, p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.line != "" && !s.hidden {
		io.WriteString(s.to, erase)
	}
	n, err := w.Write(p)
	if s.hidden = s.line != "" && !bytes.HasSuffix(p, []byte("\n")); s.line != "" && !s.hidden {
		io.WriteString(s.to, s.line)
	}
	return n, err
}

// show replaces the line of progress, "" to remove it.
func (s *screen) show(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.replace(line)
	s.beats, s.since = false, time.Now()
}

func (s *screen) replace(line string) {
	if s.file != nil {
		line = text.Trim(line, terminalWidth(s.file)-1)
	}
	if s.line != "" || line != "" {
		io.WriteString(s.to, erase+line)
	}
	s.line, s.hidden = line, false
}

// beat shows what is being done, and for how long, unless other progress is shown.
func (s *screen) beat(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if took := now.Sub(s.since); took >= quietly && !s.silent && !s.hidden && (s.line == "" || s.beats) {
		s.replace(fmt.Sprintf("%s, %d s", s.doing, int(took.Seconds())))
		s.beats = true
	}
}

// start beats every second.
func (s *screen) start(doing string) {
	s.doing, s.since = doing, time.Now()
	go func() {
		for now := range time.Tick(time.Second / 2) {
			s.beat(now)
		}
	}()
}

// A typed is standard input from a terminal, where the line is the user's.
type typed struct {
	io.Reader
	screen *screen
}

func (t typed) Read(p []byte) (int, error) {
	t.screen.mu.Lock()
	t.screen.replace("")
	t.screen.silent = true
	t.screen.mu.Unlock()
	return t.Reader.Read(p)
}

// A pane is standard output on a screen.
type pane struct {
	io.Writer
	screen *screen
}

func (p pane) Write(text []byte) (int, error) { return p.screen.above(p.Writer, text) }

// progress shows the progress of long work on one line of a terminal; "" removes it.
func (a *app) progress(format string, args ...any) {
	if s, ok := a.stderr.(*screen); ok {
		s.show(visible(fmt.Sprintf(format, args...)))
	}
}

// doing says what the work is that follows, should it take long.
func (a *app) doing(format string, args ...any) {
	if s, ok := a.stderr.(*screen); ok {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.doing = visible(fmt.Sprintf(format, args...))
	}
}
