// Command pairs measures cnnlang beside ONNX Runtime and torch, or beside an older build of
// itself, or the steps of training of cnnlang and torch. It keeps a worker of each alive and alternates between them, A B B A, so that
// changes of the machine's speed affect all of them; the result is the ratio of the medians
// of a round, with its 95 % interval over all rounds. Workers whose answers differ are not
// timed. It prints the tables of docs/performance.md.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// Options are what to measure and how.
type options struct {
	nets, precisions, others []string // others are engines beside cnnlang
	threads, batches         []int
	rounds, starts           int
	turn                     time.Duration
	idle                     patience

	models, scripts, modules string // folders
	python                   string
	cnnlang, old             string // builds; old is "" for no comparison
	training, freeze         string // the worker that trains, "" to measure inference; paths that do not learn
	answersOnly              bool
}

// main exits with 1 if this build is slower than the older one, and with 2 if that could
// not be measured.
func main() {
	o, err := readOptions(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	slower := false
	if err == nil {
		slower, err = o.run()
	}
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	case slower:
		os.Exit(1)
	}
}

func readOptions(arguments []string) (*options, error) {
	o := &options{idle: patience{sample: 100 * time.Millisecond}}
	f := flag.NewFlagSet("pairs", flag.ContinueOnError)
	f.Func("nets", "the nets, as resnet50,googlenet", list(&o.nets))
	f.Func("precision", "precisions of cnnlang, as f32,bf16", list(&o.precisions))
	f.Func("engines", "what to measure beside cnnlang, as ort,ort-int8,torch; the first is what the rest is compared with", list(&o.others))
	f.Func("threads", "numbers of threads, as 1,2", counts(&o.threads))
	f.Func("batch", "numbers of images in a batch, as 1,8", counts(&o.batches))
	f.StringVar(&o.cnnlang, "cnnlang", "cnnlang", "the build to measure")
	f.StringVar(&o.old, "against", "", "an older build of cnnlang to compare with, in place of the engines")
	f.StringVar(&o.training, "training", "", "the build of bench/training, to measure steps of training beside torch")
	f.StringVar(&o.freeze, "freeze", "", "paths whose tensors stay as they are while training, as conv1,bn1")
	f.IntVar(&o.rounds, "rounds", 11, "how often each worker has its turn")
	f.IntVar(&o.starts, "starts", 5, "how often each worker is started cold, 0 for never")
	f.DurationVar(&o.turn, "turn", 400*time.Millisecond, "about how long a turn takes")
	f.Float64Var(&o.idle.limit, "idle", 0.05, "how busy the rest of the machine may be before a round, as a share")
	f.DurationVar(&o.idle.most, "patience", time.Minute, "how long to wait for that")
	f.StringVar(&o.models, "models", "models", "the folder that bench/onnx has written to")
	f.StringVar(&o.scripts, "scripts", "bench", "the folder of the workers' scripts")
	f.StringVar(&o.modules, "modules", "node_modules", "the folder that holds onnxruntime-node")
	f.StringVar(&o.python, "python", "python3", "the Python to use")
	f.BoolVar(&o.answersOnly, "answers", false, "compare the answers, and time nothing")
	if err := f.Parse(arguments); err != nil {
		return nil, err
	}
	switch {
	case f.NArg() > 0:
		return nil, fmt.Errorf("pairs: got %q beside the flags", f.Args())
	case len(o.nets) == 0 || len(o.precisions) == 0 || len(o.threads) == 0 || len(o.batches) == 0:
		return nil, errors.New("pairs: want --nets, --precision, --threads and --batch")
	case o.training != "" && (o.old != "" || o.starts > 0):
		return nil, errors.New("pairs: want --starts 0 and no --against with --training")
	case o.rounds < 1 || o.rounds > 1000 || o.starts < 0 || o.turn <= 0:
		return nil, errors.New("pairs: want 1 to 1000 rounds, and turns that take time")
	}
	return o, nil
}

func list(to *[]string) func(string) error {
	return func(text string) error {
		*to = strings.FieldsFunc(text, func(r rune) bool { return r == ',' })
		return nil
	}
}

// counts reads a list of positive numbers, smallest first.
func counts(to *[]int) func(string) error {
	return func(text string) error {
		if json.Unmarshal([]byte("["+text+"]"), to) != nil || len(*to) == 0 || slices.Min(*to) < 1 || slices.Max(*to) > 1<<16 {
			return fmt.Errorf("got %q, want a list of positive numbers", text)
		}
		slices.Sort(*to)
		return nil
	}
}

// run measures everything and reports whether this build is slower than the old one.
func (o *options) run() (slower bool, err error) {
	var networks []*network
	for _, name := range o.nets {
		n, err := readNetwork(o.models, name)
		if err != nil {
			return false, err
		}
		networks = append(networks, n)
	}
	r := &results{idleLimit: o.idle.limit, machine: o.machine()}
	for _, n := range networks { // before anything is timed
		if err := o.verify(n, r); err != nil {
			return false, err
		}
	}
	if o.answersOnly {
		return false, nil
	}
	for _, n := range networks {
		for _, batch := range o.batches {
			if err := o.measure(n, batch, o.engines(n), r); err != nil {
				return false, err
			}
		}
		if o.starts > 0 {
			if err := o.coldStarts(n, r); err != nil {
				return false, err
			}
		}
	}
	r.print(os.Stdout)
	if o.old == "" {
		return false, nil
	}
	slow := r.slower()
	fmt.Printf("\nIntervals that lie wholly above %.2f: %d\n%s", allowed, len(slow), strings.Join(slow, ""))
	return len(slow) > 0, nil
}

// progress prints how far it is, and what was left out.
func (o *options) progress(format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", arguments...)
}
