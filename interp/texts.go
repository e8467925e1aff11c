package interp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"cnnlang/interp/atomicfile"
	"cnnlang/interp/graph"
	"cnnlang/interp/internal/prove"
	"cnnlang/interp/internal/regular"
	"cnnlang/interp/internal/shapes"
	"cnnlang/lang/diag"
	"cnnlang/lang/format"
	"cnnlang/lang/parse"
	"cnnlang/lang/source"
)

// ReadText reads the text of a file, up to the size that the parser accepts.
func ReadText(path string) (string, error) {
	file, _, err := regular.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, parse.MaxBytes+1))
	var pathError *fs.PathError
	if err != nil && !errors.As(err, &pathError) {
		err = &fs.PathError{Op: "read", Path: path, Err: err}
	}
	return string(text), err
}

// WriteText replaces the whole text of a file, if it is still the old one.
func WriteText(path, old, text string) error {
	now, err := ReadText(path)
	if err != nil {
		return err
	}
	if now != old {
		return &fs.PathError{Op: "write", Path: path, Err: errors.New("it was changed while it was read; run again")}
	}
	err = atomicfile.Edit(path, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
	if inner := (*fs.PathError)(nil); errors.As(err, &inner) {
		err = inner.Err // without the name of the temporary file
	}
	if err != nil {
		return &fs.PathError{Op: "write", Path: path, Err: fmt.Errorf("cannot be written: %w", err)}
	}
	return nil
}

// Format formats a text in the one canonical way, even if it has mistakes. Its error is a
// *ProgramError if the text is beyond the parser's limits. The name is for diagnostics.
func Format(name, text string) (string, error) {
	src := source.NewFile(name, text)
	if parse.Tokens(src) != nil {
		return format.Format(src), nil
	}
	_, list := parse.File(src)
	var limits diag.List
	for _, d := range list {
		if d.Code.IsLimit() || d.Code == diag.StrayCharacter {
			limits.Add(d)
		}
	}
	return "", &ProgramError{limits, func(string) *source.File { return src }}
}

// Annotate is the main file's text, formatted, with the shapes of steps as comments at line
// ends: numbers in nets, formulas in blocks. Its error is a *ProgramError if the text has
// mistakes.
func (p *Program) Annotate(ctx context.Context) (string, error) {
	if err := ended(ctx); err != nil {
		return "", err
	}
	nets, list, err := p.Check(Options{})
	if err == nil && list.HasErrors() {
		err = &ProgramError{list, p.File}
	}
	laid := ""
	if err == nil {
		laid, err = Format(p.Main.Name(), p.Text())
	}
	if err == nil && laid != p.Text() {
		if p, err = p.Revise(laid); err == nil {
			nets, list, err = p.Check(Options{})
		}
	}
	if err != nil {
		return "", err
	}
	var graphs []*graph.Graph
	for _, n := range nets {
		graphs = append(graphs, n.Graph)
	}
	prover := prove.New()
	prover.Steps = true
	verdicts, _ := p.prove(ctx, prover, "", list)
	annotated := shapes.Annotate(p.Main.File, graphs, stepShapes(verdicts))
	return format.Format(source.NewFile(p.Main.Name(), annotated)), ctx.Err()
}
