package importer

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/internal/expand"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
)

// write makes the text of a flat net, reads it as any text is read, and compares: pairs has for each
// node of the text that of the flat net.
func (i *Imported) write(net *flat.Net, flatly bool) (pairs []*graph.Node, err error) {
	i.Text, err = expanded(net)
	if err != nil {
		return nil, err
	}
	wrong := func(problem string) error { return &MismatchError{Path: i.files[0].Path(), Problem: problem} }
	program, err := interp.Read(net.Graph.Name+".cnn", strings.NewReader(i.Text))
	if err != nil {
		return nil, err
	}
	i.Net, err = program.Net(interp.Options{Net: net.Graph.Name})
	if found, ok := errors.AsType[*interp.ProgramError](err); ok {
		return nil, wrong(first(found.Problems))
	}
	if err != nil {
		return nil, err
	}
	pairs, problem := match(i.Net.Graph, net.Graph)
	if problem != "" {
		return nil, wrong(problem)
	}
	return pairs, nil
}

// first is the first error of a list, with its place.
func first(list diag.List) string {
	for _, d := range list {
		if d.Severity == diag.Error {
			return fmt.Sprintf("line %d: %s: %s", d.Span.Start.Line, d.Code, d.Message)
		}
	}
	return ""
}

// prelude declares the primitives.
var prelude = sync.OnceValues(func() (*resolve.Module, error) {
	p, err := interp.Read("empty.cnn", strings.NewReader(""))
	if err != nil {
		return nil, err
	}
	return p.Prelude, nil
})

// expanded is a text with every operation on a line of its own.
func expanded(net *flat.Net) (string, error) {
	module, err := prelude()
	if err != nil {
		return "", err
	}
	return expand.Imported(numbered(net.Graph), net.Meta, module)
}
