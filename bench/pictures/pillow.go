package main

import (
	"bufio"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
)

// A worker is a running process that answers a line with a line, as bench/README.md
// describes it.
type worker struct {
	engine  string
	process *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
}

type question struct {
	Step string `json:"step"`
	Path string `json:"path"`
	Runs int    `json:"runs,omitempty"`
}

type answer struct {
	Engine string  `json:"engine"`
	Ms     float64 `json:"ms"`
	Tensor string  `json:"tensor"`
	Error  string  `json:"error"`
}

// start runs the worker and waits for its first line.
func start(python, script string) (*worker, error) {
	w := &worker{process: exec.Command(python, script)}
	w.process.Stderr = os.Stderr
	// Memory stays with the process for the next picture. By default the C library of Linux
	// gets it anew from the system, which for twelve million pixels can take as long as
	// decoding them.
	w.process.Env = append(w.process.Environ(), "MALLOC_MMAP_THRESHOLD_=33554432", "MALLOC_TRIM_THRESHOLD_=1073741824")
	var err error
	if w.in, err = w.process.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := w.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	w.out = bufio.NewReader(out)
	if err := w.process.Start(); err != nil {
		return nil, fmt.Errorf("pictures: %w", err)
	}
	hello, err := w.read()
	if err != nil {
		w.end()
		return nil, fmt.Errorf("pictures: %s does not start, it needs Pillow and NumPy: %w", script, err)
	}
	w.engine = hello.Engine
	return w, nil
}

// end lets the worker read the end of its input.
func (w *worker) end() {
	w.in.Close()
	w.process.Wait()
}

func (w *worker) read() (a answer, err error) {
	line, err := w.out.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &a)
	}
	return a, err
}

func (w *worker) ask(q question) (answer, error) {
	line, err := json.Marshal(q)
	if err != nil {
		return answer{}, err
	}
	if _, err := w.in.Write(append(line, '\n')); err != nil {
		return answer{}, err
	}
	a, err := w.read()
	if err == nil && a.Error != "" {
		err = leave("Pillow: %s", a.Error)
	}
	return a, err
}

// time is the processor time of one run of a step, in ms.
func (w *worker) time(step, path string, runs int) (float64, error) {
	a, err := w.ask(question{step, path, runs})
	return a.Ms, err
}

// tensor is what Pillow makes of a picture.
func (w *worker) tensor(path string) ([]float32, error) {
	a, err := w.ask(question{Step: "tensor", Path: path})
	if err != nil {
		return nil, err
	}
	raw, err := base64.StdEncoding.DecodeString(a.Tensor)
	if err != nil {
		return nil, err
	}
	numbers := make([]float32, len(raw)/4)
	for i := range numbers {
		numbers[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return numbers, nil
}
