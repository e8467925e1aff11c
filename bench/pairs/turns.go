package main

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// A timing is one engine on one network, compared with another on as many threads.
type timing struct {
	Net, Engine, Against string
	Threads, Batch       int
	ms, reference        float64 // its median, and that of the other
	ratio
	memory float64   // the peak memory of the process, in MiB
	others float64   // that of the other
	busy   []float64 // how busy the machine was before and after each round, as a share
}

// A runner is a worker in its turns.
type runner struct {
	engine
	*worker
	threads int
	runs    int
	took    []float64 // the median of each round
}

const (
	mostRuns = 200 // in a turn
	// settling is a pause after a turn, for the threads of a worker to fall asleep: those
	// of ONNX Runtime poll for work for up to 60 ms more, and would disturb the next
	// worker's second thread.
	settling = 100 * time.Millisecond
)

// measure runs all engines on all numbers of threads in turns.
func (o *options) measure(n *network, batch int, engines []engine, to *results) error {
	var all []*runner
	defer func() {
		for _, r := range all {
			r.kill()
		}
	}()
	for _, threads := range o.threads {
		for _, e := range engines {
			r, err := o.prepare(n, e, threads, batch)
			if err != nil {
				return err
			}
			switch last := len(all) - 1; {
			case r != nil:
				all = append(all, r)
			case o.old != "" && last >= 0 && all[last].engine.name == e.against && all[last].threads == threads:
				return fmt.Errorf("pairs: %s: %s does not start, and %s did", n.Net, e.name, e.against)
			}
		}
	}
	resident := map[*runner]float64{}
	var busy []float64
	order := slices.Clone(all)
	for round := range o.rounds {
		before, err := o.idle.await()
		if err != nil {
			return err
		}
		if err := turn(order); err != nil {
			return err
		}
		after, err := o.idle.look()
		if err != nil {
			return err
		}
		busy = append(busy, before, after)
		slices.Reverse(order)
		o.progress("%s, batch %d: round %d of %d; the machine is busy to %.0f %% before and %.0f %% after it",
			n.Net, batch, round+1, o.rounds, 100*before, 100*after)
	}
	for _, r := range all {
		var err error
		if resident[r], err = r.mostResident(); err != nil {
			return err
		}
	}
	for _, r := range all {
		i := slices.IndexFunc(all, func(other *runner) bool { return other.engine.name == r.against && other.threads == r.threads })
		if i < 0 {
			return fmt.Errorf("pairs: %s: there is no %s for %s", n.Net, r.against, r.engine.name)
		}
		other := all[i]
		t := timing{Net: n.Net, Engine: r.engine.name, Against: r.against, Threads: r.threads, Batch: batch,
			ms: median(r.took), reference: median(other.took), ratio: ratioOf(r.took, other.took), memory: resident[r], others: resident[other], busy: busy}
		to.timings = append(to.timings, t)
	}
	var ends []error
	for _, r := range all {
		ends = append(ends, r.quit())
	}
	return errors.Join(ends...)
}

// optional reports whether a processor may lack the kernels.
func (e engine) optional() bool { return e.precision == "f32fast" || e.precision == "bf16" }

// prepare starts a worker, compares its answer, and finds out how many runs make a turn. It
// returns nil if this processor does not support the precision.
func (o *options) prepare(n *network, e engine, threads, batch int) (*runner, error) {
	name := fmt.Sprintf("%s on %s, threads %d, batch %d", e.name, n.Net, threads, batch)
	w, err := start(name, e.command(n, threads, batch))
	if err != nil && e.optional() {
		o.progress("%s is left out: %v", name, err)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	r := &runner{engine: e, worker: w, threads: threads}
	if h := w.hello; h.Threads != threads || h.Batch != batch || h.Precision != e.precision {
		err = fmt.Errorf("pairs: %s runs threads %d, batch %d, precision %s", name, h.Threads, h.Batch, h.Precision)
	}
	if err == nil && e.trains {
		err = n.learnAlike(e, w.hello.Output)
	} else if err == nil {
		err = agree(n, e, w.hello.Output)
	}
	var took []float64
	if err == nil {
		took, err = w.run(3)
	}
	if err != nil {
		w.kill()
		return nil, err
	}
	r.runs = max(1, min(mostRuns, int(milliseconds(o.turn)/median(took))))
	return r, nil
}

func turn(all []*runner) error {
	for _, r := range all {
		took, err := r.run(1 + r.runs)
		if err != nil {
			return err
		}
		r.took = append(r.took, median(took[1:])) // the first run finds the caches filled by another worker
		time.Sleep(settling)
	}
	return nil
}
