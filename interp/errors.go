package interp

import (
	"fmt"
	"strconv"
	"strings"

	"cnnlang/interp/internal/weights"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

// A ProgramError says what is wrong with a text. Each problem has its place, and Files
// finds the text that a place refers to by its name.
type ProgramError struct {
	Problems diag.List
	Files    func(name string) *source.File
}

// Error is the first of the errors, and how many there are.
func (e *ProgramError) Error() string { return e.Problems.Err().Error() }

// An UnknownNetError says that the library has no net of this name.
type UnknownNetError struct {
	Name string
	Near []string
	// Differs says, of a name that others have for a net like the one that is Near, what is
	// otherwise.
	Differs string
}

func (e *UnknownNetError) Error() string {
	text := fmt.Sprintf("there is no net called %q; ", e.Name)
	if e.Differs != "" {
		return text + fmt.Sprintf("the nearest is %q: %s", e.Near[0], e.Differs)
	}
	if len(e.Near) == 0 {
		return text + "a file's name ends in .cnn"
	}
	last := len(e.Near) - 1
	if last == 0 {
		return text + "did you mean " + inQuotes(e.Near) + "?"
	}
	return text + "did you mean " + inQuotes(e.Near[:last]) + " or " + inQuotes(e.Near[last:]) + "?"
}

// A NoNetError says that a file does not have the one net that is wanted.
type NoNetError struct {
	File, Name, Nearest string   // Nearest is the most similar name, or ""
	Nets                []string // that it declares
	Runnable            int      // how many of them run without arguments
}

func (e *NoNetError) Error() string {
	switch {
	case len(e.Nets) == 0:
		return fmt.Sprintf("%s declares no net", e.File)
	case e.Name == "" && e.Runnable > 1:
		return fmt.Sprintf("%s declares several nets; choose one of %s", e.File, inQuotes(e.Nets))
	case e.Name == "" && len(e.Nets) == 1:
		return fmt.Sprintf("%s declares one net, %s, and it needs arguments: give its parameters values", e.File, inQuotes(e.Nets))
	case e.Name == "":
		return fmt.Sprintf("%s declares no net that runs without arguments; choose one of %s and give its parameters values",
			e.File, inQuotes(e.Nets))
	case e.Nearest != "":
		return fmt.Sprintf("%s declares no net %q; did you mean %q?", e.File, e.Name, e.Nearest)
	}
	return fmt.Sprintf("%s declares no net %q; it has %s", e.File, e.Name, inQuotes(e.Nets))
}

// inQuotes lists names in double quotes, for messages that do not quote the language.
func inQuotes(names []string) string {
	quotes := make([]string, len(names))
	for i, name := range names {
		quotes[i] = strconv.Quote(name)
	}
	return strings.Join(quotes, ", ")
}

type (
	// A FitError names every difference between the tensors of a file and those of a
	// net: the lists Missing, Unexpected, Misshaped and NotFloat are complete. Fits are
	// the nets of the library that the file does fit.
	FitError = weights.FitError
	// A WeightsError says why a file cannot be read as weights: Path, Tensor and Problem.
	WeightsError = weights.FileError
	// A WeightsLimitError says that a file of weights asks for more than is allowed.
	WeightsLimitError = weights.LimitError
)
