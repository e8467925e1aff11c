package serve

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"cnnlang/interp"
	"cnnlang/ops/tensor"
)

// Every image that comes to a queue is taken once, those of a request in order, and none waits longer than it should
// while somebody takes; what is dropped is not taken.
func TestQueue(t *testing.T) {
	for seed := range uint64(200) {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1))
			most, wait := 1+r.IntN(5), time.Duration(r.IntN(4))*time.Millisecond
			q := newQueue(1000)
			var taken []unit
			var takers sync.WaitGroup
			var mu sync.Mutex
			for range 1 + r.IntN(3) {
				takers.Go(func() {
					for {
						units := q.take(nil, most, wait)
						if units == nil {
							return
						}
						mu.Lock()
						for _, u := range units {
							if late := time.Since(u.job.came); late > wait {
								t.Errorf("seed %d: taken after %v, want %v", seed, late, wait)
							}
						}
						if len(units) > most {
							t.Errorf("seed %d: %d images, want at most %d", seed, len(units), most)
						}
						taken = append(taken, units...)
						mu.Unlock()
					}
				})
			}
			var jobs []*job
			dropped, sizes := map[*job]bool{}, map[*job]int{}
			for range 30 {
				j := &job{came: time.Now()}
				sizes[j] = 1 + r.IntN(7)
				if ok, open := q.put(j, sizes[j]); !ok || !open {
					t.Errorf("seed %d: not put", seed)
				}
				jobs = append(jobs, j)
				if r.IntN(4) == 0 {
					dropped[j] = true
					q.drop(j)
				}
				time.Sleep(time.Duration(r.IntN(3)) * time.Millisecond)
			}
			q.close()
			takers.Wait()
			if ok, open := q.put(&job{came: time.Now()}, 1); ok || open {
				t.Errorf("seed %d: put after close", seed)
			}
			for _, j := range jobs {
				var images []int
				for _, u := range taken {
					if u.job == j {
						images = append(images, u.image)
					}
				}
				slices.Sort(images)
				if len(slices.Compact(slices.Clone(images))) != len(images) || !dropped[j] && len(images) != sizes[j] {
					t.Errorf("seed %d: of %d images %v were taken", seed, sizes[j], images)
				}
			}
		})
	}
}

// direct is what a server computes for an image of one number in all its pixels.
func direct(t *testing.T, s *Server, ctx context.Context, value float32) ([]float32, error) {
	t.Helper()
	data := slices.Repeat([]float32{value}, 16)
	r, err := s.Infer(ctx, &Request{Model: "small", Inputs: []Tensor{{"input", []int64{1, 1, 4, 4}, data}}})
	if err != nil {
		return nil, err
	}
	return r.Outputs[0].Data, nil
}

// While many clients ask, the model is loaded anew with other weights again and again: every answer is that of one
// of the two models, and none is lost.
func TestReloadLosesNothing(t *testing.T) {
	var loads atomic.Uint64
	m := Model{"small", func(ctx context.Context, batch int, most int64) (*interp.Model, error) {
		return of("small", small, (loads.Add(1)-1)/2%2).Load(ctx, batch, most) // two of a load have one seed
	}}
	s, err := New(t.Context(), []Model{m}, Options{Batch: 4, Sessions: 2, Threads: 1, Queue: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	var known [2]*interp.Model
	for seed := range known {
		if known[seed], err = of("small", small, uint64(seed)).Load(t.Context(), 1, 0); err != nil {
			t.Fatal(err)
		}
		defer known[seed].Close()
	}
	stop := make(chan struct{})
	var clients sync.WaitGroup
	var answers atomic.Int64
	for c := range 16 {
		clients.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				value := float32(c) + float32(i%100)/100
				got, err := direct(t, s, t.Context(), value)
				if err != nil {
					t.Error(err)
					return
				}
				right := false
				for _, m := range known {
					want, _ := m.Run(t.Context(), tensor.Tensor{Shape: tensor.Shape{1, 1, 4, 4}, Data: slices.Repeat([]float32{value}, 16)})
					right = right || slices.Equal(got, want.Data)
				}
				if !right {
					t.Errorf("%v is neither model's answer to %v", got, value)
					return
				}
				answers.Add(1)
			}
		})
	}
	for range 20 {
		if err := s.Reload(t.Context()); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	clients.Wait()
	if n := answers.Load(); n < 100 {
		t.Errorf("only %d answers", n)
	}
	s.Close(t.Context())
	if _, err := direct(t, s, t.Context(), 1); err != errStopped {
		t.Errorf("after the end: %v", err)
	}
}

// A reload that fails leaves the model as it was.
func TestFailingReload(t *testing.T) {
	loads := 0
	m := Model{"small", func(ctx context.Context, batch int, most int64) (*interp.Model, error) {
		if loads++; loads == 2 {
			return nil, errors.New("gone")
		}
		return of("small", small, 1).Load(ctx, batch, most)
	}}
	s, err := New(t.Context(), []Model{m}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(context.Background())
	if err := s.Reload(t.Context()); err == nil || err.Error() != "small: gone" {
		t.Errorf("%v", err)
	}
	if _, err := direct(t, s, t.Context(), 1); err != nil {
		t.Error(err)
	}
	if err := s.Reload(t.Context()); err != nil {
		t.Error(err)
	}
}

// All models together keep within the memory, the new one of a reload beside the old one.
func TestMemoryOfModels(t *testing.T) {
	one, err := library("nin_cifar10").Load(t.Context(), 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	need := one.Memory(1).Total()
	one.Close()
	second := library("nin_cifar10")
	second.Name = "again"
	for _, c := range []struct {
		memory int64
		models []Model
		loads  bool
	}{{need * 3 / 2, []Model{library("nin_cifar10")}, true}, {need / 2, []Model{library("nin_cifar10")}, false}, {need * 3 / 2, []Model{library("nin_cifar10"), second}, false}} {
		s, err := New(t.Context(), c.models, Options{Threads: 1, MaxMemory: c.memory})
		if (err == nil) != c.loads {
			t.Errorf("%d models in %d of %d bytes: %v", len(c.models), c.memory, need, err)
		}
		if err == nil {
			if err := s.Reload(t.Context()); err == nil {
				t.Error("a model was loaded beside another where both have no room")
			}
			s.Close(t.Context())
		}
	}
}

// What has no room is refused with a time after which there may be some; deadlines and clients that go end requests
// that wait, and the work for them.
func TestFullQueuesDeadlinesAndClientsThatGo(t *testing.T) {
	s, at := started(t, Options{Queue: 64, Threads: 1}, library("nin_cifar10"))
	e := s.slots[0].engine.Load()
	many := &Request{Model: "nin_cifar10", Inputs: []Tensor{{"input", []int64{64, 3, 32, 32}, make([]float32, 64*3*32*32)}}}
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan error)
	go func() {
		_, err := s.Infer(ctx, many)
		gone <- err
	}()
	for e.queue.waiting() == 0 {
		time.Sleep(time.Millisecond)
	}
	full := new(Error)
	if _, err := s.Infer(t.Context(), many); !errors.As(err, &full) || full.Fault != Full {
		t.Errorf("128 images in a queue of 64: %v", err)
	}
	image := `"inputs":[{"name":"input","datatype":"FP32","shape":[1,3,32,32],"data":[` + strings.Repeat("0,", 3*32*32-1) + `0]}]}`
	if status, content, _ := post(t, at+"/v2/models/nin_cifar10/infer", []byte(`{"parameters":{"timeout":1000},`+image)); status != 504 {
		t.Errorf("after a deadline: %d %s", status, content)
	}
	cancel()
	if err := <-gone; !errors.As(err, &full) || full.Fault != Gone {
		t.Errorf("a client that goes: %v", err)
	}
	if n := e.queue.waiting(); n > 0 {
		t.Errorf("%d images of a client that has gone wait", n)
	}
	if status, content, _ := post(t, at+"/v2/models/nin_cifar10/infer", []byte("{"+image)); status != 200 {
		t.Errorf("%d %s", status, content)
	}
}
