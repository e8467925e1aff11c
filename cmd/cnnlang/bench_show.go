package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"cnnlang/interp"
	"cnnlang/ops/exec"
	"cnnlang/ops/tensor"
)

// benchDocument is cnnlang.bench/v1. Times are in ms.
type benchDocument struct {
	Schema         string        `json:"schema"`
	Net            string        `json:"net"`
	Weights        weightsOrigin `json:"weights"`
	InstructionSet string        `json:"instruction_set"`
	Results        []benchResult `json:"results"`
}

type benchResult struct {
	Net             string      `json:"net"`
	Input           []int       `json:"input"`
	Inputs          []netEnd    `json:"inputs,omitempty"` // of a net with several, or with names
	Threads         int         `json:"threads"`
	Precision       string      `json:"precision"`
	MACs            *int        `json:"macs"`        // of one image
	Activations     int64       `json:"activations"` // numbers that convolutions and linear layers give for one image
	Params          *int        `json:"params"`
	Runs            int         `json:"runs"`
	First           real        `json:"first_ms"`
	Best            real        `json:"best_ms"`
	P25             real        `json:"quartile1_ms"`
	Median          real        `json:"median_ms"`
	P75             real        `json:"quartile3_ms"`
	ImagesPerSecond real        `json:"images_per_second"`
	GFLOPS          real        `json:"gflops"`
	PeakGFLOPS      real        `json:"peak_gflops"`
	Memory          int64       `json:"memory_bytes"`
	Prepare         real        `json:"prepare_ms,omitempty"` // of the images of a batch
	Steps           []benchStep `json:"steps,omitempty"`
}

type benchStep struct {
	Path      string `json:"path"`
	Op        string `json:"op"`
	Output    []int  `json:"output"`
	Algorithm string `json:"algorithm"`
	Best      real   `json:"best_ms"`
	Median    real   `json:"median_ms"`
	MACs      int64  `json:"macs"` // of all images
	Bytes     int64  `json:"bytes"`
	GFLOPS    real   `json:"gflops"`
}

func milliseconds(d time.Duration) real { return real(d.Seconds() * 1e3) }

// rate is in GFLOP/s.
func rate(macs float64, d time.Duration) real { return real(2 * macs / 1e9 / d.Seconds()) }

// showBench writes the results.
func (a *app) showBench(f *benchFlags, d benchDocument) (err error) {
	if d.InstructionSet, err = exec.ISA(); err != nil {
		return err
	}
	switch {
	case f.format.value == "json":
		return a.json(d)
	case f.format.value == "csv" && f.profile:
		return a.grid(d.stepNumbers(), "csv")
	case f.format.value == "csv":
		return a.grid(d.numbers(), "csv")
	case !f.profile:
		fmt.Fprintf(a.stdout, "%s, %s, %s, each for %v and at least %d runs\n\n", strings.Join(d.nets(), ", "), visibleName(d.Weights.String()), d.InstructionSet, f.time.value, interp.LeastRuns)
		return a.grid(d.grid(), f.format.value)
	}
	for i, r := range d.Results {
		if i > 0 {
			fmt.Fprintln(a.stdout)
		}
		fmt.Fprintf(a.stdout, "%s %s, %s, threads %d: %.2f ms\n\n", r.Net, r.inputText(), r.Precision, r.Threads, r.Median)
		if err := a.grid(r.stepGrid(), f.format.value); err != nil {
			return err
		}
	}
	return nil
}

// inputText is the shape of the input, or the name and the shape of each.
func (r benchResult) inputText() string {
	if len(r.Inputs) < 2 {
		return fmt.Sprint(tensor.Shape(r.Input))
	}
	texts := make([]string, len(r.Inputs))
	for i, in := range r.Inputs {
		texts[i] = in.Name + " " + fmt.Sprint(tensor.Shape(in.Shape))
	}
	return strings.Join(texts, ", ")
}

// inputSizes is inputText as --shape takes it.
func (r benchResult) inputSizes() string {
	if len(r.Inputs) < 2 {
		return shapeText(r.Input)
	}
	texts := make([]string, len(r.Inputs))
	for i, in := range r.Inputs {
		texts[i] = in.Name + "=" + shapeText(in.Shape)
	}
	return strings.Join(texts, " ")
}

// nets are the names of those that were measured.
func (d benchDocument) nets() (names []string) {
	for _, r := range d.Results {
		if !slices.Contains(names, r.Net) {
			names = append(names, r.Net)
		}
	}
	return names
}

func (d benchDocument) grid() grid {
	g := grid{columns: []column{{"input", false}, {"threads", true}, {"precision", false}, {"median ms", true}, {"quartiles", true},
		{"images/s", true}, {"GFLOP/s", true}, {"of peak", true}, {"memory", true}}}
	several := len(d.nets()) > 1
	if several {
		g.columns = append([]column{{"net", false}}, g.columns...)
	}
	prepared := len(d.Results) > 0 && d.Results[0].Prepare > 0
	if prepared {
		g.columns = append(g.columns, column{"prepare ms", true})
	}
	for _, r := range d.Results {
		row := []any{
			r.inputSizes(), r.Threads, r.Precision, fmt.Sprintf("%.2f", r.Median), fmt.Sprintf("%.2f..%.2f", r.P25, r.P75),
			fmt.Sprintf("%.1f", r.ImagesPerSecond), fmt.Sprintf("%.1f", r.GFLOPS), percent(r.GFLOPS, r.PeakGFLOPS), interp.Bytes(r.Memory),
		}
		if several {
			row = append([]any{r.Net}, row...)
		}
		if prepared {
			row = append(row, fmt.Sprintf("%.2f", r.Prepare))
		}
		g.rows = append(g.rows, row)
	}
	return g
}

// numbers is the results as a csv, whose first columns are those of timm's tables.
func (d benchDocument) numbers() grid {
	g := grid{columns: columnsOf("model", "infer_samples_per_sec", "infer_step_time", "infer_batch_size", "infer_img_size", "infer_gmacs", "infer_macts", "param_count",
		"input", "threads", "precision", "runs", "first ms", "best ms", "quartile1 ms", "median ms", "quartile3 ms", "gflops", "peak gflops", "memory bytes", "prepare ms")}
	for _, r := range d.Results {
		var prepare, size any = "", ""
		if r.Prepare > 0 {
			prepare = float32(r.Prepare)
		}
		if len(r.Input) == 4 {
			size = r.Input[2]
		}
		g.rows = append(g.rows, []any{r.Net, digitsTo(float64(r.ImagesPerSecond), 2), digitsTo(float64(r.Median), 3), r.Input[0], size,
			inUnits(r.MACs, 1e9), digitsTo(float64(r.Activations)/1e6, 2), inUnits(r.Params, 1e6),
			r.inputSizes(), r.Threads, r.Precision, r.Runs, float32(r.First), float32(r.Best), float32(r.P25),
			float32(r.Median), float32(r.P75), float32(r.GFLOPS), float32(r.PeakGFLOPS), r.Memory, prepare})
	}
	return g
}

// digitsTo is a number with at most so many digits after the point.
func digitsTo(x float64, digits int) string {
	return strings.TrimSuffix(strings.TrimRight(strconv.FormatFloat(x, 'f', digits, 64), "0"), ".")
}

// inUnits is a count in billions or millions, "" if it is out of range.
func inUnits(n *int, unit float64) string {
	if n == nil {
		return ""
	}
	return digitsTo(float64(*n)/unit, 2)
}

// stepNumbers is the steps of all combinations as a csv.
func (d benchDocument) stepNumbers() grid {
	g := grid{columns: columnsOf("net", "input", "threads", "precision", "step", "op", "output", "algorithm", "best ms", "median ms", "macs", "bytes",
		"gflops", "peak gflops")}
	for _, r := range d.Results {
		for _, s := range r.Steps {
			g.rows = append(g.rows, []any{r.Net, r.inputSizes(), r.Threads, r.Precision, s.Path, shortOp(s.Op), shapeText(s.Output), s.Algorithm,
				float32(s.Best), float32(s.Median), s.MACs, s.Bytes, float32(s.GFLOPS), float32(r.PeakGFLOPS)})
		}
	}
	return g
}

func percent(part, whole real) string {
	return fmt.Sprintf("%.0f %%", 100*float64(part)/float64(whole))
}

func (r benchResult) stepGrid() grid {
	g := grid{columns: []column{{"step", false}, {"op", false}, {"output", false}, {"algorithm", false}, {"ms", true}, {"of time", true},
		{"KiB", true}, {"GFLOP/s", true}, {"of peak", true}}}
	total := real(0)
	for _, s := range r.Steps {
		total += s.Median
	}
	for _, s := range r.Steps {
		row := []any{s.Path, shortOp(s.Op), shapeText(s.Output), s.Algorithm, fmt.Sprintf("%.3f", s.Median), percent(s.Median, total), s.Bytes >> 10, "", ""}
		if s.MACs > 0 {
			row[7], row[8] = fmt.Sprintf("%.1f", s.GFLOPS), percent(s.GFLOPS, r.PeakGFLOPS)
		}
		g.rows = append(g.rows, row)
	}
	g.totals = append(g.totals, []any{"sum", "", "", "", fmt.Sprintf("%.3f", total), "", "", "", ""})
	return g
}

// shortOp is an op without its parameters: conv(out=64, …) + norm is conv + norm.
func shortOp(op string) string {
	name, rest, ok := strings.Cut(op, "(")
	if !ok {
		return op
	}
	return name + rest[strings.LastIndexByte(rest, ')')+1:]
}
