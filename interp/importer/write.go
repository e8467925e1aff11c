package importer

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"cnnlang/interp"
	"cnnlang/interp/importer/internal/blocks"
	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/importer/internal/structure"
	"cnnlang/interp/importer/internal/tree"
	"cnnlang/interp/internal/expand"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
)

// A MismatchError says that a text was made which is not the network of the file: a mistake of this
// program. The text is not given.
type MismatchError struct{ Path, Problem string }

func (e *MismatchError) Error() string {
	return fmt.Sprintf("importer: %s: the text that was made of it is another network: %s", e.Path, e.Problem)
}

// A LimitError says that the text of a network would be beyond what a text may be.
type LimitError struct{ Path, Problem string }

func (e *LimitError) Error() string {
	return fmt.Sprintf("importer: %s: its text would be beyond a limit: %s", e.Path, e.Problem)
}

// write makes the text of the flat net of a file, reads it as any text is read, and compares.
func (i *Imported) write(path string, net *flat.Net, flatly bool) ([]flat.Pair, error) {
	var err error
	i.Text, err = textOf(net, flatly)
	if long, ok := errors.AsType[*expand.LimitError](err); ok {
		return nil, &LimitError{path, long.Problem}
	}
	if err != nil {
		return nil, err
	}
	wrong := func(problem string) error { return &MismatchError{path, problem} }
	program, err := interp.Read(net.Graph.Name+".cnn", strings.NewReader(i.Text))
	if err != nil {
		return nil, err
	}
	i.Net, err = program.Net(interp.Options{Net: net.Graph.Name})
	if found, ok := errors.AsType[*interp.ProgramError](err); ok {
		problem, limit := first(found.Problems)
		if limit {
			return nil, &LimitError{path, problem}
		}
		return nil, wrong(problem)
	}
	if err != nil {
		return nil, err
	}
	pairs, err := flat.Match(i.Net.Graph, net.Graph)
	if err != nil {
		return nil, wrong(err.Error())
	}
	return pairs, nil
}

// first is the first error of a list, with its place, and whether it is that a limit is exceeded.
func first(list diag.List) (problem string, limit bool) {
	for _, d := range list {
		if d.Severity == diag.Error {
			return fmt.Sprintf("line %d: %s: %s", d.Span.Start.Line, d.Code, d.Message), d.Code.IsLimit()
		}
	}
	return "", false
}

// textOf writes a net, flatly with every operation on a line of its own.
func textOf(net *flat.Net, flatly bool) (string, error) {
	if flatly {
		module, err := prelude()
		if err != nil {
			return "", err
		}
		return expand.Imported(numbered(net.Graph), net.Meta, module)
	}
	t := structure.Of(net)
	main, _ := net.Graph.Totals()
	for _, fact := range []struct {
		name string
		size fmt.Stringer
	}{{"params", main.Params}, {"macs", main.MACs}} {
		t.Expect = append(t.Expect, fmt.Sprintf("%s == %s", fact.name, spaced(fact.size.String())))
	}
	file := blocks.Fold(t)
	file.Comment = []string{"From " + net.Format + "."}
	return tree.Text(file), nil
}

// spaced is a whole number with _ every three digits.
func spaced(digits string) string {
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "_" + digits[i:]
	}
	return digits
}

// prelude declares the primitives.
var prelude = sync.OnceValues(func() (*resolve.Module, error) {
	p, err := interp.Read("empty.cnn", strings.NewReader(""))
	if err != nil {
		return nil, err
	}
	return p.Prelude, nil
})
