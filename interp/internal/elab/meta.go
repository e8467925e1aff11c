package elab

import (
	"maps"
	"slices"
	"sort"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/ops/dim"
)

// Meta is what a net says of itself beyond its computation.
type Meta struct {
	Paper, Source string
	Weights       []Checkpoint // the usual one first
	Classes       []string
	Prepare       Picture
	Range         []float64 // of an output that is a picture, what is black and what full brightness; nil if it is not said
}

// metaKey is one key of the schema: its type, and where its value goes. want is "" or
// what the value must be.
type metaKey struct {
	typ ast.Type
	set func(m *machine, meta *Meta, v Value) (want string)
}

var metaKeys = map[string]metaKey{
	"paper":   textKey(func(m *Meta) *string { return &m.Paper }),
	"source":  textKey(func(m *Meta) *string { return &m.Source }),
	"weights": {ast.Type{}, (*machine).checkpoints},
	"classes": {ast.Type{Name: "list", Elem: &ast.Type{Name: "string"}}, func(_ *machine, meta *Meta, v Value) string {
		meta.Classes = texts(v)
		return ""
	}},
	"prepare": {ast.Type{}, func(m *machine, meta *Meta, v Value) string {
		p, ok := m.picture(v)
		if !ok {
			return aPicture
		}
		meta.Prepare = p
		return ""
	}},
	"range": {ast.Type{Name: "list", Elem: &ast.Type{Name: "float"}}, func(_ *machine, meta *Meta, v Value) string {
		meta.Range = floats(v)
		if len(meta.Range) != 2 || meta.Range[0] >= meta.Range[1] {
			return "a list of two numbers, first the value that is black and then a higher one, which is full brightness"
		}
		return ""
	}},
}

func textKey(field func(*Meta) *string) metaKey {
	return metaKey{ast.Type{Name: "string"}, func(_ *machine, meta *Meta, v Value) string {
		*field(meta) = v.(string)
		return ""
	}}
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
	m.meta([]*resolve.Object{o}, nil, nil)
	m.nameMaps([]*resolve.Object{o})
	m.trainings([]*resolve.Object{o}, nil)
	return m.found.List
}

// meta reads the meta statements of a net's body, and over them those of the
// presets that lead to it, innermost first. params are the values of the parameters of
// the one that has a body; nil where they are not known. prepare, if not nil, replaces what
// they all say of pictures.
func (m *machine) meta(chain []*resolve.Object, params *env, prepare *Preparation) (Meta, metaItems) {
	meta := Meta{Prepare: unstated}
	items, old := metaItems{}, oldMeta{}
	for i := len(chain) - 1; i >= 0; i-- {
		if preset := chain[i].Block.Preset; preset != nil && preset.Ref().Args != nil {
			for key, at := range items {
				at.own = false
				items[key] = at
			}
		}
		e := &env{module: chain[i].Module, frame: &frame{}}
		if i == len(chain)-1 {
			e.up = params
		}
		if sections := sectionsOf(chain[i].Block); m.readMeta(sections, chain[i], e, &meta, items, old) {
			m.oldKeysIn(sections, chain[i], old, m.usualSizeOf(chain[i], chain[len(chain)-1].Block, params))
		}
	}
	if prepare != nil {
		m.prepare(prepare, chain[0], &meta, items)
	}
	if at, stated := items["prepare"]; stated && !m.found.List.HasErrors() && chain[len(chain)-1].Block.Body != nil {
		m.fitPixels(meta.Prepare, at)
	}
	if at, stated := items["weights"]; stated && at.own && len(chain) > 0 {
		m.fitMaps(meta.Weights, chain, at)
	}
	return meta, items
}

// readMeta reads the sections of a net's own text, and reports whether there are items with
// keys of before, and their values are good.
func (m *machine) readMeta(sections []*ast.Meta, o *resolve.Object, e *env, meta *Meta, items metaItems, old oldMeta) (were bool) {
	seen, good := map[string]*ast.Name{}, true
	for _, item := range itemsOf(sections) {
		key, known := metaKeys[item.Key.Text]
		_, isOld := oldKeys[item.Key.Text]
		if !known && !isOld {
			m.fail(unknownMeta(item.Key))
			continue
		}
		if first := seen[item.Key.Text]; first != nil {
			m.fail(settingTwice(item.Key, first))
			good = good && !isOld
			continue
		}
		seen[item.Key.Text] = item.Key
		if isOld {
			were = true
			good = m.addOld(old, item, o, e) && good
			continue
		}
		if name := withoutValue(item.Value, localsOf(o), e); name != nil {
			if find(parameters(o), name.Text) == nil {
				m.fail(unknownInMeta(item, name))
			}
			continue
		}
		v, ok := m.eval(item.Value, e)
		if !ok {
			continue
		}
		if text, found := m.unprintableIn(v); found {
			m.fail(unprintable(item.Value.Span(), "`"+item.Key.Text+"`", text))
			continue
		}
		got := v
		v, want := m.convert(v, key.typ)
		if want == "" {
			want = key.set(m, meta, v)
		}
		if want != "" {
			m.fail(wrongMeta(item, want, got))
			continue
		}
		items[item.Key.Text] = metaItem{item.Value.Span(), v, o, true}
		if item.Key.Text == "prepare" {
			old.state(meta.Prepare)
		}
	}
	return were && good // else what they say together is not known
}

// localsOf are the names that mean something in the body of a net.
func localsOf(o *resolve.Object) (local map[string]bool) {
	local = map[string]bool{}
	for _, p := range parameters(o) {
		local[p.Name.Text] = true
	}
	if sig := o.Block.Sig; sig != nil {
		for _, d := range sig.Input().Sizes {
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
	return local
}

// withoutValue is one of those names that has no value where meta is read: a size, a let, or a
// parameter that is not known.
func withoutValue(x ast.Expr, local map[string]bool, e *env) (name *ast.Name) {
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

// unprintableIn finds a text in a value that would not be shown as it is.
func (m *machine) unprintableIn(v Value) (text string, found bool) {
	if m.budget.Steps--; m.budget.Steps < 0 {
		return "", false // the next step reports it
	}
	switch v := v.(type) {
	case string:
		return v, !printable(v)
	case []Value:
		for _, x := range v {
			if text, found := m.unprintableIn(x); found {
				return text, true
			}
		}
	case *Closure:
		for _, name := range slices.Sorted(maps.Keys(v.Args)) {
			if text, found := m.unprintableIn(v.Args[name].value); found {
				return text, true
			}
		}
	}
	return "", false
}

// sectionsOf are the meta statements of a net's own text.
func sectionsOf(b *ast.Block) (sections []*ast.Meta) {
	for _, st := range statements(b) {
		if st.Meta != nil {
			sections = append(sections, st.Meta)
		}
	}
	return sections
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

func texts(v Value) []string {
	var list []string
	for _, x := range v.([]Value) {
		list = append(list, x.(string))
	}
	return list
}
