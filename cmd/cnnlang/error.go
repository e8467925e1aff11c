package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"cnnlang/cmd/cnnlang/internal/download"
	"cnnlang/interp"
	"cnnlang/interp/rows"
	"cnnlang/lang/diag"
	"cnnlang/ops/exec/layout"
)

// An errorDocument is cnnlang.error/v1: why there is no other document.
type errorDocument struct {
	Schema string `json:"schema"`
	errorEntry
}

// An errorEntry is an error and what to do about it.
type errorEntry struct {
	Message     string           `json:"message"`
	Help        string           `json:"help,omitempty"`
	ExitCode    int              `json:"exit_code"`
	Code        string           `json:"code,omitempty"`        // of weights that do not fit
	Diagnostics []diag.Entry     `json:"diagnostics,omitempty"` // of a .cnn file
	Fit         *interp.FitError `json:"fit,omitempty"`         // of weights
}

// inRow is what the row of a picture says of it.
func (e errorEntry) inRow() rows.Problem {
	return rows.Problem{Message: e.Message, Help: e.Help, ExitCode: e.ExitCode}
}

// entryOf puts an error into words, and says what to do about it.
func entryOf(err error) errorEntry {
	var (
		found     *interp.ProgramError
		wrong     *usageError
		crashed   *crash
		fit       *interp.FitError
		memory    *interp.MemoryError
		unfit     *interp.InputError
		unknown   *interp.UnknownNetError
		noNet     *interp.NoNetError
		noBlock   *interp.UnknownBlockError
		holding   *interp.HoldingError
		choice    *interp.SelectionError
		names     *interp.NamesError
		prefixes  *interp.PrefixError
		precision *layout.PrecisionError
		hungry    *starved
		load      *download.Error
	)
	e := errorEntry{ExitCode: exitCode(err)}
	switch {
	case errors.Is(err, context.Canceled):
		e.Message = "interrupted"
	case errors.As(err, &found):
		e.Message, e.Diagnostics = found.Error(), diag.NewReport(found.Problems).Diagnostics
	case errors.As(err, &wrong):
		e.Message, e.Help = wrong.problem, wrong.help
	case errors.As(err, &fit):
		e.Message, e.Help, e.Code, e.Fit = fit.Title(), fit.Advice(), fit.Code(), fit
	case errors.As(err, &choice) && choice.Err != nil:
		// A note in the text has said why.
		e.Message = fmt.Sprintf("the side head %q of %s does not fit this input", choice.Name, choice.Net)
		e.Help = "leave " + choice.Name + " out, or ask for another --shape"
	case errors.As(err, &memory):
		e.Message, e.Help = plain(err), lessMemory()
	case errors.As(err, &unfit) && unfit.Err == nil:
		e.Message = unfit.Problem
	case errors.As(err, &unfit):
		e.Message, e.Help = unfit.Problem+": "+plain(unfit.Err), "say how, for example with `--prepare 'picture(mean=[0.5], std=[0.25])'`"
	case errors.As(err, &unknown) && otherEnding(unknown.Name, []string{".cnn"}) != "":
		e.Message, e.Help = notText(unknown.Name)
	case errors.As(err, &unknown) && len(unknown.Near) == 0:
		e.Message = fmt.Sprintf("there is no net called %q; `cnnlang list` shows them, and a file of yours ends in .cnn", unknown.Name)
	case errors.As(err, &holding) && holding.Key == "":
		e.Message, e.Help = plain(err), weightsAlone(shellQuoted(holding.Path))
	case errors.As(err, &noBlock) && len(noBlock.Several) == 0:
		e.Message, e.Help = plain(err), "it has none"
		if len(noBlock.Known) > 0 {
			e.Help = "there are " + strings.Join(noBlock.Known, ", ")
		}
	case errors.As(err, &noNet):
		e.Message = choose(noNet)
	case errors.As(err, &load):
		e.Message, e.Help = load.Problem, load.Help
	case errors.As(err, &hungry):
		e.Message, e.Help = hungry.what, hungry.help
	case errors.As(err, &names):
		e.Message, e.Help = plain(err), "add --names "+names.Names[0]
	case errors.As(err, &prefixes):
		e.Message, e.Help = plain(err), fmt.Sprintf("add --rename '%s='", prefixes.Prefixes[0])
	case errors.As(err, &precision):
		e.Message, e.Help = plain(err), "leave out --precision: f32 runs everywhere; or set CNNLANG_ISA=generic, and plain Go computes it, slowly"
	case errors.As(err, &crashed):
		e.Message, e.Help = crashed.Error(), "please report this with the command line, the files it names and what follows"
	default:
		e.Message, e.Help = plain(err), cmp.Or(trainingHelp(err), importHelp(err))
	}
	return e
}

// lessMemory is what to do about a net that is too large.
func lessMemory() string {
	help := "ask for a smaller --shape, or allow more with --max-memory"
	if _, limited := interp.AddressesLeft(); limited {
		help += ", within `ulimit -v` and `ulimit -d`, which are set"
	}
	return help
}

// ofWeights are the endings of files of weights.
var ofWeights = []string{".onnx", ".safetensors", ".pth", ".pt", ".th", ".bin", ".ckpt", ".h5", ".hdf5", ".keras", ".npz", ".caffemodel", ".weights"}

// notText says what a name stands for that has the ending of another kind of file than a .cnn text.
func notText(name string) (problem, help string) {
	ending := otherEnding(name, []string{".cnn"})
	if ending == ".onnx" {
		return fmt.Sprintf("want a net or a .cnn text, and %q is named as an ONNX model", name),
			"`cnnlang weights " + shellQuoted(name) + "` reads its tensors; one that `cnnlang export` wrote has the net's text in its metadata, under cnnlang.source"
	}
	if slices.Contains(ofWeights, ending) {
		return fmt.Sprintf("want a net or a .cnn text, and %q is named as a file of weights", name), "`cnnlang weights " + shellQuoted(name) + "` says what it holds, and with --against all which net it fits"
	}
	return fmt.Sprintf("want a net or a .cnn text, and %q ends in %s", name, ending), "`cnnlang list` shows the nets of the library"
}

// weightsAlone says what to do with a file of weights that holds no net.
func weightsAlone(file string) string {
	return "name a net and the file beside it, as in `cnnlang run NET --weights " + file + "`; `cnnlang weights " + file + " --against all` says which net it fits"
}

// choose says with which flags to choose a net.
func choose(e *interp.NoNetError) string {
	names := make([]string, len(e.Nets))
	for i, name := range e.Nets {
		names[i] = strconv.Quote(name)
	}
	list := strings.Join(names, ", ")
	switch {
	case e.Name != "" || len(e.Nets) == 0:
		return plain(e)
	case e.Runnable > 1:
		return fmt.Sprintf("%s declares several nets; choose one with --net: %s", e.File, list)
	case len(e.Nets) == 1:
		return fmt.Sprintf("%s declares one net, %s, and it needs arguments: give them with --set", e.File, list)
	}
	return fmt.Sprintf("%s declares no net that runs without arguments; choose one with --net and give its parameters with --set: %s", e.File, list)
}

// report tells the user about an error and returns the exit code.
func (a *app) report(err error) int {
	if err == nil || is[*failures](err) {
		return exitCode(err)
	}
	e := entryOf(err)
	if errors.Is(err, context.Canceled) {
		a.progress("")
		e.Help = a.unfinished
	}
	if found, ok := errors.AsType[*interp.ProgramError](err); ok {
		a.diagnostics(found.Problems, found.Files)
	} else if e.Fit != nil {
		fmt.Fprintln(a.stderr, diag.Visible(e.Fit.Error()))
	} else {
		a.message(e.Message, e.Help)
	}
	if crashed, ok := errors.AsType[*crash](err); ok {
		fmt.Fprintf(a.stderr, "\n%s\n%s", versionLine(), crashed.stack)
	}
	return e.ExitCode
}

// answerInJSON writes the error as JSON if the command line asks for JSON and has got none, or
// for lines of it. Standard error has it as well, for people. After an interrupt nothing is
// written.
func (a *app) answerInJSON(args []string, err error) {
	format := formatOf(args)
	if a.documented || err == nil || errors.Is(err, context.Canceled) || is[*outputError](err) || format != "json" && format != "jsonl" {
		return
	}
	d := errorDocument{"cnnlang.error/v1", entryOf(err)}
	write := func() error { return a.json(d) }
	if format == "jsonl" {
		write = func() error { return rows.Line(a.stdout, d) }
	}
	if err := cmp.Or(write(), a.stdout.Flush()); err != nil {
		a.message(err.Error(), "")
	}
}

// formatOf is the format that a command line asks for, even if it is wrong otherwise.
func formatOf(args []string) string {
	f := pflag.NewFlagSet("", pflag.ContinueOnError)
	f.ParseErrorsAllowlist.UnknownFlags = true
	f.BoolP("help", "h", false, "")
	format := f.StringP("format", "o", "", "")
	if f.Parse(args) != nil {
		return ""
	}
	return *format
}
