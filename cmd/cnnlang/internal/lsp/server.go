// Package lsp is the language server: it keeps the texts of an editor, checks them as they are
// typed, and answers what the editor asks, by package interp/editor. The protocol is Microsoft's
// Language Server Protocol, version 3.17.
package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"runtime/debug"
	"sync"

	"github.com/sourcegraph/jsonrpc2"
)

// Codes of errors that the protocol has beside those of JSON-RPC.
const (
	codeNotInitialized  = -32002
	codeRequestFailed   = -32803
	codeContentModified = -32801
	codeCancelled       = -32800
)

// ErrNoShutdown says that a client left without a request to shut down.
var ErrNoShutdown = errors.New("the client left without the request `shutdown`")

// A server is one client's.
type server struct {
	conn     *jsonrpc2.Conn
	version  string
	problems *log.Logger

	texts    texts
	folders  folders
	versions bool // the client knows edits of versions; set by initialize
	watches  bool // and can say when files change, which it has not been asked to

	mutex       sync.Mutex
	initialized bool
	down        bool
	running     map[jsonrpc2.ID]context.CancelFunc
	refresh     refreshes
	wait        sync.WaitGroup
}

// Serve answers one client until it says `exit` or its end of in is closed. version is that of the
// program; what goes wrong within goes to problems.
func Serve(ctx context.Context, in io.Reader, out io.Writer, version string, problems io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s := &server{version: version, problems: log.New(problems, "", 0), running: map[jsonrpc2.ID]context.CancelFunc{}}
	exit := make(chan struct{})
	var once sync.Once
	handle := handler(func(ctx context.Context, r *jsonrpc2.Request) {
		if r.Method == "exit" {
			once.Do(func() { close(exit) })
			return
		}
		s.handle(ctx, r)
	})
	s.texts.start(ctx, s)
	stream := jsonrpc2.NewBufferedStream(pipe{in, out}, frames{})
	ready := make(chan struct{})
	s.conn = jsonrpc2.NewConn(ctx, stream, handler(func(ctx context.Context, r *jsonrpc2.Request) {
		<-ready // s.conn is set
		handle(ctx, r)
	}), jsonrpc2.SetLogger(s.problems))
	close(ready)
	select {
	case <-exit:
	case <-s.conn.DisconnectNotify():
	case <-ctx.Done():
	}
	cancel()
	s.conn.Close()
	s.wait.Wait()
	s.texts.stop()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if !s.down {
		return ErrNoShutdown
	}
	return nil
}

type pipe struct {
	io.Reader
	io.Writer
}

func (p pipe) Close() error {
	if c, ok := p.Reader.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

type handler func(context.Context, *jsonrpc2.Request)

func (h handler) Handle(ctx context.Context, _ *jsonrpc2.Conn, r *jsonrpc2.Request) { h(ctx, r) }

// handle takes one message. Notifications are taken in their order; a request is answered beside
// them, about the texts as they are now.
func (s *server) handle(ctx context.Context, r *jsonrpc2.Request) {
	if r.Notif {
		defer s.survive(r.Method)
		if err := s.notified(r); err != nil {
			s.problems.Printf("%s: %v", r.Method, err)
		}
		return
	}
	answer, known := requests[r.Method]
	s.mutex.Lock()
	ready, down := s.initialized || r.Method == "initialize", s.down
	s.mutex.Unlock()
	switch {
	case !known:
		s.fail(ctx, r, jsonrpc2.CodeMethodNotFound, fmt.Sprintf("there is no method %q", r.Method))
		return
	case !ready:
		s.fail(ctx, r, codeNotInitialized, "the request `initialize` comes first")
		return
	case down:
		s.fail(ctx, r, jsonrpc2.CodeInvalidRequest, "the server has been shut down")
		return
	}
	var params json.RawMessage
	if r.Params != nil {
		params = *r.Params
	}
	asked, cancel := context.WithCancel(ctx)
	s.mutex.Lock()
	s.running[r.ID] = cancel
	s.mutex.Unlock()
	finish := func() {
		cancel()
		s.mutex.Lock()
		delete(s.running, r.ID)
		s.mutex.Unlock()
	}
	run := func() {
		defer finish()
		defer func() {
			if p := recover(); p != nil {
				s.problems.Printf("%s: %v\n%s", r.Method, p, debug.Stack())
				s.fail(ctx, r, jsonrpc2.CodeInternalError, fmt.Sprintf("%s failed: %v", r.Method, p))
			}
		}()
		result, err := answer(s, asked, params)
		switch {
		case err != nil && asked.Err() != nil:
			s.fail(ctx, r, codeCancelled, "the request was cancelled")
		case err != nil:
			code, message := int64(codeRequestFailed), err.Error()
			var other *jsonrpc2.Error
			if errors.As(err, &other) {
				code, message = other.Code, other.Message
			}
			s.fail(ctx, r, code, message)
		default:
			s.conn.Reply(ctx, r.ID, result) // a client that is gone reads no answer
		}
	}
	if r.Method == "initialize" || r.Method == "shutdown" {
		run()
		return
	}
	s.wait.Go(run)
}

func (s *server) fail(ctx context.Context, r *jsonrpc2.Request, code int64, message string) {
	s.conn.ReplyWithError(ctx, r.ID, &jsonrpc2.Error{Code: code, Message: message})
}

// survive keeps the server alive where a text makes it panic, which is a fault of ours.
func (s *server) survive(what string) {
	if p := recover(); p != nil {
		s.problems.Printf("%s: %v\n%s", what, p, debug.Stack())
	}
}

// notified takes a notification.
func (s *server) notified(r *jsonrpc2.Request) error {
	var raw json.RawMessage
	if r.Params != nil {
		raw = *r.Params
	}
	switch r.Method {
	case "textDocument/didOpen":
		return decoded(raw, func(p opening) error {
			s.texts.open(newDocument(p.TextDocument.URI, p.TextDocument.Version, p.TextDocument.Text))
			return nil
		})
	case "textDocument/didChange":
		return decoded(raw, func(p changing) error {
			return s.texts.change(p.TextDocument.URI, p.TextDocument.Version, p.Changes)
		})
	case "textDocument/didClose":
		return decoded(raw, func(p about) error { s.texts.close(p.TextDocument.URI); return nil })
	case "workspace/didChangeWorkspaceFolders":
		return decoded(raw, func(p struct {
			Event struct {
				Added   []workspaceFolder `json:"added"`
				Removed []workspaceFolder `json:"removed"`
			} `json:"event"`
		}) error {
			s.folders.change(p.Event.Added, p.Event.Removed)
			return nil
		})
	case "workspace/didChangeWatchedFiles":
		return decoded(raw, func(p struct {
			Changes []struct {
				URI string `json:"uri"`
			} `json:"changes"`
		}) error {
			var uris []string
			for _, c := range p.Changes {
				uris = append(uris, c.URI)
			}
			s.texts.changed(uris)
			return nil
		})
	case "initialized":
		s.watch()
	case "$/cancelRequest":
		return decoded(raw, func(p struct {
			ID jsonrpc2.ID `json:"id"`
		}) error {
			s.mutex.Lock()
			defer s.mutex.Unlock()
			if cancel := s.running[p.ID]; cancel != nil {
				cancel()
			}
			return nil
		})
	}
	return nil // others may be ignored
}

// decoded calls f with parameters.
func decoded[P any](raw json.RawMessage, f func(P) error) error {
	var p P
	if err := json.Unmarshal(raw, &p); err != nil {
		return err
	}
	return f(p)
}
