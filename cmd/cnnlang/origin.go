package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"cnnlang/interp"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
)

// An origin is the flags for where a net's weights come from and what memory it may take.
type origin struct {
	weightsSource
	noMap     bool
	seed      *option[uint64]
	maxMemory *option[int64]
	cache     *option[string]
	tune      *option[string]
}

// flags adds the flags to a command.
func (o *origin) flags(cmd *cobra.Command) {
	o.weightsSource.flags(cmd)
	o.cache, o.tune = textOf("FOLDER"), textOf("FILE")
	o.seed = &option[uint64]{what: "N", parse: parseSeed}
	o.maxMemory = &option[int64]{what: "SIZE", parse: parseBytes}
	f := cmd.Flags()
	f.BoolVar(&o.noMap, "no-mmap", false, "read the file of weights instead of mapping it into memory")
	f.Var(o.seed, "seed", seedUsage)
	o.cache.what = "" // help shows what follows the =
	f.Var(o.cache, "cache", "keep packed weights for the next start, in the user's cache folder or in another one: --cache=FOLDER")
	f.Lookup("cache").NoOptDefVal = usersCache
	f.Var(o.tune, "tune", "use the algorithms in a file; if it does not exist, measure them and write it")
	f.Var(o.maxMemory, "max-memory", memoryUsage)
}

// What flags say that several verbs have.
const (
	memoryUsage = "memory that may be used, such as 8GiB, 0 for no limit (default 75 % of what is available)"
	seedUsage   = "seed of generated weights and generated input, and of all that is random in training"
)

// completeNames offers the maps of the net that is the first argument.
func completeNames(cmd *cobra.Command, args []string, _ string) (names []cobra.Completion, _ cobra.ShellCompDirective) {
	if len(args) > 0 && args[0] != "-" {
		if p, err := interp.Open(args[0]); err == nil {
			if n, err := p.Net(interp.Options{}); err == nil {
				names = n.NameMaps()
			}
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// usersCache is the value of --cache without a folder.
const usersCache = "default"

// cacheFolder is where packed weights are kept, "" for nowhere.
func (o *origin) cacheFolder() (string, error) {
	if o.cache.value != usersCache {
		return o.cache.value, nil
	}
	folder, err := os.UserCacheDir()
	if err != nil {
		return "", usage("--cache: %v", err).withHelp("name a folder, as in `--cache=packed`")
	}
	return filepath.Join(folder, "cnnlang"), nil
}

// source is where the weights come from.
func (o *origin) source() interp.Weights {
	switch {
	case o.generated():
		return interp.RandomWeights(o.seed.value).Named(o.names.value)
	case o.noMap:
		return o.file().Unmapped()
	}
	return o.file()
}

// build prepares a net with its weights. If a file does not fit, the error says which nets
// of the library it fits.
func (a *app) build(ctx context.Context, o *origin, n *interp.Net, opts interp.Options) (*interp.Model, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if err := knownISA(); err != nil {
		return nil, err
	}
	var err error
	if opts.Cache, err = o.cacheFolder(); err != nil {
		return nil, err
	}
	if opts.Tuning, err = a.tuning(ctx, o, n, opts); err != nil {
		return nil, err
	}
	a.doing("%s: reading and packing weights", n.Name)
	opts.Afforded = func(m interp.Memory) { collect(opts.MaxMemory, m.Weights) }
	usual := leanGC() // until the memory is known: of a file that does not fit, the nets that it may be for are looked at
	model, err := n.Build(ctx, opts)
	if err != nil || opts.MaxMemory == 0 {
		usual()
	}
	var fit *interp.FitError
	if errors.As(err, &fit) && len(fit.Fits) > 0 {
		fit.Help = fmt.Sprintf("cnnlang run %s --weights %s", fit.Fits[0], o.weights.value)
	}
	if err == nil {
		a.notes(model.Fit)
	}
	if err == nil && model.CacheProblem != nil {
		fmt.Fprintf(a.stderr, "warning: --cache: %s\n", visible(plain(model.CacheProblem)))
	}
	return model, err
}

// tuneTime is how long each algorithm of a step is measured.
const tuneTime = 30 * time.Millisecond

// tuning reads the file of --tune, or measures, prints and writes it.
func (a *app) tuning(ctx context.Context, o *origin, n *interp.Net, opts interp.Options) (*interp.Tuning, error) {
	path := o.tune.value
	if path != "" && opts.Precision != layout.F32 {
		return nil, usage("got --tune and the precision %v, want one of them", opts.Precision).withHelp("only f32 has a choice of algorithms")
	}
	if path == "" {
		return nil, nil
	}
	t, err := interp.ReadTuning(path)
	if err == nil {
		// On another number of threads they may be slower.
		if threads := cmp.Or(opts.Threads, task.Threads()); t.Threads > 0 && t.Threads != threads {
			fmt.Fprintf(a.stderr, "note: the algorithms in %s were measured on %d threads, not %d\n", visible(path), t.Threads, threads)
		}
		return t, t.Check(path, n, opts)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return nil, &fs.PathError{Op: "write", Path: path, Err: errors.New("cannot be written by --tune: there is no such folder; make it, or name another file")}
	}
	a.progress("%s: measuring algorithms", n.Name)
	if t, err = interp.Tune(ctx, n, opts, tuneTime); err != nil {
		return nil, err
	}
	a.progress("")
	for _, s := range t.Steps {
		fmt.Fprintf(a.stderr, "%s: %s", s.Path, s.Algorithm)
		for _, name := range slices.Sorted(maps.Keys(s.Took)) {
			fmt.Fprintf(a.stderr, ", %s %.3f ms", name, s.Took[name])
		}
		fmt.Fprintln(a.stderr)
	}
	if err := t.Write(path); err != nil {
		var inner *fs.PathError
		if errors.As(err, &inner) { // its path is that of a temporary file
			err = &fs.PathError{Op: "write", Path: path, Err: inner.Err}
		}
		return nil, err
	}
	return t, nil
}

// document describes the weights in a result, and by whose names they were read.
func (o *origin) document(f interp.Fit) weightsOrigin {
	if o.generated() {
		return weightsOrigin{Seed: &o.seed.value, Names: f.Names}
	}
	return weightsOrigin{File: o.weights.value, Names: f.Names, Notes: f.Notes, Differences: f.Differences}
}
