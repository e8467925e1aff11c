package main

import (
	"cmp"
	"context"

	"cnnlang/interp"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
)

// A memoryEntry is what running a net takes.
type memoryEntry struct {
	Batch       int    `json:"batch"`
	Threads     int    `json:"threads"`
	Precision   string `json:"precision"`
	Weights     int64  `json:"weight_bytes"`
	Activations int64  `json:"activation_bytes"`
	Scratch     int64  `json:"scratch_bytes"`
	Outputs     int64  `json:"output_bytes"`
	Tables      int64  `json:"table_bytes"`
	Total       int64  `json:"total_bytes"`
	Peak        int64  `json:"peak_bytes"` // while weights are packed, if that is more
}

// plan finds out what running the nets takes, where that is asked for, and which bounds do not hold.
func (f *paramsFlags) plan(ctx context.Context, nets []*interp.Net) error {
	f.planned, f.judged = map[*interp.Net]interp.Memory{}, map[*interp.Net][]boundEntry{}
	if f.memory || f.require.given {
		if err := knownISA(); err != nil {
			return err
		}
	}
	for _, n := range nets {
		if f.memory {
			m, err := n.Memory(ctx, interp.Options{Threads: f.threads.value[0], Precision: f.precision.value[0]})
			if err != nil {
				return err
			}
			f.planned[n] = m
		}
	}
	if !f.require.given {
		return nil
	}
	for _, n := range nets {
		if err := f.judge(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

// memoryOf is nil if it is not asked for.
func (f *paramsFlags) memoryOf(n *interp.Net) *memoryEntry {
	m, known := f.planned[n]
	if !known {
		return nil
	}
	return memoryEntryOf(m, n, cmp.Or(f.threads.value[0], task.Threads()), f.precision.value[0])
}

func memoryEntryOf(m interp.Memory, n *interp.Net, threads int, precision layout.Precision) *memoryEntry {
	return &memoryEntry{
		Batch: n.Graph.Input().Shape[0], Threads: threads, Precision: precision.String(),
		Weights: m.Weights, Activations: m.Activations, Scratch: m.Scratch, Outputs: m.Outputs, Tables: m.Tables, Total: m.Total(), Peak: m.Peak(),
	}
}

// memoryGrid has a row for each net.
func (f *paramsFlags) memoryGrid(nets []*interp.Net) grid {
	g := grid{columns: []column{{"net", false}, {"batch", true}, {"threads", true}, {"precision", false}}}
	for _, title := range []string{"packed weights", "activations", "scratch", "outputs", "tables", "total", "while packing"} {
		g.columns = append(g.columns, column{title, true})
	}
	for _, n := range nets {
		m := f.memoryOf(n)
		row := []any{n.Name, m.Batch, m.Threads, m.Precision}
		for _, bytes := range []int64{m.Weights, m.Activations, m.Scratch, m.Outputs, m.Tables, m.Total, m.Peak} {
			row = append(row, byteCount(bytes))
		}
		g.rows = append(g.rows, row)
	}
	return g
}
