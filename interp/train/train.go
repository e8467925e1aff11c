// Package train trains nets: it takes a net, pictures and a recipe, and changes the net's tensors step by
// step.
//
//	tensors ──┐
//	recipe ───┼─ New ──▶ Trainer ── Epoch ──▶ tensors that have learned, and what the epoch has come to
//	data ─────┘
//
// Every bit of the result follows from the net, the tensors, the data, the recipe and the kernels, and none
// from the number of threads.
package train

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/interp/internal/gradient"
	"cnnlang/interp/internal/learn"
	"cnnlang/interp/internal/plan"
	"cnnlang/interp/train/dataset"
	"cnnlang/interp/train/events"
	"cnnlang/interp/train/metrics"
	"cnnlang/interp/train/optim"
	"cnnlang/interp/train/recipe"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// Options say what is trained, on what and how.
type Options struct {
	// Net is the net at the size of its pictures, as many at once as Recipe.Pass says, with as many classes as the data have.
	Net *interp.Net
	// Recipe is how.
	Recipe recipe.Recipe
	// Data are the pictures.
	Data *dataset.Data
	// Tensors are those that a file gave, by path, in the shapes of the net; others are drawn. They are changed.
	Tensors map[string]tensor.Tensor
	Threads int // 0 is one for each core
	// Precision is that of what is frozen before all that learns, which runs as in a run.
	Precision interp.Precision
	// Keep is how many bytes of the values of that stay in memory, so that they are computed only once; 0 is 1 GiB.
	Keep int64
	// Features is a file for these values, "" for none: it is read if it exists, and written by Run.
	Features string
	// MaxMemory is how many bytes training may take, 0 for no limit.
	MaxMemory int64
	// Asked is kept in the state for whoever goes on: what was asked for, in words of the caller's own, which
	// AskedFor gives back.
	Asked string
	// OnNaN says what is done when a step is not finite; "" is Stop.
	OnNaN OnNaN
	// SaveEvery is after how long Run saves the state, beside after each epoch; 0 is five minutes. Now tells it the time; nil
	// is the clock's.
	SaveEvery time.Duration
	Now       func() time.Time
	// Stepped, if not nil, is told of every step.
	Stepped func(Step)
	// Writing, if not nil, is locked while Run writes files.
	Writing sync.Locker
}

// A Step is what one step has come to.
type Step struct {
	Step, Epoch     int       // from 1
	Loss            float64   // with the side heads
	Losses          []float64 // of the heads, the main one first; valid until the next step
	Rate, Norm      float64   // of all gradients together, before clipping
	Loaded, Learned time.Duration
}

// A Trainer is a net that is being trained. One goroutine at a time uses it.
type Trainer struct {
	o       Options
	batch   int
	tensors map[string]tensor.Tensor
	fresh   map[string]bool // tensors that no file gave
	workers *task.Workers
	targets *targets
	phase   *phase
	epoch   int     // that is learned from
	next    int     // its next batch
	passed  int     // of those before it, that gave no step
	sum     float64 // of the losses of its steps
	inRow   int     // batches that gave no step since the last step
	factor  float64 // of all rates
	result  learn.Result
	best    Record
	report  *metrics.Report // of the best epoch, if that is one of this run
	loader  dataset.Loader
	need    int64                    // bytes of this phase
	most    int64                    // of any phase
	exact   map[string]tensor.Tensor // statistics that Recompute made
	learned *Outcome                 // of an epoch that Run has not checked yet
	looks   int                      // for values that are not finite
	moved   string                   // see Moved

	// Of Run, nil outside: told of events, called between steps, and before training ends by a step that is not finite.
	tell    func(events.Event)
	between func() error
	rescue  func() error
}

// A phase is the epochs in which the same tensors learn.
type phase struct {
	head     bool // only those that no file gave
	step     *gradient.Step
	learner  *learn.Learner[float32]
	frozen   *frozen // nil if nothing is
	schedule optim.Schedule
	steps    int // before its first
}

// New prepares a training. Close it after use. Its error is a *MisfitError, or an *interp.MemoryError.
func New(o Options) (*Trainer, error) {
	r := &o.Recipe
	switch {
	case r.Batch%r.Pass() != 0:
		return nil, misfit("a batch has %d pictures, which `micro` does not divide into parts of %d", r.Batch, r.Pass())
	case o.Data.Train.Len() < r.Batch:
		return nil, misfit("there are %d pictures to learn from and a batch has %d; take a smaller one with `batch = %d`, or less", o.Data.Train.Len(), r.Batch, o.Data.Train.Len())
	case o.Net.Graph.Images() != r.Pass():
		return nil, misfit("%s is made for %d pictures at once, and the recipe takes %d", o.Net.Name, o.Net.Graph.Images(), r.Pass())
	}
	if r.Loss.Kind == recipe.FromData {
		r.Loss.Kind = recipe.CrossEntropy
		switch n, binary := o.Data.Targets(); {
		case o.Data.Pairs():
			r.Loss.Kind = recipe.L1
		case n > 0 && binary:
			r.Loss.Kind = recipe.BCE
		case n > 0:
			r.Loss.Kind = recipe.MSE
		}
	}
	t := &Trainer{o: o, batch: r.Batch, factor: 1, tensors: map[string]tensor.Tensor{}, fresh: map[string]bool{}}
	owners := owners(o.Net.Graph)
	for _, p := range o.Net.Graph.Params(true) {
		if given, ok := o.Tensors[p.Path]; ok {
			if !given.Shape.Equal(p.Shape) {
				return nil, misfit("the tensor %s has the shape %v, want %v", p.Path, given.Shape, p.Shape)
			}
			t.tensors[p.Path] = given
			continue
		}
		t.tensors[p.Path], t.fresh[p.Path] = initial(owners[p.Path], p, r.Init, r.Seed), true
	}
	if r.ZeroLastBN {
		for _, path := range lastOfBranches(o.Net.Graph) {
			if t.fresh[path] {
				clear(t.tensors[path].Data)
			}
		}
	}
	if err := o.Precision.Supported(); err != nil {
		return nil, err
	}
	t.loader = dataset.Loader{Set: o.Data.Train, Batch: t.batch, Threads: o.Threads, Seed: r.Seed,
		Shuffle: true, Balance: r.Balance, Augment: true, DropRest: true}
	t.workers = task.NewWorkers(o.Threads)
	var err error
	if t.targets, err = newTargets(o.Net.Graph, o.Data, r); err == nil {
		err = t.checkStatistics()
	}
	if err == nil {
		err = t.begin(false)
	}
	if err == nil && r.HeadEpochs > 0 && len(t.fresh) > 0 && len(t.fresh) < len(t.tensors) { // now that all has been found to fit
		err = t.begin(true)
	}
	if err == nil {
		err = t.checkKept()
	}
	if err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

// A MisfitError says what of a recipe, a net and its data does not go together.
type MisfitError struct{ Problem string }

func (e *MisfitError) Error() string { return "train: " + e.Problem }

func misfit(format string, args ...any) error { return &MisfitError{fmt.Sprintf(format, args...)} }

// Close ends the trainer's threads.
func (t *Trainer) Close() {
	if t.phase != nil {
		t.phase.frozen.close()
	}
	t.workers.Close()
}

// begin begins a phase.
func (t *Trainer) begin(head bool) error {
	r := &t.o.Recipe
	p := newPolicy(t.o.Net.Graph, r, t.fresh, !head)
	opts, err := t.options(head)
	if err != nil {
		return err
	}
	split := gradient.SplitOf(t.o.Net.Graph, opts)
	opts.Heads = split.Heads
	step, err := gradient.Of(split.Learning, opts)
	if err != nil {
		return misfit("%s", strings.TrimPrefix(err.Error(), "gradient: "))
	}
	checking := int64(0)
	if split.Frozen == nil {
		if checking, err = t.checking(); err != nil {
			return err
		}
	}
	affords := func(m plan.Memory) error { return t.affords(m, checking) }
	engine, err := learn.NewEngine(step, func(p graph.Param) (tensor.Tensor, error) { return t.tensors[p.Path], nil }, t.workers, affords)
	if err != nil {
		return err
	}
	steps := 0
	if t.phase != nil {
		t.phase.frozen.close()
		steps = t.phase.steps + t.phase.learner.Taken()
	}
	t.targets.heads = len(opts.Heads)
	t.phase = &phase{head: head, steps: steps, step: step,
		learner: learn.New(step, engine, func(p graph.Param) []float32 { return t.tensors[p.Path].Data }, learn.Settings{
			Optimizer: r.Optimizer, ClipNorm: r.ClipNorm, ClipValue: r.ClipValue, Decay: p.decay, Factor: p.factor,
			Momentum: r.BNMomentum, Average: r.EMA, Warm: r.WarmEMA, Seed: r.Seed, Passes: r.Batch / r.Pass(),
		}, t.workers)}
	if !head {
		t.phase.schedule = optim.NewSchedule(r, t.loader.Batches())
	}
	if split.Frozen == nil {
		return nil
	}
	t.phase.frozen = newFrozen(t, split, head)
	return t.phase.frozen.plan()
}

// checking is how many bytes the model takes that checks after an epoch, beside what learns; 0 where no pictures are checked with.
func (t *Trainer) checking() (int64, error) {
	if t.o.Data.Val.Len() == 0 {
		return 0, nil
	}
	m, err := t.o.Net.Memory(context.Background(), interp.Options{Threads: t.o.Threads})
	return m.Total(), err
}

// affords refuses a plan that with the tensors, what is kept of each, the pictures, and what is beside it, takes more than it may.
func (t *Trainer) affords(m plan.Memory, beside int64) error {
	numbers := 0
	for _, x := range t.tensors {
		numbers += len(x.Data)
	}
	copies := 1 + len(optim.Slots(t.o.Recipe.Optimizer))
	if t.o.Recipe.EMA > 0 {
		copies++
	}
	if t.o.Recipe.Micro > 0 {
		copies++ // of the gradients
	}
	const bytes = 4
	t.need = m.Total() + int64(numbers)*bytes*int64(copies) + t.loader.Memory()
	return t.takes(beside)
}

// takes refuses bytes beside those of a phase if all are more than it may take.
func (t *Trainer) takes(beside int64) error {
	t.most = max(t.most, t.need+beside)
	return t.within(t.need + beside)
}

// within refuses more bytes than it may take.
func (t *Trainer) within(need int64) error {
	if most := t.o.MaxMemory; most > 0 && need > most {
		return &interp.MemoryError{Net: "training " + t.o.Net.Name, Need: need, Max: most}
	}
	return nil
}

// Memory is how many bytes the epochs take that come next.
func (t *Trainer) Memory() int64 { return t.most }

// options say what learns from what in a phase.
func (t *Trainer) options(head bool) (gradient.Options, error) {
	r := &t.o.Recipe
	all, err := heads(t.o.Net.Graph, r.Loss, r.Sides)
	p := newPolicy(t.o.Net.Graph, r, t.fresh, !head)
	return gradient.Options{Heads: all, Learns: p.learns, Stored: p.stored}, err
}

// Fresh are the paths of the tensors that no file gave, sorted.
func (t *Trainer) Fresh() (paths []string) {
	for path := range t.fresh {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	return paths
}

// Epochs is how many there are, those of the head alone included.
func (t *Trainer) Epochs() int {
	if len(t.fresh) == 0 || len(t.fresh) == len(t.tensors) {
		return t.o.Recipe.Epochs
	}
	return t.o.Recipe.HeadEpochs + t.o.Recipe.Epochs
}

// An Outcome is what an epoch has come to.
type Outcome struct {
	Head  bool    // only tensors learned that no file gave
	Steps int     // of this call
	Loss  float64 // the mean over the steps, side heads included
	Rate  float64 // of the last step
	// Waited is how long it waited for data, of what it took.
	Waited, Took time.Duration
}

// Epoch learns from all pictures once, or from those that are left of an epoch that was cut off. Its error is that of
// the data, a *NotFiniteError, or that of ctx once that has ended; the steps before it were taken, and another
// call goes on behind them.
func (t *Trainer) Epoch(ctx context.Context) (Outcome, error) {
	if t.phase.head && t.epoch == t.o.Recipe.HeadEpochs {
		if err := t.begin(false); err != nil {
			return Outcome{}, err
		}
	}
	out := Outcome{Head: t.phase.head, Rate: t.rate()}
	t.exact = nil
	began := time.Now()
	waited := began
	loader := &t.loader
	if f := t.phase.frozen; f != nil {
		if err := f.keep(); err != nil {
			return Outcome{}, err
		}
		loader = &f.train.loader
	}
	for b, err := range loader.Epoch(ctx, t.epoch, t.next) {
		if err != nil {
			return out, err
		}
		taken, err := t.step(ctx, b, waited)
		if err != nil {
			return out, err
		}
		out.Steps++
		out.Rate = taken.Rate
		out.Waited += taken.Loaded
		waited = time.Now()
	}
	out.Loss, out.Took = t.sum/float64(t.next-t.passed), time.Since(began)
	t.epoch, t.next, t.passed, t.sum = t.epoch+1, 0, 0, 0
	return out, nil
}

// step takes a step, or passes over a batch that gives none. It has waited for the batch since then.
func (t *Trainer) step(ctx context.Context, b *dataset.Batch, waited time.Time) (Step, error) {
	start := time.Now()
	s := Step{Epoch: t.epoch + 1, Rate: t.rate(), Loaded: start.Sub(waited)}
	inputs, err := t.inputs(ctx, b)
	if err != nil {
		return s, err
	}
	inputs = t.targets.beside(inputs, b)
	err = t.phase.learner.Step(ctx, inputs, s.Rate, &t.result)
	if errors.Is(err, learn.ErrNotFinite) {
		return s, t.notFinite(ctx, b, inputs, s.Rate)
	}
	if err != nil {
		return s, err
	}
	s.Step, s.Losses, s.Norm, s.Loss = t.taken(), t.result.Losses, t.result.Norm, t.total(t.result.Losses)
	t.sum += s.Loss
	t.next++
	t.inRow = 0
	if t.o.Stepped != nil {
		s.Learned = time.Since(start)
		t.o.Stepped(s)
	}
	if t.between != nil {
		err = t.between()
	}
	return s, err
}

// inputs are the pictures of a batch, or the values at the cut.
func (t *Trainer) inputs(ctx context.Context, b *dataset.Batch) ([][]float32, error) {
	if f := t.phase.frozen; f != nil {
		return f.of(ctx, b, &f.train)
	}
	return [][]float32{b.Inputs.Data}, nil
}

// taken is how many steps were.
func (t *Trainer) taken() int { return t.phase.steps + t.phase.learner.Taken() }

// total is the loss with the side heads, each with its weight.
func (t *Trainer) total(losses []float64) float64 {
	sum, i := losses[0], 1
	for _, weight := range t.o.Recipe.Sides {
		if weight != 0 && i < len(losses) {
			sum += weight * losses[i]
			i++
		}
	}
	return sum
}

// rate is that of the next step: the recipe's while only the head learns, then what the schedule says.
func (t *Trainer) rate() float64 {
	rate := t.o.Recipe.Optimizer.LR * t.factor
	if t.phase.head {
		return rate
	}
	return rate * t.phase.schedule.Share(t.phase.learner.Taken())
}
