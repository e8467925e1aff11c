package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

// total sums the times of all pictures.
func total(rows []row) row {
	sum := row{name: fmt.Sprintf("all %d", len(rows)), pixels: "", steps: map[string]times{}}
	for _, r := range rows {
		for _, step := range steps {
			t := sum.steps[step]
			sum.steps[step] = times{t.pillow + r.steps[step].pillow, t.ours + r.steps[step].ours}
		}
		sum.apart = max(sum.apart, r.apart)
	}
	return sum
}

// table writes Markdown.
func table(rows []row) string {
	text := "| picture | pixels |"
	line := "|---|---|"
	for _, step := range steps {
		text += fmt.Sprintf(" %s: Pillow ms | cnnlang ms | ratio |", step)
		line += "---:|---:|---:|"
	}
	text += " apart, of 255 |\n" + line + "---:|\n"
	for _, r := range rows {
		text += fmt.Sprintf("| %s | %s |", strings.ReplaceAll(r.name, "|", "\\|"), r.pixels)
		for _, step := range steps {
			t := r.steps[step]
			text += fmt.Sprintf(" %.2f | %.2f | **%.2f** |", t.pillow, t.ours, t.ratio())
		}
		text += fmt.Sprintf(" %.0f |\n", r.apart)
	}
	return text
}

// machine is the processor's name where Linux tells it.
func machine() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}
