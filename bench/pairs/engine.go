package main

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

// An engine is a way to run a network: a program and a precision.
type engine struct {
	name      string // unique among those measured together
	precision string
	against   string // the name of the engine that it is compared with
	writes    bool   // whether it can write its whole answer
	cached    bool   // whether it can keep packed weights
	trains    bool   // a run is a step of training, and its answer the losses of the first
	command   func(n *network, threads, batch int) []string
}

// The names of engines, followed by the precision unless it is f32.
const (
	nameOurs = "cnnlang"
	nameOld  = "older cnnlang"
	nameORT  = "ONNX Runtime"
)

const int8Model = ".int8.onnx"

// engines are all that are measured on a net. Of two builds, each precision is compared
// with the older build's; otherwise all are compared with the first.
func (o *options) engines(n *network) []engine {
	var list []engine
	if o.training != "" {
		return o.trainers(n)
	}
	if o.old != "" {
		for _, precision := range o.precisions {
			before, now := build(nameOld, o.old, precision), build(nameOurs, o.cnnlang, precision)
			before.against, now.against = before.name, before.name
			list = append(list, before, now)
		}
		return list
	}
	for _, name := range o.others {
		if e, ok := o.other(name, n); ok {
			list = append(list, e)
		}
	}
	var ours []engine
	for _, precision := range o.precisions {
		ours = append(ours, build(nameOurs, o.cnnlang, precision))
	}
	list = slices.Insert(list, min(1, len(list)), ours...) // side by side with the first
	for i := range list {
		list[i].against = list[0].name
	}
	return list
}

// build is a build of cnnlang at a precision.
func build(name, path, precision string) engine {
	e := engine{name: name, precision: precision, cached: name == nameOurs}
	if precision != "f32" {
		e.name += " " + precision
	}
	e.command = func(n *network, threads, batch int) []string {
		words := []string{path, "bench", n.Net, "--worker", "--weights", n.file(".safetensors"),
			"--threads", strconv.Itoa(threads), "--batch", strconv.Itoa(batch)}
		if precision != "f32" {
			words = append(words, "--precision", precision)
		}
		return words
	}
	return e
}

// other is an engine other than cnnlang; false if there is none of the name or no model for
// it.
func (o *options) other(name string, n *network) (engine, bool) {
	e := engine{precision: "f32", writes: true}
	model, program, more := ".onnx", []string{"node", filepath.Join(o.scripts, "ort_worker.js")}, []string{"--modules", o.modules}
	switch name {
	case "ort":
		e.name = nameORT
	case "ort-int8": // uncalibrated, so that its answers are not compared
		e.name, e.precision, e.writes = nameORT+" int8", "int8", false
		model, more = int8Model, append(more, "--precision", "int8")
		if _, err := os.Stat(n.file(model)); err != nil {
			return e, false // few nets have one
		}
	case "torch":
		e.name = "torch"
		program, more = []string{o.python, filepath.Join(o.scripts, "torch_worker.py")}, nil
	default:
		o.progress("there is no engine %q", name)
		return e, false
	}
	e.command = func(n *network, threads, batch int) []string {
		return slices.Concat(program, []string{n.file(model), "--input", n.input(), "--threads", strconv.Itoa(threads),
			"--batch", strconv.Itoa(batch)}, more)
	}
	return e, true
}
