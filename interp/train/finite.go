package train

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/learn"
	"cnnlang/interp/internal/plan"
	"cnnlang/interp/train/dataset"
	"cnnlang/interp/train/events"
	"cnnlang/ops/tensor"
)

// OnNaN says what is done when a step is not finite. It is not taken.
type OnNaN string

// What is done: training stops, or the batch is passed over, or that and from then on rates are half of what they were.
const (
	Stop    OnNaN = "stop"
	Skip    OnNaN = "skip"
	Backoff OnNaN = "backoff"
)

// MostNaNs is how many steps in a row may be passed over, of an epoch all but one.
const MostNaNs = 5

// mostLooks is of how many steps in a run it is looked for where they stop to be finite, which takes as long as some steps.
const mostLooks = 10

// A NotFiniteError says that a step was not taken because its loss, a statistic or a gradient was infinite or no number.
type NotFiniteError struct {
	Step, Epoch int // from 1
	Rate        float64
	Pictures    []string // of the batch
	// Path is the step of the net whose value, or whose gradient if Backward, is the first that is not finite, in the
	// order in which they are computed; "" if that is not known.
	Path     string
	Backward bool
	// The largest finite magnitudes of tensors that learn, and of gradients.
	LargestWeight, LargestGradient float64
	Action                         OnNaN
}

func (e *NotFiniteError) Error() string {
	where := "its loss, a statistic or a gradient is not finite"
	switch {
	case e.Path != "" && e.Backward:
		where = "the gradient at " + e.Path + " is not finite"
	case e.Path != "":
		where = "the value of " + e.Path + " is not finite"
	}
	text := fmt.Sprintf("train: step %d, in epoch %d, is not taken: %s; the rate is %.3g, the largest weight %.3g, the largest gradient %.3g",
		e.Step, e.Epoch, where, e.Rate, e.LargestWeight, e.LargestGradient)
	const few = 3
	if n := len(e.Pictures); n > 0 {
		text += "; the batch has " + strings.Join(e.Pictures[:min(few, n)], ", ")
		if n > few {
			text += fmt.Sprintf(" and %d more", n-few)
		}
	}
	return text
}

func (e *NotFiniteError) Unwrap() error { return learn.ErrNotFinite }

// event is the error as the log has it.
func (e *NotFiniteError) event() *events.NaN {
	direction := "forward"
	if e.Backward {
		direction = "backward"
	}
	return &events.NaN{Step: e.Step, Path: e.Path, Direction: direction, Pictures: e.Pictures, Rate: events.Number(e.Rate),
		LargestWeight: events.Number(e.LargestWeight), LargestGradient: events.Number(e.LargestGradient), Action: string(e.Action)}
}

// notFinite does what is to be done about a step that is not. It returns the error if training ends.
func (t *Trainer) notFinite(ctx context.Context, b *dataset.Batch, inputs [][]float32, rate float64) error {
	e := &NotFiniteError{Step: t.taken() + 1, Epoch: t.epoch + 1, Rate: rate, Action: t.o.OnNaN}
	if e.Action == "" || t.inRow == MostNaNs || t.passed+1 == t.loader.Batches() {
		e.Action = Stop
	}
	for _, i := range b.Pictures {
		e.Pictures = append(e.Pictures, t.o.Data.Train.Name(i))
	}
	e.LargestWeight, e.LargestGradient = t.phase.learner.Largest()
	if e.Action == Stop && t.rescue != nil {
		if err := t.rescue(); err != nil { // before memory is taken for a look
			return err
		}
	}
	if t.looks < mostLooks {
		t.looks++
		if err := t.look(ctx, e, inputs); err != nil {
			return err
		}
	}
	if t.tell != nil {
		t.tell(e.event())
	}
	if e.Action == Stop {
		return e
	}
	t.next++
	t.passed++
	t.inRow++
	if e.Action == Backoff {
		t.factor /= 2
	}
	return nil
}

// look finds the first value that is not finite, if there is memory for that.
func (t *Trainer) look(ctx context.Context, e *NotFiniteError, inputs [][]float32) error {
	const most = 1 << 28 // bytes
	refused := false
	affords := func(m plan.Memory) error {
		if t.o.MaxMemory > 0 && t.need+m.Total() > t.o.MaxMemory {
			refused = true
			return errors.New("train: there is no memory for a look")
		}
		return nil
	}
	tensors := func(p graph.Param) (tensor.Tensor, error) { return t.tensors[p.Path], nil }
	var n *graph.Node
	err := t.phase.learner.Passes(inputs, func(pass [][]float32) (found bool, err error) {
		n, err = learn.FirstNotFinite(ctx, t.phase.step, tensors, t.workers, pass, most, affords)
		return n != nil, err
	})
	switch {
	case refused:
		return nil
	case err != nil:
		return err
	case n != nil:
		e.Path, e.Backward = strings.CutSuffix(n.Path, "'")
		if i := t.phase.inputAt(n); i >= 0 {
			e.Path = t.phase.frozen.split.Frozen.Outputs[i].Node.Path
		}
	}
	return nil
}

// inputAt is the place of a node among the values of what is frozen, -1 for none.
func (p *phase) inputAt(n *graph.Node) int {
	if p.frozen == nil {
		return -1
	}
	for i, in := range p.step.Inputs[:len(p.frozen.split.Frozen.Outputs)] {
		if in == n {
			return i
		}
	}
	return -1
}

// finite reports whether all numbers of the tensors are: the next step would tell, if there were one.
func (t *Trainer) finite() bool {
	for _, x := range t.Tensors() {
		for _, v := range x.Data {
			if v-v != 0 {
				return false
			}
		}
	}
	return true
}
