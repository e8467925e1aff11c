package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"cnnlang/ops"
)

// A machine is where the figures are from, and what was measured on it.
type machine struct {
	Processor      string            `json:"processor"`
	Cores          int               `json:"cores"`
	Memory         string            `json:"memory"`
	InstructionSet string            `json:"instruction_set"`
	Peak           map[int]float64   `json:"peak_gflops"` // by the number of threads
	Versions       map[string]string `json:"versions"`
	Command        string            `json:"command"`
	IdleLimit      float64           `json:"idle_limit"`
}

const peakTime = 200 * time.Millisecond

// machineOf describes the machine. What cannot be found out is left out.
func (o *options) machineOf() (*machine, error) {
	set, err := ops.ISA()
	if err != nil {
		return nil, err
	}
	m := &machine{
		Processor: fieldOf("/proc/cpuinfo", "model name"), Cores: runtime.NumCPU(), Memory: fieldOf("/proc/meminfo", "MemTotal"),
		InstructionSet: set, Peak: map[int]float64{}, Command: o.command, IdleLimit: o.idle.limit,
		Versions: map[string]string{"Go": strings.TrimPrefix(runtime.Version(), "go"), nameOurs: answerOf(o.ours.path, "version")},
	}
	if o.old != nil {
		m.Versions[nameOld] = answerOf(o.old.path, "version")
	}
	for _, threads := range o.threads {
		m.Peak[threads] = ops.Peak(threads, peakTime) / 1e9
	}
	for _, name := range o.others {
		switch name {
		case nameORT:
			m.Versions["Node"] = strings.TrimPrefix(answerOf(o.node, "--version"), "v")
			m.Versions["ONNX Runtime"] = packageVersion(filepath.Join(o.modules, "onnxruntime-node", "package.json"))
		case nameTorch, nameTorchLast:
			m.Versions["torch"] = answerOf(o.python, "-c", "import torch; print(torch.__version__)")
		}
	}
	return m, nil
}

// fieldOf reads the first line "name : value" of a file of the system.
func fieldOf(file, name string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// answerOf is the first line that a command prints, "" where it fails.
func answerOf(command string, arguments ...string) string {
	text, err := exec.Command(command, arguments...).Output()
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return strings.TrimSpace(line)
}

func packageVersion(file string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	var p struct {
		Version string `json:"version"`
	}
	if json.Unmarshal(text, &p) != nil {
		return ""
	}
	return p.Version
}
