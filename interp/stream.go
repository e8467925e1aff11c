package interp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"runtime/debug"
	"sync"

	"cnnlang/interp/picture"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// A stream is one call of Each. Groups of pictures go two ways, and meet again in the order
// they came in:
//
//	feed ──▶ work ──▶ lanes, one a thread: read, compute
//	  └────▶ order ─────────▶ next: wait for the group
//
// What order holds is the window: the groups that are ahead of the oldest without an answer.
type stream struct {
	model *Model
	lanes
	ctx   context.Context // ends with the loop too
	end   context.CancelFunc
	work  chan *group
	order chan *group
	busy  sync.WaitGroup // the lanes
	alone sync.RWMutex   // held for writing while one large picture is decoded
}

// A group is as many pictures as the model's batch has, or the last ones.
type group struct {
	sources  []Source
	answers  []Answer
	problems []error       // by source: a *PictureError or nil
	err      error         // ends all
	crash    *task.Crash   // a panic
	done     chan struct{} // closed when the fields above are set
}

func (m *Model) newStream(ctx context.Context) (*stream, error) {
	if err := ended(ctx); err != nil {
		return nil, err
	}
	if err := m.Net.InputsTakePictures(); err != nil {
		return nil, err
	}
	if err := m.separable(); err != nil {
		return nil, err
	}
	lanes, err := m.lanes()
	if err != nil {
		return nil, err
	}
	s := &stream{model: m, lanes: lanes, work: make(chan *group), order: make(chan *group, lanes.window)}
	s.ctx, s.end = context.WithCancel(ctx)
	for range lanes.count {
		s.busy.Go(s.lane)
	}
	return s, nil
}

// separable refuses a model whose values cannot be told apart by picture.
func (m *Model) separable() error {
	batch := m.Net.Graph.Input().Shape[0]
	check := func(shape tensor.Shape) error {
		if len(shape) > 0 && shape[0] == batch {
			return nil
		}
		return &InputError{Net: m.Net.Name, Want: m.Net.Graph.Input().Shape, Problem: fmt.Sprintf(
			"a value of the shape %v does not belong to single images of a batch of %d; use Run", shape, batch)}
	}
	var err error
	for _, o := range m.Net.Graph.Outputs {
		if err == nil {
			err = check(o.Node.Shape)
		}
	}
	for _, name := range m.opts.Values {
		if n, ok := m.shapeOf(name); ok && err == nil {
			err = check(n)
		}
	}
	return err
}

// shapeOf is the shape of one of Options.Values.
func (m *Model) shapeOf(name string) (tensor.Shape, bool) {
	if n, ok := m.at[name]; ok {
		return n.Shape, true
	}
	for _, side := range m.Net.Graph.Sides {
		if side.Name == name && side.Output != nil {
			return side.Output.Shape, true
		}
	}
	return nil, false
}

// close ends the lanes. It does not wait for the source of pictures, which may itself be
// waiting for something.
func (s *stream) close() {
	s.end()
	s.busy.Wait()
}

// feed puts pictures into groups, no further ahead than the window.
func (s *stream) feed(pictures iter.Seq[Source]) {
	defer close(s.order)
	defer func() {
		if crash := crashed(recover()); crash != nil {
			g := &group{crash: crash, done: make(chan struct{})}
			close(g.done)
			s.send(s.order, g)
		}
	}()
	batch := s.model.Net.Graph.Input().Shape[0]
	var sources []Source
	pass := func() bool {
		g := &group{sources: sources, answers: make([]Answer, len(sources)), problems: make([]error, len(sources)), done: make(chan struct{})}
		sources = nil
		return s.send(s.order, g) && s.send(s.work, g)
	}
	for source := range pictures {
		if sources = append(sources, source); len(sources) == batch && !pass() {
			return
		}
	}
	if len(sources) > 0 {
		pass()
	}
}

// send reports whether the stream goes on.
func (s *stream) send(to chan<- *group, g *group) bool {
	select {
	case to <- g:
		return true
	case <-s.ctx.Done():
		return false
	}
}

// next waits for the group whose turn it is; nil is the end.
func (s *stream) next(ctx context.Context) (g *group, err error) {
	select {
	case g = <-s.order:
	case <-ctx.Done():
	}
	if err := ctx.Err(); err != nil || g == nil {
		return nil, err
	}
	select {
	case <-g.done:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if g.crash != nil {
		panic(g.crash)
	}
	return g, g.err
}

// crashed is a recovered value with the stack, nil for nil.
func crashed(value any) *task.Crash {
	if value == nil {
		return nil
	}
	if crash, ok := value.(*task.Crash); ok {
		return crash
	}
	return &task.Crash{Value: value, Stack: debug.Stack()}
}

// lane reads and computes groups, one after another, on one thread.
func (s *stream) lane() {
	session := s.model.NewSession(1)
	defer session.Close()
	var inputs []tensor.Tensor
	for _, in := range s.model.Net.Graph.Inputs {
		inputs = append(inputs, tensor.New(in.Shape...))
	}
	for {
		select {
		case g := <-s.work:
			s.answer(g, session, inputs)
		case <-s.ctx.Done():
			return
		}
	}
}

// answer fills in a group. Pictures that can be read are the first of the batch; what is in
// the rest of it does not matter.
func (s *stream) answer(g *group, session *Session, inputs []tensor.Tensor) {
	defer close(g.done)
	defer func() { g.crash = crashed(recover()) }()
	var read []int // the sources that are in the batch
	for i, source := range g.sources {
		g.answers[i].Name = source.Name
		incomplete := s.model.Net.complete(source)
		switch bad, err := s.readRow(source, inputs, len(read), &g.answers[i]); {
		case s.ctx.Err() != nil:
			return
		case err != nil: // also that of a source which stands for an error, and has nothing beside it
			g.problems[i], g.answers[i] = &PictureError{bad, err}, Answer{Name: source.Name}
		case incomplete != nil:
			g.err = incomplete
			return
		default:
			read = append(read, i)
		}
	}
	if len(read) == 0 {
		return
	}
	if g.err = session.Run(s.ctx, inputs...); g.err != nil {
		return
	}
	for row, i := range read {
		a := &g.answers[i]
		a.model, a.Output, a.values = s.model, rowOf(session.Output(), row), map[string]tensor.Tensor{}
		for i, o := range s.model.Net.Graph.Outputs[1:] {
			a.values[o.Name] = rowOf(session.session.OutputAt(i+1), row)
		}
		for _, name := range s.model.opts.Values {
			if t, ok := session.Value(name); ok {
				a.values[name] = rowOf(t, row)
			}
		}
	}
}

// readRow reads a source, and what is beside it, into a row of the batch; bad is the name of what
// cannot be read.
func (s *stream) readRow(source Source, inputs []tensor.Tensor, row int, a *Answer) (bad string, err error) {
	pictures := append([]Source{source}, source.Beside...)
	for k, input := range inputs[:min(len(inputs), len(pictures))] {
		t, done, err := s.read(pictures[k], input.Shape)
		if err != nil {
			return pictures[k].Name, err
		}
		copy(input.Data[row*len(t.Data):], t.Data)
		if k == 0 {
			a.Prepared = done
		} else {
			a.Beside = append(a.Beside, done)
		}
	}
	return "", nil
}

// complete is the error for a source that has not a picture for each of the net's inputs.
func (n *Net) complete(source Source) error {
	names := n.InputNames()
	if len(source.Beside) == len(names)-1 {
		return nil
	}
	if len(source.Beside) == 0 {
		_, err := n.input("")
		return err
	}
	return &InputError{Net: n.Name, Problem: fmt.Sprintf("there are %d pictures beside %s, want %d, for each of its inputs but the first: %s", len(source.Beside), source.Name, len(names)-1, inQuotes(names))}
}

// rowOf copies the value of one image of a batch.
func rowOf(t tensor.Tensor, row int) tensor.Tensor {
	out := tensor.New(append([]int{1}, t.Shape[1:]...)...)
	copy(out.Data, t.Data[row*len(out.Data):])
	return out
}

// read decodes a picture: with what there is for each lane or, if that is too little, alone
// with all of it.
func (s *stream) read(source Source, shape tensor.Shape) (t tensor.Tensor, done picture.Prepared, err error) {
	s.alone.RLock()
	t, done, err = s.load(source, shape, s.share)
	s.alone.RUnlock()
	var large *picture.LimitError
	if s.share == s.left || !errors.As(err, &large) || large.Max == 0 {
		return t, done, err
	}
	s.alone.Lock()
	defer s.alone.Unlock()
	return s.load(source, shape, s.left)
}

// load decodes a picture for an input of this shape within so many bytes of memory, 0 for no limit.
func (s *stream) load(source Source, shape tensor.Shape, most int64) (t tensor.Tensor, done picture.Prepared, err error) {
	p := s.model.Net.preprocess(shape)
	var seen picture.Prepared // after an interrupt it may still be written
	p.Seen = func(d picture.Prepared) { seen = d }
	if source.Open == nil {
		t, err = picture.Load(s.ctx, source.Name, p, shape[2], shape[3], most)
	} else {
		var r io.ReadCloser
		if r, err = source.Open(); err != nil {
			return t, done, err
		}
		defer r.Close()
		t, err = picture.Read(s.ctx, named{r, source.Name}, p, shape[2], shape[3], most)
	}
	if err != nil {
		return t, done, err
	}
	return t, seen, nil
}

// named is a reader with the name that errors give it.
type named struct {
	io.Reader
	name string
}

func (n named) Name() string { return n.name }
