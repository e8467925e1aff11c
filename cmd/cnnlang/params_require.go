package main

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"cnnlang/interp"
	"cnnlang/ops/dim"
)

// A bound is what --require wants of a net.
type bound struct {
	name, sign string
	most       int64
	text       string // as it was given
}

// bounded are the names of what can be bounded.
var bounded = []string{"params", "macs", "flops", "activations", "memory"}

// signs are the comparisons, those of two characters first.
var signs = []string{"<=", ">=", "==", "<", ">"}

// boundsOption is bounds separated by commas.
func boundsOption() *option[[]bound] {
	const mostBounds = 32
	return listOf("BOUNDS", mostBounds, parseBound)
}

func (b bound) String() string { return b.text }

// parseBound takes `params <= 30M`.
func parseBound(text string) (b bound, err error) {
	b.text = strings.Join(strings.Fields(text), " ")
	at := strings.IndexAny(text, "<>=")
	if at < 0 {
		return b, errors.New("want NAME <= NUMBER, as in params <= 30M")
	}
	name, rest := strings.TrimSpace(text[:at]), text[at:]
	if b.name = strings.ToLower(name); known(b.name, bounded) != nil {
		return b, fmt.Errorf("%q: %w", name, known(b.name, bounded))
	}
	for _, sign := range signs {
		if value, ok := strings.CutPrefix(rest, sign); ok {
			b.sign = sign
			b.most, err = parseAmount(strings.TrimSpace(value), b.name == "memory")
			return b, err
		}
	}
	return b, fmt.Errorf("want one of %s", strings.Join(signs, ", "))
}

// parseAmount takes a count, such as 30M or 1.5G, or a number of bytes.
func parseAmount(text string, bytes bool) (int64, error) {
	if bytes {
		v, err := parseBytes(text)
		if err != nil {
			return 0, errors.New("want a size such as 2GiB, 500MiB or a number of bytes")
		}
		return v, nil
	}
	number, unit := strings.ReplaceAll(text, "_", ""), 1.0
	for suffix, by := range map[string]float64{"K": 1e3, "M": 1e6, "G": 1e9} {
		if rest, ok := strings.CutSuffix(number, suffix); ok {
			number, unit = rest, by
		}
	}
	v, err := strconv.ParseFloat(number, 64)
	v = math.Round(v * unit)
	if err != nil || !(v >= 0 && v <= 1<<53) {
		return 0, errors.New("want a number such as 25_557_032, 30M or 1.5G")
	}
	return int64(v), nil
}

// A boundEntry says whether a bound holds, and which rows cost most if it is exceeded.
type boundEntry struct {
	Bound string     `json:"bound"`
	Value *int       `json:"value"`
	Holds bool       `json:"holds"`
	Rows  []boundRow `json:"rows,omitempty"`

	net, name string
}

type boundRow struct {
	Path  string `json:"path"`
	Value *int   `json:"value"`
}

// requirements are all bounds.
func (f *paramsFlags) requirements(n *interp.Net) (list []boundEntry) {
	for _, b := range f.require.value {
		list = append(list, f.check(n, b))
	}
	return list
}

// check compares a net with a bound.
func (f *paramsFlags) check(n *interp.Net, b bound) boundEntry {
	of := map[string]func(*rowFacts) dim.Size{
		"params":      func(m *rowFacts) dim.Size { return m.Params },
		"macs":        func(m *rowFacts) dim.Size { return m.MACs },
		"flops":       func(m *rowFacts) dim.Size { return m.FLOPs },
		"activations": func(m *rowFacts) dim.Size { return m.activations },
		"memory":      func(m *rowFacts) dim.Size { return m.bytes.Weights.Add(m.bytes.Values) },
	}[b.name]
	rows, total, _ := factsOf(n, n.Graph.Rows(f.depth.value))
	value := of(total)
	if b.name == "memory" {
		value = dim.Int(int(f.planned[n].Total()))
	}
	e := boundEntry{Bound: b.text, Value: integer(value), net: n.Name, name: b.name}
	if v, ok := value.Int(); ok {
		most := int(b.most)
		e.Holds = map[string]bool{"<=": v <= most, ">=": v >= most, "==": v == most, "<": v < most, ">": v > most}[b.sign]
	}
	if !e.Holds && b.sign[0] != '>' {
		e.Rows = costliest(rows, of)
	}
	return e
}

// costliest are the rows of the main path that cost most.
func costliest(rows []*rowFacts, of func(*rowFacts) dim.Size) (list []boundRow) {
	const shown = 3
	rows = slices.DeleteFunc(slices.Clone(rows), func(m *rowFacts) bool { return m.Side || of(m).Float() == 0 })
	slices.SortStableFunc(rows, func(a, b *rowFacts) int { return cmp.Compare(of(b).Float(), of(a).Float()) })
	for _, m := range rows[:min(shown, len(rows))] {
		list = append(list, boundRow{m.Path, integer(of(m))})
	}
	return list
}

// tellBroken writes the bounds that do not hold.
func (a *app) tellBroken(broken []boundEntry) error {
	if len(broken) == 0 {
		return nil
	}
	for _, e := range broken {
		var rows []string
		for _, r := range e.Rows {
			rows = append(rows, r.Path+" "+e.amount(r.Value))
		}
		help := ""
		if len(rows) > 0 {
			help = "most of it: " + strings.Join(rows, ", ")
		}
		if e.name == "memory" && help != "" {
			help = "rows with the most weights and values: " + strings.Join(rows, ", ")
		}
		a.message(fmt.Sprintf("%s: %s does not hold: it is %s", e.net, e.Bound, e.amount(e.Value)), help)
	}
	return failed(exitProblems)
}

// amount is a count or a number of bytes for people.
func (e boundEntry) amount(n *int) string {
	switch {
	case n == nil:
		return outOfRange
	case e.name == "memory":
		return interp.Bytes(int64(*n))
	}
	return grouped(dim.Int(*n))
}
