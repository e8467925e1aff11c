package main

import (
	"fmt"
	"slices"
	"time"
)

// A timing is one engine on one network, beside the reference engine on as many
// threads. Times are in ms.
type timing struct {
	Net          string    `json:"net"`
	Engine       string    `json:"engine"`
	Precision    string    `json:"precision"`
	Threads      int       `json:"threads"`
	Batch        int       `json:"batch"`
	Rounds       int       `json:"rounds"`
	Runs         int       `json:"runs"` // of one round
	Time         spread    `json:"ms"`
	Best         float64   `json:"best_ms"`
	Reference    string    `json:"reference"`
	Ratio        spread    `json:"ratio"`
	SpeedUp      spread    `json:"speed_up"` // over the same engine on the fewest threads
	GFLOPS       float64   `json:"gflops"`
	MostResident float64   `json:"hwm_mb"`
	BusyBefore   float64   `json:"busy_before"` // the rest of the machine before the rounds, as a share
	BusyDuring   float64   `json:"busy_during"` // and during them
	Core         *evenness `json:"core,omitempty"`
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
	// settling is a pause after a turn, for the threads of a worker to fall asleep:
	// those of ONNX Runtime look for work for up to 60 ms more, and would take
	// their share of the next worker's second thread.
	settling = 100 * time.Millisecond
)

// measure runs all engines on all numbers of threads in turns. The first engine
// is the reference.
func (o *options) measure(n *network, batch int, engines []engine) ([]timing, error) {
	var all []*runner
	defer func() {
		for _, r := range all {
			r.kill()
		}
	}()
	for _, threads := range o.threads {
		for _, e := range engines {
			r, err := o.prepare(n, e, threads, batch)
			if err != nil && e.Name == nameOurs && e.Precision != "f32" {
				o.note("%s: %s is left out: %v", n.Net, e.title(), err)
				continue
			}
			if err != nil {
				return nil, err
			}
			all = append(all, r)
		}
	}
	var before, during []float64
	var core []evenness
	for round := range o.rounds {
		busy, err := o.idle.await()
		if err != nil {
			return nil, err
		}
		before = append(before, busy)
		core = append(core, lookAtCore())
		busy, err = turn(all)
		if err != nil {
			return nil, err
		}
		during = append(during, busy)
		o.progress("%s, batch %d: round %d of %d; the rest of the machine: %.0f %% before, %.0f %% during",
			n.Net, batch, round+1, o.rounds, 100*before[round], 100*busy)
	}
	timings, err := o.conclude(n, batch, all, median(before), median(during))
	for i := range timings {
		timings[i].Core = together(core)
	}
	return timings, err
}

// prepare starts a worker, compares what it answers, and finds out how many runs
// make a turn.
func (o *options) prepare(n *network, e engine, threads, batch int) (*runner, error) {
	name := fmt.Sprintf("%s on %s, threads %d, batch %d", e.title(), n.Net, threads, batch)
	w, err := start(name, e.command(n, threads, batch))
	if err != nil {
		return nil, err
	}
	r := &runner{engine: e, worker: w, threads: threads}
	if h := w.hello; h.Threads != threads || h.Batch != batch || h.Precision != e.Precision {
		err = fmt.Errorf("pairs: %s runs threads %d, batch %d, precision %s", name, h.Threads, h.Batch, h.Precision)
	}
	if err == nil {
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

// turn lets every worker have its turn and tells what else the machine did.
func turn(all []*runner) (busy float64, err error) {
	machine, own, err := usage(all)
	if err != nil {
		return 0, err
	}
	for _, r := range all {
		took, err := r.run(1 + r.runs)
		if err != nil {
			return 0, err
		}
		r.took = append(r.took, median(took[1:])) // the first finds the caches full of another's values
		time.Sleep(settling)
	}
	after, ownAfter, err := usage(all)
	if err != nil {
		return 0, err
	}
	rest := after.since(machine)
	rest.busy -= min(rest.busy, ownAfter-own) // counted at other moments, so perhaps a tick more
	return rest.share(), nil
}

// usage is what the machine and the workers have done so far.
func usage(all []*runner) (machine ticks, own uint64, err error) {
	for _, r := range all {
		n, err := processTicks(r.process.Process.Pid)
		if err != nil {
			return machine, 0, err
		}
		own += n
	}
	machine, err = machineTicks()
	return machine, own, err
}

// conclude compares the workers and ends them.
func (o *options) conclude(n *network, batch int, all []*runner, before, during float64) ([]timing, error) {
	var list []timing
	for _, r := range all {
		resident, err := r.mostResident()
		if err != nil {
			return nil, err
		}
		reference := find(all, r.threads, all[0].Name, all[0].Precision)
		fewest := find(all, o.threads[0], r.Name, r.Precision)
		t := timing{Net: n.Net, Engine: r.Name, Precision: r.Precision, Threads: r.threads, Batch: batch,
			Rounds: o.rounds, Runs: r.runs, Time: spreadOf(r.took), Best: slices.Min(r.took), Reference: reference.Name,
			Ratio: spreadOf(ratios(r.took, reference.took)), MostResident: resident, BusyBefore: before, BusyDuring: during}
		if fewest != nil {
			t.SpeedUp = spreadOf(ratios(fewest.took, r.took))
		}
		t.GFLOPS = 2 * float64(n.MACs) * float64(batch) / t.Time.Median / 1e6
		list = append(list, t)
	}
	for _, r := range all {
		if err := r.quit(); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func find(all []*runner, threads int, name, precision string) *runner {
	for _, r := range all {
		if r.threads == threads && r.Name == name && r.Precision == precision {
			return r
		}
	}
	return nil
}
