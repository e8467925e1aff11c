package main

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// An engine is a way to run a network: a program and a precision.
type engine struct {
	Name      string
	Precision string
	command   func(n *network, threads, batch int) []string
	writes    bool // whether it can write its whole answer
}

// title is the engine for people.
func (e engine) title() string {
	if e.Precision == "f32" || e.Name == nameORTInt8 {
		return e.Name
	}
	return e.Name + " " + e.Precision
}

// The names of engines, in records.
const (
	nameOurs      = "cnnlang"
	nameOld       = "cnnlang-before"
	nameORT       = "ort"
	nameORTInt8   = "ort-int8"
	nameTorch     = "torch"
	nameTorchLast = "torch-channels-last" // with values as NHWC
)

// arguments are what the workers in other languages take.
func arguments(n *network, threads, batch int) []string {
	return []string{n.file(".onnx"), "--input", n.input(), "--threads", strconv.Itoa(threads), "--batch", strconv.Itoa(batch)}
}

func ortEngine(o *options) engine {
	return engine{Name: nameORT, Precision: "f32", writes: true, command: func(n *network, threads, batch int) []string {
		words := append([]string{o.node, filepath.Join(o.scripts, "ort_worker.js")}, arguments(n, threads, batch)...)
		return append(words, "--modules", o.modules)
	}}
}

// ortInt8Engine runs the model in 8 bits, whose answers are not compared: its
// scales are not calibrated.
func ortInt8Engine(o *options) engine {
	e := ortEngine(o)
	plain := e.command
	return engine{Name: nameORTInt8, Precision: "int8", command: func(n *network, threads, batch int) []string {
		words := append(plain(n, threads, batch), "--precision", "int8")
		words[2] = n.file(int8Model)
		return words
	}}
}

const int8Model = ".int8.onnx"

func torchEngine(o *options, name, layout string) engine {
	return engine{Name: name, Precision: "f32", writes: true, command: func(n *network, threads, batch int) []string {
		words := append([]string{o.python, filepath.Join(o.scripts, "torch_worker.py")}, arguments(n, threads, batch)...)
		return append(words, "--layout", layout)
	}}
}

// A build is one of cnnlang, and what its bench can do.
type build struct {
	path       string
	precisions bool   // knows --precision
	cache      string // "", or how --cache is given a folder: "--cache=%s", "--cache"
}

// probe asks a build what flags it has.
func probe(path string) (*build, error) {
	help, err := exec.Command(path, "bench", "--help").Output()
	if err != nil {
		return nil, fmt.Errorf("pairs: %s: %w", path, err)
	}
	return &build{path, strings.Contains(string(help), "--precision"), cacheFlag(string(help))}, nil
}

// cacheFlag reads how --cache is written from the help: one space before a word,
// as in "--cache DIR" and "--cache string[="default"]", means that it takes a value,
// several that it is a switch.
func cacheFlag(help string) string {
	m := regexp.MustCompile(`--cache( \S)?`).FindStringSubmatch(help)
	switch {
	case m == nil:
		return ""
	case m[1] == "":
		return "--cache"
	}
	return "--cache=%s"
}

// engine is the build at a precision. Builds that know no precisions have one.
func (b *build) engine(name, precision string) engine {
	return engine{Name: name, Precision: precision, command: func(n *network, threads, batch int) []string {
		words := []string{b.path, "bench", n.Net, "--worker", "--weights", n.file(".safetensors"),
			"--threads", strconv.Itoa(threads), "--batch", strconv.Itoa(batch)}
		if b.precisions {
			words = append(words, "--precision", precision)
		}
		return words
	}}
}

// cached is an engine whose packed weights lie in a folder.
func (b *build) cached(e engine, folder string) engine {
	flag := b.cache
	if strings.Contains(flag, "%s") {
		flag = fmt.Sprintf(flag, folder)
	}
	plain := e.command
	e.Name += "-cached"
	e.command = func(n *network, threads, batch int) []string { return append(plain(n, threads, batch), flag) }
	return e
}
