package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// machine describes where the figures are from, as rows of a table. Unknown values are
// empty.
func (o *options) machine() [][]string {
	rows := [][]string{
		{"processor", fieldOf("/proc/cpuinfo", "model name")},
		{"cores, memory", fmt.Sprintf("%d, %s", runtime.NumCPU(), fieldOf("/proc/meminfo", "MemTotal"))},
		{nameOurs, answerOf(o.cnnlang, "version")},
	}
	if o.old != "" {
		return append(rows, []string{nameOld, answerOf(o.old, "version")})
	}
	for _, name := range o.others {
		switch name {
		case "ort":
			version := "require(require('path').resolve('" + o.modules + "', 'onnxruntime-node/package.json')).version"
			rows = append(rows, []string{"Node", answerOf("node", "--version")}, []string{nameORT, answerOf("node", "-p", version)})
		case "torch":
			rows = append(rows, []string{"torch", answerOf(o.python, "-c", "import torch; print(torch.__version__)")})
		}
	}
	return rows
}

// fieldOf reads the first line "name : value" of a file of the system.
func fieldOf(file, name string) string {
	text, _ := os.ReadFile(file)
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// answerOf is the first line that a command prints, "" if it fails.
func answerOf(command string, arguments ...string) string {
	text, _ := exec.Command(command, arguments...).Output()
	line, _, _ := strings.Cut(string(text), "\n")
	return strings.TrimSpace(line)
}
