package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"

	"cnnlang/cmd/cnnlang/internal/download"
	"cnnlang/cmd/cnnlang/internal/lsp"
	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/interp/importer"
	"cnnlang/interp/npy"
	"cnnlang/interp/picture"
	"cnnlang/interp/train"
	"cnnlang/interp/train/dataset"
	"cnnlang/interp/train/events"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
	"cnnlang/ops/exec/layout"
)

// The exit codes.
const (
	exitFine        = 0
	exitProblems    = 1   // diagnostics, or weights, an input, data or a recipe that do not fit
	exitUsage       = 2   // a wrong command line, or an unknown name
	exitFile        = 3   // a file that cannot be read, written or downloaded
	exitLimit       = 4   // a limit was reached
	exitCrash       = 70  // a bug in this program
	exitInterrupted = 130 // Ctrl-C, whose signal is 2; other signals have their own, see interruptedBy
)

const exitHelp = `Exit codes:
  0    fine
  1    problems in a .cnn file, or weights or an input that do not fit
  2    a wrong command line, or an unknown name
  3    a file that cannot be read, written or downloaded
  4    a limit was reached
  70   an internal error
  130  interrupted (129 by SIGHUP, 143 by SIGTERM)`

// interruptedBy is the exit code after a signal, which is that of shells.
func interruptedBy(s os.Signal) int {
	if number, ok := s.(syscall.Signal); ok {
		return 128 + int(number)
	}
	return exitInterrupted
}

// A usageError says what is wrong with a command line.
type usageError struct {
	problem string
	help    string // what to write instead, or ""
}

func (e *usageError) Error() string { return e.problem }

func usage(format string, args ...any) *usageError {
	return &usageError{problem: fmt.Sprintf(format, args...)}
}

func (e *usageError) withHelp(format string, args ...any) *usageError {
	e.help = fmt.Sprintf(format, args...)
	return e
}

// near helps with the known name that is most like what was given, put into a question, or
// else with other words.
func (e *usageError) near(got string, known []string, question, otherwise string) *usageError {
	if name := diag.Nearest(got, known); name != "" {
		return e.withHelp(question, name)
	}
	return e.withHelp("%s", otherwise)
}

// failures are the errors of several arguments, each reported already.
type failures struct{ code int }

func (e *failures) Error() string { return fmt.Sprintf("exit code %d", e.code) }

// failed is a *failures, or nil if nothing has failed.
func failed(code int) error {
	if code == exitFine {
		return nil
	}
	return &failures{code}
}

// exitCode is what the process returns for an error. One that it does not list is a bug, as a
// crash is.
func exitCode(err error) int {
	several, isSeveral := errors.AsType[*failures](err)
	found, isFound := errors.AsType[*interp.ProgramError](err)
	selection, isSelection := errors.AsType[*interp.SelectionError](err)
	labels, isLabels := errors.AsType[*interp.LabelsError](err)
	holding, isHolding := errors.AsType[*interp.HoldingError](err)
	load, isLoad := errors.AsType[*download.Error](err)
	data, isData := errors.AsType[*dataset.FileError](err)
	switch {
	case err == nil:
		return exitFine
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case isSeveral:
		return several.code
	case errors.Is(err, lsp.ErrNoShutdown):
		return exitProblems // as the protocol has it
	case isFound:
		return exitOf(found.Problems)
	case isLoad:
		return map[download.Kind]int{download.Failed: exitFile, download.Refused: exitProblems, download.Limited: exitLimit}[load.Kind]
	case isSelection && selection.Err != nil, is[*interp.FitError](err), is[*interp.InputError](err), is[*graph.LackingError](err), is[*importer.Refused](err), is[*interp.UnprovedError](err), isLabels && labels.Unfit,
		is[*train.MisfitError](err), is[*train.StateError](err), is[*train.NotFiniteError](err), is[*dataset.OptionError](err):
		return exitProblems
	case isSelection, isHolding && holding.Key == "", is[*usageError](err), is[*interp.UnknownNetError](err), is[*interp.NoNetError](err), is[*interp.UnknownBlockError](err), is[*interp.UnknownNamesError](err), is[*interp.NamesError](err), is[*interp.PrefixError](err),
		is[*interp.OutputError](err), is[*interp.NoRecipeError](err), is[*layout.PrecisionError](err):
		return exitUsage
	case is[*interp.MemoryError](err), is[*importer.LimitError](err), is[*interp.ExpandError](err), is[*interp.SkeletonError](err), is[*interp.WeightsLimitError](err), is[*picture.LimitError](err), is[*starved](err), is[*events.TooLargeError](err), isData && data.Limit:
		return exitLimit
	case is[*interp.WeightsError](err), isHolding, is[*interp.TuningError](err), isLabels, is[*npy.FileError](err), is[*picture.FileError](err), is[*fs.PathError](err), is[*takenError](err), is[*outputError](err), is[*events.FileError](err),
		isData, is[*dataset.BadError](err), is[*train.FeaturesError](err):
		return exitFile
	}
	return exitCrash
}

// is reports whether an error is, or wraps, one of a type.
func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// exitOf distinguishes limits from mistakes, and mistakes in a text from those in flags.
func exitOf(list diag.List) int {
	code := exitUsage
	for _, d := range list {
		switch {
		case d.Severity != diag.Error:
		case d.Code.IsLimit(), d.Code == diag.NumberOutOfRange:
			return exitLimit
		case !slices.Contains([]string{settingsName, prepareName, requireName, recipeName}, d.Span.Start.Filename):
			code = exitProblems
		}
	}
	return code
}

// message writes an error that has no place in a text.
func (a *app) message(problem, help string) {
	head, advice := "error", "help"
	if a.colored() {
		head, advice = "\x1b[1;31merror\x1b[0m", "\x1b[1;36mhelp\x1b[0m"
	}
	problem, help = diag.Visible(diag.Clip(problem)), diag.Visible(diag.Clip(help))
	fmt.Fprintf(a.stderr, "%s: %s\n", head, strings.ReplaceAll(strings.ReplaceAll(problem, "\n  ", "\n"), "\n", "\n  "))
	if help != "" {
		fmt.Fprintf(a.stderr, "%s: %s\n", advice, help)
	}
}

// diagnostics writes the diagnostics of a text.
func (a *app) diagnostics(list diag.List, files func(name string) *source.File) {
	diag.Fprint(a.stderr, list, files, diag.Options{Color: a.colored(), Width: a.columns()})
}

// plain is an error's text without the name of its package, and a system's error in our
// words.
func plain(err error) string {
	if path, ok := err.(*fs.PathError); ok {
		if path.Op == "mkdir" {
			return fmt.Sprintf("the folder %s cannot be made: %v", path.Path, path.Err)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return path.Path + ": no such file"
		}
		return fmt.Sprintf("%s: %v", path.Path, path.Err)
	}
	text := err.Error()
	if where, rest, ok := strings.Cut(text, ": "); ok && packages[where] {
		return rest
	}
	return text
}

var packages = map[string]bool{"cpu": true, "dataset": true, "events": true, "expand": true, "importer": true, "interp": true, "npy": true, "ops": true, "packcache": true, "picture": true, "plan": true, "skeleton": true, "train": true, "weights": true}
