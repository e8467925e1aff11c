package pictures

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"

	"cnnlang/interp"
)

// models are those of this process, by their options: all bundles and all instances of a DoFn share one.
var models sync.Map // string → *shared

// A shared is a model that is loaded once, and closed when nobody has it any more.
type shared struct {
	mu    sync.Mutex
	users int
	model *model
}

// acquire gives the model of some options, loading it if need be. Who calls it calls release.
func acquire(ctx context.Context, o Options) (*model, error) {
	key, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	at, _ := models.LoadOrStore(string(key), &shared{})
	s := at.(*shared)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.model != nil && s.model.broken() {
		s.model, s.users = nil, 0 // those who have it still release it
	}
	if s.model == nil {
		if s.model, err = load(ctx, o); err != nil {
			return nil, err
		}
		s.model.of = s
	}
	s.users++
	return s.model, nil
}

// release gives a model back.
func (m *model) release() {
	m.of.mu.Lock()
	defer m.of.mu.Unlock()
	if m.of.model != m { // it broke, and another took its place
		return
	}
	if m.of.users--; m.of.users == 0 {
		m.of.model = nil
		m.close()
	}
}

// A model computes the pictures of all bundles on the threads of this process: one loop takes them in the order in
// which they come, so that a bundle alone keeps all threads busy, and many do not need more memory than one.
type model struct {
	*interp.Model
	options Options
	window  int // of units of a bundle whose answers are not waited for yet
	of      *shared
	clean   func()

	work  chan *unit
	ended chan struct{} // closed after err is set
	err   error
}

// A unit is the pictures that are computed together.
type unit struct {
	ctx      context.Context // of the bundle
	names    []string
	answers  []interp.Answer
	problems []error // by picture, nil or a *interp.PictureError
	done     chan struct{}
}

// load makes a model ready, whose files may lie elsewhere.
func load(ctx context.Context, o Options) (m *model, err error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	there, clean, err := o.fetched(ctx)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			clean()
		}
	}()
	opts, err := there.interp()
	if err != nil {
		return nil, err
	}
	p, err := interp.Open(there.Net)
	if err != nil {
		return nil, err
	}
	n, err := p.Net(opts)
	if err != nil {
		return nil, err
	}
	if err := fits(n, o); err != nil {
		return nil, err
	}
	opts.Values = o.inner(n)
	if opts.Weights, err = there.weights(n); err != nil {
		return nil, err
	}
	built, err := n.Build(ctx, opts)
	if err != nil {
		return nil, err
	}
	lanes, err := built.Lanes()
	if err != nil {
		built.Close()
		return nil, err
	}
	m = &model{Model: built, options: o, window: 4 * lanes, clean: clean, work: make(chan *unit), ended: make(chan struct{})}
	go m.run()
	return m, nil
}

// fits refuses a net that single pictures are not the input of, or that has no such values.
func fits(n *interp.Net, o Options) error {
	if inputs := n.InputNames(); len(inputs) != 1 {
		return &interp.InputError{Net: n.Name, Problem: fmt.Sprintf("it has %d inputs, and pictures are one", len(inputs))}
	}
	if err := n.TakesPictures(); err != nil {
		return err
	}
	if names := n.OutputNames(); slices.Contains(o.Values, theOutput) && len(names) > 1 && !slices.Contains(names, theOutput) {
		return &interp.OutputError{Net: n.Name, Shape: n.Graph.Output().Shape, Problem: fmt.Sprintf("is one of %d; name one of %q", len(names), names)}
	}
	return nil
}

// close ends the loop after the units that it has.
func (m *model) close() {
	close(m.work)
	<-m.ended
}

func (m *model) broken() bool {
	select {
	case <-m.ended:
		return true
	default:
		return false
	}
}

// submit hands in a unit, and waits while there are too many.
func (m *model) submit(ctx context.Context, names []string) (*unit, error) {
	u := &unit{ctx: ctx, names: names, done: make(chan struct{})}
	select {
	case m.work <- u:
		return u, nil
	case <-m.ended:
		return nil, m.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// wait waits for the answers of a unit.
func (m *model) wait(ctx context.Context, u *unit) error {
	select {
	case <-u.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-m.ended:
	}
	select {
	case <-u.done: // it was the last
		return nil
	default:
		return m.err
	}
}

// errClosed is what a bundle gets that goes on after its teardown.
var errClosed = errors.New("the model is closed")

// run is the loop.
func (m *model) run() {
	m.err = errClosed
	defer func() {
		if crash := recover(); crash != nil {
			m.err = fmt.Errorf("an internal error: %v\n%s", crash, debug.Stack())
		}
		close(m.ended)
		m.clean()
		m.Close()
	}()
	order := make(chan *unit, 1)
	var u *unit
	at := 0 // of the answers of u, and of what fills up its batch
	for answer, err := range m.Each(context.Background(), m.feed(order)) {
		var bad *interp.PictureError
		if err != nil && !errors.As(err, &bad) {
			m.err = err
			return
		}
		if u == nil {
			u, at = <-order, 0
		}
		if at < len(u.names) {
			u.answers, u.problems = append(u.answers, answer), append(u.problems, err)
		}
		if at++; at == m.filled(u) {
			close(u.done)
			u = nil
		}
	}
}

// filled is how many pictures a unit has with those that fill up its last batch.
func (m *model) filled(u *unit) int {
	return (len(u.names) + m.options.Batch - 1) / m.options.Batch * m.options.Batch
}

const (
	// mostAhead is how many bytes of a picture are read before a thread asks for them, and leastAhead how many
	// where pictures are computed in batches.
	mostAhead, leastAhead = 256 << 10, 16 << 10
)

// feed are the pictures of the units, and what fills up their batches: a batch is not held back until another bundle
// completes it, which may never be.
func (m *model) feed(order chan<- *unit) func(yield func(interp.Source) bool) {
	ahead := int64(max(leastAhead, mostAhead/m.options.Batch))
	return func(yield func(interp.Source) bool) {
		for {
			var u *unit
			var open bool
			select {
			case u, open = <-m.work:
			case <-m.ended:
			}
			if !open {
				return
			}
			select {
			case order <- u:
			case <-m.ended:
				return
			}
			for _, name := range u.names {
				r := sourceOf(u.ctx, name)
				r.readAhead(ahead)
				if !yield(r.source()) {
					return
				}
			}
			for range m.filled(u) - len(u.names) {
				if !yield(interp.Unreadable("", errNone)) {
					return
				}
			}
		}
	}
}

// errNone stands for no picture.
var errNone = errors.New("there is no picture")
