package main

import (
	"context"

	"cnnlang/interp"
	"cnnlang/interp/compare"
	"cnnlang/ops/dim"
)

// diffDocument is cnnlang.diff/v1.
type diffDocument struct {
	Schema  string     `json:"schema"`
	Differ  bool       `json:"differ"`
	Nets    []diffNets `json:"nets"`
	Removed []string   `json:"removed_nets"`
	Added   []string   `json:"added_nets"`
}

type diffNets struct {
	A       diffSide     `json:"a"`
	B       diffSide     `json:"b"`
	Changes []diffChange `json:"changes"`
	Weights diffWeights  `json:"weights"`
	Recipes []diffRecipe `json:"recipes"`
	Rest    int          `json:"recipes_not_compared,omitempty"`
}

type diffSide struct {
	Net string `json:"net"`
	netEnds
	diffCost
	Memory *memoryEntry `json:"memory"`
}

type diffCost struct {
	Params  *int `json:"params"`
	MACs    *int `json:"macs"`
	Written *int `json:"written"` // elements of the values of all its operations, for one image
	Values  *int `json:"value_bytes"`
	Weights *int `json:"weight_bytes"`
}

// A diffChange is a part that was added, removed or changed. Those behind it at a greater depth
// are in it.
type diffChange struct {
	Depth     int            `json:"depth"`
	Kind      string         `json:"kind"`
	Words     string         `json:"words"`
	A         *diffPlace     `json:"a"`
	B         *diffPlace     `json:"b"`
	Arguments []diffArgument `json:"arguments"`
}

type diffPlace struct {
	Path  string `json:"path"`
	Text  string `json:"text"`
	Count int    `json:"count"`
	Shape []int  `json:"shape"`
	Line  int    `json:"line"`
	diffCost
}

type diffArgument struct {
	Name string `json:"name"`
	A    string `json:"a"`
	B    string `json:"b"`
}

type diffWeights struct {
	Kept    []string      `json:"kept"`
	Renamed []diffRenamed `json:"renamed"`
	Resized []diffResized `json:"resized"`
	Gone    []string      `json:"gone"`
	New     []string      `json:"new"`
}

type diffRenamed struct {
	A string `json:"a"`
	B string `json:"b"`
}

type diffResized struct {
	Name string `json:"name"`
	A    []int  `json:"a"`
	B    []int  `json:"b"`
}

func (d *netDiffs) document(ctx context.Context) (diffDocument, error) {
	doc := diffDocument{Schema: "cnnlang.diff/v1", Differ: d.differs(), Nets: []diffNets{},
		Removed: netNames(d.gone), Added: netNames(d.added)}
	for _, p := range d.pairs {
		before, after, err := p.memory(ctx)
		if err != nil {
			return doc, err
		}
		trained := trainingChange(p.a, p.b)
		doc.Nets = append(doc.Nets, diffNets{sideDocument(p.A, before), sideDocument(p.B, after), changesOf(p.Changes, 0), keptDocument(p.Weights),
			append([]diffRecipe{}, trained.recipes...), trained.rest})
	}
	return doc, nil
}

func netNames(nets []*interp.Net) []string {
	names := []string{}
	for _, n := range nets {
		names = append(names, n.Name)
	}
	return names
}

func sideDocument(t compare.Totals, m *memoryEntry) diffSide {
	return diffSide{t.Graph.Name, endsOf(t.Graph), costDocument(t.Cost), m}
}

func costDocument(c compare.Cost) diffCost {
	return diffCost{integer(c.Params), integer(c.MACs), integer(c.Values.Quo(dim.Int(4))), integer(c.Values), integer(c.Weights)}
}

func changesOf(list []*compare.Change, depth int) []diffChange {
	changes := []diffChange{}
	for _, c := range list {
		one := diffChange{Depth: depth, Kind: c.Kind.String(), Words: c.Words(), Arguments: []diffArgument{},
			A: placeDocument(c.A, c.Before), B: placeDocument(c.B, c.After)}
		for _, arg := range c.Arguments {
			one.Arguments = append(one.Arguments, diffArgument(arg))
		}
		changes = append(append(changes, one), changesOf(c.Inner, depth+1)...)
	}
	return changes
}

func placeDocument(p compare.Place, c compare.Cost) *diffPlace {
	if p.Count == 0 {
		return nil
	}
	return &diffPlace{p.Path, p.Text, p.Count, p.Shape, p.Line, costDocument(c)}
}

func keptDocument(w compare.Weights) diffWeights {
	d := diffWeights{Kept: append([]string{}, w.Kept...), Renamed: []diffRenamed{}, Resized: []diffResized{}, Gone: []string{}, New: []string{}}
	for _, r := range w.Renamed {
		d.Renamed = append(d.Renamed, diffRenamed{r[0], r[1]})
	}
	for _, r := range w.Resized {
		d.Resized = append(d.Resized, diffResized{r[0].Path, r[0].Shape, r[1].Shape})
	}
	for _, p := range w.Gone {
		d.Gone = append(d.Gone, p.Path)
	}
	for _, p := range w.New {
		d.New = append(d.New, p.Path)
	}
	return d
}
