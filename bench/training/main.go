// Command training is a worker that takes steps of training with cnnlang: bench/README.md has the protocol. A
// run is a step on the same batch, whose loss counts too; the data are made before.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"cnnlang/interp"
	"cnnlang/interp/npy"
	"cnnlang/interp/train"
	"cnnlang/interp/train/dataset"
	"cnnlang/ops/tensor"
)

// flags are what the worker is asked for.
type flags struct {
	net, weights   string
	threads, batch int
	freeze         string
}

func main() {
	var f flags
	flag.StringVar(&f.weights, "weights", "", "the file of the tensors to begin with")
	flag.IntVar(&f.threads, "threads", 1, "how many threads")
	flag.IntVar(&f.batch, "batch", 1, "how many pictures a batch has")
	flag.StringVar(&f.freeze, "freeze", "", "paths whose tensors stay as they are, as conv1,bn1")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "Usage: training [FLAGS] NET")
		flag.PrintDefaults()
	}
	flag.Parse()
	debug.SetGCPercent(25) // as cnnlang train does
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	f.net = flag.Arg(0)
	if err := f.work(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// A worker takes steps.
type worker struct {
	trainer *train.Trainer
	loss    float64
	took    float64 // of the last step, in ms
}

// A hello is the first line.
type hello struct {
	Engine    string  `json:"engine"`
	Precision string  `json:"precision"`
	Threads   int     `json:"threads"`
	Batch     int     `json:"batch"`
	Load      float64 `json:"load_ms"`
	First     float64 `json:"first_ms"`
	memory
	Losses []float64 `json:"y0"`
}

type memory struct {
	Resident     float64 `json:"rss_mb"`
	MostResident float64 `json:"hwm_mb"`
}

func (f *flags) work(ctx context.Context) error {
	start := time.Now()
	w, err := f.prepare(ctx)
	if err != nil {
		return err
	}
	defer w.trainer.Close()
	say := hello{Engine: "cnnlang", Precision: "f32", Threads: f.threads, Batch: f.batch, Load: since(start)}
	for range 3 { // of which the losses are compared
		if err := w.step(ctx); err != nil {
			return err
		}
		if say.First == 0 {
			say.First = w.took
		}
		say.Losses = append(say.Losses, w.loss)
	}
	say.memory = memoryNow()
	if err := line(say); err != nil {
		return err
	}
	return w.serve(ctx)
}

// prepare makes a training of one batch.
func (f *flags) prepare(ctx context.Context) (*worker, error) {
	program, err := interp.Open(f.net)
	if err != nil {
		return nil, err
	}
	net, err := program.Net(interp.Options{Batch: f.batch})
	if err != nil {
		return nil, err
	}
	settings := []string{fmt.Sprintf("batch = %d; optimizer = sgd(lr=0.01, momentum=0.9); schedule = constant; warmup = 0; ema = 0; weight_decay = 1e-4; no_decay = []; augment = []; loss = cross_entropy", f.batch)}
	if f.freeze != "" {
		settings = append(settings, `freeze = ["`+strings.ReplaceAll(f.freeze, ",", `", "`)+`"]`)
	}
	how, err := net.Recipe(interp.RecipeOptions{Name: interp.Unnamed, Set: interp.Settings{Texts: settings}})
	if err != nil {
		return nil, err
	}
	tensors, err := f.tensors(ctx, net)
	if err != nil {
		return nil, err
	}
	data, err := pictures(ctx, net)
	if err != nil {
		return nil, err
	}
	w := &worker{}
	// What is frozen is computed in every step, as by torch.
	w.trainer, err = train.New(train.Options{Net: net, Recipe: how, Data: data, Tensors: tensors, Threads: f.threads, Keep: -1,
		Stepped: func(s train.Step) { w.loss, w.took = s.Loss, s.Learned.Seconds()*1e3 }})
	return w, err
}

// tensors reads the file.
func (f *flags) tensors(ctx context.Context, net *interp.Net) (map[string]tensor.Tensor, error) {
	given, err := net.Parameters(ctx, interp.WeightsFile(f.weights), nil)
	if err != nil {
		return nil, err
	}
	defer given.Close()
	all := map[string]tensor.Tensor{}
	for _, p := range net.Graph.Params(true) {
		t, err := given.Tensor(p)
		if err != nil {
			return nil, err
		}
		all[p.Path] = tensor.From(append([]float32(nil), t.Data...), p.Shape...)
	}
	return all, nil
}

// pictures is one batch: the input that all workers share, and picture i of class 7i.
func pictures(ctx context.Context, net *interp.Net) (*dataset.Data, error) {
	folder, err := os.MkdirTemp("", "training")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	shape := net.Graph.Input().Shape
	classes := net.Graph.Output().Shape[1]
	x, y, r := tensor.New(shape...), tensor.New(shape[0], classes), uint32(12345)
	for i := range x.Data {
		r = r*1103515245 + 12345
		x.Data[i] = float32(float64(r>>8)/(1<<23) - 1)
	}
	for i := range shape[0] {
		y.Data[i*classes+7*i%classes] = 1
	}
	for name, t := range map[string]tensor.Tensor{"x.npy": x, "y.npy": y} {
		if err := npy.Write(ctx, filepath.Join(folder, name), t); err != nil {
			return nil, err
		}
	}
	return dataset.Open(ctx, folder, dataset.Options{Input: shape[1:], Prepare: net.Preprocess()})
}

func (w *worker) step(ctx context.Context) error {
	_, err := w.trainer.Epoch(ctx)
	return err
}

// serve answers each line of standard input: a number of steps, mem, or quit.
func (w *worker) serve(ctx context.Context) error {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		switch lines.Text() {
		case "quit":
			return nil
		case "mem":
			if err := line(memoryNow()); err != nil {
				return err
			}
			continue
		}
		steps, err := strconv.Atoi(lines.Text())
		if err != nil || steps < 1 {
			return fmt.Errorf("training: got %q, want a number of steps, mem, or quit", lines.Text())
		}
		var took []float64
		for range steps {
			if err := w.step(ctx); err != nil {
				return err
			}
			took = append(took, w.took)
		}
		if err := line(took); err != nil {
			return err
		}
	}
	return lines.Err()
}

func memoryNow() memory {
	now, most := interp.ResidentMemory()
	return memory{float64(now) / (1 << 20), float64(most) / (1 << 20)}
}

func line(document any) error { return json.NewEncoder(os.Stdout).Encode(document) }

func since(start time.Time) float64 { return time.Since(start).Seconds() * 1e3 }
