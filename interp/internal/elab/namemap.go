package elab

import (
	"strings"

	"cnnlang/interp/internal/namemap"
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/ops/dim"
)

// Names is one map from the net's tensors to the names in another publisher's files.
type Names struct {
	*namemap.Map
	// Table has every tensor, nil where Problems say why there is none: only away from the
	// net's own size and arguments, where nobody has to use a map.
	Table    *namemap.Table
	Problems diag.List
	Text     *ast.NameMap

	inherited bool
	broken    bool // a row has a mistake that has been reported where names are resolved
}

// MaxMaps is how many maps a net may have: a file of weights is compared with each.
const MaxMaps = 100

// nameMaps reads the maps of a net: its own, and those of what it fills in, in the order in
// which names first occur. A map replaces an inherited one of its name.
func (m *machine) nameMaps(chain []*resolve.Object) (maps []*Names) {
	at := map[string]int{}
	for i := len(chain) - 1; i >= 0; i-- {
		seen := map[string]*ast.NameMap{}
		for _, st := range statements(chain[i].Block) {
			if st.Names == nil {
				continue
			}
			name := st.Names.For.Text
			if first := seen[name]; first != nil {
				m.fail(diag.New(diag.DuplicateName, st.Names.For.Span(), "there are two maps called `%s`", name).
					At(first.For.Span(), "first here").WithHelp("join their rows, or give one of them another name: `names %s2 in %s`", name, m.nameMap(first, chain[i]).Layout.Name))
				continue
			}
			seen[name] = st.Names
			if len(maps) == MaxMaps {
				m.stop(diag.New(diag.TooManySteps, st.Names.For.Span(), "a net has more than the %d maps of names allowed", MaxMaps).
					WithHelp("remove those of files that nobody reads"))
				return maps
			}
			names := &Names{Map: m.nameMap(st.Names, chain[i]), Text: st.Names, inherited: i > 0, broken: brokenRows(st.Names)}
			if j, known := at[name]; known {
				maps[j] = names
				continue
			}
			at[name] = len(maps)
			maps = append(maps, names)
		}
	}
	return maps
}

// brokenRows reports whether a row captures one name twice or reads a tap.
func brokenRows(text *ast.NameMap) (broken bool) {
	for _, row := range text.Rows {
		seen := map[string]bool{}
		ast.Walk(row, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Capture:
				broken = broken || seen[n.Name.Text]
				seen[n.Name.Text] = true
			case *ast.TapExpr:
				broken = true
			}
			return true
		})
	}
	return broken
}

// nameMap reads a map.
func (m *machine) nameMap(text *ast.NameMap, o *resolve.Object) *namemap.Map {
	names := &namemap.Map{Name: text.For.Text, Layout: namemap.LayoutOf(text.For.Text)}
	switch in := text.In; {
	case in != nil && names.Layout != nil && in.Text != text.For.Text:
		m.fail(layoutTwice(text))
	case in != nil:
		if names.Layout = namemap.LayoutOf(in.Text); names.Layout == nil {
			m.fail(unknownLayout(in))
		}
	}
	if names.Layout == nil {
		names.Layout = namemap.LayoutOf("torch")
	}
	for _, row := range text.Rows {
		names.Rows = append(names.Rows, m.nameRow(row, o, names.Layout))
	}
	return names
}

func (m *machine) nameRow(row *ast.NameRow, o *resolve.Object, layout *namemap.Layout) namemap.Row {
	var parts []namemap.Part
	var captures []*ast.Capture
	for _, p := range row.Here.Pattern().Parts {
		if c, ok := p.Expr.(*ast.Capture); ok {
			captures = append(captures, c)
			parts = append(parts, namemap.Part{Name: c.Name.Text, Int: c.Type == ast.CaptureInt, Path: c.Type == ast.CapturePath})
		} else {
			parts = append(parts, namemap.Part{Text: p.Text})
		}
	}
	if at := row.Here.Span(); at.End.Offset-at.Start.Offset > maxText {
		m.fail(textTooLong(at))
	}
	r := namemap.Row{Here: namemap.NewPattern(parts)}
	none := &frame{} // a row has no block of its own
	r.There = func(captured []string, count int) (string, bool) {
		e := &env{module: o.Module, frame: none, values: map[string]Value{resolve.Count: dim.Int(count)}}
		for i, c := range captures {
			switch e.values[c.Name.Text] = captured[i]; c.Type {
			case ast.CaptureInt:
				e.values[c.Name.Text], _ = parseNumber(captured[i])
			case ast.CapturePath:
				e.values[c.Name.Text] = strings.ReplaceAll(captured[i], ".", layout.Between)
			}
		}
		report := m.report
		defer func() { m.report = report }()
		m.report = func(d *diag.Diagnostic) { report(withCaptures(d, captures, captured)) }
		return m.there(row, e)
	}
	if resolve.Counts(row) {
		r.Counter = ast.Text(row.There)
	}
	if row.Axes != nil {
		r.Axes = m.axes(row, o, r.Here.Prefix)
	}
	return r
}

// there is the right side of a row.
func (m *machine) there(row *ast.NameRow, e *env) (string, bool) {
	for _, p := range row.There.String().Parts {
		if p.Expr == nil {
			continue
		}
		v, ok := m.eval(p.Expr, e)
		if !ok {
			return "", false
		}
		n, isNumber := v.(dim.Size)
		_, isText := v.(string)
		switch {
		case !isNumber && !isText:
			m.fail(noName(p.Expr, v))
			return "", false
		case isNumber && (!n.IsWhole() || n.Cmp(dim.Int(0)) < 0):
			m.fail(noIndex(p.Expr, n))
			return "", false
		}
	}
	v, ok := m.text(row.There.String(), e)
	text, _ := v.(string)
	if ok && !printable(text) {
		m.fail(unprintable(row.There.Span(), "the name of a tensor", text))
		return "", false
	}
	return text, ok
}

// axes are those of a row, nil where they are none.
func (m *machine) axes(row *ast.NameRow, o *resolve.Object, prefix bool) (axes []int) {
	if prefix {
		m.fail(axesOfPrefix(row))
		return nil
	}
	seen := make([]bool, len(row.Axes))
	for _, x := range row.Axes {
		n, ok := m.evalSize(x, &env{module: o.Module, frame: &frame{}})
		if !ok {
			return nil
		}
		axis, whole := n.Int()
		if !whole || axis < 0 || axis >= len(seen) || seen[axis] {
			m.fail(wrongAxes(row, x, n, whole && axis >= 0 && axis < len(seen)))
			return nil
		}
		seen[axis] = true
		axes = append(axes, axis)
	}
	return axes
}

// applyNames gives the tensors of the net their names by each map. At the net's own size and
// arguments every problem is an error, elsewhere only for those who use the map.
func (m *machine) applyNames(r *Result, maps []*Names) {
	r.Names = maps
	for _, names := range maps {
		if m.found.List.HasErrors() || m.stopped {
			return
		}
		report := m.report
		if !m.defaults {
			m.report = func(d *diag.Diagnostic) { names.Problems.Add(d) }
		}
		m.applyMap(r, names)
		m.report = report
	}
}

func (m *machine) applyMap(r *Result, names *Names) {
	if names.broken {
		return
	}
	spent := 0
	table, problems := names.Apply(r.Graph, func(n int) bool {
		for spent += n; spent >= charPerStep; spent -= charPerStep {
			if !m.step(names.Text.For.Span()) {
				return false
			}
		}
		return !m.stopped
	})
	for _, p := range problems {
		if p.Kind != namemap.Unused {
			table = nil
		} else if names.inherited || !m.defaults {
			continue
		}
		m.fail(unfitNames(r.Graph, names, p))
	}
	names.Table = table
}
