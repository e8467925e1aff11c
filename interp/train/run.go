package train

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"time"

	"cnnlang/interp"
	"cnnlang/interp/internal/weights"
	"cnnlang/interp/train/events"
	"cnnlang/interp/train/metrics"
	"cnnlang/ops/tensor"
)

// StateOf is the file beside a result that has all there is to go on with.
func StateOf(result string) string { return result + ".state" }

// Run learns until all epochs are done, or none of the last stop_after was the best, or ctx ends. After every epoch it
// validates where there are pictures for that, writes the tensors to the result if the epoch is the best, and the
// state beside it; without such pictures every epoch is. If ctx ends, the state has the last step. It tells
// what happens; it returns how it ended, and the error of a step that is not finite, of the data, or of writing.
func (t *Trainer) Run(ctx context.Context, result string, tell func(events.Event)) (*events.End, error) {
	began := time.Now()
	end := func(reason string, err error) (*events.End, error) {
		e := &events.End{Step: t.taken(), Epoch: t.epoch, Reason: reason,
			BestEpoch: t.best.Epoch, Seconds: events.Number(time.Since(began).Seconds())}
		if t.best.Epoch > 0 {
			e.File = result
			e.ValLoss, e.ValTop1, e.ValPSNR = t.best.numbers(t.o.Data)
		}
		tell(e)
		return e, err
	}
	t.follow(ctx, result, tell)
	for t.epoch < t.Epochs() || t.learned != nil {
		if stop := t.o.Recipe.StopAfter; stop > 0 && t.next == 0 && t.learned == nil && t.best.Epoch > 0 && t.epoch-t.best.Epoch >= stop {
			return end("no_progress", nil)
		}
		switch err := t.oneEpoch(ctx, result, tell); {
		case err == nil:
		case ctx.Err() != nil:
			if err := t.save(context.WithoutCancel(ctx), result, tell); err != nil {
				return end("interrupted", err)
			}
			return end("interrupted", ctx.Err())
		case is[*NotFiniteError](err):
			return end("nan", err)
		default:
			return nil, err
		}
	}
	return end("done", nil)
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// usualSaving is after how long the state is saved, if nothing else is said.
const usualSaving = 5 * time.Minute

// follow has events told, and the state saved, between steps.
func (t *Trainer) follow(ctx context.Context, result string, tell func(events.Event)) {
	now := t.o.Now
	if now == nil {
		now = time.Now
	}
	last, every := now(), cmp.Or(t.o.SaveEvery, usualSaving)
	t.tell = tell
	t.rescue = func() error { return t.save(ctx, result, tell) }
	t.between = func() error {
		if now().Sub(last) < every {
			return nil
		}
		err := t.save(ctx, result, tell)
		last = now()
		return err
	}
}

// oneEpoch learns, validates and writes.
func (t *Trainer) oneEpoch(ctx context.Context, result string, tell func(events.Event)) error {
	began := time.Now()
	if t.learned == nil {
		out, err := t.Epoch(ctx)
		if err != nil {
			return err
		}
		t.learned = &out
	}
	out := t.learned
	e := &events.Epoch{Epoch: t.epoch, Head: out.Head, Step: t.taken(), Loss: events.Number(out.Loss), Rate: events.Number(out.Rate),
		ImagesPerSecond: events.Number(float64(out.Steps*t.batch) / out.Took.Seconds()),
		Waiting:         events.Number(out.Waited.Seconds() / out.Took.Seconds())}
	if err := t.Recompute(ctx); err != nil {
		return err
	}
	now, report, err := t.check(ctx)
	if err != nil {
		return err
	}
	now.tell(e, report, t.o.Data)
	checked := t.o.Data.Val.Len() > 0
	e.Best = !math.IsNaN(now.Loss) && (!checked && t.finite() || checked && (t.best.Epoch == 0 || now.Top1 > t.best.Top1 || now.Top1 == t.best.Top1 && now.Loss < t.best.Loss))
	if e.Best {
		best, told := t.best, t.report
		t.best, t.report = now, report
		if err := t.writing(func() error { return t.Write(ctx, result) }); err != nil {
			t.best, t.report = best, told // the epoch is checked again where the training goes on
			return err
		}
	}
	t.learned = nil
	e.Seconds = events.Number(time.Since(began).Seconds())
	tell(e)
	return t.save(ctx, result, tell)
}

func number(v float64) *events.Number {
	n := events.Number(v)
	return &n
}

func (t *Trainer) save(ctx context.Context, result string, tell func(events.Event)) error {
	file := StateOf(result)
	if err := t.writing(func() error { return t.Save(ctx, file) }); err != nil {
		return err
	}
	tell(&events.Checkpoint{Step: t.taken(), File: file})
	return t.phase.frozen.save(ctx)
}

// writing holds the lock while a file is written.
func (t *Trainer) writing(write func() error) error {
	if t.o.Writing != nil {
		t.o.Writing.Lock()
		defer t.o.Writing.Unlock()
	}
	return write()
}

// Report is what the pictures to check with say of the best epoch, nil if there is none of this run.
func (t *Trainer) Report() *metrics.Report { return t.report }

// Write writes the tensors as they are now to a safetensors file, which PyTorch reads too, with what is known of the net, its
// classes and how it was trained: see interp.Net.Carried, and beside that
//
//	cnnlang.recipe     the section `train`, with its defaults
//	cnnlang.seed       of all random decisions
//	cnnlang.data       a digest of the pictures
//	cnnlang.validation the epoch, loss and top-1, in JSON
func (t *Trainer) Write(ctx context.Context, path string) error {
	about, err := t.o.Net.Carried(interp.LabelsOf(t.o.Data.Classes...))
	if err != nil {
		return err
	}
	about["cnnlang.recipe"] = t.o.Recipe.Text()
	about["cnnlang.seed"] = strconv.FormatUint(t.o.Recipe.Seed, 10)
	about["cnnlang.data"] = t.o.Data.Digest()
	if t.o.Data.Val.Len() > 0 {
		text, err := json.Marshal(t.best)
		if err != nil {
			return err
		}
		about["cnnlang.validation"] = string(text)
	}
	var list []weights.Named
	all := t.Tensors()
	for _, p := range t.o.Net.Graph.Params(true) {
		list = append(list, weights.Named{Name: p.Path, Tensor: tensor.From(all[p.Path].Data, p.Shape...)})
	}
	return weights.WriteWith(ctx, path, list, about)
}

// Start is the event with which a training begins.
func (t *Trainer) Start(version, isa string) *events.Start {
	learned := 0
	for _, p := range t.o.Net.Graph.Params(true) {
		if !p.Running && !t.frozen(p.Path) {
			learned += p.Shape.Elements()
		}
	}
	return &events.Start{Version: version, Time: time.Now().UTC().Format(time.RFC3339), Net: t.o.Net.Name, Recipe: t.o.Recipe.Text(),
		Seed: strconv.FormatUint(t.o.Recipe.Seed, 10), InstructionSet: isa, Threads: t.workers.Count(),
		Classes: len(t.o.Data.Classes), Training: t.o.Data.Train.Len(), Validation: t.o.Data.Val.Len(), Parameters: learned,
		Epochs: t.Epochs(), StepsPerEpoch: t.loader.Batches(),
		FirstStep: t.taken(), Resumed: t.phase.steps+t.phase.learner.Taken() > 0}
}

// frozen reports whether a tensor never learns.
func (t *Trainer) frozen(path string) bool {
	return (&policy{recipe: &t.o.Recipe}).frozen(path)
}
