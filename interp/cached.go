package interp

import (
	"fmt"
	"runtime"
	"strconv"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/interp/packcache"
	"cnnlang/interp/plan"
	"cnnlang/ops"
)

// cached is plan.New with the folder of Options.Cache: what was packed before is
// used, what was not is kept.
func (m *Model) cached(g *graph.Graph, source plan.Source, w Weights, planned plan.Options, folder string) (err error) {
	if folder == "" {
		m.Plan, err = plan.New(g, source, planned)
		return err
	}
	cache := packcache.Cache{Folder: folder}
	key, problem := w.key(cache, g, planned)
	var free func()
	if problem == nil {
		planned.Packed, free = cache.Load(key)
	}
	m.Plan, err = plan.New(g, source, planned)
	switch {
	case free != nil && (err != nil || !m.Plan.Known()):
		free()
	case free != nil:
		runtime.AddCleanup(m.Plan, func(free func()) { free() }, free)
	}
	if err != nil {
		return err
	}
	if problem == nil && !m.Plan.Known() {
		problem = cache.Store(key, m.Plan.Packed)
	}
	m.CacheProblem = problem
	return nil
}

// key is made of everything that packed parameters depend on.
func (w Weights) key(cache packcache.Cache, g *graph.Graph, planned plan.Options) (packcache.Key, error) {
	origin := "seed " + strconv.FormatUint(w.Seed, 10)
	if w.Store != nil {
		hash, err := cache.Identity(w.Store.Path())
		if err != nil {
			return packcache.Key{}, err
		}
		origin = "file " + hash
	}
	var text strings.Builder
	if err := graph.Print(&text, g); err != nil {
		return packcache.Key{}, err
	}
	isa, err := ops.ISA()
	if err != nil {
		return packcache.Key{}, err
	}
	return packcache.KeyOf(strconv.Itoa(ops.PackVersion), runtime.GOARCH, isa, planned.Precision.String(), text.String(), origin,
		fmt.Sprint(planned.Algorithms)), nil
}
