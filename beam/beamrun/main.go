// Command beamrun computes any number of pictures on Apache Beam: those that fit patterns in, rows as `cnnlang run`
// writes them out. docs/scale.md is its guide.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/options/jobopts"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/x/beamx" // the runners, and the file systems of gs:// and of this machine

	"cnnlang/beam/pictures"
	"cnnlang/interp"
	"cnnlang/interp/picture"
	"cnnlang/lang/diag"
)

// The exit codes, which are those of cnnlang.
const (
	exitFine        = 0
	exitProblems    = 1
	exitUsage       = 2
	exitFile        = 3
	exitLimit       = 4
	exitInterrupted = 130
)

func main() {
	f := newFlags(flag.CommandLine)
	flag.CommandLine.Init("beamrun", flag.ContinueOnError)
	flag.CommandLine.Usage = f.help
	args, err := f.parse(os.Args[1:])
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(exitFine)
	case err != nil:
		os.Exit(exitUsage) // flag has said why
	}
	beam.Init()    // on a worker, all ends here
	if f.local() { // Prism tells of every step
		slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
	}
	os.Exit(run(f, args))
}

// run runs the pipeline and returns the exit code.
func run(f *flags, args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	job, err := f.job(ctx, args)
	if err != nil {
		return report(err)
	}
	goOn := func() bool { return true }
	if f.local() {
		// The pipeline ends with this process, which a runner that waits for its workers would hold up.
		goOn = context.AfterFunc(ctx, func() {
			job.output.Clean(context.Background())
			fmt.Fprintln(os.Stderr, "error: interrupted: nothing was written; start again")
			os.Exit(exitInterrupted)
		})
	}
	counts, err := job.run(context.WithoutCancel(ctx), f.runner())
	if !goOn() { // an interrupt came first, and ends this process
		select {}
	}
	if f.local() || err == nil && !*jobopts.Async {
		if wrong := job.output.Clean(context.Background()); err == nil {
			err = wrong
		}
	}
	if err != nil {
		return report(err)
	}
	return counts.report(job)
}

// report tells the user about an error, and returns the exit code.
func report(err error) int {
	fmt.Fprintf(os.Stderr, "error: %s\n", diag.Visible(err.Error()))
	var (
		usage   *usageError
		program *interp.ProgramError
		fit     *interp.FitError
		unknown *interp.UnknownNetError
		memory  *interp.MemoryError
		large   *picture.LimitError
		weights *interp.WeightsError
		file    *fs.PathError
	)
	switch {
	case errors.As(err, &usage), errors.As(err, &unknown):
		return exitUsage
	case errors.As(err, &memory), errors.As(err, &large):
		return exitLimit
	case errors.As(err, &program), errors.As(err, &fit):
		return exitProblems
	case errors.As(err, &weights), errors.As(err, &file):
		return exitFile
	}
	return exitProblems
}

// counts are how many pictures there were; nothing is known of them before a job has ended.
type counts struct {
	known                  bool
	good, unread, infinite int64
}

// report says how it went.
func (c counts) report(j *job) int {
	if !c.known {
		fmt.Fprintf(os.Stderr, "note: the job goes on; its results will be in %s\n", j.output.Folder)
		return exitFine
	}
	fmt.Fprintf(os.Stderr, "%d pictures computed, in %s\n", c.good, j.output.Folder)
	if c.infinite > 0 {
		fmt.Fprintf(os.Stderr, "warning: the outputs of %d pictures have elements that are not finite numbers\n", c.infinite)
	}
	if c.unread > 0 {
		fmt.Fprintf(os.Stderr, "error: %d of %d pictures could not be read; %s has the reasons\n", c.unread, c.good+c.unread, j.output.Path("errors*"))
		return exitProblems
	}
	return exitFine
}

// A job is a pipeline that is ready to start.
type job struct {
	options  pictures.Options
	output   pictures.Output
	patterns []string
	head     string
}

// run runs the pipeline.
func (j *job) run(ctx context.Context, runner string) (c counts, err error) {
	p, s := beam.NewPipelineWithRoot()
	results, bad := pictures.Compute(s, j.options, pictures.Match(s, j.patterns...))
	pictures.Write(s, j.output, j.options, j.head, results, bad)
	result, err := beam.Run(ctx, runner, p)
	if err != nil || result == nil || *jobopts.Async {
		return c, err
	}
	c.known = true
	for _, counter := range result.Metrics().AllMetrics().Counters() {
		switch counter.Name() {
		case pictures.Computed:
			c.good += counter.Result()
		case pictures.Unread:
			c.unread += counter.Result()
		case pictures.NotFinite:
			c.infinite += counter.Result()
		}
	}
	return c, nil
}
