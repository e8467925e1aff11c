package lsp

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"cnnlang/interp"
	"cnnlang/interp/editor"
	"cnnlang/lang/source"
)

// The texts that are open, and what is known of each.

// patience is how long a request waits for shapes before it is answered without.
const patience = 900 * time.Millisecond

// A state is one version of a text, and what becomes known of it.
type state struct {
	doc     document      // as it was then
	read    chan struct{} // closed when view is set, or the state is old
	checked chan struct{} // closed when full is set, or the state is old
	view    *editor.View  // without shapes
	full    *editor.View
	check   *interp.Checked
	err     error // why there is no view
	old     bool  // there is a later version
}

type texts struct {
	server *server
	// workspace is used by one goroutine, which checks one text after the other.
	workspace interp.Workspace

	mutex  sync.Mutex
	open_  map[string]*state
	queue  []string // whose state is not known, the most urgent first
	signal chan struct{}
	cancel context.CancelFunc // of what is being checked
	nets   map[string]string  // the net in view of each
	done   chan struct{}
}

func (t *texts) start(ctx context.Context, s *server) {
	t.server, t.open_, t.nets = s, map[string]*state{}, map[string]string{}
	t.signal, t.done = make(chan struct{}, 1), make(chan struct{})
	go func() {
		defer close(t.done)
		for {
			select {
			case <-ctx.Done():
				return
			case <-t.signal:
			}
			for t.next(ctx) {
			}
		}
	}()
}

// stop waits for what start began, after its context has ended.
func (t *texts) stop() { <-t.done }

func (t *texts) open(d *document) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.replace(d)
}

func (t *texts) change(uri string, version int, changes []change) error {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	old := t.open_[uri]
	if old == nil {
		return fmt.Errorf("%s is not open", uri)
	}
	d := old.doc
	if err := d.apply(changes); err != nil {
		return err
	}
	d.version = version
	t.replace(&d)
	return nil
}

// replace makes d the current version of its text, and ends what is computed about earlier ones.
func (t *texts) replace(d *document) {
	if old := t.open_[d.uri]; old != nil {
		old.end()
	}
	t.open_[d.uri] = &state{doc: *d, read: make(chan struct{}), checked: make(chan struct{})}
	queue := []string{d.uri}
	for uri := range t.open_ { // others may import it
		if uri != d.uri {
			queue = append(queue, uri)
		}
	}
	t.queue = queue
	t.interrupt()
}

// interrupt ends what is being checked, to begin with what is most urgent.
func (t *texts) interrupt() {
	if t.cancel != nil {
		t.cancel()
	}
	select {
	case t.signal <- struct{}{}:
	default:
	}
}

func (t *texts) close(uri string) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	st := t.open_[uri]
	if st == nil {
		return
	}
	st.end()
	delete(t.open_, uri)
	delete(t.nets, uri)
	t.queue = append(t.queue, uri)
	t.interrupt()
}

// end says that a state is none of the present any more.
func (s *state) end() {
	if !s.old {
		s.old = true
		closeOnce(s.read)
		closeOnce(s.checked)
	}
}

func closeOnce(c chan struct{}) {
	select {
	case <-c:
	default:
		close(c)
	}
}

// next checks the most urgent text, and reports whether there was one.
func (t *texts) next(ctx context.Context) bool {
	defer t.server.survive("check")
	t.mutex.Lock()
	if len(t.queue) == 0 || ctx.Err() != nil {
		t.mutex.Unlock()
		return false
	}
	uri := t.queue[0]
	t.queue = t.queue[1:]
	st := t.open_[uri]
	if st == nil { // it was closed
		t.mutex.Unlock()
		name, _ := nameOf(uri)
		t.workspace.Close(name)
		t.server.clear(uri)
		return true
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	t.cancel = cancel
	t.mutex.Unlock()

	name := st.doc.name
	if st.doc.loose {
		t.workspace.Read(name, reader(st.doc.text)) // a reader of a string does not fail
	} else {
		t.workspace.Edit(name, st.doc.text)
	}
	p, err := t.workspace.Program(name)
	t.mutex.Lock()
	if !st.old {
		if st.err = err; err == nil {
			st.view = editor.Of(p)
		}
		closeOnce(st.read)
	}
	t.mutex.Unlock()
	if err != nil {
		t.finish(st, nil)
		return true
	}
	c, err := t.workspace.Check(ctx, name, interp.Options{})
	switch {
	case err == nil:
		t.finish(st, c)
	case ctx.Err() != nil:
		t.mutex.Lock()
		if !st.old { // another text was more urgent
			t.queue = append(t.queue, uri)
		}
		t.mutex.Unlock()
	default:
		t.finish(st, nil)
	}
	return true
}

// finish notes what a check found, and shows it if it is about the present text.
func (t *texts) finish(st *state, c *interp.Checked) {
	t.mutex.Lock()
	if st.old {
		t.mutex.Unlock()
		return
	}
	if c != nil {
		st.check, st.full = c, editor.New(c)
	}
	closeOnce(st.checked)
	t.mutex.Unlock()
	t.server.show(st)
}

var errModified = errors.New("the text has changed meanwhile")

// at is what is known of a text; shapes waits for those.
func (t *texts) at(ctx context.Context, uri string, shapes bool) (*state, *editor.View, error) {
	t.mutex.Lock()
	st := t.open_[uri]
	t.mutex.Unlock()
	if st == nil {
		return nil, nil, fmt.Errorf("%s is not open", uri)
	}
	select {
	case <-st.read:
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
	if shapes {
		limit := time.NewTimer(patience)
		defer limit.Stop()
		select {
		case <-st.checked:
		case <-limit.C:
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		}
	}
	t.mutex.Lock()
	defer t.mutex.Unlock()
	switch {
	case st.old:
		return nil, nil, modified()
	case st.full != nil:
		return st, st.full, nil
	case st.view != nil:
		return st, st.view, nil
	}
	return nil, nil, st.err
}

// net is the one in view of a text, "" for its first.
func (t *texts) net(uri string) string {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return t.nets[uri]
}

func (t *texts) choose(uri, net string) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.nets[uri] = net
}

// all are the views of the open texts.
func (t *texts) all() (list []*state) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	for _, st := range t.open_ {
		if st.view != nil {
			list = append(list, st)
		}
	}
	return list
}

// of is a text that a view's places are in: its own, or one that it imports.
func (st *state) of(view *editor.View, file string) (d *document, ok bool) {
	if file == view.Source.Name {
		return &st.doc, true
	}
	if f := view.Program.File(file); f != nil {
		d := &document{uri: uriOf(file), name: file}
		d.set(f.Text)
		return d, true
	}
	return nil, false
}

func spanIn(d *document, s source.Span) span { return d.span(s.Start.Offset, s.End.Offset) }

// text is an open text as it is now.
func (t *texts) text(uri string) (*document, error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	st := t.open_[uri]
	if st == nil {
		return nil, fmt.Errorf("%s is not open", uri)
	}
	d := st.doc
	return &d, nil
}
