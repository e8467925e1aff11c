// Command pairs measures cnnlang beside ONNX Runtime and torch, or two builds of
// cnnlang. It keeps a worker of each alive and lets them take turns, A B A B, so
// that a change of the machine's mood meets all of them; what counts is the
// median of the ratios of each round. Workers whose answers differ are not timed.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
)

func main() {
	o, render, err := readOptions(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err == nil && render {
		err = o.render()
	} else if err == nil {
		err = o.measureAll()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// render rewrites the document from what was measured before.
func (o *options) render() error {
	r, err := readResults(o.results)
	if err != nil {
		return err
	}
	return rewrite(o.document, r)
}

func (o *options) measureAll() error {
	r := &recorder{file: io.Discard}
	if o.results != "" && !o.answersOnly {
		f, err := os.Create(o.results)
		if err != nil {
			return err
		}
		defer f.Close()
		r.file = f
	}
	if _, err := o.idle.await(); err != nil {
		return err
	}
	m, err := o.machineOf()
	if err != nil {
		return err
	}
	if err := r.add(record{Machine: m}); err != nil {
		return err
	}
	networks, err := o.networks()
	if err != nil {
		return err
	}
	for _, n := range networks { // before anything is timed
		if err := o.verifyAll(n, r); err != nil {
			return err
		}
	}
	if o.answersOnly {
		return nil
	}
	for _, n := range networks {
		if err := o.measureNet(n, r); err != nil {
			return err
		}
	}
	if o.document != "" {
		return rewrite(o.document, &r.results)
	}
	fmt.Print(r.summary())
	return nil
}

func (o *options) networks() ([]*network, error) {
	var list []*network
	for _, name := range o.nets {
		n, err := readNetwork(o.models, name)
		if err != nil {
			return nil, err
		}
		list = append(list, n)
	}
	return list, nil
}

func (o *options) verifyAll(n *network, r *recorder) error {
	for _, e := range o.engines(n) {
		if !e.writes {
			continue
		}
		a, err := verify(e, n)
		if err != nil {
			return err
		}
		o.progress("%s: the answer of %s differs by %.1e standard deviations", n.Net, e.title(), a.Deviation)
		if err := r.add(record{Answer: a}); err != nil {
			return err
		}
	}
	return nil
}

// engines are all that take turns on a net: the reference, the build that is
// measured, so that the two stand side by side, and the rest.
func (o *options) engines(n *network) []engine {
	var others []engine
	if o.old != nil {
		others = append(others, o.old.engine(nameOld, "f32"))
	}
	for _, name := range o.others {
		switch name {
		case nameORT:
			others = append(others, ortEngine(o))
		case nameORTInt8:
			if _, err := os.Stat(n.file(int8Model)); err == nil { // few nets have one
				others = append(others, ortInt8Engine(o))
			}
		case nameTorch:
			others = append(others, torchEngine(o, name, "plain"))
		case nameTorchLast:
			others = append(others, torchEngine(o, name, "channels_last"))
		}
	}
	if len(others) == 0 {
		return o.own()
	}
	return slices.Concat(others[:1], o.own(), others[1:])
}

// own are the precisions of the build that is measured.
func (o *options) own() []engine {
	var list []engine
	for _, precision := range o.precisions {
		if precision == "f32" || o.ours.precisions {
			list = append(list, o.ours.engine(nameOurs, precision))
		}
	}
	return list
}

// measureNet does everything that is measured of one net.
func (o *options) measureNet(n *network, r *recorder) error {
	for _, batch := range o.batches {
		timings, err := o.measure(n, batch, o.engines(n))
		if err != nil {
			return err
		}
		for _, t := range timings {
			if err := r.add(record{Timing: &t}); err != nil {
				return err
			}
		}
	}
	if o.starts > 0 {
		if err := o.startNet(n, r); err != nil {
			return err
		}
	}
	if err := o.measureLayers(n, r); err != nil {
		return err
	}
	if o.profileTime <= 0 || o.old != nil {
		return nil
	}
	s, err := o.forcedShare(n, "avx2")
	if err != nil || s == nil {
		return err
	}
	return r.add(record{Share: s})
}

func (o *options) startNet(n *network, r *recorder) error {
	engines := o.engines(n)
	if o.ours.cache != "" {
		folder, err := o.cacheFolder()
		if err != nil {
			return err
		}
		for _, e := range o.own() {
			engines = append(engines, o.ours.cached(e, folder))
		}
	}
	starts, err := o.coldStarts(n, engines)
	if err != nil {
		return err
	}
	for _, s := range starts {
		if err := r.add(record{Start: &s}); err != nil {
			return err
		}
	}
	return nil
}
