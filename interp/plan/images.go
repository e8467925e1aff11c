package plan

import (
	"context"

	"cnnlang/ops"
)

// images takes the images of a batch through the first steps of a plan, each by itself:
//
//	worker 0   image 0   image 2 ┐
//	worker 1   image 1   image 3 ┴ image 4   the batch …
//
// Every worker has an arena, and works alone on an image. Those at the end, of which
// there is none for each worker, have all of them.
type images struct {
	session *Session
	seats   []binding // by worker, each with its own arena
	crowd   binding   // of the first arena, for all workers
	count   int
	input   []float32 // of the run
}

// newImages gives each worker its memory.
func (s *Session) newImages(threads int) *images {
	p := s.plan
	m := &images{session: s, count: p.graph.Input.Shape[0]}
	scratch := s.memory.scratch
	for worker := range threads {
		s.memory.own = append(s.memory.own, s.offHeap(p.layout.own))
		size := hungriest(p.steps[:p.apart], 1)
		m.seats = append(m.seats, p.bind(p.steps[:p.apart], true, s.memory.own[worker], scratch[:size:size], 1))
		scratch = scratch[size:]
	}
	m.crowd = p.bind(p.steps[:p.apart], true, s.memory.own[0], s.memory.scratch, threads)
	return m
}

// tasks are the work on all images.
func (m *images) tasks() (list []ops.Task) {
	shared := m.count % len(m.seats)
	list = append(list, &alone{m})
	for image := m.count - shared; image < m.count; image++ {
		list = append(list, &step{func() { m.enter(&m.crowd, image) }})
		list = append(list, m.crowd.tasks...)
		list = append(list, &step{func() { m.leave(&m.crowd, image) }})
	}
	return list
}

// enter puts an image where the steps read it.
func (m *images) enter(b *binding, image int) {
	in := b.values[0].Data
	copy(in, m.input[image*len(in):])
}

// leave puts what the steps made of an image to that of the others.
func (m *images) leave(b *binding, image int) {
	s := m.session
	p := s.plan
	for _, n := range p.lowered.Nodes {
		if gathers(n) {
			p.gather(s.batch.values[n.ID].Data, b.values[n.In[0].ID].Data, n, image)
		}
	}
	for i := range s.results {
		if r := &s.results[i]; p.lowered.each[r.source] {
			value := b.values[r.source].Data
			copy(r.Data[image*len(value):], value)
		}
	}
}

// alone is the task of images that one worker computes.
type alone struct{ *images }

func (a *alone) Parts() int { return a.count - a.count%len(a.seats) }

func (a *alone) Do(image, worker int) { _ = a.DoUntil(context.Background(), image, worker) }

// DoUntil implements ops.LongTask: an image may take as long as a run.
func (a *alone) DoUntil(ctx context.Context, image, worker int) error {
	seat := &a.seats[worker]
	a.enter(seat, image)
	for _, t := range seat.tasks {
		if err := ctx.Err(); err != nil {
			return err
		}
		for part := range t.Parts() {
			t.Do(part, 0)
		}
	}
	a.leave(seat, image)
	return nil
}

// A step is a task of one part.
type step struct{ do func() }

func (s *step) Parts() int  { return 1 }
func (s *step) Do(_, _ int) { s.do() }
