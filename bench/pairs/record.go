package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
)

// Results are everything that was measured in one go.
type results struct {
	machine *machine
	answers []answer
	timings []timing
	starts  []coldStart
	shares  []share
	layers  []layers
}

// A record is one line of the file of results: one of its fields is there.
type record struct {
	Machine *machine   `json:"machine,omitempty"`
	Answer  *answer    `json:"answer,omitempty"`
	Timing  *timing    `json:"timing,omitempty"`
	Start   *coldStart `json:"start,omitempty"`
	Share   *share     `json:"share,omitempty"`
	Layers  *layers    `json:"layers,omitempty"`
}

// A recorder keeps results and writes each as a line at once, so that a run that
// is cut short leaves what it has.
type recorder struct {
	results
	file io.Writer
}

func (r *recorder) add(line record) error {
	r.take(line)
	text, err := json.Marshal(line)
	if err != nil {
		return err
	}
	_, err = r.file.Write(append(text, '\n'))
	return err
}

func (r *results) take(line record) {
	switch {
	case line.Machine != nil:
		r.machine = line.Machine
	case line.Answer != nil:
		r.answers = append(r.answers, *line.Answer)
	case line.Timing != nil:
		r.timings = append(r.timings, *line.Timing)
	case line.Start != nil:
		r.starts = append(r.starts, *line.Start)
	case line.Share != nil:
		r.shares = append(r.shares, *line.Share)
	case line.Layers != nil:
		r.layers = append(r.layers, *line.Layers)
	}
}

// mostLine bounds a line of the file.
const mostLine = 1 << 20

// readResults reads a file that a recorder has written.
func readResults(path string) (*results, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	r := &results{}
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, mostLine)
	for number := 1; lines.Scan(); number++ {
		var line record
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			return nil, fmt.Errorf("pairs: %s:%d: %w", path, number, err)
		}
		r.take(line)
	}
	if r.machine == nil && lines.Err() == nil {
		return nil, fmt.Errorf("pairs: %s does not say of which machine it is", path)
	}
	return r, lines.Err()
}

// timing finds the figure of an engine, nil where there is none.
func (r *results) timing(net, engine, precision string, threads, batch int) *timing {
	for i, t := range r.timings {
		if t.Net == net && t.Engine == engine && t.Precision == precision && t.Threads == threads && t.Batch == batch {
			return &r.timings[i]
		}
	}
	return nil
}

// start finds the cold start of an engine, nil where there is none.
func (r *results) start(net, engine, precision string) *coldStart {
	for i, s := range r.starts {
		if s.Net == net && s.Engine == engine && s.Precision == precision {
			return &r.starts[i]
		}
	}
	return nil
}
