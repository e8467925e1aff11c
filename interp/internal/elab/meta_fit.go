package elab

import (
	"slices"

	"cnnlang/lang/source"
)

// Whether what a net says of itself fits its input, its output and the pixels.

// metaItems are the values that hold, by key.
type metaItems map[string]metaItem

// A metaItem is where a value stands. It is own where no preset has given the net
// other arguments since.
type metaItem struct {
	span source.Span
	own  bool
}

// fitPixels warns of a mean or a standard deviation that pixels from 0 to the scale
// cannot have.
func (m *machine) fitPixels(meta Meta, at metaItems) {
	const one, full = 1, 255
	for _, list := range []struct {
		key     string
		numbers []float64
	}{{"mean", meta.Mean}, {"std", meta.Std}} {
		if len(list.numbers) == 0 {
			continue
		}
		least, most := slices.Min(list.numbers), slices.Max(list.numbers)
		small := most < one || list.key == "mean" && most == one
		if least < 0 || most > meta.Scale || meta.Scale == full && most > 0 && small {
			m.report(pixelsBeyond(list.key, list.numbers, meta.Scale, at))
			return // the other list was computed with it
		}
	}
}

// fitMeta holds meta to the net's own input and output. At others it does not apply,
// and names of classes that are not as many as the outputs are left out. What a preset with
// other arguments inherits is told where pictures are read.
func (m *machine) fitMeta(r *Result, at metaItems) {
	meta, in, out := &r.Meta, r.Graph.Input.Shape, r.Graph.Output.Shape
	if item, stated := at["classes"]; stated && len(out) > 1 && len(meta.Classes) != out[1] {
		if m.defaults && item.own {
			m.fail(classesBeyond(item.span, len(meta.Classes), out[1], r.Graph.Name))
		}
		meta.Classes = nil
	}
	if !m.defaults || len(in) != 4 {
		return
	}
	if n := len(meta.Mean); n > 1 && n != in[1] && at["mean"].own {
		m.fail(channelsBeyond(at["mean"].span, "mean", n, in[1], r.Graph.Name))
	} else if n := len(meta.Std); n > 1 && n != in[1] && at["std"].own {
		m.fail(channelsBeyond(at["std"].span, "std", n, in[1], r.Graph.Name))
	}
	side, crop := min(in[2], in[3]), meta.Crop
	switch {
	case m.others && !(at["crop"].own || at["resize"].own):
	case crop != 0 && crop != side:
		m.report(cropBeyond(at["crop"].span, crop, in, r.Graph.Name))
	case meta.Resize != 0 && meta.Resize < side:
		m.report(resizeBelow(at["resize"].span, meta.Resize, side))
	}
}
