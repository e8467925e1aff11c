// Command cnnlang checks, measures and runs convolutional networks written in
// .cnn files. It parses flags and prints results; package interp does the work.
//
// Data goes to standard output and messages to standard error. The exit codes
// are in exit.go.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"cnnlang/interp"
	"cnnlang/ops/exec/task"
)

func main() { os.Exit(Main()) }

// Main runs the program with the arguments and streams of the process and
// returns its exit code. After an interrupt, or another signal to end, it does not wait for work to stop, unless this is
// enduring: the process ends, once a file that is being written has been removed.
func Main() int {
	log.SetOutput(io.Discard) // net/http logs what servers send, raw
	a := newProcess()
	if err := startable(); err != nil {
		a.answerInJSON(os.Args[1:], err)
		return a.report(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt)
	notifyEnd(signals)
	done := make(chan error, 1)
	go func() { done <- a.execute(ctx, os.Args[1:]) }()
	select {
	case err := <-done:
		a.progress("")
		return a.report(err)
	case s := <-signals:
		cancel()
		if a.enduring.Load() {
			a.progress("ending after this step; another Ctrl-C ends at once")
			select {
			case err := <-done:
				a.progress("")
				if code := a.report(err); !errors.Is(err, context.Canceled) {
					return code
				}
				return interruptedBy(s)
			case s = <-signals:
			}
		}
		a.awaitRow()
		a.writing.Lock()
		if a.abandon != nil {
			a.abandon()
		}
		a.report(ctx.Err())
		return interruptedBy(s)
	}
}

// newProcess is the program with the streams of the process.
func newProcess() *app {
	out := standardOutput()
	a := &app{stdin: os.Stdin, stderr: os.Stderr}
	if isTerminal(os.Stderr) {
		s := &screen{file: os.Stderr, to: os.Stderr}
		s.start(strings.Join(append([]string{"cnnlang"}, os.Args[1:min(2, len(os.Args))]...), " "))
		a.stderr = s
		if isTerminal(os.Stdin) {
			a.stdin = typed{os.Stdin, s}
		}
		if isTerminal(os.Stdout) {
			out = pane{out, s}
		}
	}
	a.stdout = bufio.NewWriterSize(output{out}, 1<<16)
	return a
}

// awaitRow waits for a row that is being written, but no longer than a second: nobody may be
// reading.
func (a *app) awaitRow() {
	const steps = 100
	for i := 0; i < steps && !a.row.TryLock(); i++ {
		time.Sleep(time.Second / steps)
	}
}

// An app is what all verbs share.
type app struct {
	stdin   io.Reader
	stdout  *bufio.Writer
	stderr  io.Writer
	color   *option[string]
	row     sync.Mutex // held while a row is written to standard output, before writing
	writing sync.Mutex // held while a file is written

	enduring   atomic.Bool     // work ends by itself after an interrupt; a second one ends the process
	unfinished string          // what to do after an interrupt; guarded by writing
	abandon    func()          // takes away files that are not finished, nil for none; guarded by writing
	documented bool            // whether JSON has been written
	told       map[string]bool // the notes that have been shown
}

// execute runs one command line.
func (a *app) execute(ctx context.Context, args []string) error {
	err := a.attempt(ctx, args)
	a.answerInJSON(args, err)
	return err
}

// attempt runs one command line. A panic is a bug in this program; it becomes an error that
// says what to report.
func (a *app) attempt(ctx context.Context, args []string) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = crashOf(value)
		}
	}()
	root := a.root()
	root.SetArgs(args)
	err = root.ExecuteContext(ctx)
	var told *outputError
	switch flushed := a.stdout.Flush(); {
	case flushed == nil || errors.As(err, &told):
	case err == nil:
		return flushed
	default:
		a.message(flushed.Error(), "") // err follows it
	}
	return err
}

// A crash is a panic.
type crash struct {
	value any
	stack []byte
}

// crashOf is the crash with a recovered value, which may come from a worker.
func crashOf(value any) *crash {
	if c, ok := value.(*task.Crash); ok {
		return &crash{c.Value, c.Stack}
	}
	return &crash{value, debug.Stack()}
}

func (e *crash) Error() string { return fmt.Sprintf("internal error: %v", e.value) }

// An output is standard output, whose errors are *outputError. If it was closed there are
// none: Go's runtime opens /dev/null in its place before the program begins, and a program
// that is started without output, as with Python's DEVNULL, looks the same.
type output struct{ io.Writer }

func (o output) Write(p []byte) (int, error) {
	n, err := o.Writer.Write(p)
	if err != nil {
		err = &outputError{err}
	}
	return n, err
}

// An outputError says that standard output cannot be written.
type outputError struct{ err error }

func (e *outputError) Error() string {
	reason := e.err
	var path *fs.PathError
	if errors.As(reason, &path) {
		reason = path.Err
	}
	return "cannot write standard output: " + reason.Error()
}

// Unwrap returns the system's error.
func (e *outputError) Unwrap() error { return e.err }

// rewrite replaces a text, if it has not changed since it was read. An interrupt waits for
// it.
func (a *app) rewrite(path, old, text string) error {
	a.writing.Lock()
	defer a.writing.Unlock()
	return interp.WriteText(path, old, text)
}
