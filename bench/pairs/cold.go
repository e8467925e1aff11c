package main

import (
	"errors"
	"os"
	"path/filepath"
)

// A coldStart is a process from nothing to its first answer, with one image.
type coldStart struct {
	Net          string  `json:"net"`
	Engine       string  `json:"engine"`
	Precision    string  `json:"precision"`
	Threads      int     `json:"threads"`
	Starts       int     `json:"starts"`
	Time         spread  `json:"ms"`        // from before the process to its first line
	Import       float64 `json:"import_ms"` // of that, medians
	Load         float64 `json:"load_ms"`
	First        float64 `json:"first_ms"`
	MostResident float64 `json:"hwm_mb"`
	BusyBefore   float64 `json:"busy_before"` // the rest of the machine, as a share
}

// coldStarts starts the engines in turn. An engine with a cache has filled it
// before: the files are in the system's memory for all of them, after a start
// that does not count.
func (o *options) coldStarts(n *network, engines []engine) ([]coldStart, error) {
	threads := o.threads[0]
	hellos := make([][]*worker, len(engines))
	var before []float64
	for round := range o.starts + 1 {
		busy, err := o.idle.await()
		if err != nil {
			return nil, err
		}
		before = append(before, busy)
		for i, e := range engines {
			if round > 0 && hellos[i] == nil {
				continue // it did not start the first time
			}
			w, err := start(e.title()+" on "+n.Net, e.command(n, threads, 1))
			if err != nil && round == 0 && e.Precision != "f32" {
				continue // measure has said why
			}
			if err != nil {
				return nil, err
			}
			if err := errors.Join(agree(n, e, w.hello.Output), w.quit()); err != nil {
				return nil, err
			}
			if round == 0 {
				hellos[i] = []*worker{}
			} else {
				hellos[i] = append(hellos[i], w)
			}
		}
		o.progress("%s: start %d of %d", n.Net, round, o.starts)
	}
	var list []coldStart
	for i, e := range engines {
		if hellos[i] == nil {
			continue
		}
		of := func(part func(w *worker) float64) spread {
			var values []float64
			for _, w := range hellos[i] {
				values = append(values, part(w))
			}
			return spreadOf(values)
		}
		list = append(list, coldStart{
			Net: n.Net, Engine: e.Name, Precision: e.Precision, Threads: threads, Starts: o.starts,
			Time:         of(func(w *worker) float64 { return w.started }),
			Import:       of(func(w *worker) float64 { return w.hello.Import }).Median,
			Load:         of(func(w *worker) float64 { return w.hello.Load }).Median,
			First:        of(func(w *worker) float64 { return w.hello.First }).Median,
			MostResident: of(func(w *worker) float64 { return w.hello.MostResident }).Median,
			BusyBefore:   median(before),
		})
	}
	return list, nil
}

// cacheFolder makes an empty folder for packed weights.
func (o *options) cacheFolder() (string, error) {
	folder := filepath.Join(o.models, "cache")
	if err := os.RemoveAll(folder); err != nil {
		return "", err
	}
	return folder, os.MkdirAll(folder, 0o777)
}
