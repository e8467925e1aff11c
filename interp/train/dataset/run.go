package dataset

import (
	"cmp"
	"context"
	"sync"
	"sync/atomic"

	"cnnlang/interp/train/augment"
	"cnnlang/interp/train/chance"
	"cnnlang/ops/tensor"
)

// A run makes the batches of an epoch. One goroutine gives out places of batches, in order, workers
// fill them, and whichever fills the last one finishes the batch:
//
//	free ──▶ dealer ──places──▶ workers ──▶ full
//	  ▲         └──────jobs, in order──────────┴──▶ next
//	  └──────────────────────────────────────────────┘
//
// There are ahead+1 batches, or fewer if the epoch has fewer, and no more memory than theirs.
type run struct {
	loader *Loader
	list   *augment.List
	ctx    context.Context
	cancel context.CancelFunc
	epoch  int
	order  []int
	counts []int // how often each picture came before a place, nil if none comes twice

	free   chan *job
	places chan place
	jobs   chan *job
	wait   sync.WaitGroup
	crash  atomic.Value
}

// A job is a batch that is being made.
type job struct {
	batch   Batch
	repeats []int   // how often each picture came before in the epoch
	all     Batch   // with room for the most pictures
	errors  []error // by place
	missing atomic.Int64
	full    chan struct{}
}

// A place is one picture of a batch.
type place struct {
	job *job
	at  int
}

// run starts the goroutines.
func (l *Loader) run(parent context.Context, epoch, from int) *run {
	ctx, cancel := context.WithCancel(parent)
	r := &run{loader: l, list: l.list(), ctx: ctx, cancel: cancel, epoch: epoch, order: l.Set.order(l, epoch),
		free: make(chan *job, ahead+1), places: make(chan place), jobs: make(chan *job, ahead+1)}
	if l.Balance {
		r.count()
	}
	for range min(ahead+1, l.Batches()-max(0, from)) {
		r.free <- r.job()
	}
	r.wait.Go(func() { r.deal(max(0, from)) })
	for range min(cmp.Or(l.Threads, l.Set.data.o.Threads), (ahead+1)*l.Batch) {
		r.wait.Go(r.work)
	}
	return r
}

// count says which time it is that a picture comes in the epoch.
func (r *run) count() {
	r.counts = make([]int, len(r.order))
	seen := make([]int, len(r.order))
	for place, i := range r.order {
		r.counts[place] = seen[i]
		seen[i]++
	}
}

// job makes the memory of a batch.
func (r *run) job() *job {
	l, d := r.loader, r.loader.Set.data
	n := min(l.Batch, l.Set.Len())
	j := &job{errors: make([]error, n), repeats: make([]int, n), full: make(chan struct{}, 1)}
	j.all = Batch{Inputs: tensor.New(append([]int{n}, d.o.Input...)...), Pictures: make([]int, n), Versions: make([]int, n)}
	if d.perItem > 0 {
		j.all.Targets = make([]float32, n*d.perItem)
	} else {
		j.all.Labels = make([]int, n)
		if r.mixes() {
			j.all.Targets = make([]float32, n*len(d.Classes))
		}
	}
	j.batch.Inputs.Shape = append(tensor.Shape{}, j.all.Inputs.Shape...)
	return j
}

// mixes reports whether pictures of a batch are mixed.
func (r *run) mixes() bool { return r.list != nil && r.list.Mixes() }

// deal gives out the places of all batches.
func (r *run) deal(from int) {
	defer close(r.places)
	for number := from; number < r.loader.Batches(); number++ {
		var j *job
		select {
		case j = <-r.free:
		case <-r.ctx.Done():
			return
		}
		r.begin(j, number)
		r.jobs <- j // there is room for all
		for at := range j.batch.Pictures {
			select {
			case r.places <- place{j, at}:
			case <-r.ctx.Done():
				return
			}
		}
	}
}

// begin makes a job ready for a batch.
func (r *run) begin(j *job, number int) {
	l, d := r.loader, r.loader.Set.data
	first := number * l.Batch
	n := min(l.Batch, len(r.order)-first)
	size := d.o.Input.Elements()
	j.batch.Number = number
	j.batch.Inputs.Shape[0], j.batch.Inputs.Data = n, j.all.Inputs.Data[:n*size]
	j.batch.Pictures, j.batch.Versions = j.all.Pictures[:n], j.all.Versions[:n]
	copy(j.batch.Pictures, r.order[first:])
	if r.counts != nil {
		copy(j.repeats, r.counts[first:first+n])
	}
	for i := range n {
		j.batch.Versions[i] = r.version(j.repeats[i])
	}
	clear(j.errors)
	if j.all.Labels != nil {
		j.batch.Labels = j.all.Labels[:n]
	}
	if k := len(j.all.Targets) / len(j.all.Pictures); k > 0 {
		j.batch.Targets = j.all.Targets[:n*k]
		clear(j.batch.Targets)
	}
	for i, picture := range j.batch.Pictures {
		at := l.Set.at[picture]
		switch {
		case d.pairs != nil: // decoded with the picture
		case d.perItem > 0:
			copy(j.batch.Targets[i*d.perItem:][:d.perItem], d.pool.dense[at*d.perItem:])
		case j.batch.Targets != nil:
			j.batch.Targets[i*len(d.Classes)+d.pool.labels[at]] = 1
		}
		if j.batch.Labels != nil {
			j.batch.Labels[i] = d.pool.labels[at]
		}
	}
	j.missing.Store(int64(n))
}

// work fills places until there are no more.
func (r *run) work() {
	defer func() {
		if crash := recover(); crash != nil {
			r.crash.Store(&crash)
			r.cancel()
		}
	}()
	w := worker{run: r}
	for p := range r.places {
		p.job.errors[p.at] = w.picture(p.job, p.at)
		if p.job.missing.Add(-1) == 0 {
			w.finish(p.job)
			p.job.full <- struct{}{}
		}
	}
}

// finish mixes the pictures of a batch, which then has shares of classes.
func (w *worker) finish(j *job) {
	if !w.mixes() {
		return
	}
	seed := chance.At(w.loader.Seed, w.epoch, j.batch.Number)
	w.list.Mix(&w.space, j.batch.Inputs.Data, j.batch.Targets, len(j.batch.Pictures), seed)
	j.batch.Labels = nil
}

// next waits for the next batch.
func (r *run) next() (*job, error) {
	var j *job
	select {
	case j = <-r.jobs:
	case <-r.ctx.Done():
		return nil, r.failed()
	}
	select {
	case <-j.full:
	case <-r.ctx.Done():
	}
	if r.ctx.Err() != nil {
		return nil, r.failed()
	}
	for _, err := range j.errors {
		if err != nil {
			return nil, err
		}
	}
	return j, nil
}

// failed is why the run ended.
func (r *run) failed() error {
	if crash, ok := r.crash.Load().(*any); ok { // a bug: let it surface where it was called
		panic(*crash)
	}
	return r.ctx.Err()
}

// stop ends the run and waits for its goroutines.
func (r *run) stop() {
	r.cancel()
	r.wait.Wait()
}
