package elab

import (
	"slices"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
)

// Whether what a net says of itself fits its input, its output and the pixels.

// metaItems are the values that hold, by key.
type metaItems map[string]metaItem

// A metaItem is where a value stands, and the value. It is own where no preset has given
// the net other arguments since.
type metaItem struct {
	span  source.Span
	value Value
	by    *resolve.Object // the net or preset that states it
	own   bool
}

// argument is where an argument of the value is written, which may be the whole item.
func (i metaItem) argument(name string) (at source.Span, written bool) {
	if c, ok := i.value.(*Closure); ok && i.span.Contains(c.Args[name].span) {
		return c.Args[name].span, true
	}
	return i.span, false
}

// fitPixels warns of a mean or a standard deviation that pixels from 0 to the scale
// cannot have.
func (m *machine) fitPixels(p Picture, at metaItem) {
	const one, full = 1, 255
	for _, list := range []struct {
		key     string
		numbers []float64
	}{{"mean", p.Mean}, {"std", p.Std}} {
		least, most := slices.Min(list.numbers), slices.Max(list.numbers)
		small := most < one || list.key == "mean" && most == one
		if least < 0 || most > p.Scale || p.Scale == full && most > 0 && small {
			m.report(pixelsBeyond(list.key, list.numbers, p.Scale, at))
			return // the other list was computed with it
		}
	}
}

// fitMaps holds the maps by which files of weights are read to those that the net, or what
// it fills in, has.
func (m *machine) fitMaps(files []Checkpoint, chain []*resolve.Object, at metaItem) {
	var maps []string
	for _, o := range chain {
		for _, st := range statements(o.Block) {
			if st.Names != nil {
				maps = append(maps, st.Names.For.Text)
			}
		}
	}
	for _, f := range files {
		if f.Map != "" && !slices.Contains(maps, f.Map) {
			m.fail(unknownMap(at.span, f, chain[0].Name, maps))
			return
		}
	}
}

// fitMeta holds meta to the net's own input, whose channels stand at this place, and
// output. At others it does not apply,
// names of classes that are not as many as the outputs are left out, but for withBackground, and so is how accurate files of weights are. What a preset with
// other arguments inherits is told where pictures are read.
func (m *machine) fitMeta(r *Result, at metaItems, channels source.Span) {
	meta, in, out := &r.Meta, r.Graph.Input().Shape, r.Graph.Output().Shape
	if len(r.Graph.Outputs) > 1 {
		out = nil // none of which is said to be scores of classes
	}
	if item, stated := at["classes"]; stated && len(out) > 1 && len(meta.Classes) != out[1] {
		if m.defaults && item.own {
			m.fail(classesBeyond(item.span, len(meta.Classes), out[1], r.Graph.Name))
		}
		meta.Classes = withBackground(meta.Classes, out[1])
	}
	if item, stated := at["weights"]; stated && !item.own {
		meta.Weights = nil // they are for other arguments
	} else if stated && m.defaults && len(out) > 1 {
		for _, f := range meta.Weights {
			if f.Classes != nil && len(f.Classes) != out[1] {
				m.fail(classesBeyond(item.span, len(f.Classes), out[1], r.Graph.Name))
				return
			}
		}
	}
	for i := range meta.Weights {
		if !m.usual {
			meta.Weights[i].Top1 = 0
		}
	}
	item, stated := at["prepare"]
	if !m.defaults || len(in) != 4 || !stated {
		return
	}
	p := meta.Prepare
	for _, list := range []struct {
		key     string
		numbers []float64
	}{{"mean", p.Mean}, {"std", p.Std}} {
		if n := len(list.numbers); n > 1 && n != in[1] && item.own {
			span, _ := item.argument(list.key)
			m.fail(channelsBeyond(span, list.key, n, in[1], r.Graph.Name).At(channels, "the channels of the input"))
			return
		}
	}
	if m.others && !item.own {
		return // the size is in proportion
	}
	for axis, resize := range p.Resize {
		if side := in[2+axis]; resize != 0 && resize < side {
			span, _ := item.argument("resize")
			m.report(resizeBelow(span, resize, side))
			return
		}
	}
}

// withBackground are the names of ImageNet's 1,000 classes behind one for the background, if there
// is one output more than names: so Google trains. Other names do not fit other outputs.
func withBackground(names []string, outputs int) []string {
	const imagenet = 1000
	if len(names) != imagenet || outputs != imagenet+1 {
		return nil
	}
	return append([]string{"background"}, names...)
}

// usualSize is the height and the width that the input has by default for the net that
// states how pictures are prepared, nil where none does; 0 and 0 where it has none.
func (m *machine) usualSize(by *resolve.Object, b *ast.Block, e *env) (usual [2]int) {
	if by == nil || len(b.Sig.Input().Sizes) != 4 {
		return usual
	}
	untold := func(*diag.Diagnostic) bool { return false } // a default that is wrong is not asked for
	m.apartFrom(untold, func() { usual = m.defaultSides(by, b, e) })
	return usual
}

func (m *machine) defaultSides(by *resolve.Object, b *ast.Block, e *env) (usual [2]int) {
	c, ok := m.closure(by, by.Span)
	if !ok {
		return usual
	}
	e = e.inner()
	p := b.Sig.In[0]
	for i, d := range p.Shape.Sizes {
		size, known := sizeIn(c, p.Binds(d))
		if !known {
			size, known, ok = m.defaultSize(d, i, portValue{port: p, env: e})
		}
		if !ok || !known && i >= 2 {
			return [2]int{}
		}
		if name := p.Binds(d); name != "" {
			if _, bound := e.lookup(name); !bound {
				e.values[name] = size
			}
		}
		if i >= 2 {
			usual[i-2], _ = size.Int()
		}
	}
	return usual
}
