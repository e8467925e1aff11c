package main

import (
	"context"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"cnnlang/interp"
	"cnnlang/interp/serve"
)

// A serveFlags is the flags of `cnnlang serve`.
type serveFlags struct {
	selection
	origin
	performance
	batch, sessions, queue, images *option[int]
	connections                    *option[int]
	wait, grace                    *option[time.Duration]
	http, pprof                    *option[string]
	log                            *option[string]
}

// server is `cnnlang serve`.
func (a *app) server() *cobra.Command {
	d := serve.Defaults()
	f := &serveFlags{
		batch: numberOf(d.Batch, 1, 1<<10), sessions: numberOf(d.Sessions, 1, 1<<10), queue: numberOf(d.Queue, 1, 1<<20), images: numberOf(d.Images, 1, 1<<12),
		connections: numberOf(10_000, 1, 1<<20),
		wait:        &option[time.Duration]{value: d.Wait, what: "TIME", parse: parseDuration},
		grace:       &option[time.Duration]{value: 30 * time.Second, what: "TIME", parse: parseDuration},
		http:        addressOption("127.0.0.1:8080"), pprof: addressOption("off"),
		log: &option[string]{value: "-", what: "FILE", parse: func(text string) (string, error) { return text, nil }},
	}
	cmd := &cobra.Command{
		Use:   "serve [NAME=]NET|FILE...",
		Short: "Answer requests by the Open Inference Protocol",
		Long:  serveHelp, Example: serveExamples,
		Args:              arguments(1, -1, "the FILE or NAME of a net"),
		ValidArgsFunction: completeNets,
	}
	f.flags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		models, err := f.models(args)
		if err != nil {
			return err
		}
		return a.serveModels(cmd.Context(), f, models)
	}
	return cmd
}

func (f *serveFlags) flags(cmd *cobra.Command) {
	f.selection.flags(cmd)
	f.selection.pictures(cmd)
	f.selection.classes(cmd)
	f.origin.flags(cmd)
	f.performance.flags(cmd, 1)
	flags := cmd.Flags()
	flags.Var(f.http, "http", "where to listen for HTTP, or off")
	flags.Var(f.pprof, "pprof", "where to listen for Go's profiler, on loopback only, or off")
	flags.Var(f.batch, "batch", batchUsage)
	flags.Var(f.wait, "wait", "how long an image waits for others to be computed with")
	flags.Var(f.sessions, "sessions", "batches of a model that are computed at the same time, each on --threads")
	flags.Var(f.queue, "queue", "images of a model that may wait; a request beyond them is refused with 503")
	flags.Var(f.images, "images", "images that a request may have")
	flags.Var(f.connections, "connections", "connections that may be open; others are closed")
	flags.Var(f.grace, "grace", "how long requests that have come may take after a signal to stop")
	flags.Var(f.log, "access-log", "where to write a line of JSON for each request: a file, - for standard output, or off")
}

// A servedModel is an argument of `cnnlang serve`.
type servedModel struct {
	name    string // "" for that of the net
	net     string
	weights string // "" for those that the file of the net holds
}

// models are what the arguments and --weights say.
func (f *serveFlags) models(args []string) (list []servedModel, err error) {
	for _, argument := range args {
		m := servedModel{net: argument}
		if name, net, ok := strings.Cut(argument, "="); ok && nameBefore(name) {
			m = servedModel{name: name, net: net}
		}
		if m.net == "-" || m.net == "" {
			return nil, usage("%q is not a net that can be loaded again", argument).withHelp("name a file or a net of the library")
		}
		list = append(list, m)
	}
	if len(list) > 1 {
		for _, flag := range []struct {
			name  string
			given bool
		}{{"net", f.net.given}, {"set", f.set.given}, {"shape", f.shape.given}, {"prepare", f.prepare.given}, {"labels", f.labels.given}, {"names", f.names.given}, {"key", f.key.given}, {"rename", f.renames.given}, {"layout", f.layout.given}} {
			if flag.given {
				return nil, usage("--%s is for one model, and there are %d", flag.name, len(list)).
					withHelp("write what it says into a .cnn file, or serve the models from several processes")
			}
		}
	}
	return list, f.weigh(list)
}

// weigh gives the files of --weights to the models.
func (f *serveFlags) weigh(list []servedModel) error {
next:
	for _, text := range f.origin.weights.texts {
		name, file, ok := strings.Cut(text, "=")
		if !ok || !nameBefore(name) {
			if len(list) > 1 {
				return usage("--weights %s is for one model, and there are %d", text, len(list)).withHelp("say for which: `--weights %s=%s`", list[0].called(), shellQuoted(text))
			}
			name, file = list[0].called(), text
		}
		for i := range list {
			if list[i].called() == name {
				if list[i].weights != "" {
					return usage("--weights is given twice for %s", name)
				}
				list[i].weights = file
				continue next
			}
		}
		var names []string
		for _, m := range list {
			names = append(names, m.called())
		}
		return usage("--weights %s is for no model", text).near(name, names, "did you mean `%s=…`?", "the models are "+strings.Join(names, ", "))
	}
	for _, m := range list {
		if m.weights == "" && !interp.HoldsNet(m.net) {
			return usage("there are no weights for %s", m.called()).withHelp("add `--weights %s=FILE`, or random instead of a file to try it", m.called())
		}
	}
	return nil
}

// called is the name that a model has in flags: its own, or the argument.
func (m servedModel) called() string {
	if m.name != "" {
		return m.name
	}
	return m.net
}

// nameBefore reports whether a text before = is a name.
func nameBefore(name string) bool {
	return name != "" && !strings.ContainsAny(name, `/\. `)
}

// loader makes a model for the server, at the start and whenever it is loaded anew.
func (a *app) loader(f *serveFlags, m servedModel) func(ctx context.Context, batch int, most int64) (*interp.Model, error) {
	return func(ctx context.Context, batch int, most int64) (*interp.Model, error) {
		n, err := a.net(&f.selection, m.net, batch)
		if err != nil {
			return nil, err
		}
		o, w := f.origin, *f.origin.weights
		w.value = m.weights
		o.weights = &w
		opts, err := f.selection.options()
		if err != nil {
			return nil, err
		}
		opts.Threads, opts.Precision, opts.MaxMemory = f.threads.value[0], f.performance.precision.value[0], most
		if m.weights != "" {
			opts.Weights = o.source()
		}
		return a.build(ctx, &o, n, opts)
	}
}

// serveLog is where requests are logged.
func (a *app) serveLog(f *serveFlags) (*slog.Logger, func() error, error) {
	to, closing := io.Writer(prompt{a.stdout}), func() error { return nil }
	switch f.log.value {
	case "off":
		to = io.Discard
	case "-":
	default:
		if info, err := os.Stat(f.log.value); err == nil && info.Mode()&(fs.ModeNamedPipe|fs.ModeSocket|fs.ModeDir) != 0 {
			return nil, nil, usage("--access-log %s is no file", f.log.value).withHelp("name a file, or write to standard output with `--access-log -` and pass it on")
		}
		file, err := os.OpenFile(f.log.value, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
		if err != nil {
			return nil, nil, err
		}
		to, closing = file, file.Close
	}
	return slog.New(slog.NewJSONHandler(to, nil)), closing, nil
}
