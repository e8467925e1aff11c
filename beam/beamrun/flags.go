package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/options/jobopts"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners"

	"cnnlang/beam/pictures"
	"cnnlang/interp"
)

// A usageError says what is wrong with the command line.
type usageError struct{ problem string }

func (e *usageError) Error() string { return e.problem }

func usage(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }

// A flags is the command line: what `cnnlang run` has too has the same name, and means the same. Beam's own are beside
// them.
type flags struct {
	set     *flag.FlagSet
	options pictures.Options
	exif    string
	output  string
	shards  int
}

// own are the names of the flags that are not Beam's, in the order of help.
var own = []string{"output", "o", "format", "shards", "value", "weights", "class-labels", "top", "net", "set", "prepare", "exif", "as", "batch", "threads", "precision", "max-memory", "seed", "key", "names", "rename", "layout"}

func newFlags(set *flag.FlagSet) *flags {
	f := &flags{set: set}
	o := &f.options
	set.StringVar(&f.output, "output", "", "the `FOLDER` for results, of any file system that Beam writes")
	for _, name := range []string{"o", "format"} {
		set.StringVar(&o.Format, name, pictures.JSONLines, "the `format` of rows, jsonl or csv")
	}
	set.IntVar(&f.shards, "shards", 1, "how many files there are of rows; a worker holds the rows of one")
	set.Var(texts{&o.Values}, "value", "also write the value of a step by its `PATH`, of a side head, or output, for each picture; may be repeated")
	set.StringVar(&o.Weights, "weights", "", "a `FILE` of weights; random generates them")
	set.StringVar(&o.Labels, "class-labels", "", "what --labels is to cnnlang run, a `FILE` or a list; Dataflow has a flag of that name")
	set.IntVar(&o.Top, "top", 5, "how many classes rows have")
	set.StringVar(&o.Choose, "net", "", "the `NAME` of the net to take from a file that declares several")
	set.Var(texts{&o.Set}, "set", "set a parameter or a size of the net, as in classes=10: `NAME=VALUE`; may be repeated")
	set.StringVar(&o.Prepare, "prepare", "", "how pictures are prepared, as in 'imagenet(fit=\"squash\")': an `EXPRession`")
	set.StringVar(&f.exif, "exif", "ignore", "whether pictures are turned as their EXIF orientation says, `apply` or ignore")
	set.StringVar(&o.As, "as", "", "what the output is, in place of what the net's text tells: one of "+fmt.Sprint(interp.OutputKinds))
	set.IntVar(&o.Batch, "batch", 1, "how many pictures a thread computes together")
	set.IntVar(&o.Threads, "threads", 0, "how many threads a worker process has, 0 for one for each core")
	set.StringVar(&o.Precision, "precision", "f32", "f32, f32fast or bf16")
	set.Var((*memory)(&o.MaxMemory), "max-memory", "the memory that a worker process may use, a `SIZE` such as 8GiB (default 75 % of what is available)")
	set.Uint64Var(&o.Seed, "seed", 0, "the seed of generated weights")
	set.StringVar(&o.Key, "key", "", "which weights of a file that holds several")
	set.StringVar(&o.Names, "names", "", "call the tensors of a file as this map of the net does")
	set.Var(texts{&o.Renames}, "rename", "call tensors of a file otherwise: `OLD=NEW`; may be repeated")
	set.StringVar(&o.Layout, "layout", "", "take the axes of a file's tensors in this order, keras or torch")
	return f
}

// parse takes flags before, between and after the arguments, which it returns.
func (f *flags) parse(args []string) (rest []string, err error) {
	for {
		if err := f.set.Parse(args); err != nil {
			return nil, err
		}
		if args = f.set.Args(); len(args) == 0 {
			return rest, nil
		}
		rest, args = append(rest, args[0]), args[1:]
	}
}

// help shows the flags that are not Beam's.
func (f *flags) help() {
	out := f.set.Output()
	fmt.Fprint(out, `beamrun computes pictures with a net, on Apache Beam.

  beamrun FILE|NAME PATTERN... --output FOLDER [flags]

  beamrun glyphs 'letters/*.png' --output found
  beamrun resnet50 'photos/*.jpg' --weights resnet50.pth --output classes -o csv --batch 8
  beamrun gs://bucket/flowers.safetensors 'gs://bucket/photos/*.jpg' --output gs://bucket/found --shards 100 \
    --runner dataflow --project PROJECT --region REGION --staging_location gs://bucket/staging

Flags:
`)
	for _, name := range own {
		x := f.set.Lookup(name)
		what, text := flag.UnquoteUsage(x)
		fmt.Fprintf(out, "  --%-24s %s\n", strings.TrimSpace(name+" "+what), text)
	}
	fmt.Fprint(out, "\nBeam's runners have flags of their own, such as --runner; docs/scale.md says which matter.\n")
}

// runner is the runner's name.
func (f *flags) runner() string {
	if name := *runners.Runner; name != "" {
		return name
	}
	return "prism"
}

// local reports whether the pipeline runs in this process.
func (f *flags) local() bool {
	name := strings.ToLower(f.runner())
	return name == "direct" || strings.HasPrefix(name, "prism") && *jobopts.Endpoint == ""
}

// job is what the command line asks for, once all is there that it needs: nothing starts that would fail later for a
// reason that can be seen now.
func (f *flags) job(ctx context.Context, args []string) (*job, error) {
	o := f.options
	switch {
	case len(args) == 0:
		return nil, usage("the net is missing: want beamrun FILE|NAME PATTERN... --output FOLDER; --help says more")
	case len(args) == 1:
		return nil, usage("there is no picture: name them after the net, by patterns in quotation marks, as in 'photos/*.jpg'")
	case f.output == "":
		return nil, usage("--output is missing: name a folder for the results")
	case f.shards < 1 || f.shards > 99999:
		return nil, usage("--shards %d: want 1 to 99999", f.shards)
	case f.exif != "apply" && f.exif != "ignore":
		return nil, usage("--exif %s: want apply or ignore", f.exif)
	case o.Threads < 0:
		return nil, usage("--threads %d: want 0 or more", o.Threads)
	}
	o.Net, o.Upright = args[0], f.exif == "apply"
	j := &job{options: o, patterns: args[1:]}
	j.output = pictures.Output{Folder: f.output, Shards: f.shards, Run: fmt.Sprintf("%s%016x", pictures.UnfinishedPrefix, rand.Uint64())}
	for _, pattern := range j.patterns {
		if strings.Contains(pattern, "://") { // a list of a bucket may be long
			continue
		}
		if _, err := pictures.Matches(ctx, pattern); err != nil {
			return nil, usage("%v", err)
		}
	}
	var err error
	if j.head, err = pictures.Head(ctx, o); err != nil {
		return nil, err
	}
	return j, j.output.Ready(ctx, o)
}

// texts is a flag that may be repeated.
type texts struct{ to *[]string }

func (t texts) String() string { return "" }

func (t texts) Set(text string) error {
	if text == "" {
		return errors.New("want some text")
	}
	*t.to = append(*t.to, text)
	return nil
}

// A memory is an amount of it: 500MiB, 1.5GiB, or bytes.
type memory int64

func (m *memory) String() string { return "" }

func (m *memory) Set(text string) error {
	number, unit := text, 1.0
	for i, name := range []string{"KiB", "MiB", "GiB", "TiB"} {
		if rest, ok := strings.CutSuffix(text, name); ok {
			number, unit = strings.TrimSpace(rest), float64(int64(1)<<(10*(i+1)))
		}
	}
	v, err := strconv.ParseFloat(number, 64)
	if err != nil || !(v*unit >= 1) || v*unit > math.MaxInt64/2 {
		return errors.New("want a size such as 2GiB, 500MiB or a number of bytes")
	}
	*m = memory(v * unit)
	return nil
}
