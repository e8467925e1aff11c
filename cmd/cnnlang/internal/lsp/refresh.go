package lsp

import (
	"context"
	"errors"
	"sync"

	"github.com/sourcegraph/jsonrpc2"
)

// refreshes are what a client wants to be told. To one that answers slowly, or never, at most one request of each
// kind is under way.
type refreshes struct {
	mutex sync.Mutex
	state map[string]*refreshing // of the methods that the client has
}

type refreshing struct {
	asked bool // and not answered yet
	again bool // since then there is something new
}

func (r *refreshes) want(method string) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.state == nil {
		r.state = map[string]*refreshing{}
	}
	r.state[method] = &refreshing{}
}

// ask has the client ask again.
func (r *refreshes) ask(conn *jsonrpc2.Conn) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for method, one := range r.state {
		if one.asked {
			one.again = true
			continue
		}
		one.asked = true
		go r.send(conn, method, one)
	}
}

// send asks until there is nothing new; when the connection ends, it does.
func (r *refreshes) send(conn *jsonrpc2.Conn, method string, one *refreshing) {
	for {
		err := conn.Call(context.Background(), method, nil, nil) // its answer says nothing
		r.mutex.Lock()
		again := one.again && !errors.Is(err, jsonrpc2.ErrClosed)
		one.again = false
		one.asked = again
		r.mutex.Unlock()
		if !again {
			return
		}
	}
}
