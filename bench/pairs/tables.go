package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Results are everything that was measured in one go.
type results struct {
	machine   [][]string
	idleLimit float64
	farthest  float64 // of the answers of others, in standard deviations
	timings   []timing
	starts    []coldStart
}

// table writes Markdown; a heading that ends in a colon is for a column of numbers.
func table(rows [][]string, heads ...string) string {
	if len(rows) == 0 {
		return "Not measured.\n"
	}
	text, line := "|", "|"
	for _, h := range heads {
		name, numbers := strings.CutSuffix(h, ":")
		text += " " + name + " |"
		line += map[bool]string{false: "---|", true: "---:|"}[numbers]
	}
	text += "\n" + line + "\n"
	for _, row := range rows {
		text += "| " + strings.Join(row, " | ") + " |\n"
	}
	return text
}

// print writes everything as Markdown, the most important tables first.
func (r *results) print(to io.Writer) {
	fmt.Fprintf(to, "More or less time than %s:\n\n%s\n%s\n%s", r.timings[0].Against, r.summary(), r.where(), r.times())
	var rows [][]string
	for _, s := range r.starts {
		rows = append(rows, []string{s.net, s.engine, fmt.Sprintf("%.0f", median(s.took)), fmt.Sprintf("%.0f", median(s.memory))})
	}
	fmt.Fprintf(to, "\nStart:\n\n%s", table(rows, "net", "engine", "start to answer ms:", "peak memory MiB:"))
}

// summary shows for each net how much less or more time cnnlang takes: from the best to the
// worst over all numbers of threads.
func (r *results) summary() string {
	heads, nets, ratios := []string{"net"}, []string{}, map[string][]float64{}
	for _, t := range r.timings {
		if t.Engine == t.Against || !strings.HasPrefix(t.Engine, nameOurs) {
			continue
		}
		head := fmt.Sprintf("%s, batch %d:", t.Engine, t.Batch)
		if !slices.Contains(heads, head) {
			heads = append(heads, head)
		}
		if !slices.Contains(nets, t.Net) {
			nets = append(nets, t.Net)
		}
		ratios[t.Net+head] = append(ratios[t.Net+head], 100*t.Ratio-100)
	}
	var rows [][]string
	for _, net := range nets {
		row := []string{net}
		for _, head := range heads[1:] {
			if percent := ratios[net+head]; percent != nil {
				row = append(row, fmt.Sprintf("%+.0f..%+.0f %%", slices.Min(percent), slices.Max(percent)))
			} else {
				row = append(row, "—")
			}
		}
		rows = append(rows, row)
	}
	return table(rows, heads...)
}

// where describes the machine, and how idle it was.
func (r *results) where() string {
	text := table(r.machine, "what", "here")
	var busy []float64
	for _, t := range r.timings {
		busy = append(busy, t.busy...)
	}
	if r.farthest > 0 {
		text += fmt.Sprintf("\nThe answers of the others differ from the library's by at most %.1e standard deviations.\n", r.farthest)
	}
	text += fmt.Sprintf("\nBefore and after the rounds the machine was busy to %.0f %% (median; at most %.0f %%).\n", 100*median(busy), 100*slices.Max(busy))
	if median(busy) > r.idleLimit {
		text += "\n**The machine was not idle: these figures show that the comparison works, and no more.**\n"
	}
	return text
}

// times has a table for each engine that is compared with another.
func (r *results) times() string {
	rows, heads := map[string][][]string{}, map[string][]string{}
	var engines []string
	for _, t := range r.timings {
		if t.Engine == t.Against {
			continue
		}
		if heads[t.Engine] == nil {
			engines = append(engines, t.Engine)
			heads[t.Engine] = []string{"net", "batch:", "threads:", t.Against + " ms:", t.Engine + " ms:", "ratio:", "95 % interval", t.Against + " peak memory MiB:", "peak memory MiB:"}
		}
		rows[t.Engine] = append(rows[t.Engine], []string{t.Net, fmt.Sprint(t.Batch), fmt.Sprint(t.Threads), fmt.Sprintf("%.2f", t.reference),
			fmt.Sprintf("%.2f", t.ms), fmt.Sprintf("**%.3f**", t.Ratio), t.interval(), fmt.Sprintf("%.0f", t.others), fmt.Sprintf("%.0f", t.memory)})
	}
	var text []string
	for _, engine := range engines {
		text = append(text, table(rows[engine], heads[engine]...))
	}
	return strings.Join(text, "\n")
}

// allowed is the ratio above which a whole interval must lie for a build to be called
// slower.
const allowed = 1.01

// slower lists where an engine is slower than the one it is compared with.
func (r *results) slower() (list []string) {
	for _, t := range r.timings {
		if t.Low > allowed {
			list = append(list, fmt.Sprintf("%s, %s, batch %d, threads %d: %s\n", t.Net, t.Engine, t.Batch, t.Threads, t.interval()))
		}
	}
	return list
}
