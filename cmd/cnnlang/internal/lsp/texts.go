package lsp

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"cnnlang/interp"
	"cnnlang/interp/editor"
	"cnnlang/lang/diag"
)

// The texts that are open, and what is known of each.

// patience is how long a request waits for what it would like to know before it is answered without.
const patience = 900 * time.Millisecond

type texts struct {
	server *server
	// workspace is used by one goroutine, which checks one text after the other.
	workspace interp.Workspace

	mutex  sync.Mutex
	open_  map[string]*state
	unread []*state // whose text the workspace does not have yet
	queue  []string // what is to be checked, the most urgent first
	signal chan struct{}
	cancel context.CancelFunc // of what is being checked
	nets   map[string]string  // the net in view of each
	names  map[string]string  // the URIs by what the checker calls them
	done   chan struct{}
}

func (t *texts) start(ctx context.Context, s *server) {
	t.server, t.open_, t.nets, t.names = s, map[string]*state{}, map[string]string{}, map[string]string{}
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

// replace makes d the current version of its text.
func (t *texts) replace(d *document) {
	st := newState(*d)
	t.set(st)
	t.unread = append(t.unread, st)
	t.first(d.uri)
	t.affected(d.name)
	t.interrupt()
}

// set has a state in the place of an earlier one of the same text.
func (t *texts) set(st *state) {
	if old := t.open_[st.doc.uri]; old != nil {
		old.end()
	}
	t.open_[st.doc.uri], t.names[filepath.ToSlash(st.doc.name)] = st, st.doc.uri
}

// first puts a text before others that are to be checked.
func (t *texts) first(uri string) {
	t.queue = slices.DeleteFunc(t.queue, func(other string) bool { return other == uri })
	t.queue = append([]string{uri}, t.queue...)
}

// last puts a text behind others, if it is not among them.
func (t *texts) last(uri string) {
	if !slices.Contains(t.queue, uri) {
		t.queue = append(t.queue, uri)
	}
}

// affected ends what is known of the texts that import a file.
func (t *texts) affected(file string) {
	for uri, st := range t.open_ {
		if st.doc.name != file && st.uses(filepath.ToSlash(file)) {
			t.set(newState(st.doc))
			t.last(uri)
		}
	}
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
	delete(t.names, filepath.ToSlash(st.doc.name))
	t.first(uri)
	t.affected(st.doc.name)
	t.interrupt()
}

// changed says that files are other ones than they were. Of those that are open, the text of the editor counts.
func (t *texts) changed(uris []string) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	for _, uri := range uris {
		name, _ := nameOf(uri)
		if _, open := t.names[filepath.ToSlash(name)]; !open {
			t.affected(name)
		}
	}
	t.interrupt()
}

// next checks the most urgent text, and reports whether there was one.
func (t *texts) next(ctx context.Context) bool {
	defer t.server.survive("check")
	t.mutex.Lock()
	if len(t.queue) == 0 || ctx.Err() != nil {
		t.mutex.Unlock()
		return false
	}
	uri, unread := t.queue[0], t.unread
	t.queue, t.unread = t.queue[1:], nil
	st, net := t.open_[uri], t.nets[uri]
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	t.cancel = cancel
	t.mutex.Unlock()
	for _, one := range unread {
		if d := one.doc; d.loose {
			t.workspace.Read(d.name, reader(d.text)) // a reader of a string does not fail
		} else {
			t.workspace.Edit(d.name, d.text)
		}
	}
	if st == nil { // it was closed
		name, _ := nameOf(uri)
		t.workspace.Close(name)
		t.server.clear(uri)
		return true
	}
	c, err := t.workspace.CheckTelling(ctx, st.doc.name, interp.Options{}, interp.Early{
		Net:      net,
		Program:  func(p *interp.Program) { t.name(st, p) },
		First:    func(c *interp.Checked) { t.shape(st, c, shaped) },
		Nets:     func(c *interp.Checked) { t.shape(st, c, made) },
		Problems: func(c *interp.Checked) { t.judge(st, c, judged) },
	})
	switch {
	case err == nil:
		t.judge(st, c, repaired)
	case ctx.Err() != nil:
		t.mutex.Lock()
		if !st.old { // another text was more urgent
			t.last(uri)
		}
		t.mutex.Unlock()
	default:
		t.fail(st, err)
	}
	return true
}

// name notes what the names of a text mean.
func (t *texts) name(st *state, p *interp.Program) {
	v := editor.Of(p)
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if st.old || !st.fresh {
		return
	}
	st.fresh, st.view = false, v
	for _, m := range p.Main.Imports { // whether their blocks are unused may be otherwise than before
		if uri, open := t.names[m.Name()]; open {
			t.last(uri)
		}
	}
	st.reach(named)
}

// shape notes the nets of a text that are made.
func (t *texts) shape(st *state, c *interp.Checked, l level) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if !st.old && st.check == nil { // else more is known
		st.view = st.view.With(c)
		st.reach(l)
	}
}

// judge notes what a check found, and shows it.
func (t *texts) judge(st *state, c *interp.Checked, l level) {
	t.mutex.Lock()
	if st.old {
		t.mutex.Unlock()
		return
	}
	st.check, st.view = c, st.view.With(c)
	st.reach(l)
	view := st.view
	t.mutex.Unlock()
	if l == judged || slices.ContainsFunc(c.Problems, func(d *diag.Diagnostic) bool { return len(d.Repairs) > 0 }) {
		t.server.show(st, view, c)
	}
}

// fail notes why nothing can be known of a text.
func (t *texts) fail(st *state, err error) {
	t.mutex.Lock()
	if st.old {
		t.mutex.Unlock()
		return
	}
	st.err, st.fresh = err, false
	st.reach(repaired)
	t.mutex.Unlock()
	t.server.refuse(st, err)
}

var errModified = errors.New("the text has changed meanwhile")

// soon is how long an answer is put off for what it would have beside what it needs.
const soon = 40 * time.Millisecond

// at is what is known of a text when that is as much as is needed, or nothing more comes for a while. What is
// wanted beside is waited for only so long that nobody notices.
func (t *texts) at(ctx context.Context, uri string, needed, wanted level) (*state, *editor.View, error) {
	t.mutex.Lock()
	st := t.open_[uri]
	if slices.Contains(t.queue, uri) {
		t.first(uri) // somebody looks at it
	}
	t.mutex.Unlock()
	if st == nil {
		return nil, nil, fmt.Errorf("%s is not open", uri)
	}
	for _, wait := range []struct {
		level level
		limit time.Duration
	}{{wanted, soon}, {needed, patience}, {named, math.MaxInt64}} {
		limit := time.NewTimer(wait.limit)
		select {
		case <-st.reached[wait.level]:
		case <-limit.C:
		case <-ctx.Done():
		}
		limit.Stop()
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
	}
	t.mutex.Lock()
	defer t.mutex.Unlock()
	switch {
	case st.old:
		return nil, nil, modified()
	case st.view != nil:
		return st, st.view, nil
	}
	return nil, nil, st.err
}

// problems are those of a state that at has found, nil where they are not known.
func (t *texts) problems(st *state) *interp.Checked {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return st.check
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
