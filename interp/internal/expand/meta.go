package expand

import (
	"strconv"

	"cnnlang/interp/internal/elab"
	"cnnlang/ops/tensor"
)

// meta writes the net's meta, so that pictures are prepared in the same way, without what
// the net takes over and an input with other channels cannot have.
func (w *writer) meta(m elab.Meta, input tensor.Shape) {
	for _, list := range []*[]float64{&m.Mean, &m.Std} {
		if n := len(*list); n > 1 && len(input) > 1 && n != input[1] {
			*list = nil
		}
	}
	w.line("meta {")
	for _, item := range []struct{ key, value string }{
		{"paper", text(m.Paper)}, {"source", text(m.Source)}, {"weights", text(m.Weights)}, {"license", text(m.License)},
		{"classes", texts(m.Classes)}, {"mean", numbers(m.Mean)}, {"std", numbers(m.Std)},
		{"scale", strconv.FormatFloat(m.Scale, 'g', -1, 64)}, {"resize", pixels(m.Resize)}, {"crop", pixels(m.Crop)},
		{"interpolation", text(m.Interpolation)}, {"channel_order", text(m.ChannelOrder)},
	} {
		if item.value != "" {
			w.line("%s = %s", item.key, item.value)
		}
	}
	w.line("}")
}

func text(s string) string {
	if s == "" {
		return ""
	}
	return quoted(s)
}

func texts(list []string) string {
	if list == nil {
		return ""
	}
	return listed(list, quoted)
}

func numbers(list []float64) string {
	if list == nil {
		return ""
	}
	return listed(list, func(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) })
}

func pixels(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
