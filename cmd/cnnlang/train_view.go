package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"cnnlang/interp/train"
	"cnnlang/interp/train/events"
	"cnnlang/ops/exec"
)

// A trainView shows a training while it goes on: to people, to a log, and as a picture.
type trainView struct {
	app      *app
	flags    *trainFlags
	argument string
	options  *train.Options

	start   *events.Start
	table   trainTable
	log     *os.File // nil for none
	drawn   *drawnCurves
	pending func(left time.Duration) // writes what comes before the first row, as soon as it is known how long all takes
	row     string                   // the last one, for --quiet
	bad     error                    // the first that kept something from being written that is not the result

	hints    trainHints
	last     train.Step
	head     bool
	inEpoch  int // steps of this epoch, those of a run before included
	began    time.Time
	steps    int     // of this epoch, of this run
	sum      float64 // of their losses
	rows     int     // that were shown
	reported time.Time
}

// warm is how many steps of an epoch say how long the others take: the first has its memory to get.
const warm = 3

// run trains, and shows it.
func (v *trainView) run(ctx context.Context, t *train.Trainer) error {
	isa, err := exec.ISA()
	if err != nil {
		return err
	}
	v.start = t.Start(versionOf().Version, isa)
	data := v.options.Data
	n, _ := data.Targets()
	v.table = trainTable{checked: data.Val.Len() > 0, classes: n == 0, pairs: data.Pairs()}
	if err := v.open(ctx); err != nil {
		return err
	}
	v.announce(t)
	v.tell(v.start)
	for _, bad := range v.options.Data.Bad {
		v.tell(&events.BadPicture{File: bad.Path, Message: bad.Problem})
	}
	v.app.afterInterrupt(v.flags.goesOn())
	v.app.enduring.Store(true)
	end, err := t.Run(ctx, v.flags.output.value, v.tell)
	v.app.progress("")
	nothing := end != nil && end.Reason == "done" && v.start.Resumed && end.Step == v.start.FirstStep
	if !nothing {
		v.announced(0)
	}
	if end != nil && !v.lines() {
		if nothing {
			v.print(fmt.Sprintf("all %s were taken before; with more --epochs it goes on\n", plural(v.start.Epochs, "epoch", "epochs")))
		}
		if v.flags.quiet {
			v.print(v.row)
		}
		v.print("\n" + v.verdict(t, end))
		if err == nil {
			v.print(v.next() + "\n")
		}
	}
	if v.log != nil {
		err = errors.Join(err, v.log.Close())
	}
	if err == nil {
		err = v.bad
	}
	return err
}

// lines reports whether events go to standard output.
func (v *trainView) lines() bool { return v.flags.format.value == "jsonl" }

// print writes to standard output at once.
func (v *trainView) print(text string) {
	v.app.row.Lock()
	defer v.app.row.Unlock()
	_, err := v.app.stdout.WriteString(text)
	if err == nil {
		err = v.app.stdout.Flush()
	}
	v.failed(err)
}

// failed keeps the first error of what is no part of the result: the training goes on.
func (v *trainView) failed(err error) {
	if err != nil && v.bad == nil {
		v.bad = err
		v.app.tell("warning", plain(err)+"; the training goes on")
	}
}

// announce writes what is known before the first step.
func (v *trainView) announce(t *train.Trainer) {
	v.pending = func(time.Duration) {}
	if v.lines() || v.flags.quiet {
		return
	}
	v.print(v.data() + "\n" + v.net(t) + "\n")
	if v.start.Resumed {
		v.print(fmt.Sprintf("goes on after step %d\n", v.start.FirstStep))
	}
	v.pending = func(left time.Duration) { v.print(v.plan(t, left) + "\n" + v.table.head()) }
}

// announced writes the rest of it, once.
func (v *trainView) announced(left time.Duration) {
	v.pending(left)
	v.pending = func(time.Duration) {}
}

// tell shows an event.
func (v *trainView) tell(e events.Event) {
	v.record(e)
	switch e := e.(type) {
	case *events.Start:
		v.began = time.Now()
	case *events.Epoch:
		v.app.progress("")
		v.announced(0)
		v.row = v.table.row(e)
		if !v.lines() && !v.flags.quiet {
			v.print(v.row)
		}
		v.rows++
		v.inEpoch, v.steps, v.sum, v.began = 0, 0, 0, time.Now()
		v.draw(e)
		for _, hint := range v.hints.epoch(e) {
			v.app.tell("hint", hint)
		}
	case *events.NaN:
		if e.Action != string(train.Stop) { // the error says it then
			v.inEpoch++
			v.app.tell("warning", passedOver(e))
		}
	}
}

// record writes an event where it is asked for.
func (v *trainView) record(e events.Event) {
	if v.lines() {
		v.app.documented = true
		v.app.row.Lock()
		err := events.Write(v.app.stdout, e)
		if err == nil {
			err = v.app.stdout.Flush()
		}
		v.app.row.Unlock()
		v.failed(err)
	}
	if v.log != nil {
		if err := events.Write(v.log, e); err != nil {
			v.failed(unwritten(v.flags.log.value, err))
		}
	}
}

// stepped is told of every step.
func (v *trainView) stepped(s train.Step) {
	if v.lines() || v.log != nil {
		v.record(stepEvent(s))
	}
	if v.last.Epoch != s.Epoch && v.steps == 0 {
		v.inEpoch = (s.Step - 1) % v.start.StepsPerEpoch
	}
	v.last = s
	v.hints.stepped(s)
	v.head = s.Epoch <= v.start.Epochs-v.options.Recipe.Epochs
	v.inEpoch++
	v.steps++
	v.sum += s.Loss
	if v.steps == 1 {
		v.began = time.Now() // the first step has memory to get
		v.reported = v.began
		return
	}
	if v.steps > warm && v.rows == 0 {
		v.announced(v.allLeft())
	}
	if v.flags.quiet || v.lines() {
		return
	}
	if v.app.columns() > 0 {
		v.app.progress("%s", v.bar(v.app.columns()))
	} else if now := time.Now(); now.Sub(v.reported) >= time.Minute {
		v.reported = now
		v.announced(v.allLeft())
		v.print(v.bar(0) + "\n")
	}
}

// loss is the mean of the epoch so far.
func (v *trainView) loss() float64 { return v.sum / float64(max(1, v.steps)) }

// speed is how many pictures it learns from in a second.
func (v *trainView) speed() float64 {
	took := time.Since(v.began).Seconds()
	return float64((v.steps-1)*v.options.Recipe.Batch) / max(took, 1e-9)
}

// epochLeft is how long the epoch goes on learning.
func (v *trainView) epochLeft() time.Duration {
	return time.Duration(float64(v.start.StepsPerEpoch-v.inEpoch) * float64(v.step()))
}

// step is how long one takes.
func (v *trainView) step() time.Duration {
	return time.Since(v.began) / time.Duration(max(1, v.steps-1))
}

// allLeft is about how long the training goes on: a picture to check with takes a third of one to learn from, as
// it needs no gradients, and so does one where only new tensors learn, of which later epochs know what has been computed.
func (v *trainView) allLeft() time.Duration {
	r := v.options.Recipe
	full, head := float64(v.step()), float64(v.step())
	if v.head {
		full = 3 * head
	} else {
		head = full / 3
	}
	checks := full / 3 * float64(v.options.Data.Val.Len()) / float64(r.Batch)
	heads := v.start.Epochs - r.Epochs
	switch {
	case r.Views < 0:
		heads = min(heads, train.UsualViews)
	case r.Views > 0:
		heads = min(heads, r.Views)
	}
	heads = max(0, heads-(v.last.Epoch-1))
	rest := v.start.Epochs - max(v.last.Epoch-1, v.start.Epochs-r.Epochs)
	steps := float64(v.start.StepsPerEpoch)
	all := float64(heads)*(steps*head+checks) + float64(rest)*(steps*full+checks)
	if v.head {
		return time.Duration(all - float64(v.inEpoch)*head)
	}
	return time.Duration(all - float64(v.inEpoch)*full)
}

// stepEvent is a step as the log has it.
func stepEvent(s train.Step) *events.Step {
	e := &events.Step{
		Step: s.Step, Epoch: s.Epoch, Loss: events.Number(s.Loss), Rate: events.Number(s.Rate), GradientNorm: events.Number(s.Norm),
		LoadMS: events.Number(s.Loaded.Seconds() * 1e3), ComputeMS: events.Number(s.Learned.Seconds() * 1e3),
	}
	if len(s.Losses) > 1 {
		main := events.Number(s.Losses[0])
		e.MainLoss = &main
		for _, l := range s.Losses[1:] {
			e.SideLosses = append(e.SideLosses, events.Number(l))
		}
	}
	return e
}
