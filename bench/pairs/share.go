package main

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
)

// A share is what a net's dense convolutions reach of what the processor can
// multiply at all, with an instruction set forced.
type share struct {
	Net            string  `json:"net"`
	InstructionSet string  `json:"instruction_set"`
	Threads        int     `json:"threads"`
	Steps          int     `json:"steps"`
	GFLOPS         float64 `json:"gflops"`
	Best           float64 `json:"best_gflops"` // by the least time of each step
	Peak           float64 `json:"peak_gflops"`
	BusyBefore     float64 `json:"busy_before"` // the rest of the machine, as a share
}

// A profile is the part of `cnnlang bench --profile -o json` that is read here.
type profile struct {
	InstructionSet string `json:"instruction_set"`
	Results        []struct {
		Threads int     `json:"threads"`
		Peak    float64 `json:"peak_gflops"`
		Steps   []struct {
			Op        string  `json:"op"`
			Algorithm string  `json:"algorithm"`
			Best      float64 `json:"best_ms"`
			Median    float64 `json:"median_ms"`
			MACs      float64 `json:"macs"`
		} `json:"steps"`
	} `json:"results"`
}

// forcedShare profiles a net with an instruction set. A processor that does not
// have it has no share: nil.
func (o *options) forcedShare(n *network, set string) (*share, error) {
	if runtime.GOARCH != "amd64" {
		return nil, nil
	}
	command := exec.Command(o.ours.path, "bench", n.Net, "--profile", "-o", "json", "--threads", strconv.Itoa(o.threads[0]),
		"--weights", n.file(".safetensors"), "--time", o.profileTime.String())
	command.Env = append(command.Environ(), "CNNLANG_ISA="+set)
	busy, err := o.idle.await()
	if err != nil {
		return nil, err
	}
	said := &tail{}
	command.Stderr = said
	text, err := command.Output()
	if err != nil {
		o.note("no profile with %s: %v: %s", set, err, said)
		return nil, nil
	}
	s, err := shareOf(n.Net, text)
	if err != nil {
		return nil, err
	}
	s.BusyBefore = busy
	return s, nil
}

// shareOf sums the convolutions that multiply all channels with all filters.
// Those by Winograd's algorithm do fewer multiplications than they are counted
// for, so they would flatter the sum.
func shareOf(net string, text []byte) (*share, error) {
	var p profile
	if err := json.Unmarshal(text, &p); err != nil {
		return nil, fmt.Errorf("pairs: the profile of %s: %w", net, err)
	}
	if len(p.Results) != 1 {
		return nil, fmt.Errorf("pairs: the profile of %s has %d results, want 1", net, len(p.Results))
	}
	r := p.Results[0]
	s := &share{Net: net, InstructionSet: p.InstructionSet, Threads: r.Threads, Peak: r.Peak}
	took, least, macs := 0.0, 0.0, 0.0
	for _, step := range r.Steps {
		if strings.HasPrefix(step.Op, "conv(") && strings.Contains(step.Op, "groups=1,") && !strings.HasPrefix(step.Algorithm, "winograd") {
			s.Steps++
			took += step.Median
			least += step.Best
			macs += step.MACs
		}
	}
	if s.Steps == 0 || took <= 0 || least <= 0 || s.Peak <= 0 {
		return nil, fmt.Errorf("pairs: the profile of %s has no dense convolutions", net)
	}
	s.GFLOPS = 2 * macs / took / 1e6
	s.Best = 2 * macs / least / 1e6
	return s, nil
}
