package elab

import (
	"sort"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/ops/dim"
)

// Meta is what a net says of itself beyond its computation. Pixels are scaled
// to 0..Scale, their channels put in ChannelOrder, and then (x - Mean) / Std.
type Meta struct {
	Paper, Source, Weights, License string
	Classes                         []string
	Mean, Std                       []float64
	Scale                           float64
	Resize, Crop                    int
	Interpolation, ChannelOrder     string
}

// metaKey is one key of the schema: its type, what else its value must be, and
// where it goes. check returns "" or what the value must be.
type metaKey struct {
	typ   ast.Type
	check func(v Value) string
	set   func(meta *Meta, v Value)
}

var metaKeys = map[string]metaKey{
	"paper":   {ast.Type{Name: "string"}, nil, func(m *Meta, v Value) { m.Paper = v.(string) }},
	"source":  {ast.Type{Name: "string"}, nil, func(m *Meta, v Value) { m.Source = v.(string) }},
	"weights": {ast.Type{Name: "string"}, nil, func(m *Meta, v Value) { m.Weights = v.(string) }},
	"license": {ast.Type{Name: "string"}, nil, func(m *Meta, v Value) { m.License = v.(string) }},
	"classes": {ast.Type{Name: "list", Elem: "string"}, nil, func(m *Meta, v Value) { m.Classes = texts(v) }},
	"mean":    {ast.Type{Name: "list", Elem: "float"}, perChannel, func(m *Meta, v Value) { m.Mean = floats(v) }},
	"std":     {ast.Type{Name: "list", Elem: "float"}, allPositive, func(m *Meta, v Value) { m.Std = floats(v) }},
	"scale":   {ast.Type{Name: "int"}, oneOf(dim.Int(1), dim.Int(255)), func(m *Meta, v Value) { m.Scale = v.(dim.Size).Float() }},
	"resize":  {ast.Type{Name: "int"}, pixels, func(m *Meta, v Value) { m.Resize = v.(dim.Size).MustInt() }},
	"crop":    {ast.Type{Name: "int"}, pixels, func(m *Meta, v Value) { m.Crop = v.(dim.Size).MustInt() }},
	"interpolation": {ast.Type{Name: "string"}, oneOf("bilinear", "bicubic", "nearest", "box"),
		func(m *Meta, v Value) { m.Interpolation = v.(string) }},
	"channel_order": {ast.Type{Name: "string"}, oneOf("rgb", "bgr"), func(m *Meta, v Value) { m.ChannelOrder = v.(string) }},
}

// MetaKeys lists the keys that meta may hold.
func MetaKeys() []string {
	var keys []string
	for k := range metaKeys {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// CheckMeta reports what is wrong with what a net's own text says of it, whatever its
// parameters are. Instantiating it does this too, and for all that it fills in.
func CheckMeta(o *resolve.Object, budget *Budget) diag.List {
	m := newMachine(o.Name, dim.Numbers{}, budget)
	m.meta([]*resolve.Object{o}, nil)
	return m.found.List
}

// meta reads the meta statements of a net's body, and over them those of the
// presets that lead to it, innermost first. params are the values of the parameters of
// the one that has a body; nil where they are not known.
func (m *machine) meta(chain []*resolve.Object, params *env) (Meta, metaItems) {
	meta := Meta{Scale: 1, Interpolation: "bilinear", ChannelOrder: "rgb"}
	items := metaItems{}
	for i := len(chain) - 1; i >= 0; i-- {
		if preset := chain[i].Block.Preset; preset != nil && preset.Ref().Args != nil {
			for key, at := range items {
				items[key] = metaItem{at.span, false}
			}
		}
		e := &env{module: chain[i].Module, frame: &frame{}}
		if i == len(chain)-1 {
			e.up = params
		}
		for _, st := range statements(chain[i].Block) {
			if st.Meta != nil {
				m.readMeta(st.Meta, chain[i], e, &meta, items)
			}
		}
	}
	if !m.found.List.HasErrors() && chain[len(chain)-1].Block.Body != nil {
		m.fitPixels(meta, items)
	}
	return meta, items
}

func (m *machine) readMeta(st *ast.Meta, o *resolve.Object, e *env, meta *Meta, items metaItems) {
	seen := map[string]bool{}
	for _, item := range st.Items {
		key, known := metaKeys[item.Key.Text]
		if !known {
			m.fail(unknownMeta(item.Key))
			continue
		}
		if seen[item.Key.Text] {
			m.fail(diag.New(diag.DuplicateName, item.Key.Span(), "`%s` is set twice", item.Key.Text))
			continue
		}
		seen[item.Key.Text] = true
		if name := withoutValue(item.Value, o, e); name != nil {
			if find(parameters(o), name.Text) == nil {
				m.fail(unknownInMeta(item, name))
			}
			continue
		}
		v, ok := m.eval(item.Value, e)
		if !ok {
			continue
		}
		v, want := m.convert(v, key.typ)
		if want == "" && key.check != nil {
			want = key.check(v)
		}
		if want != "" {
			m.fail(wrongMeta(item, want))
			continue
		}
		key.set(meta, v)
		items[item.Key.Text] = metaItem{item.Value.Span(), true}
	}
}

// withoutValue is a name that means something in the body and has no value where meta is
// read: a size, a let, or a parameter that is not known.
func withoutValue(x ast.Expr, o *resolve.Object, e *env) (name *ast.Name) {
	local := map[string]bool{}
	for _, p := range parameters(o) {
		local[p.Name.Text] = true
	}
	if sig := o.Block.Sig; sig != nil {
		for _, d := range sig.In {
			local[bare(d.Size)] = true
		}
	}
	for _, st := range statements(o.Block) {
		if st.Let != nil {
			for _, n := range st.Let.Pattern.All() {
				local[n.Text] = true
			}
		}
	}
	ast.Walk(x, func(n ast.Node) bool {
		if r, ok := n.(*ast.Ref); ok && len(r.Path) == 1 && local[r.Path[0].Text] {
			if _, known := e.lookup(r.Path[0].Text); !known {
				name = r.Path[0]
			}
		}
		return name == nil
	})
	return name
}

// statements are those of a net's body, or of a preset's braces.
func statements(b *ast.Block) []*ast.Stmt {
	switch {
	case b.Body != nil:
		return b.Body.Stmts
	case b.Extra != nil:
		return b.Extra.Stmts
	}
	return nil
}

func oneOf(values ...Value) func(Value) string {
	return func(v Value) string {
		want := ""
		for i, w := range values {
			if v == w {
				return ""
			}
			if i > 0 {
				want += " or "
			}
			want += show(w)
		}
		return want
	}
}

func pixels(v Value) string {
	if n, ok := v.(dim.Size).Int(); !ok || n < 1 || n > 1<<16 {
		return "a number of pixels from 1 to 65536"
	}
	return ""
}

func perChannel(v Value) string {
	if n := len(v.([]Value)); n != 1 && n != 3 {
		return "a list of 1 or 3 numbers, one for each channel"
	}
	return ""
}

const positive = "a list of positive numbers"

func allPositive(v Value) string {
	if want := perChannel(v); want != "" {
		return want
	}
	for _, x := range v.([]Value) {
		if x.(dim.Size).Cmp(dim.Int(0)) <= 0 {
			return positive
		}
	}
	return ""
}

func floats(v Value) []float64 {
	var list []float64
	for _, x := range v.([]Value) {
		list = append(list, x.(dim.Size).Float())
	}
	return list
}

func texts(v Value) []string {
	var list []string
	for _, x := range v.([]Value) {
		list = append(list, x.(string))
	}
	return list
}
