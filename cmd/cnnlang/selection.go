package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"cnnlang/interp"
	"cnnlang/interp/picture"
)

// A selection is the flags that choose a net and its size.
type selection struct {
	net   *option[string]
	set   *option[[]string]
	shape *option[[]shapeFor]
	// misnamed says what is wrong with the names of inputs, whose arrays have the shapes; nil where none has.
	misnamed func(*interp.Net) error
	// prepare and exif are nil for verbs that take no images.
	prepare, exif *option[string]
	// labels is nil for verbs that name no classes.
	labels   *option[string]
	sideways picture.Sideways
	as       interp.OutputKind // "" for what the net's text tells
	// of is what names the net, where that is not the first argument.
	of *option[string]
}

// subject is what names the net, "" for nothing that can be read twice.
func (s *selection) subject(args []string) string {
	switch {
	case s.of != nil && s.of.value != "all":
		return s.of.value
	case s.of == nil && len(args) > 0 && args[0] != "-":
		return args[0]
	}
	return ""
}

// flags adds the flags to a command.
func (s *selection) flags(cmd *cobra.Command) {
	s.net = onceOf(textOf("NAME"))
	cmd.Flags().Var(s.net, "net", netUsage)
	s.sizes(cmd)
}

const netUsage = "the net to take from a file that declares several"

// sizes adds the flags that choose the size of a net, which s.net chooses.
func (s *selection) sizes(cmd *cobra.Command) {
	f := cmd.Flags()
	s.set = manyOf("NAME=VALUE", parseSetting)
	s.shape = shapesOption()
	f.Var(s.set, "set", "set a parameter or a size of the net, as in classes=10 or H=64; may be repeated")
	f.Var(s.shape, "shape", "shape of the input, as in 2x3x224x224, or by NAME of one of several inputs; may be repeated")
	complete(cmd, "net", s.completeNets)
	complete(cmd, "set", s.completeSettings)
}

// pictures adds the flag that says how images are prepared.
func (s *selection) pictures(cmd *cobra.Command) {
	s.prepare = &option[string]{what: "EXPR", parse: parseExpression}
	cmd.Flags().Var(s.prepare, "prepare", "how images are prepared, in place of what the net's meta says, as in 'imagenet(fit=\"squash\")'")
	complete(cmd, "prepare", noFiles(interp.Preparations))
	s.exif = choiceOf(exifIgnore, exifApply)
	cmd.Flags().Var(s.exif, "exif", "whether images are turned as their EXIF orientation says, apply or ignore")
	complete(cmd, "exif", fixed(exifApply, exifIgnore))
}

// The values of --exif.
const (
	exifApply  = "apply"
	exifIgnore = "ignore"
)

// tellSideways says that images were not turned.
func (a *app) tellSideways(s *selection) {
	switch n, first := s.sideways.Count(); n {
	case 0:
	case 1:
		a.tell("note", fmt.Sprintf("%s has an EXIF orientation, and is taken as it is stored; --exif apply turns it", visible(first)))
	default:
		a.tell("note", fmt.Sprintf("%d images, such as %s, have an EXIF orientation, and are taken as they are stored; --exif apply turns them", n, visible(first)))
	}
}

// ofNet completes the command of a verb about one net, which its argument and flags choose.
func (a *app) ofNet(cmd *cobra.Command, do func(*interp.Net) error) *cobra.Command {
	var s selection
	s.flags(cmd)
	cmd.Args, cmd.ValidArgsFunction = arguments(1, 1, "the FILE or NAME of a net"), completeNets
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		n, err := a.net(&s, args[0], 0)
		if err != nil {
			return err
		}
		return do(n)
	}
	return cmd
}

// completeNets offers the nets of the file.
func (s *selection) completeNets(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var names []string
	if file := s.subject(args); file != "" {
		if p, err := interp.Open(file); err == nil {
			for _, o := range p.Main.Nets() {
				names = append(names, o.Name)
			}
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeSettings offers what the net leaves open.
func (s *selection) completeSettings(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var names []string
	if file := s.subject(args); file != "" {
		if p, err := interp.Open(file); err == nil {
			for _, name := range p.Settable(s.net.value) {
				names = append(names, name+"=")
			}
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// What diagnostics call the values of --set, --prepare and --require.
const (
	settingsName = "--set"
	prepareName  = "--prepare"
	requireName  = "--require"
)

// options are what the flags say, where they can be understood.
func (s *selection) options() (interp.Options, error) {
	opts := interp.Options{
		Net: s.net.value, Set: interp.Settings{Texts: s.set.value, Name: settingsName},
	}
	shapes(s.shape.value, &opts)
	opts.As = s.as
	var err error
	if opts.Labels, err = s.named(); err != nil {
		return opts, err
	}
	if err := opts.Set.Err(); err != nil || s.prepare == nil {
		return opts, err
	}
	opts.Prepare = interp.Preparation{Text: s.prepare.value, Name: prepareName}
	opts.Upright, opts.Sideways = s.exif.value == exifApply, &s.sideways
	return opts, opts.Prepare.Err()
}

// program reads what an argument names: - is standard input.
func (a *app) program(argument string) (*interp.Program, error) {
	if argument == "-" {
		return interp.Read(stdinName, a.stdin)
	}
	return interp.Open(argument)
}

// stdinName is what diagnostics call standard input.
const stdinName = "<stdin>"

// elsewhereNote says what another's name of a net means.
func elsewhereNote(name string, n *interp.Net) string {
	text := fmt.Sprintf("%s is %s", name, n.Name)
	if len(n.Meta.Weights) == 1 {
		text += ", with " + publishedOf(n.Meta.Weights[0]).String()
	}
	return text
}

// isFile reports whether an argument is a file, and no net of the library.
func isFile(argument string) bool { return argument == "-" || interp.IsFile(argument) }

// net makes the net that an argument and the flags name, for so many images where they do
// not say its shape. Warnings are shown and do no harm.
func (a *app) net(s *selection, argument string, images int) (*interp.Net, error) {
	_, n, err := a.netOf(s, argument, images)
	return n, err
}

// netOf is net with the program that has it.
func (a *app) netOf(s *selection, argument string, images int) (*interp.Program, *interp.Net, error) {
	opts, err := s.options()
	if err != nil {
		return nil, nil, err
	}
	if opts.Net != "" && !isFile(argument) {
		return nil, nil, usage("--net is for a file that declares several nets, and %s is a net of the library", argument).
			withHelp("leave out --net, or name %s in its place", opts.Net)
	}
	p, err := a.program(argument)
	if err != nil {
		return nil, nil, err
	}
	opts.Batch = images
	n, err := p.Net(opts)
	if err != nil && s.misnamed != nil { // a shape fits no net if it is for an input that there is not
		opts.Shape, opts.Shapes = nil, nil
		if usual, wrong := p.Net(opts); wrong == nil {
			if wrong := s.misnamed(usual); wrong != nil {
				return nil, nil, wrong
			}
		}
	}
	if err != nil && !interp.HoldsNet(argument) && slices.Contains(ofWeights, otherEnding(argument, nil)) {
		problem, help := notText(argument)
		return nil, nil, usage("%s", problem).withHelp("%s", help)
	}
	if err == nil {
		for _, note := range n.Notes {
			a.tell("warning", note)
		}
	}
	if err == nil && p.Elsewhere != "" {
		a.tell("note", elsewhereNote(p.Elsewhere, n))
	}
	if err == nil && len(n.Warnings) > 0 {
		a.diagnostics(n.Warnings, n.File)
	}
	return p, n, err
}
