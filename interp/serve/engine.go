package serve

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"cnnlang/interp"
	"cnnlang/ops/tensor"
)

// An engine is a model as it was loaded once, with the goroutines that compute its images. A reload
// makes another.
type engine struct {
	net     *interp.Net
	one     *interp.Model // of one image
	many    *interp.Model // of a batch, nil where that is one image
	most    int           // images in a request
	memory  int64         // that its models and sessions take
	queue   *queue
	options Options
	watch   *watch
	running sync.WaitGroup
	stop    context.CancelCauseFunc
}

// start makes an engine and its goroutines.
func start(one, many *interp.Model, o Options, w *watch) *engine {
	ctx, stop := context.WithCancelCause(context.Background())
	e := &engine{net: one.Net, one: one, many: many, most: o.Images, queue: newQueue(o.Queue), options: o, watch: w, stop: stop}
	e.memory = int64(o.Sessions) * one.Memory(o.Threads).Total()
	if many != nil {
		e.memory += int64(o.Sessions) * many.Memory(o.Threads).Total()
	}
	for range o.Sessions {
		e.running.Add(1)
		go e.work(ctx)
	}
	return e
}

// infer computes a request and waits for it, no longer than ctx.
func (e *engine) infer(ctx context.Context, r *Request) (*Response, error) {
	inputs, images, err := e.arranged(r)
	if err != nil {
		return nil, err
	}
	chosen, err := e.chosen(r)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, ended(err)
	}
	if err := r.affords(e, images); err != nil {
		return nil, err
	}
	j := &job{ctx: ctx, inputs: inputs, came: time.Now(), done: make(chan struct{})}
	j.left.Store(int32(images))
	for _, o := range e.net.Graph.Outputs {
		j.outputs = append(j.outputs, tensor.New(append([]int{images}, o.Node.Shape[1:]...)...))
	}
	ok, open := e.queue.put(j, images)
	if !open {
		return nil, errReloaded
	}
	if !ok {
		after := time.Duration(e.queue.waiting()) * time.Duration(e.watch.image.Load()) / time.Duration(e.options.Sessions)
		return nil, &Error{Fault: Full, Message: fmt.Sprintf("%d images wait for the model %s already; try again later", e.queue.waiting(), r.Model), RetryAfter: after}
	}
	select {
	case <-j.done:
	case <-ctx.Done():
		e.queue.drop(j)
		return nil, ended(ctx.Err())
	}
	if err := j.failed.Load(); err != nil {
		if ctx.Err() != nil {
			return nil, ended(ctx.Err())
		}
		return nil, *err
	}
	response := &Response{Model: r.Model, Version: version, ID: r.ID, Queued: time.Duration(j.began.Load())}
	response.Ran = time.Since(j.came) - response.Queued
	names := e.net.OutputNames()
	for _, i := range chosen {
		t := Tensor{Name: names[i], Data: j.outputs[i].Data}
		for _, size := range j.outputs[i].Shape {
			t.Shape = append(t.Shape, int64(size))
		}
		response.Outputs = append(response.Outputs, t)
	}
	return response, nil
}

// work computes what waits, until the queue is closed.
func (e *engine) work(ctx context.Context) {
	defer e.running.Done()
	one := e.one.NewSession(e.options.Threads)
	defer one.Close()
	var many *interp.Session
	batch := 1
	if e.many != nil {
		many, batch = e.many.NewSession(e.options.Threads), e.options.Batch
		defer many.Close()
	}
	var buffer []tensor.Tensor // a batch of every input
	if many != nil {
		for _, node := range e.many.Net.Graph.Inputs {
			buffer = append(buffer, tensor.New(node.Shape...))
		}
	}
	units := make([]unit, 0, batch)
	for {
		if units = e.queue.take(units, batch, e.options.Wait); units == nil {
			return
		}
		e.watch.batches(len(units))
		if len(units) < batch || many == nil {
			for _, u := range units {
				e.single(ctx, one, u)
			}
		} else {
			e.batch(ctx, many, buffer, units)
		}
		clear(units)
	}
}

// single computes one image.
func (e *engine) single(ctx context.Context, s *interp.Session, u unit) {
	ctx, stop := together(ctx, []unit{u})
	defer stop()
	begin(u)
	inputs := make([]tensor.Tensor, len(u.job.inputs))
	for i, t := range u.job.inputs {
		size := t.Shape[1:].Elements()
		inputs[i] = tensor.Tensor{Shape: t.Shape, Data: t.Data[u.image*size : (u.image+1)*size]}
	}
	began := time.Now()
	err := s.Run(ctx, inputs...)
	if err == nil {
		e.watch.ran(time.Since(began), 1)
		e.hand(s, []unit{u})
	}
	u.job.image(err)
}

// batch computes as many images as the model takes at once.
func (e *engine) batch(ctx context.Context, s *interp.Session, buffer []tensor.Tensor, units []unit) {
	ctx, stop := together(ctx, units)
	defer stop()
	for k, u := range units {
		begin(u)
		for i, t := range u.job.inputs {
			size := t.Shape[1:].Elements()
			copy(buffer[i].Data[k*size:(k+1)*size], t.Data[u.image*size:(u.image+1)*size])
		}
	}
	began := time.Now()
	err := s.Run(ctx, buffer...)
	if err == nil {
		e.watch.ran(time.Since(began), len(units))
		e.hand(s, units)
	}
	for _, u := range units {
		u.job.image(err)
	}
}

// hand copies the outputs of a run to the jobs of its images.
func (e *engine) hand(s *interp.Session, units []unit) {
	for i, name := range e.net.OutputNames() {
		values, _ := s.Value(name)
		size := values.Shape[1:].Elements()
		for k, u := range units {
			copy(u.job.outputs[i].Data[u.image*size:(u.image+1)*size], values.Data[k*size:(k+1)*size])
		}
	}
}

// begin notes when an image of a job began to be computed.
func begin(u unit) { u.job.began.Store(int64(time.Since(u.job.came))) }

// together is a context that ends once nobody waits for any of the images.
func together(parent context.Context, units []unit) (context.Context, func()) {
	ctx, cancel := context.WithCancel(parent)
	var left atomic.Int32
	left.Store(int32(len(units)))
	stops := make([]func() bool, len(units))
	for i, u := range units {
		stops[i] = context.AfterFunc(u.job.ctx, func() {
			if left.Add(-1) == 0 {
				cancel()
			}
		})
	}
	return ctx, func() {
		for _, stop := range stops {
			stop()
		}
		cancel()
	}
}

// close computes what waits, and frees the models. After ctx nothing is waited for.
func (e *engine) close(ctx context.Context) {
	e.queue.close()
	defer context.AfterFunc(ctx, func() { e.stop(errStopped) })()
	e.running.Wait()
	e.stop(nil)
	e.one.Close()
	if e.many != nil {
		e.many.Close()
	}
}
