package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"cnnlang/interp"
	"cnnlang/lang/diag"
)

// root is the command line.
func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "cnnlang",
		Short: "Check, measure and run convolutional networks",
		Long: "cnnlang checks, measures and runs convolutional networks written in .cnn files.\n\n" +
			"Where a verb takes FILE|NAME, an argument that ends in .cnn, contains a path\n" +
			"separator or is - (standard input) is a file; one that ends in .safetensors is a\n" +
			"file of weights that holds its net, as export and training write it; any other is a\n" +
			"net of the library, which `cnnlang list` shows, by its name or by that of timm,\n" +
			"torchvision or Keras.\n\n" + exitHelp,
		Example: "  cnnlang list\n" +
			"  cnnlang params resnet50\n" +
			"  cnnlang check my.cnn\n" +
			"  cnnlang get resnet50\n" +
			"  cnnlang run resnet50 cat.jpg",
		Version:       versionOf().Version,
		Args:          cobra.ArbitraryArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownVerb(cmd, args[0])
			}
			return cmd.Help()
		},
	}
	colors := []string{"auto", "always", "never"}
	a.color = choiceOf(colors...)
	root.PersistentFlags().Var(a.color, "color", "colours in messages: "+strings.Join(colors, ", ")+"; auto has them on a terminal unless NO_COLOR is set")
	complete(root, "color", fixed(colors...))
	root.SetVersionTemplate(versionLine() + "\n")
	root.SetFlagErrorFunc(flagError)
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.SetHelpCommand(help(root))
	root.AddCommand(a.check(), a.fmt(), a.params(), a.get(), a.run(), a.train(), a.eval(), a.bench(), a.list(), a.new(), a.doc(), a.explain(), a.graph(), a.diff(), a.compare(), a.curves(), a.expand(), a.export(), a.import_(), a.why(), a.weights(), a.doctor(), a.server(), a.lsp(), a.version(), a.manual())
	return root
}

// help is `cnnlang help`, which refuses unknown verbs.
func help(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:               "help [VERB]",
		Short:             "Explain a verb",
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: noFiles(func() []string { return verbs(root) }),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return root.Help()
			}
			cmd, rest, err := root.Find(args)
			switch {
			case err != nil || cmd == root:
				return unknownVerb(root, args[0])
			case len(rest) > 0:
				return usage("%q is one argument too many", rest[0]).withHelp("`cnnlang help %s` explains %[1]s", cmd.Name())
			}
			cmd.InitDefaultHelpFlag() // otherwise help would not list it
			return cmd.Help()
		},
	}
}

// verbs lists the commands.
func verbs(root *cobra.Command) []string {
	var names []string
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	return names
}

// unknownVerb is for a first argument that is not a verb.
func unknownVerb(root *cobra.Command, got string) error {
	err := usage("there is no command %q", got)
	if isFile(got) {
		return err.withHelp("what should be done with the file? As in `cnnlang check %s`", got)
	}
	known := verbs(root)
	return err.near(got, known, "did you mean `cnnlang %s`?", "the commands are "+strings.Join(known, ", ")+"; `cnnlang --help` explains them")
}

// flagError puts an error of pflag into our words.
func flagError(cmd *cobra.Command, err error) error {
	var (
		unknown *pflag.NotExistError
		missing *pflag.ValueRequiredError
		invalid *pflag.InvalidValueError
	)
	help := "`" + cmd.CommandPath() + " --help` lists the flags"
	switch {
	case errors.Is(err, pflag.ErrHelp):
		return err
	case errors.As(err, &unknown):
		return unknownFlag(cmd, unknown).withHelp("%s", help)
	case errors.As(err, &missing):
		return usage("--%s needs a value: %s", missing.GetFlag().Name, missing.GetFlag().Usage)
	case errors.As(err, &invalid):
		return invalidFlag(invalid)
	}
	return usage("%v", err).withHelp("%s", help)
}

// renamed maps old names of flags to what to write now.
var renamed = map[string]string{"side": "--output NAME=FILE", "at": "--output PATH=FILE"}

// ofPictures has the names under which people look for an argument of --prepare.
var ofPictures = map[string]string{
	"resize": "resize=256", "size": "resize=256", "crop": "resize=256", "fit": `fit="squash"`, "squash": `fit="squash"`, "pad": `fit="pad"`, "letterbox": `fit="pad"`,
	"mean": "mean=[0.5]", "std": "std=[0.25]", "order": `order="bgr"`, "bgr": `order="bgr"`, "channel-order": `order="bgr"`,
	"interpolation": `interpolation="bicubic"`, "preprocess": `fit="squash"`,
}

func unknownFlag(cmd *cobra.Command, e *pflag.NotExistError) *usageError {
	got := e.GetSpecifiedName()
	if shorthands := e.GetSpecifiedShortnames(); shorthands != "" {
		return usage("there is no flag -%s", got)
	}
	var flags []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { flags = append(flags, f.Name) })
	if like := ofPictures[got]; like != "" && cmd.Flags().Lookup("prepare") != nil {
		return usage("there is no flag --%s; how images are prepared is one flag, as in `--prepare 'picture(%s)'`", got, like)
	}
	if now := renamed[got]; now != "" {
		return usage("there is no flag --%s any more; it is %s", got, now)
	}
	if near := diag.Nearest(got, flags); near != "" {
		return usage("there is no flag --%s; did you mean --%s?", got, near)
	}
	return usage("there is no flag --%s", got)
}

func invalidFlag(e *pflag.InvalidValueError) *usageError {
	flag, cause := e.GetFlag(), errors.Unwrap(e)
	want := cause.Error()
	if flag.Value.Type() == "bool" {
		want = "want true or false, or no value"
	}
	return usage("--%s %q: %s", flag.Name, e.GetValue(), want)
}

// arguments checks the number of arguments.
func arguments(least, most int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return usage("%s is missing", what).withHelp("%s", cmd.UseLine())
		case most >= 0 && len(args) > most:
			e := usage("%q is one argument too many", args[most])
			if flag := openFlag(cmd); flag != "" {
				return e.withHelp("write the value of --%s after `=`: `--%[1]s=%s`", flag, args[most])
			}
			return e.withHelp("%s", cmd.UseLine())
		}
		return nil
	}
}

// openFlag is a flag with an optional value that was given without one, "" for none.
func openFlag(cmd *cobra.Command) (name string) {
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if f.NoOptDefVal != "" && f.Value.Type() != "bool" && f.Value.String() == f.NoOptDefVal {
			name = f.Name
		}
	})
	return name
}

// separated finds a value that was separated from its flag by a space instead of `=`, and so
// became an image.
func separated(cmd *cobra.Command, images []string) error {
	flag := openFlag(cmd)
	if flag == "" {
		return nil
	}
	for _, image := range images {
		if info, err := os.Stat(image); image != "-" && err != nil && filepath.Ext(image) == "" || err == nil && info.IsDir() && !hasImages(image) {
			return usage("%q is not an image", image).withHelp("write the value of --%s after `=`: `--%[1]s=%s`", flag, image)
		}
	}
	return nil
}

// complete offers values for a flag to the shell.
func complete(cmd *cobra.Command, flag string, values cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, values); err != nil {
		panic("cnnlang: " + err.Error())
	}
}

// noFiles offers values, which are listed when they are asked for, and no files.
func noFiles(list func() []string) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return list(), cobra.ShellCompDirectiveNoFileComp
	}
}

func fixed(values ...string) cobra.CompletionFunc {
	return cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)
}

// completeNets offers the nets of the library and files.
func completeNets(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return interp.Library(), cobra.ShellCompDirectiveDefault
}
