package lsp

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sourcegraph/jsonrpc2"
)

// A client is an editor in a test.
type client struct {
	t        testing.TB
	conn     *jsonrpc2.Conn
	mutex    sync.Mutex
	shown    map[string]published
	news     chan struct{}
	ended    chan error
	problems strings.Builder
}

func start(t testing.TB) *client {
	t.Helper()
	return startWith(t, map[string]any{"capabilities": map[string]any{"workspace": map[string]any{"inlayHint": map[string]any{"refreshSupport": true}}}})
}

// startWith is start with what the client says of itself.
func startWith(t testing.TB, self map[string]any) *client {
	t.Helper()
	c := &client{t: t, shown: map[string]published{}, news: make(chan struct{}, 1), ended: make(chan error, 1)}
	toServer, fromClient := io.Pipe()
	toClient, fromServer := io.Pipe()
	go func() {
		c.ended <- Serve(context.Background(), toServer, fromServer, "(test)", &c.problems)
		fromServer.Close()
	}()
	handle := handler(func(_ context.Context, r *jsonrpc2.Request) {
		if r.Method != "textDocument/publishDiagnostics" {
			if !r.Notif {
				go c.conn.Reply(context.Background(), r.ID, nil)
			}
			return
		}
		var p published
		if err := json.Unmarshal(*r.Params, &p); err != nil {
			t.Error(err)
		}
		c.mutex.Lock()
		c.shown[p.URI] = p
		c.mutex.Unlock()
		select {
		case c.news <- struct{}{}:
		default: // there is news already
		}
	})
	c.conn = jsonrpc2.NewConn(context.Background(), jsonrpc2.NewBufferedStream(struct {
		io.Reader
		io.WriteCloser
	}{toClient, fromClient}, frames{}), handle)
	t.Cleanup(func() {
		c.conn.Close()
		if c.problems.Len() > 0 {
			t.Errorf("the server says: %s", c.problems.String())
		}
	})
	var info map[string]any
	c.call("initialize", self, &info)
	c.tell("initialized", map[string]any{})
	return c
}

func (c *client) call(method string, params, result any) {
	c.t.Helper()
	if err := c.try(method, params, result); err != nil {
		c.t.Fatalf("%s: %v", method, err)
	}
}

func (c *client) try(method string, params, result any) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	return c.conn.Call(ctx, method, params, result)
}

func (c *client) tell(method string, params any) {
	c.t.Helper()
	if err := c.conn.Notify(context.Background(), method, params); err != nil {
		c.t.Fatalf("%s: %v", method, err)
	}
}

// file opens a text that is in a file of a folder for tests.
func (c *client) file(name, text string) (uri string) {
	c.t.Helper()
	path := filepath.Join(c.t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		c.t.Fatal(err)
	}
	uri = uriOf(path)
	c.tell("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": uri, "languageId": "cnn", "version": 1, "text": text}})
	return uri
}

// folder opens texts that are in files of one folder for tests, and returns their URIs.
func (c *client) folder(texts map[string]string) map[string]string {
	c.t.Helper()
	folder, uris := c.t.TempDir(), map[string]string{}
	for name, text := range texts {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			c.t.Fatal(err)
		}
		uris[name] = uriOf(path)
	}
	for name, text := range texts {
		c.tell("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": uris[name], "languageId": "cnn", "version": 1, "text": text}})
	}
	return uris
}

// problemsOf waits for what is said of a version of a text.
func (c *client) problemsOf(uri string, version int) []diagnostic {
	c.t.Helper()
	limit := time.After(time.Minute)
	for {
		c.mutex.Lock()
		p, ok := c.shown[uri]
		c.mutex.Unlock()
		if ok && p.Version == version {
			return p.Diagnostics
		}
		select {
		case <-c.news:
		case <-limit:
			c.t.Fatalf("nothing is said of version %d", version)
		}
	}
}

// at is the position of a text's n-th place, from 0.
func at(text, place string, n int) position {
	d := newDocument("file:///a.cnn", 0, text)
	offset := 0
	for ; n >= 0; n-- {
		i := strings.Index(text[offset:], place)
		if i < 0 {
			panic("no " + place)
		}
		offset += i + 1
	}
	return d.position(offset - 1)
}

func placeIn(uri string, p position) place { return place{identifier{uri}, p} }
