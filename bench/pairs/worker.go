package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// A hello is the first line of a worker, as bench/README.md describes it.
type hello struct {
	Precision    string    `json:"precision"`
	Threads      int       `json:"threads"`
	Batch        int       `json:"batch"`
	MostResident float64   `json:"hwm_mb"`
	Output       []float64 `json:"y0"`
}

// A worker is a running process that speaks the protocol.
type worker struct {
	name    string
	hello   hello
	started float64 // ms from before the process to its first line
	process *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
	said    *strings.Builder // what it wrote to standard error
}

// start runs a command and waits for its first line.
func start(name string, command []string) (*worker, error) {
	w := &worker{name: name, process: exec.Command(command[0], command[1:]...), said: &strings.Builder{}}
	w.process.Stderr = w.said
	var err error
	if w.in, err = w.process.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := w.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	w.out = bufio.NewReader(out)
	began := time.Now()
	if err := w.process.Start(); err != nil {
		return nil, fmt.Errorf("pairs: %s: %w", name, err)
	}
	if err := w.read(&w.hello); err != nil {
		w.kill()
		return nil, err
	}
	w.started = milliseconds(time.Since(began))
	return w, nil
}

// run asks for so many runs and returns their times in ms.
func (w *worker) run(runs int) (took []float64, err error) {
	if err := w.ask(strconv.Itoa(runs), &took); err != nil {
		return nil, err
	}
	if len(took) != runs {
		return nil, fmt.Errorf("pairs: %s: got %d times, want %d", w.name, len(took), runs)
	}
	return took, nil
}

// mostResident is the worker's peak memory, in MiB.
func (w *worker) mostResident() (float64, error) {
	var answer hello
	err := w.ask("mem", &answer)
	return answer.MostResident, err
}

func (w *worker) ask(line string, answer any) error {
	if _, err := io.WriteString(w.in, line+"\n"); err != nil {
		return w.failed(err)
	}
	return w.read(answer)
}

func (w *worker) read(answer any) error {
	line, err := w.out.ReadBytes('\n')
	if err != nil {
		return w.failed(err)
	}
	if err := json.Unmarshal(line, answer); err != nil {
		return fmt.Errorf("pairs: %s: got %.80q: %w", w.name, line, err)
	}
	return nil
}

// failed makes an error of what the worker wrote to standard error. It has closed a pipe
// and so has ended.
func (w *worker) failed(err error) error {
	w.kill()
	return fmt.Errorf("pairs: %s: %w\n%s", w.name, err, w.said)
}

// quit ends the worker normally.
func (w *worker) quit() error {
	if _, err := io.WriteString(w.in, "quit\n"); err != nil {
		return w.failed(err)
	}
	w.in.Close()
	if err := w.process.Wait(); err != nil {
		return fmt.Errorf("pairs: %s: %w\n%s", w.name, err, w.said)
	}
	return nil
}

func (w *worker) kill() {
	w.process.Process.Kill()
	w.in.Close()
	w.process.Wait()
}

func milliseconds(d time.Duration) float64 { return d.Seconds() * 1e3 }
