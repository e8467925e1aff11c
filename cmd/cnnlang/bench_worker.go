package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"cnnlang/interp"
	"cnnlang/ops/tensor"
)

// A workerHello is the first line of a worker. Times are in ms, memory in MB of
// 2^20 bytes.
type workerHello struct {
	Engine         string  `json:"engine"`
	Threads        int     `json:"threads"`
	Batch          int     `json:"batch"`
	Precision      string  `json:"precision"`
	Import         float64 `json:"import_ms"` // to load libraries: 0
	Load           float64 `json:"load_ms"`   // to read, check and pack
	First          float64 `json:"first_ms"`  // the first run
	ResidentBefore float64 `json:"rss0_mb"`
	workerMemory
	Output []real `json:"y0"` // the first three elements
}

type workerMemory struct {
	Resident     float64 `json:"rss_mb"`
	MostResident float64 `json:"hwm_mb"`
}

func memoryNow() workerMemory {
	now, most := interp.ResidentMemory()
	return workerMemory{megabytes(now), megabytes(most)}
}

// benchWorker prepares the net, runs it once, prints a workerHello, and then serves
// standard input.
func (a *app) benchWorker(ctx context.Context, f *benchFlags, argument string) error {
	start := time.Now()
	hello := workerHello{Engine: "cnnlang", Threads: f.threads.value[0], Precision: f.precision.String()}
	hello.ResidentBefore = memoryNow().Resident
	n, err := a.net(&f.selection, argument, f.batch.value[0])
	if err != nil {
		return err
	}
	held := int64(0)
	for _, in := range n.Graph.Inputs {
		held += 4 * int64(in.Shape.Elements())
	}
	model, err := a.benchModel(ctx, f, n, held, f.precision.value[0])
	if err != nil {
		return err
	}
	session := model.NewSession(hello.Threads)
	defer session.Close()
	hello.Batch = n.Graph.Input().Shape[0]
	hello.Load = since(start)
	var inputs []tensor.Tensor
	for _, in := range n.Graph.Inputs {
		inputs = append(inputs, workerInput(in.Shape))
	}
	start = time.Now()
	if err := session.Run(ctx, inputs...); err != nil {
		return err
	}
	hello.First = since(start)
	hello.workerMemory = memoryNow()
	hello.Output = []real{}
	for _, v := range session.Output().Data[:min(3, len(session.Output().Data))] {
		hello.Output = append(hello.Output, real(v))
	}
	if err := a.line(hello); err != nil {
		return err
	}
	return a.serve(ctx, session, inputs)
}

// mostRuns limits the runs that one line may ask for.
const mostRuns = 1 << 20

// serve answers each line of standard input: a number of runs, mem, or quit.
func (a *app) serve(ctx context.Context, session *interp.Session, inputs []tensor.Tensor) error {
	lines := bufio.NewScanner(a.stdin)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		switch line {
		case "quit":
			return nil
		case "mem":
			if err := a.line(memoryNow()); err != nil {
				return err
			}
			continue
		}
		runs, err := strconv.Atoi(line)
		if err != nil || runs < 1 || runs > mostRuns {
			return usage("standard input: got %q, want a number of runs from 1 to %d, mem, or quit", line, mostRuns)
		}
		took := make([]float64, runs)
		for i := range took {
			start := time.Now()
			if err := session.Run(ctx, inputs...); err != nil {
				return err
			}
			took[i] = since(start)
		}
		if err := a.line(took); err != nil {
			return err
		}
	}
	if err := lines.Err(); !errors.Is(err, bufio.ErrTooLong) {
		return err
	}
	return usage("standard input: got a line of more than %d bytes, want a number of runs from 1 to %d, mem, or quit", bufio.MaxScanTokenSize, mostRuns)
}

// line writes a document on one line, at once.
func (a *app) line(document any) error {
	a.documented = true
	text, err := json.Marshal(document)
	if err != nil {
		return err
	}
	if _, err := a.stdout.Write(append(text, '\n')); err != nil {
		return err
	}
	return a.stdout.Flush()
}

// workerInput is the input that all workers of the protocol use: 24 bits of a
// linear congruential generator, from -1 to 1.
func workerInput(shape tensor.Shape) tensor.Tensor {
	t := tensor.New(shape...)
	r := uint32(12345)
	for i := range t.Data {
		r = r*1103515245 + 12345
		t.Data[i] = float32(float64(r>>8)/(1<<23) - 1)
	}
	return t
}

func since(start time.Time) float64 { return time.Since(start).Seconds() * 1e3 }

func megabytes(n int64) float64 { return float64(n) / (1 << 20) }
