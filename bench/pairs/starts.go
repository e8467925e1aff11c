package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
)

// A coldStart is the start of a process up to its first answer, with one image.
type coldStart struct {
	net, engine string
	took        []float64 // ms
	memory      []float64 // the peak memory of the process until then, in MiB
}

// coldStarts starts each engine that was timed, and the measured build once more with a
// cache. After a first start that does not count, the files are in the system's page cache,
// and the cache is filled.
func (o *options) coldStarts(n *network, r *results) error {
	folder := filepath.Join(o.models, "cache")
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	var engines []engine
	for _, e := range o.engines(n) {
		if slices.ContainsFunc(r.timings, func(t timing) bool { return t.Net == n.Net && t.Engine == e.name }) {
			engines = append(engines, e)
			if plain := e.command; e.cached {
				e.name += " with a cache"
				e.command = func(n *network, threads, batch int) []string {
					return append(plain(n, threads, batch), "--cache="+folder)
				}
				engines = append(engines, e)
			}
		}
	}
	all := make([]coldStart, len(engines))
	for round := range o.starts + 1 {
		if _, err := o.idle.await(); err != nil {
			return err
		}
		for i, e := range engines {
			w, err := start(e.name+" on "+n.Net, e.command(n, o.threads[0], 1))
			if err != nil {
				return err
			}
			if err := errors.Join(agree(n, e, w.hello.Output), w.quit()); err != nil {
				return err
			}
			all[i].net, all[i].engine = n.Net, e.name
			if round > 0 {
				all[i].took, all[i].memory = append(all[i].took, w.started), append(all[i].memory, w.hello.MostResident)
			}
		}
		o.progress("%s: start %d of %d", n.Net, round, o.starts)
	}
	r.starts = append(r.starts, all...)
	return nil
}
