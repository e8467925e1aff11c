package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"cnnlang/interp"
	"cnnlang/interp/rows"
)

// A many is one run over many images: their results go out one by one, in order, and those
// that cannot be read do not end it.
type many struct {
	app   *app
	flags *runFlags
	model *interp.Model
	rows  rowWriter
	sinks []taker
	meter counter

	// Images: bad could not be read, and results of lost not be written; strange are those with an
	// output that is not finite.
	good, bad, lost, strange int
}

// A taker is a sink with what it takes.
type taker struct {
	sink
	target target
	draws  *drawing
}

// runMany computes images from any source.
func (a *app) runMany(ctx context.Context, f *runFlags, argument string, images []string) (err error) {
	limit := interp.UsableMemory(f.maxMemory.value, f.maxMemory.given)
	collect(limit, 0)
	n, err := a.net(&f.selection, argument, f.batch.value[0])
	if err != nil {
		return err
	}
	if err := takesImages(n, f.manySets()); err != nil {
		return err
	}
	all, count, err := f.images(n, images, a)
	if err != nil {
		return err
	}
	if err := f.choose(n); err != nil {
		return err
	}
	some := images
	if len(some) == 0 {
		some = []string{"photo.jpg"} // for what is said of them
	}
	if err := a.adopt(f, n, argument, some); err != nil {
		return err
	}
	drawings, err := f.drawings(n)
	if err != nil {
		return err
	}
	model, err := a.model(ctx, f, n, interp.Options{
		Values: f.values(), Precision: f.precision.value[0], Threads: f.threads.value[0],
		MaxMemory: limit, Weights: f.origin.source(),
	})
	if err != nil {
		return err
	}
	defer model.Close()
	lanes, err := model.Lanes()
	if err != nil {
		return err
	}
	one := model.Memory(1)
	collect(limit, one.Weights+int64(lanes)*(one.Activations+one.Scratch))
	name(drawings, model)
	m := &many{app: a, flags: f, model: model, rows: a.rows(f, model)}
	if err := m.open(drawings); err != nil {
		return err
	}
	defer m.abandon()
	if err := m.head(model.Fit); err != nil {
		return err
	}
	restore, _ := collectAt(200) // an image leaves much garbage: half as often is a twentieth of the time
	defer restore()
	m.meter = counter{app: a, name: n.Name, began: time.Now()}
	if isTerminal(a.stderr) {
		a.doing("%s: looking for images", n.Name)
		m.meter.total = count()
		a.doing("%s: reading and computing images", n.Name)
	}
	for answer, err := range model.Each(ctx, f.spared(all)) {
		if err := m.take(answer, err); err != nil {
			return err
		}
	}
	return m.end(ctx)
}

// open prepares the files of --output, so that one that cannot be written ends the run before
// it begins. Those of single images come first, since they may be refused.
func (m *many) open(drawings map[target]*drawing) error {
	for _, t := range m.flags.output.value {
		s, err := sinkOf(t, drawings[t])
		if err != nil {
			m.abandon()
			return err
		}
		m.sinks = append(m.sinks, taker{s, t, drawings[t]})
	}
	slices.SortStableFunc(m.sinks, func(a, b taker) int {
		switch {
		case a.target.perImage() == b.target.perImage():
			return 0
		case a.target.perImage():
			return -1
		}
		return 1
	})
	m.app.onInterrupt(m.abandon)
	return nil
}

// abandon takes away the files that are not finished.
func (m *many) abandon() {
	for _, s := range m.sinks {
		s.abandon()
	}
}

// head writes what comes before the first image.
func (m *many) head(fit interp.Fit) error {
	a, f := m.app, m.flags
	if f.format.value == "text" && !f.resumeAfter.given { // or an earlier run has written it
		fmt.Fprintln(a.stdout, headline(runDocument{
			Net: m.model.Net.Name, ends: endsText(m.model.Net.Graph), Weights: f.origin.document(fit), Precision: f.precision.String(),
		}))
	} else if d := f.origin.document(fit); d.Seed != nil {
		a.tell("note", d.meaningless())
	}
	if f.format.value != "jsonl" {
		a.tellPrepared(m.model.Net)
	}
	if file := f.oneArray(); file != "" && f.resumeAfter.given {
		a.tell("note", fmt.Sprintf("%s will have the rows of the images after %s alone", visible(file), visible(f.resumeAfter.value)))
	}
	for _, s := range m.sinks {
		if s.draws != nil {
			a.tell("note", fmt.Sprintf("%s: %v", s.target.file, s.draws))
		}
	}
	return m.rows.Head()
}

// take writes the result of one image, or why there is none. An interrupt finds whole rows, and
// says after which image to go on.
func (m *many) take(answer interp.Answer, err error) error {
	a := m.app
	var bad *interp.PictureError
	var wrong *usageError
	var link linked
	switch {
	case errors.As(err, &link):
		a.tell("note", link.Error())
		return nil
	case errors.As(err, &wrong) && answer.Name == "", err != nil && !errors.As(err, &bad):
		return err
	}
	a.row.Lock()
	defer a.row.Unlock()
	if err != nil {
		m.bad++
		e := entryOf(bad.Err)
		a.message(e.Message, e.Help)
		err = m.rows.Problem(answer.Name, e.inRow())
	} else if err = m.write(answer); err == nil {
		m.good++
	} else if is[*takenError](err) {
		m.lost++
		e := entryOf(err)
		a.message(e.Message, e.Help)
		err = m.rows.Problem(answer.Name, e.inRow())
	}
	if err == nil {
		err = a.stdout.Flush()
	}
	a.afterInterrupt(m.rest(answer.Name))
	m.meter.show(m.good + m.bad + m.lost)
	return err
}

// rest says what to do for the images after one. An array that has only their rows would look
// whole.
func (m *many) rest(name string) string {
	if file := m.flags.oneArray(); file != "" {
		return fmt.Sprintf("nothing is in %s, which is written after the last image: start again, or write a file for each image, as in --output '{name}.npy'", visible(file))
	}
	return fmt.Sprintf("images up to %s are done, %d in all; the same command goes on after it with --resume-after %s", name, m.good+m.bad+m.lost, shellQuoted(name))
}

// write writes the values of an image to the files, and then its row.
func (m *many) write(answer interp.Answer) error {
	if err := m.store(answer); err != nil {
		return err
	}
	d := rows.OutputsOf(m.model.Net, answer.Output, answer.Value, m.flags.shown)
	if d.Strange() > 0 {
		m.strange++
	}
	return m.rows.Picture(answer, d)
}

// store writes the values of an image to the files.
func (m *many) store(answer interp.Answer) error {
	m.app.writing.Lock()
	defer m.app.writing.Unlock()
	for _, s := range m.sinks {
		value := answer.Output
		if name := s.target.name; name != "" {
			value, _ = answer.Value(name)
		}
		if err := s.take(answer.Name, value); err != nil {
			return err
		}
	}
	return nil
}

// end finishes the files and sums up.
func (m *many) end(ctx context.Context) error {
	a := m.app
	a.writing.Lock()
	defer a.writing.Unlock()
	a.progress("")
	for _, s := range m.sinks {
		if err := s.finish(ctx); err != nil {
			return err
		}
		if s.draws != nil && s.draws.beyond > 0 {
			a.tell("note", s.target.file+": "+s.draws.cut())
		}
	}
	a.unfinished, a.documented = "", true
	if isTerminal(a.stderr) {
		fmt.Fprintln(a.stderr, m.meter.sum(m.good+m.bad+m.lost))
	}
	if m.strange > 0 {
		fmt.Fprintf(a.stderr, "warning: the outputs of %d images have elements that are not finite numbers\n", m.strange)
	}
	all := m.good + m.bad + m.lost
	if m.bad > 0 {
		a.message(fmt.Sprintf("%d of %d images could not be read", m.bad, all), "")
	}
	if m.lost > 0 {
		a.message(fmt.Sprintf("the results of %d of %d images were not written", m.lost, all), "")
	}
	if m.bad+m.lost == 0 {
		return nil
	}
	return &failures{exitProblems}
}
