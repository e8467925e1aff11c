package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"cnnlang/interp"
	"cnnlang/interp/draw"
	"cnnlang/interp/graph"
	"cnnlang/ops/dim"
)

// blockFlag is --block: a block over unknown sizes in place of a net.
func blockFlag(cmd *cobra.Command, s *selection) *option[string] {
	f := textOf("NAME")
	cmd.Flags().Var(f, "block", "a block of the file or of what it imports, over unknown sizes, in place of the net; without a file one of the library")
	complete(cmd, "block", func(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return interp.Blocks(s.subject(args)), cobra.ShellCompDirectiveNoFileComp
	})
	return f
}

// ofNetOrBlock are the arguments of a verb about nets, or with --block a file or none.
func ofNetOrBlock(block *option[string], ofNets cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if block.given {
			return arguments(0, 1, "")(cmd, args)
		}
		return ofNets(cmd, args)
	}
}

// block finds and proves the block that the flag names.
func (a *app) block(s *selection, name string, args []string) (*interp.Block, error) {
	if s.net.given || s.shape.given {
		return nil, usage("--net and --shape are for nets, and --block NAME is over all sizes").withHelp("leave them out; --set gives values to the block's parameters")
	}
	opts, err := s.options()
	if err != nil {
		return nil, err
	}
	a.doing("%s: proving", name)
	var b *interp.Block
	if len(args) == 0 {
		b, err = interp.LibraryBlock(name, opts.Set)
	} else {
		var p *interp.Program
		if p, err = a.program(args[0]); err == nil {
			b, err = p.Block(name, opts.Set)
		}
	}
	if err != nil {
		return nil, err
	}
	if b.Unproved != "" {
		a.tell("note", fmt.Sprintf("%s is %s; what is shown is what was found", b.Name, b.Unproved))
	}
	return b, nil
}

// graphBlock draws a block.
func (a *app) graphBlock(b *interp.Block, f *drawFlags, format string) error {
	switch {
	case f.colour.given && f.colour.value != colours[0]:
		return usage("--colour %s is for nets: the costs of a block are formulas", f.colour.value).withHelp("leave it out; `cnnlang params --formula --block %s` writes them", b.Name)
	case !slices.Contains(blockFormats, format):
		return usage("-o %s is for nets", format).withHelp("a block is written as %s", strings.Join(blockFormats, ", "))
	case format == "text" || format == "json":
		if err := f.needless(); err != nil {
			return err
		}
	}
	switch format {
	case "json":
		return a.json(blockDocumentOf(b))
	case "text":
		return sketchText(b).print(a.stdout)
	}
	if err := offTerminal(format, "--block "+b.Name, b.Name); err != nil {
		return err
	}
	return a.picture(draw.Of(b.Graph(), b.Sketch.Parts, f.options()), format)
}

// blockFormats are those of graph that can be of a block.
var blockFormats = []string{"text", "json", "svg", "dot", "mermaid"}

const blockSchema = "cnnlang.block/v1"

// blockDocument is cnnlang.block/v1: a block over unknown sizes, with its steps or its counts.
type blockDocument struct {
	Schema    string           `json:"schema"`
	Block     string           `json:"block"`
	Signature string           `json:"signature"`
	Unproved  string           `json:"unproved,omitempty"`
	Input     []string         `json:"input,omitempty"`
	Output    []string         `json:"output,omitempty"`
	Steps     []blockStep      `json:"steps,omitempty"`
	Formulas  *interp.Formulas `json:"formulas,omitempty"`
}

// A blockStep is a step of a block, or what it has in place of one.
type blockStep struct {
	Kind      string            `json:"kind"`
	Path      string            `json:"path,omitempty"`
	Call      string            `json:"call,omitempty"`
	Times     string            `json:"times,omitempty"`
	Arguments map[string]string `json:"arguments,omitempty"`
	Shape     []string          `json:"shape,omitempty"`
	Steps     []blockStep       `json:"steps,omitempty"`
	Branches  []blockBranch     `json:"branches,omitempty"`
}

type blockBranch struct {
	Steps []blockStep `json:"steps"`
}

func blockDocumentOf(b *interp.Block) blockDocument {
	d := blockDocument{Schema: blockSchema, Block: b.Name, Signature: b.Signature, Unproved: b.Unproved, Steps: blockSteps(b.Sketch.Parts)}
	if len(b.Sketch.Inputs) == 1 { // several are in the signature, with their names
		d.Input = sizeTexts(b.Sketch.Inputs[0])
	}
	if len(b.Sketch.Outputs) == 1 {
		d.Output = sizeTexts(b.Sketch.Outputs[0])
	}
	return d
}

func blockSteps(series []*graph.Part) []blockStep {
	steps := []blockStep{}
	for _, p := range series {
		s := blockStep{Kind: p.Kind.String(), Path: p.Path, Call: p.Call, Times: p.Times, Shape: sizeTexts(p.Node)}
		for i, a := range p.Args {
			if s.Arguments == nil {
				s.Arguments = map[string]string{}
			}
			name := a.Name
			if name == "" { // by position, of a block that may be any
				name = fmt.Sprint(i + 1)
			}
			s.Arguments[name] = fmt.Sprint(a.Value)
		}
		if len(p.Parts) > 0 {
			s.Steps = blockSteps(p.Parts)
		}
		for _, branch := range p.Branches {
			s.Branches = append(s.Branches, blockBranch{blockSteps(branch)})
		}
		steps = append(steps, s)
	}
	return steps
}

// sizeTexts are the sizes of a value.
func sizeTexts(n *graph.Node) (list []string) {
	for _, size := range n.Dims() {
		list = append(list, dim.Size.String(size))
	}
	return list
}
