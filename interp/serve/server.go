// Package serve answers requests for networks by the Open Inference Protocol,
// version 2 (github.com/kserve/open-inference-protocol), over HTTP and gRPC.
//
// A Server has models by name. It computes images of different requests
// together, refuses what it has no room for at once, stops work that nobody
// waits for, and loads models anew without losing a request. Its Handler is
// for HTTP, its Register for gRPC; listening is the caller's.
package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

	"cnnlang/interp"
)

// version is that of every model: a server has one of each.
const version = "1"

var (
	errReloaded = errors.New("serve: the model was loaded anew")
	errStopped  = &Error{Fault: Stopping, Message: "the server is stopping"}
)

// A Model is a network by name. Load makes it for so many images at once, in at most so much memory.
type Model struct {
	Name string
	Load func(ctx context.Context, batch int, maxMemory int64) (*interp.Model, error)
}

// Options are the limits of a server. Zero values are replaced by those of Defaults.
type Options struct {
	// Batch is how many images are computed together, if so many wait, and Wait how long the first
	// waits for the others. A batch that is not full is computed image by image.
	Batch int
	Wait  time.Duration
	// Sessions is how many batches of a model are computed at the same time, each on Threads, 0 for one for each core.
	Sessions, Threads int
	// Queue is how many images of a model may wait, and Images how many a request may have.
	Queue, Images int
	// Received is how many bytes of requests are held at the same time, and Decoding those that pictures take
	// while they are decoded.
	Received, Decoding int64
	// MaxMemory is what all models together may take, 0 for no limit.
	MaxMemory int64
	// Slowest is how many bytes a second a client has to send, after a grace of Patience.
	Slowest  int64
	Patience time.Duration
	// Version is that of the program, which GET /v2 says.
	Version string
	// Log is told of every request and of every fault; nil is nobody.
	Log *slog.Logger
}

// Defaults are the limits where nobody says others.
func Defaults() Options {
	return Options{Batch: 1, Wait: 2 * time.Millisecond, Sessions: 1, Queue: 256, Images: 64, Received: 1 << 30, Decoding: 1 << 30,
		Slowest: 64 << 10, Patience: 10 * time.Second}
}

// filled puts the defaults where there is nothing.
func (o Options) filled() Options {
	d := Defaults()
	o.Batch, o.Sessions, o.Queue, o.Images = max(o.Batch, d.Batch), max(o.Sessions, d.Sessions), or(o.Queue, d.Queue), or(o.Images, d.Images)
	o.Received, o.Decoding, o.Slowest, o.Patience = or(o.Received, d.Received), or(o.Decoding, d.Decoding), or(o.Slowest, d.Slowest), or(o.Patience, d.Patience)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

func or[T comparable](x, otherwise T) T {
	if x == *new(T) {
		return otherwise
	}
	return x
}

// A Server has models ready to compute. Close it after use.
type Server struct {
	options  Options
	slots    []*slot
	metrics  *metrics
	received *semaphore.Weighted // bytes of requests
	decoding *semaphore.Weighted // bytes of pictures that are being decoded
	stopping atomic.Bool
	loading  sync.Mutex // one reload at a time
}

// A slot is a model by name, whose engine a reload replaces.
type slot struct {
	model  Model
	engine atomic.Pointer[engine]
	watch  *watch
}

// New loads the models, one after the other, and returns once all of them are ready.
func New(ctx context.Context, models []Model, o Options) (*Server, error) {
	o = o.filled()
	s := &Server{options: o, metrics: newMetrics(), received: semaphore.NewWeighted(o.Received), decoding: semaphore.NewWeighted(o.Decoding)}
	s.metrics.observe(s)
	for _, m := range models {
		if slices.ContainsFunc(s.slots, func(other *slot) bool { return other.model.Name == m.Name }) {
			return nil, errors.Join(fmt.Errorf("two models are called %s", m.Name), s.Close(ctx))
		}
		t := &slot{model: m, watch: s.metrics.watch(m.Name)}
		e, err := s.load(ctx, t)
		if err != nil {
			return nil, errors.Join(&LoadError{m.Name, err}, s.Close(ctx))
		}
		t.engine.Store(e)
		s.slots = append(s.slots, t)
	}
	return s, nil
}

// A LoadError says which of the models cannot be loaded, and why.
type LoadError struct {
	Model string
	Err   error
}

func (e *LoadError) Error() string { return e.Model + ": " + e.Err.Error() }

// Unwrap returns the error underneath.
func (e *LoadError) Unwrap() error { return e.Err }

// load makes an engine in the memory that the others leave.
func (s *Server) load(ctx context.Context, t *slot) (*engine, error) {
	left := int64(0)
	if s.options.MaxMemory > 0 {
		if left = s.options.MaxMemory - s.memory(); left <= 0 {
			return nil, fmt.Errorf("the models that are loaded take %s of %s", interp.Bytes(s.memory()), interp.Bytes(s.options.MaxMemory))
		}
	}
	one, err := t.model.Load(ctx, 1, left)
	if err != nil {
		return nil, err
	}
	o := s.options
	per := func(m *interp.Model) int64 { return int64(o.Sessions) * m.Memory(o.Threads).Total() }
	if left > 0 && per(one) > left {
		one.Close()
		return nil, fmt.Errorf("%d sessions take %s, and %s are left for them", o.Sessions, interp.Bytes(per(one)), interp.Bytes(left))
	}
	var many *interp.Model
	if o.Batch > 1 {
		if left > 0 {
			left = max(1, left-per(one))
		}
		if many, err = t.model.Load(ctx, o.Batch, left); err != nil {
			one.Close()
			return nil, fmt.Errorf("for batches of %d: %w", o.Batch, err)
		}
		if left > 0 && per(many) > left {
			one.Close()
			many.Close()
			return nil, fmt.Errorf("%d sessions of batches of %d take %s, and %s are left for them", o.Sessions, o.Batch, interp.Bytes(per(many)), interp.Bytes(left))
		}
	}
	return start(one, many, o, t.watch), nil
}

// memory is what the models take, in bytes.
func (s *Server) memory() (sum int64) {
	for _, t := range s.slots {
		if e := t.engine.Load(); e != nil {
			sum += e.memory
		}
	}
	return sum
}

// Reload loads every model anew. Those that wait in a queue are computed by the model that they came to; one that
// cannot be loaded stays as it was, and the errors are joined.
func (s *Server) Reload(ctx context.Context) error {
	s.loading.Lock()
	defer s.loading.Unlock()
	var all []error
	for _, t := range s.slots {
		e, err := s.load(ctx, t)
		if err != nil {
			all = append(all, &LoadError{t.model.Name, err})
			continue
		}
		if s.stopping.Load() {
			e.close(ctx)
			return errors.Join(append(all, errStopped)...)
		}
		t.engine.Swap(e).close(ctx)
	}
	return errors.Join(all...)
}

// Stop refuses further requests; those that came are answered.
func (s *Server) Stop() { s.stopping.Store(true) }

// Close is Stop, and waits until all models are done and freed, or gives up what waits once ctx ends.
func (s *Server) Close(ctx context.Context) error {
	s.Stop()
	s.loading.Lock()
	defer s.loading.Unlock()
	for _, t := range s.slots {
		if e := t.engine.Load(); e != nil {
			e.close(ctx)
		}
	}
	return nil
}

// Ready reports whether requests are answered.
func (s *Server) Ready() bool { return !s.stopping.Load() }

// Models are the names of the models.
func (s *Server) Models() (names []string) {
	for _, t := range s.slots {
		names = append(names, t.model.Name)
	}
	return names
}

// slot finds a model by its name and version, "" for the only one.
func (s *Server) slot(name, v string) (*slot, error) {
	for _, t := range s.slots {
		if t.model.Name == name {
			if v != "" && v != version {
				return nil, &Error{Fault: NotFound, Message: fmt.Sprintf("the model %s has no version %q; it has %s", name, v, version)}
			}
			return t, nil
		}
	}
	names := s.Models()
	e := &engine{}
	return nil, &Error{Fault: NotFound, Message: fmt.Sprintf("there is no model %q%s", name, e.near(name, names))}
}

// Infer computes a request. Its errors are *Error.
func (s *Server) Infer(ctx context.Context, r *Request) (*Response, error) {
	t, err := s.slot(r.Model, r.Version)
	if err != nil {
		return nil, err
	}
	if r.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, r.Timeout)
		defer cancel()
	}
	for {
		if s.stopping.Load() {
			return nil, errStopped
		}
		response, err := t.engine.Load().infer(ctx, r)
		if errors.Is(err, errReloaded) {
			continue // it was replaced between two lines; or the server stops
		}
		if err != nil {
			known := told(err)
			if known.Fault == Internal {
				s.options.Log.Error("a model failed", "model", r.Model, "id", r.ID, "error", err.Error())
			}
			return nil, known
		}
		t.watch.queued(response.Queued)
		return response, nil
	}
}
