package main

import (
	"context"
	"errors"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"cnnlang/interp"
	"cnnlang/interp/draw"
)

// drawFlags are those of a picture.
type drawFlags struct {
	depth  *option[int]
	steps  *option[string]
	colour *option[string]
}

func (f *drawFlags) flags(cmd *cobra.Command) {
	f.depth = depthOfPictures(draw.FitPage, "what fits a page")
	f.steps = choiceOf("layers", "all")
	f.colour = choiceOf(colours...)
	cmd.Flags().Var(f.colour, "colour", "what the colours of a picture are by: "+strings.Join(colours, ", "))
	complete(cmd, "colour", fixed(colours...))
	cmd.Flags().Var(f.depth, "depth", depthUsage)
	cmd.Flags().Var(f.steps, "steps", "whether a layer in a picture is one box with its norm and activation: layers, all")
	complete(cmd, "depth", fixed("0", "1", "2", "all"))
	complete(cmd, "steps", fixed("layers", "all"))
}

// depthOfPictures is how many frames within one another are open, by default what usual means.
func depthOfPictures(usual int, what string) *option[int] {
	return &option[int]{value: usual, what: "N|all",
		parse: func(text string) (int, error) {
			if text == "all" {
				return draw.All, nil
			}
			n, err := strconv.Atoi(text)
			if err != nil || n < 0 {
				return 0, errors.New("want a number from 0, or all")
			}
			return n, nil
		},
		write: func(n int) string {
			switch n {
			case usual:
				return what
			case draw.All:
				return "all"
			}
			return strconv.Itoa(n)
		},
	}
}

// needless reports a flag that only pictures have.
func (f *drawFlags) needless() error {
	if f.depth.given || f.steps.given || f.colour.given {
		return usage("--depth, --steps and --colour are for pictures").withHelp("add -o svg")
	}
	return nil
}

// draw writes a picture; one in SVG is refused only where it would go to a terminal.
func (a *app) draw(ctx context.Context, n *interp.Net, f *drawFlags, format string) error {
	if err := offTerminal(format, n.Name, n.Name); err != nil {
		return err
	}
	opts := f.options()
	var err error
	if opts.Heat, err = heat(ctx, n, f.colour.value); err != nil {
		return err
	}
	if format == "html" {
		if opts.Costs, err = pageCosts(ctx, n, opts.Heat); err != nil {
			return err
		}
		return draw.Page(a.stdout, n.Graph, n.Outline(), opts, func(file string) string { return n.File(file).Text })
	}
	return a.picture(draw.Of(n.Graph, n.Outline(), opts), format)
}

func (f *drawFlags) options() draw.Options {
	return draw.Options{Depth: f.depth.value, Steps: f.steps.value == "all"}
}

// offTerminal refuses a picture that would go to a terminal.
func offTerminal(format, argument, file string) error {
	if (format == "svg" || format == "html") && isTerminal(os.Stdout) {
		return usage("a picture would go to the terminal").withHelp("write it to a file: `cnnlang graph %s -o %s > %s.%[2]s`", argument, format, file)
	}
	return nil
}

func (a *app) picture(d *draw.Diagram, format string) error {
	switch format {
	case "dot":
		return d.DOT(a.stdout)
	case "mermaid":
		return d.Mermaid(a.stdout)
	}
	return d.SVG(a.stdout)
}
