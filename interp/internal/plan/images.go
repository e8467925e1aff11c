package plan

import (
	"cnnlang/ops/exec/task"
	"context"
)

// images takes the images of a batch through the first instructions of a plan, each
// separately:
//
//	worker 0   image 0   image 2 ┐
//	worker 1   image 1   image 3 ┴ image 4   the batch …
//
// Every worker has an arena and works alone on an image. The last images, if too few to
// occupy all workers, are computed by all workers together.
type images struct {
	session   *Session
	perWorker []binding // each with its own arena
	shared    binding   // in the first arena, for all workers
	alone     int       // images computed by one worker each
	count     int
	inputs    [][]float32 // of the run
	moves     []move
}

// A move copies a result of one image to its place in the batch.
type move struct {
	source int       // in the values of an image
	lead   int       // size before the first plane, copied only for the first image
	size   int       // without lead
	to     []float32 // of all images
	stride int       // from one to the next
	others bool      // another value lies between them, so each needs its own lead
}

// aloneOf is how many of the images are computed by one worker each: all but a last few
// that would leave many workers idle.
func aloneOf(images, threads int) int {
	if rest := images % threads; 4*rest <= 3*threads {
		return images - rest
	}
	return images
}

// arenasOf is how many workers need an arena.
func arenasOf(images, threads int) int {
	if aloneOf(images, threads) == 0 {
		return 1
	}
	return threads
}

// newImages gives each worker its memory.
func (s *Session) newImages(threads int) *images {
	p, list := s.plan, s.plan.instructions[:s.plan.imageInstructions]
	m := &images{session: s, count: p.images(), inputs: make([][]float32, len(p.graph.Inputs))}
	m.alone = aloneOf(m.count, threads)
	scratch := s.memory.scratch
	for range arenasOf(m.count, threads) {
		own, size := s.offHeap(p.imageArena), hungriest(list, 1)
		s.memory.own = append(s.memory.own, own)
		m.perWorker = append(m.perWorker, p.bind(list, true, own, scratch[:size:size], 1))
		scratch = scratch[size:]
	}
	m.shared = p.bind(list, true, s.memory.own[0], s.memory.scratch, threads)
	for _, i := range p.program.list {
		if i.kind == gather {
			m.moves = append(m.moves, i.gathered(s.batch.values[i.id].Data))
		}
	}
	for _, r := range s.results {
		if r.source.perImage {
			size := r.Shape.Elements() / m.count
			m.moves = append(m.moves, move{source: r.source.id, size: size, to: r.Data, stride: size})
		}
	}
	return m
}

// gathered is the move to the value of a gather. The means after the planes of an image are
// not copied.
func (i *instruction) gathered(to []float32) move {
	one := ofImages(i.shape, 1)
	m := move{source: i.in[0].id, size: i.layout.Grid(one).Image, to: to}
	m.lead, m.stride = i.layout.Floats(one)-m.size, m.size
	if i.imageStride > 0 {
		m.stride, m.others = i.imageStride, true
	}
	return m
}

func (m *images) tasks() (list []task.Task) {
	list = append(list, &imageTask{m})
	for image := m.alone; image < m.count; image++ {
		list = append(list, &singleTask{func(ctx context.Context) { m.enter(ctx, &m.shared, image) }})
		list = append(list, m.shared.tasks...)
		list = append(list, &singleTask{func(ctx context.Context) { m.leave(ctx, &m.shared, image) }})
	}
	return list
}

// enter copies an image of each input to those of the instructions.
func (m *images) enter(ctx context.Context, b *binding, image int) {
	for k, from := range m.inputs {
		in := b.values[k].Data
		copyPieces(ctx, in, from[image*len(in):])
	}
}

// leave copies the results of an image to those of the batch.
func (m *images) leave(ctx context.Context, b *binding, image int) {
	for i := range m.moves {
		v := &m.moves[i]
		lead := v.lead
		if v.others || image == 0 {
			lead = 0
		}
		from := b.values[v.source].Data[lead : v.lead+v.size]
		copyPieces(ctx, v.to[image*v.stride+lead:][:len(from)], from)
	}
}

// An imageTask has a part for every image that one worker computes.
type imageTask struct{ *images }

func (t *imageTask) Parts() int { return t.alone }

// Do checks ctx as often as a run does.
func (t *imageTask) Do(ctx context.Context, image, worker int) {
	own := &t.perWorker[worker]
	t.enter(ctx, own, image)
	for _, task := range own.tasks {
		for part := range task.Parts() {
			if ctx.Err() != nil {
				return
			}
			task.Do(ctx, part, 0)
		}
	}
	t.leave(ctx, own, image)
}

// A singleTask has one part.
type singleTask struct{ do func(ctx context.Context) }

func (t *singleTask) Parts() int                       { return 1 }
func (t *singleTask) Do(ctx context.Context, _, _ int) { t.do(ctx) }
