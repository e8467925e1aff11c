package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"cnnlang/interp"
	"cnnlang/interp/onnx"
)

// completeSides offers the side heads of the net that is the first argument.
func (f *exportFlags) completeSides(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	names := []string{everything}
	if len(args) > 0 && args[0] != "-" {
		if p, err := interp.Open(args[0]); err == nil {
			if n, err := p.Net(interp.Options{Net: f.net.value}); err == nil {
				for _, s := range n.Graph.Sides {
					names = append(names, s.Name)
				}
			}
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// sides are the side heads of --side.
func (f *exportFlags) sides(n *interp.Net) ([]string, error) {
	switch {
	case !f.side.given:
		return nil, nil
	case slices.Equal(f.side.value, []string{everything}):
		return n.SideHeads(nil)
	}
	return n.SideHeads(f.side.value)
}

// exportONNX writes the net and its weights as an ONNX model.
func (a *app) exportONNX(ctx context.Context, f *exportFlags, n *interp.Net, d *exportDocument) error {
	sides, err := f.sides(n)
	if err != nil {
		return err
	}
	called, err := f.called(n)
	if err != nil {
		return err
	}
	weights, err := n.Parameters(ctx, f.source(), sides)
	if err != nil {
		return err
	}
	defer weights.Close()
	a.notes(weights.Fit)
	carried, err := n.Carried(weights.Labels)
	if err != nil && !f.noSource {
		return err
	}
	if f.noSource {
		delete(carried, "cnnlang.source")
	}
	model, err := onnx.Of(n.Graph, onnx.Options{Sides: sides, Names: called, FoldNorms: f.foldBN, Producer: versionOf().Version, Properties: carried})
	if err != nil {
		return err
	}
	if err := f.sparesFiles(weights.Files(), f.output.value, onnx.Beside(f.output.value)); err != nil {
		return err
	}
	a.writing.Lock()
	defer a.writing.Unlock()
	files, err := model.Write(ctx, onnx.Destination{Path: f.output.value, External: f.external, Progress: a.writtenSoFar(f.output.value)}, weights)
	a.progress("")
	if failed, ok := errors.AsType[*onnx.WriteError](err); ok {
		return unwritten(failed.Path, failed.Err)
	}
	if err != nil {
		return err
	}
	d.Notes = weights.Fit.Notes
	d.said = fmt.Sprintf("%s, opset %d, %s to %s", counted(int64(len(model.Nodes)), "node"), onnx.Opset, valuesOf(model.Inputs), valuesOf(model.Outputs))
	for _, file := range files {
		if err := d.wrote(file); err != nil {
			return err
		}
	}
	return nil
}

// valuesOf are the inputs or outputs of a model, of many the first.
func valuesOf(list []onnx.Value) string {
	const most = 4
	if len(list) <= most+1 {
		return joined(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", joined(list[:most], ", "), len(list)-most)
}

// called is what a map of the net calls tensors, nil for the net's own names.
func (f *exportFlags) called(n *interp.Net) (func(path string) string, error) {
	if f.outputNames.value == "" {
		return nil, nil
	}
	tensors, err := n.Tensors(f.outputNames.value)
	names := map[string]string{}
	for _, t := range tensors {
		names[t.Own.Path] = t.Name
	}
	return func(path string) string { return names[path] }, err
}
