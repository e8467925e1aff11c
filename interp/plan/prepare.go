package plan

import (
	"fmt"
	"runtime"
	"sync"

	"cnnlang/interp/graph"
	"cnnlang/ops/tensor"
)

// prepareAll chooses algorithms and packs parameters, which is most of the time it
// takes to start, on several threads. Tensors are fetched in order, each step's
// when a thread is about to be free, so that few wait in memory unpacked.
func (l *lowered) prepareAll(steps []Step, params Source, threads int) error {
	if threads < 1 {
		threads = runtime.GOMAXPROCS(0)
	}
	type job struct {
		step    *Step
		tensors []tensor.Tensor
	}
	jobs := make(chan job)
	crashes := make(chan any, threads)
	var running sync.WaitGroup
	for range threads {
		running.Go(func() {
			defer func() {
				if crash := recover(); crash != nil {
					crashes <- crash
					for range jobs { // so that nobody waits to hand over the rest
					}
				}
			}()
			for j := range jobs {
				j.step.Prepared = l.prepare(j.step.Node, j.tensors)
			}
		})
	}
	var err error
	for i := range steps {
		var tensors []tensor.Tensor
		if tensors, err = fetch(steps[i].Node, params); err != nil {
			break
		}
		jobs <- job{&steps[i], tensors}
	}
	close(jobs)
	running.Wait()
	select {
	case crash := <-crashes: // a bug in an op: let it surface where New was called
		panic(crash)
	default:
		return err
	}
}

// fetch gets the tensors of a node and checks that they have the node's shapes.
func fetch(n *graph.Node, params Source) ([]tensor.Tensor, error) {
	tensors := make([]tensor.Tensor, len(n.Params))
	for i, p := range n.Params {
		t, err := params(p)
		if err != nil {
			return nil, fmt.Errorf("plan: %w", err)
		}
		if !t.Shape.Equal(p.Shape) || len(t.Data) != p.Shape.Elements() {
			return nil, fmt.Errorf("plan: tensor %q: got shape %v with %d elements, want %v",
				p.Path, t.Shape, len(t.Data), p.Shape)
		}
		tensors[i] = t
	}
	return tensors, nil
}
