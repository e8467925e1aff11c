package main

import (
	"context"
	"fmt"
	"os"
	"path"
	"strings"

	"github.com/spf13/cobra"

	"cnnlang/cmd/cnnlang/internal/download"
	"cnnlang/interp"
	"cnnlang/ops/dim"
)

// A getFlags is the flags of `cnnlang get`.
type getFlags struct {
	selection
	file    *option[string]
	output  *option[string]
	maxSize *option[int64]
	dryRun  bool
	format  *option[string]
}

// getDocument is cnnlang.get/v1.
type getDocument struct {
	Schema string `json:"schema"`
	Net    string `json:"net"`
	State  string `json:"state"` // one of those below
	publishedFile
	Checked bool            `json:"checked"` // whether the hash of what came was compared with the one that meta has
	Others  []publishedFile `json:"others,omitempty"`
	all     []publishedFile // in the net's order
	run     string          // the command that runs the net
}

// Whether the file came.
const (
	stateCame    = "downloaded"
	statePresent = "present"
	stateAbsent  = "not downloaded" // with --dry-run
)

// get is `cnnlang get`.
func (a *app) get() *cobra.Command {
	f := &getFlags{
		file:   textOf("NAME"),
		output: textOf("FILE"),
		maxSize: &option[int64]{value: 4 << 30, what: "SIZE", parse: parseBytes, write: func(n int64) string {
			return fmt.Sprintf("%gGiB", float64(n)/(1<<30))
		}},
	}
	cmd := &cobra.Command{
		Use:   "get FILE|NAME",
		Short: "Download the published weights of a net",
		Long: "get downloads the file of trained weights that a net's meta names, into the user's\n" +
			"cache folder, where `cnnlang run` finds it, or to --output. It says first whose\n" +
			"the file is and under which license. A download that is interrupted goes on with the\n" +
			"same command. The file's hash is compared with the one in meta, if there is one; if\n" +
			"not, that is said, and what came must at least be a file of weights. If several files\n" +
			"are published, the first is the usual one, and --file names another.\n\n" +
			"No other verb opens a connection. The proxy is what HTTPS_PROXY, HTTP_PROXY and\n" +
			"NO_PROXY say. With --dry-run nothing is downloaded, and all is printed that is\n" +
			"needed to fetch the file by other means.",
		Example: "  cnnlang get resnet50\n" +
			"  cnnlang get resnet50 --file resnet50-11ad3fa6.pth\n" +
			"  cnnlang get resnet50 --dry-run\n" +
			"  cnnlang get my.cnn --output my.pth",
		Args:              arguments(1, 1, "the FILE or NAME of a net"),
		ValidArgsFunction: completeNets,
	}
	f.selection.flags(cmd)
	flags := cmd.Flags()
	flags.Var(f.file, "file", "the one to download of several files that are published")
	flags.Var(f.output, "output", "where to put the file, in place of the user's cache folder")
	flags.Var(f.maxSize, "max-size", "the most that a file may have, such as 8GiB, 0 for no limit")
	flags.BoolVar(&f.dryRun, "dry-run", false, "say what would be downloaded, and from where, and do not")
	complete(cmd, "file", completePublished)
	f.format = formatFlag(cmd, textFormats)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		n, err := a.net(&f.selection, args[0], 0)
		if err != nil {
			return err
		}
		d, err := f.choose(n, args[0])
		if err != nil {
			return err
		}
		place, err := f.place(d.publishedFile, args[0])
		if err != nil {
			return err
		}
		if err := a.fetch(cmd.Context(), f, &d, place); err != nil {
			return err
		}
		return a.showGet(f, d)
	}
	return cmd
}

// completePublished offers the files that are published for the net of the first argument.
func completePublished(_ *cobra.Command, args []string, _ string) (files []cobra.Completion, _ cobra.ShellCompDirective) {
	if len(args) > 0 && args[0] != "-" {
		if p, err := interp.Open(args[0]); err == nil {
			if n, err := p.Net(interp.Options{}); err == nil {
				for _, w := range n.Meta.Weights {
					files = append(files, w.File)
				}
			}
		}
	}
	return files, cobra.ShellCompDirectiveNoFileComp
}

// choose finds the file that is asked for: the first, or the one that --file names, by all of its
// name or what follows the last slash.
func (f *getFlags) choose(n *interp.Net, argument string) (d getDocument, err error) {
	own := " a file of yours is named by `cnnlang run " + shellQuoted(argument) + " --weights FILE photo.jpg`"
	all, at := published(n), 0
	if len(all) == 0 {
		return d, usage("%s names no weights that are published", n.Name).withHelp("%s", "`cnnlang list --weights` shows the nets that do;"+own)
	}
	if want := f.file.value; want != "" {
		var names []string
		at = -1
		for i, p := range all {
			names = append(names, p.File)
			if at < 0 && (p.File == want || path.Base(p.File) == want) {
				at = i
			}
		}
		if at < 0 {
			return d, usage("%s names no file of weights called %q", n.Name, want).withHelp("it names %s", strings.Join(names, ", "))
		}
	}
	if all[at].Path != "" {
		return d, usage("the weights of %s come with the program", n.Name).withHelp("`cnnlang run %s photo.jpg` runs it with them", shellQuoted(argument))
	}
	if all[at].URL == "" {
		return d, usage("where %s is published is not known", all[at].File).withHelp("%s", "say it by `url` of `checkpoint` in the net's meta;"+own)
	}
	if err := download.CheckURL(all[at].URL); err != nil {
		return d, err
	}
	d = getDocument{Schema: "cnnlang.get/v1", Net: n.Name, publishedFile: all[at], all: all, run: "cnnlang run " + shellQuoted(argument) + " photo.jpg"}
	if f.net.value != "" {
		d.run += " --net " + f.net.value
	}
	for i, p := range all {
		if i != at {
			d.Others = append(d.Others, p)
		}
	}
	return d, nil
}

// place is where the file goes: not over the net's own.
func (f *getFlags) place(p publishedFile, argument string) (download.Place, error) {
	if f.output.value == "" {
		return download.Cached(p.Publisher, p.File, p.URL)
	}
	target, err := os.Stat(f.output.value)
	if source, wrong := os.Stat(argument); err == nil && wrong == nil && isFile(argument) && os.SameFile(source, target) {
		return download.Place{}, usage("the weights would be written over the net, %s", argument).withHelp("name another file")
	}
	return download.At(f.output.value)
}

// fetch downloads the file, or says with --dry-run whether it is there.
func (a *app) fetch(ctx context.Context, f *getFlags, d *getDocument, place download.Place) error {
	d.State, d.Path = stateAbsent, place.Path()
	if f.dryRun {
		if saved, there := download.Find(d.source(), place); there {
			d.State, d.Bytes, d.SHA256 = statePresent, saved.Bytes, saved.SHA256
		}
		return nil
	}
	fmt.Fprintf(a.stderr, "%s\nfrom %s\n", visibleName(d.publishedFile.String()), visibleName(d.URL))
	a.afterInterrupt("what has come is kept, and the same command goes on from there")
	m := &meter{app: a, name: path.Base(d.File)}
	saved, err := download.Get(ctx, d.source(), place, download.Options{
		MaxSize: f.maxSize.value, Progress: m.show,
		Publish: func(do func() error) error {
			a.writing.Lock()
			defer a.writing.Unlock()
			return do()
		},
	})
	a.progress("")
	if err != nil {
		return err
	}
	a.afterInterrupt("")
	if d.SHA256 == "" && !saved.Present {
		if err := d.isWeights(place); err != nil {
			return err
		}
	}
	d.Checked = d.SHA256 != ""
	d.State, d.Bytes, d.SHA256 = stateCame, saved.Bytes, saved.SHA256
	if saved.Present {
		d.State = statePresent
	}
	return nil
}

// isWeights refuses what came, if it is not a file of weights; without a hash nothing else says
// that it is the right one.
func (d *getDocument) isWeights(place download.Place) error {
	f, err := interp.WeightsFile(place.Path()).Open()
	if err == nil {
		return f.Close()
	}
	place.Discard()
	return &download.Error{
		Kind: download.Failed, Problem: "what came from " + d.URL + " cannot be read as weights: " + strings.TrimPrefix(err.Error(), "weights: "),
		Help: "look for the file at its publisher's; with --output it is kept all the same, at its place",
	}
}

// showGet says what came, or would, and how to run the net with it.
func (a *app) showGet(f *getFlags, d getDocument) error {
	if f.format.value == "json" {
		return a.json(d)
	}
	fmt.Fprintf(a.stdout, "%s: %s, %s\n\n", d.Net, visibleName(d.File), d.State)
	sum := d.SHA256
	if d.State != stateAbsent && !d.Checked {
		sum += ", which could not be checked: the net does not say what it should be"
	}
	size := grouped(dim.Int(int(d.Bytes)))
	if d.State == stateAbsent {
		size = "about " + size
	}
	for _, row := range [][2]string{
		{"publisher", d.Publisher}, {"license", d.License}, {"url", d.URL}, {"sha256", sum}, {"bytes", size},
		{"file", d.Path}, {"prepare", d.Prepare}, {"run", d.command(f)},
	} {
		if row[1] == "" || row[0] == "bytes" && d.Bytes == 0 {
			row[1] = "not known"
		}
		if row[0] != "prepare" || d.Prepare != "" {
			fmt.Fprintf(a.stdout, "%-9s  %s\n", row[0], visibleName(row[1]))
		}
	}
	for _, p := range d.Others {
		fmt.Fprintf(a.stdout, "%-9s  %s, with --file %[2]s\n", "also", visibleName(p.File))
	}
	return nil
}

// command runs the net with the file: by itself with the first that is in the cache, otherwise by
// its name, and with its own preparation of pictures.
func (d getDocument) command(f *getFlags) string {
	file := d.Path
	if d.State == stateAbsent {
		file = path.Base(d.File)
	} else if f.output.value == "" {
		for _, p := range d.all {
			if _, there := p.cached(); there {
				if p.File == d.File {
					return d.run
				}
				break
			}
		}
	}
	text := d.run + " --weights " + shellQuoted(file)
	if d.Prepare != "" {
		text += " --prepare " + shellQuoted(d.Prepare)
	}
	return text
}

// afterInterrupt says what to do after an interrupt from now on.
func (a *app) afterInterrupt(help string) {
	a.writing.Lock()
	defer a.writing.Unlock()
	a.unfinished = help
}

// onInterrupt takes away unfinished files after an interrupt from now on.
func (a *app) onInterrupt(abandon func()) {
	a.writing.Lock()
	defer a.writing.Unlock()
	a.abandon = abandon
}
