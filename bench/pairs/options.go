package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Options are what to measure and with what.
type options struct {
	nets             []string
	threads, batches []int
	precisions       []string
	others           []string // engines beside ours
	rounds, starts   int
	layerRounds      int
	layerTime        time.Duration
	turn             time.Duration
	profileTime      time.Duration
	idle             patience

	models, scripts, modules string // folders
	node, python             string
	ours, old                *build
	results, document        string // files, "" for none
	command                  string // for the document
	answersOnly              bool
}

// defaultNets are those that the goals speak of.
const defaultNets = "resnet50,resnet18,resnext50_32x4d,seresnext50_32x4d,googlenet,inception_v3,inception_v4,xception,nin_imagenet,mobilenet_v2"

// readOptions parses the command line. With render nothing is measured.
func readOptions(arguments []string) (o *options, render bool, err error) {
	o = &options{idle: patience{sample: 100 * time.Millisecond}}
	f := flag.NewFlagSet("pairs", flag.ContinueOnError)
	nets := f.String("nets", defaultNets, "the nets")
	threads := f.String("threads", "1,2", "numbers of threads")
	batches := f.String("batch", "1,8", "numbers of images in a batch")
	precisions := f.String("precision", "f32", "precisions of cnnlang, each passed on to its bench")
	others := f.String("engines", "ort,torch,ort-int8", "what to measure beside cnnlang; the first is the reference unless there is an older build")
	binaryPath := f.String("cnnlang", "cnnlang", "the build to measure")
	against := f.String("against", "", "an older build of cnnlang to be the reference")
	f.IntVar(&o.rounds, "rounds", 11, "how often each worker has its turn")
	f.IntVar(&o.starts, "starts", 5, "how often each worker is started cold, 0 for never")
	f.DurationVar(&o.turn, "turn", 400*time.Millisecond, "about how long a turn takes")
	f.IntVar(&o.layerRounds, "layer-rounds", 4, "how often each engine is profiled for its least times, 0 for not at all")
	f.DurationVar(&o.layerTime, "layer-time", time.Second, "about how long such a profile takes")
	f.DurationVar(&o.profileTime, "profile-time", 2*time.Second, "how long to profile with AVX2 forced, 0 for not at all")
	f.Float64Var(&o.idle.limit, "idle", 0.05, "how busy the rest of the machine may be before a round, as a share")
	f.DurationVar(&o.idle.most, "patience", time.Minute, "how long to wait for that")
	f.StringVar(&o.models, "models", "models", "the folder that bench/onnx has written to")
	f.StringVar(&o.scripts, "scripts", "bench", "the folder of the workers' scripts")
	f.StringVar(&o.modules, "modules", "node_modules", "the folder that holds onnxruntime-node")
	f.StringVar(&o.node, "node", "node", "the Node to use")
	f.StringVar(&o.python, "python", "python3", "the Python to use")
	f.StringVar(&o.results, "results", "", "a file for the results, as JSON lines")
	f.StringVar(&o.document, "document", "", "a document whose measured parts are rewritten")
	f.StringVar(&o.command, "command", "pairs", "the command that the document names")
	f.BoolVar(&o.answersOnly, "answers", false, "compare the answers, and time nothing")
	f.BoolVar(&render, "render", false, "rewrite the document from the results that are there, and measure nothing")
	if err := f.Parse(arguments); err != nil {
		return nil, false, err
	}
	if f.NArg() > 0 {
		return nil, false, fmt.Errorf("pairs: got %q beside the flags", f.Args())
	}
	o.nets, o.precisions, o.others = words(*nets), words(*precisions), words(*others)
	if o.threads, err = counts(*threads); err != nil {
		return nil, false, err
	}
	if o.batches, err = counts(*batches); err != nil {
		return nil, false, err
	}
	if render {
		return o, true, nil
	}
	if o.ours, err = probe(*binaryPath); err == nil && *against != "" {
		o.old, err = probe(*against)
	}
	return o, false, errors.Join(err, o.check())
}

func (o *options) check() error {
	switch {
	case len(o.nets) == 0 || len(o.precisions) == 0:
		return errors.New("pairs: nothing to measure")
	case o.old != nil && o.document != "":
		return errors.New("pairs: two builds of cnnlang are compared for whoever asks, not for the document")
	case o.rounds < 1 || o.starts < 0 || o.layerRounds < 0 || o.turn <= 0:
		return errors.New("pairs: want at least one round, and turns that take time")
	}
	for _, name := range o.others {
		if known := []string{nameORT, nameORTInt8, nameTorch, nameTorchLast}; !slices.Contains(known, name) {
			return fmt.Errorf("pairs: got engine %q, want one of %q", name, known)
		}
	}
	return nil
}

// compares says whether an engine is measured beside cnnlang.
func (o *options) compares(engine string) bool { return slices.Contains(o.others, engine) }

// words splits a list at its commas.
func words(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

// counts reads a list of positive numbers, smallest first.
func counts(list string) ([]int, error) {
	var numbers []int
	for _, word := range words(list) {
		n, err := strconv.Atoi(word)
		if err != nil || n < 1 || n > 1<<16 {
			return nil, fmt.Errorf("pairs: got %q, want a list of positive numbers", list)
		}
		numbers = append(numbers, n)
	}
	if len(numbers) == 0 {
		return nil, fmt.Errorf("pairs: got %q, want a list of positive numbers", list)
	}
	slices.Sort(numbers)
	return slices.Compact(numbers), nil
}

// note tells what was left out.
func (o *options) note(format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", arguments...)
}

func (o *options) progress(format string, arguments ...any) { o.note(format, arguments...) }
