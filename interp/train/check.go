package train

import (
	"context"

	"cnnlang/interp/train/dataset"
	"cnnlang/interp/train/events"
	"cnnlang/interp/train/metrics"
	"cnnlang/interp/train/recipe"
	"cnnlang/ops"
)

// A Record is the best epoch so far.
type Record struct {
	Epoch int     `json:"epoch"` // from 1, 0 for none yet
	Loss  float64 `json:"loss"`  // of validation
	Top1  float64 `json:"top1"`  // of pictures with classes
	PSNR  float64 `json:"psnr,omitempty"`
}

// check is what the pictures to check with say of the tensors as they are now, and the report where they have classes.
func (t *Trainer) check(ctx context.Context) (now Record, report *metrics.Report, err error) {
	now.Epoch = t.epoch
	if n, _ := t.o.Data.Targets(); n > 0 && t.o.Data.Val.Len() > 0 {
		apart := t.newDistance()
		err = t.computed(ctx, apart.add)
		n := float64(t.o.Data.Val.Len())
		now.Loss, now.PSNR = apart.sum/n, apart.psnr/n
		return now, nil, err
	}
	if report, err = t.Validate(ctx); report != nil {
		now.Loss, now.Top1 = report.Loss, report.Top(1)
	}
	return now, report, err
}

// tell puts what was checked into an event.
func (r Record) tell(e *events.Epoch, report *metrics.Report, d *dataset.Data) {
	e.ValLoss, e.ValTop1, e.ValPSNR = r.numbers(d)
	if report != nil && len(report.Classes) > 5 {
		e.ValTop5 = number(report.Top(5))
	}
}

// numbers are those that there are of some data.
func (r Record) numbers(d *dataset.Data) (loss, top1, psnr *events.Number) {
	n, _ := d.Targets()
	switch {
	case d.Val.Len() == 0:
	case d.Pairs():
		return number(r.Loss), nil, number(r.PSNR)
	case n > 0:
		return number(r.Loss), nil, nil
	default:
		return number(r.Loss), number(r.Top1), nil
	}
	return nil, nil, nil
}

// Validate is what the pictures to check with say of the tensors as they are now, nil where there are none that have classes.
func (t *Trainer) Validate(ctx context.Context) (*metrics.Report, error) {
	if n, _ := t.o.Data.Targets(); n > 0 || t.o.Data.Val.Len() == 0 {
		return nil, nil
	}
	r := newRating(t.o.Net, 0)
	if err := t.computed(ctx, r.add); err != nil {
		return nil, err
	}
	return r.counter.Report(), nil
}

// computed passes on the outputs for the pictures to check with.
func (t *Trainer) computed(ctx context.Context, use func(*dataset.Batch, []float32)) error {
	if f := t.phase.frozen; f != nil {
		return f.computed(ctx, use)
	}
	return computed(ctx, t.o.Net, t.Tensors(), t.o.Data.Val, t.o.Threads, use)
}

// A distance adds up how far outputs are from targets.
type distance struct {
	loss          recipe.Loss
	probabilities bool
	data          *dataset.Data
	sum, psnr     float64
	made, want    []float64 // pictures
}

func (t *Trainer) newDistance() *distance {
	out, loss := t.o.Net.Graph.Output(), t.o.Recipe.Loss
	k := out.Shape[1:].Elements()
	return &distance{loss: loss, probabilities: compared(out, ops.LossKind(loss.Kind)) != out, data: t.o.Data, made: make([]float64, k), want: make([]float64, k)}
}

func (d *distance) add(b *dataset.Batch, outputs []float32) {
	k := len(d.made)
	for i := range b.Pictures {
		made, want := outputs[i*k:][:k], b.Targets[i*k:][:k]
		d.sum += meanLoss(d.loss, made, want, d.probabilities)
		if d.data.Pairs() {
			d.data.Brightness(d.made, made)
			d.data.Brightness(d.want, want)
			d.psnr += metrics.PSNR(d.made, d.want)
		}
	}
}
