package main

import (
	"cmp"

	"cnnlang/ops/exec/task"
)

// compareDocument is cnnlang.compare/v1: nets in the order of x.
type compareDocument struct {
	Schema    string         `json:"schema"`
	X         string         `json:"x"`
	Y         string         `json:"y"`
	Tested    string         `json:"tested"`
	Threads   int            `json:"threads"`
	Precision string         `json:"precision"`
	Nets      []comparedItem `json:"nets"`
}

type comparedItem struct {
	Net   string `json:"net"`
	Label string `json:"label"`
	netEnds
	Params  *int            `json:"params"`
	MACs    *int            `json:"macs"`
	FLOPs   *int            `json:"flops"`
	Memory  int64           `json:"memory_bytes"`
	Latency *real           `json:"latency_ms,omitempty"`
	Top1    *comparedTested `json:"top1"`
	Front   bool            `json:"front"`
}

type comparedTested struct {
	PerCent   float64 `json:"per_cent"`
	Tested    string  `json:"tested"`
	File      string  `json:"file"`
	Publisher string  `json:"publisher"`
	Results   string  `json:"results"`
}

func (c *comparison) document(f *compareFlags) compareDocument {
	d := compareDocument{
		Schema: "cnnlang.compare/v1", X: c.x.name, Y: c.y.name, Tested: c.tested,
		Threads: cmp.Or(f.threads.value[0], task.Threads()), Precision: f.precision.value[0].String(), Nets: []comparedItem{},
	}
	for _, n := range c.nets {
		item := comparedItem{
			Net: n.Name, Label: n.label, netEnds: endsOf(n.Graph), Front: n.front,
			Params: integer(n.Main.Params), MACs: integer(n.Main.MACs), FLOPs: integer(n.Main.FLOPs), Memory: n.memory.Total(),
		}
		if f.bench {
			took := milliseconds(n.latency.Median)
			item.Latency = &took
		}
		if w := n.accuracy; w.Top1 > 0 {
			item.Top1 = &comparedTested{w.Top1, w.Tested, w.File, w.Publisher, w.Results}
		}
		d.Nets = append(d.Nets, item)
	}
	return d
}
