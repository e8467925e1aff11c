package serve

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"cnnlang/ops/tensor"
)

// A job is the images of one request.
type job struct {
	ctx     context.Context
	inputs  []tensor.Tensor // one for each input of the net: images times its size
	outputs []tensor.Tensor // the same for its outputs, filled image by image
	came    time.Time
	left    atomic.Int32 // images that are not computed yet
	began   atomic.Int64 // when the last of its images began, in ns behind came
	failed  atomic.Pointer[error]
	done    chan struct{}
}

// image says that one image of the job is computed, or why it was not.
func (j *job) image(err error) {
	if err != nil {
		j.failed.CompareAndSwap(nil, &err)
	}
	if j.left.Add(-1) == 0 {
		close(j.done)
	}
}

// A unit is one image of a job.
type unit struct {
	job   *job
	image int
}

// A queue holds images that wait, in the order in which they came, up to a limit. Images of different
// requests are taken together.
type queue struct {
	mu     sync.Mutex
	moved  sync.Cond // something came, was due, or the queue was closed
	units  []unit
	most   int
	closed bool
}

func newQueue(most int) *queue {
	q := &queue{most: most}
	q.moved.L = &q.mu
	return q
}

// put adds all images of a job, or none: ok is false where they have no room, open where the queue was closed.
func (q *queue) put(j *job, images int) (ok, open bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false, false
	}
	// A request of more images than the queue holds is taken where nothing waits.
	if len(q.units)+images > q.most && len(q.units) > 0 {
		return false, true
	}
	for i := range images {
		q.units = append(q.units, unit{j, i})
	}
	q.moved.Broadcast()
	return true, true
}

// drop takes away the images of a job that nobody waits for; those that are being computed are not here.
func (q *queue) drop(j *job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.units = slices.DeleteFunc(q.units, func(u unit) bool { return u.job == j })
}

// take waits for the first images, and for up to most of them until the oldest has waited so long. It returns
// none once the queue is closed and empty.
func (q *queue) take(into []unit, most int, wait time.Duration) []unit {
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		for len(q.units) == 0 {
			if q.closed {
				return nil
			}
			q.moved.Wait()
		}
		due := wait - time.Since(q.units[0].job.came)
		if len(q.units) >= most || due <= 0 || q.closed {
			n := min(most, len(q.units))
			into = append(into[:0], q.units[:n]...)
			rest := copy(q.units, q.units[n:])
			clear(q.units[rest:])
			q.units = q.units[:rest]
			return into
		}
		t := time.AfterFunc(due, func() { q.mu.Lock(); q.moved.Broadcast(); q.mu.Unlock() })
		q.moved.Wait()
		t.Stop()
	}
}

// close refuses further images. Those that wait are computed.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.moved.Broadcast()
}

// waiting is how many images wait.
func (q *queue) waiting() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.units)
}
