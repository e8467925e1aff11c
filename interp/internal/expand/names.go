package expand

import (
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp/internal/calls"
	"cnnlang/interp/internal/elab"
)

// metaOf is the meta of a net, without the maps of files that do not fit it at this size, and are
// left out.
func metaOf(r *elab.Result) elab.Meta {
	m := r.Meta
	m.Weights = slices.Clone(m.Weights)
	for i := range m.Weights {
		if !slices.ContainsFunc(r.Names, func(names *elab.Names) bool { return names.Table != nil && names.Name == m.Weights[i].Map }) {
			m.Weights[i].Map = ""
		}
	}
	return m
}

// names writes a map to other names. Its rows may refer to values of the file, which are gone, and
// those of a preset's callee may fit nothing, so that rows are written which say the same.
func (w *writer) names(m *elab.Names) {
	if m.Table == nil {
		return
	}
	in := ""
	if m.Text.In != nil {
		in = " in " + m.Text.In.Text
	}
	w.line("names %s%s {", m.Name, in)
	for _, row := range m.Table.PlainRows() {
		axes := ""
		if row.Axes != nil {
			axes = " " + strings.Join(strings.Fields(fmt.Sprint(row.Axes)), ", ")
		}
		w.line("%s = %s%s", calls.Quoted(row.Here), calls.Quoted(row.There), axes)
	}
	w.line("}")
}
