package interp

import (
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/packcache"
	"cnnlang/interp/internal/plan"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weights"
	"cnnlang/ops/exec"
)

// cached is plan.New with the folder of Options.Cache: parameters packed before are read
// from it, others are stored there.
func (m *Model) cached(g *graph.Graph, source plan.Source, w Weights, planned plan.Options, folder string) (err error) {
	if folder == "" {
		m.plan, err = plan.New(g, source, planned)
		return err
	}
	var key packcache.Key
	cache, problem := packcache.Open(folder)
	if problem == nil {
		defer cache.Close()
		key, problem = w.key(cache, g, planned)
	}
	var free func()
	if problem == nil {
		planned.Packed = func(n int) (data []float32) {
			data, free = cache.Load(key, n)
			return data
		}
	}
	m.plan, err = plan.New(g, source, planned)
	switch {
	case free != nil && (err != nil || !m.plan.Known()):
		free()
	case free != nil:
		runtime.AddCleanup(m.plan, func(free func()) { free() }, free)
	}
	if err != nil {
		return err
	}
	if problem == nil && !m.plan.Known() {
		problem = w.keep(cache, key, g, planned, m.plan)
	}
	if problem == nil {
		problem = cache.Problem()
	}
	m.CacheProblem = problem
	return nil
}

// keep stores the packed parameters, unless the file of weights has changed since it was
// opened: then the numbers cannot be attributed to its contents.
func (w Weights) keep(cache *packcache.Cache, key packcache.Key, g *graph.Graph, planned plan.Options, p *plan.Plan) error {
	again, err := w.key(cache, g, planned)
	if err != nil {
		return err
	}
	if again != key {
		return fmt.Errorf("interp: %s was written to while it was read", w.store.Path())
	}
	return cache.Store(key, p.Packed)
}

// key is made of everything that packed parameters depend on.
func (w Weights) key(cache *packcache.Cache, g *graph.Graph, planned plan.Options) (packcache.Key, error) {
	origin := "seed " + strconv.FormatUint(w.seed, 10)
	if w.store != nil {
		store, ok := w.store.(weights.FileStore)
		if !ok {
			return packcache.Key{}, errors.New("interp: the weights are not in a file")
		}
		origin = "file"
		for _, f := range store.Files() {
			hash, err := cache.Identity(f)
			if err != nil {
				return packcache.Key{}, err
			}
			origin += " " + hash
		}
		if own, ok := store.(interface{ Digest() string }); ok { // it comes with the program
			origin += " " + own.Digest()
		}
		origin += " " + w.place
		if several, ok := store.(interface{ About() weightfile.About }); ok {
			origin += " " + several.About().Key // which the reader chose
		}
	}
	var text strings.Builder
	if err := graph.Print(&text, g); err != nil {
		return packcache.Key{}, err
	}
	isa, err := exec.ISA()
	if err != nil {
		return packcache.Key{}, err
	}
	return packcache.KeyOf(strconv.Itoa(exec.PackVersion), runtime.GOARCH, isa, planned.Precision.String(), text.String(), origin, w.by,
		fmt.Sprint(planned.Algorithms)), nil
}
