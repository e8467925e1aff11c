package expand

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"cnnlang/interp/internal/calls"
	"cnnlang/interp/internal/elab"
	"cnnlang/lang/format"
	"cnnlang/lang/source"
	"cnnlang/ops/tensor"
)

// Meta is the meta of a net by itself, "" for none.
func Meta(r *elab.Result) string {
	w := &writer{}
	w.meta(metaOf(r), r.Graph.Input().Shape)
	return format.Format(source.NewFile(r.Graph.Name, w.text.String()))
}

// meta writes the net's meta, so that pictures are prepared in the same way, without what
// the net takes over and an input with other channels cannot have.
func (w *writer) meta(m elab.Meta, input tensor.Shape) {
	if n := len(m.Prepare.Mean); n > 1 && len(input) > 1 && n != input[1] {
		m.Prepare.Mean = []float64{0}
	}
	if n := len(m.Prepare.Std); n > 1 && len(input) > 1 && n != input[1] {
		m.Prepare.Std = []float64{1}
	}
	at := func(p elab.Picture) elab.Picture {
		if len(input) == 4 {
			p.Resize = p.Size(input[2], input[3])
		}
		return p
	}
	var lines []string
	for _, item := range []struct{ key, value string }{
		{"paper", text(m.Paper)}, {"source", text(m.Source)}, {"weights", weights(m.Weights, at)},
		{"classes", texts(m.Classes)}, {"prepare", Picture(at(m.Prepare))}, {"range", brightness(m.Range)},
	} {
		if item.value != "" {
			lines = append(lines, item.key+" = "+item.value)
		}
	}
	if len(lines) == 0 {
		return
	}
	w.line("meta {")
	for _, line := range lines {
		w.line("%s", line)
	}
	w.line("}")
}

func text(s string) string {
	if s == "" {
		return ""
	}
	return calls.Quoted(s)
}

// weights writes files of weights, a list if there are several.
func weights(files []elab.Checkpoint, at func(elab.Picture) elab.Picture) string {
	var all []string
	for _, f := range files {
		args := []string{calls.Quoted(f.File)}
		for _, arg := range []struct{ name, value string }{
			{"url", text(f.URL)}, {"publisher", text(f.Publisher)}, {"license", text(f.License)}, {"sha256", text(f.SHA256)}, {"map", text(f.Map)},
			{"tested", text(f.Tested)}, {"results", text(f.Results)},
		} {
			if arg.value != "" {
				args = append(args, arg.name+"="+arg.value)
			}
		}
		if f.Bytes != 0 {
			args = append(args, "bytes="+strconv.FormatInt(int64(f.Bytes), 10))
		}
		if f.Top1 != 0 {
			args = append(args, "top1="+strconv.FormatFloat(f.Top1, 'f', -1, 64))
		}
		if f.Prepare != nil {
			args = append(args, "prepare="+Picture(at(*f.Prepare)))
		}
		if f.Classes != nil {
			args = append(args, "classes="+texts(f.Classes))
		}
		all = append(all, "checkpoint(\n"+strings.Join(args, ",\n")+"\n)")
	}
	switch len(all) {
	case 0:
		return ""
	case 1:
		return all[0]
	}
	return "[\n" + strings.Join(all, ",\n") + "\n]"
}

// brightness writes the range of an output.
func brightness(list []float64) string {
	if list == nil {
		return ""
	}
	return numbers(list)
}

// texts writes a list of strings, in several lines where it is long.
func texts(list []string) string {
	const columns = 90
	if list == nil {
		return ""
	}
	if line := calls.List(list, calls.Quoted); len(line) <= columns {
		return line
	}
	var b strings.Builder
	b.WriteString("[")
	width := columns
	for _, text := range list {
		text = calls.Quoted(text) + ","
		if width += 1 + len(text); width > columns {
			b.WriteString("\n")
			width = len(text)
		} else {
			b.WriteString(" ")
		}
		b.WriteString(text)
	}
	return b.String() + "\n]"
}

// Picture writes how pictures are prepared, without what is so anyway.
func Picture(p elab.Picture) string {
	if !p.Stated {
		return ""
	}
	var args []string
	add := func(name, value string, is bool) {
		if is {
			args = append(args, name+"="+value)
		}
	}
	size := strconv.Itoa(p.Resize[0])
	if p.Resize[0] != p.Resize[1] {
		size += "x" + strconv.Itoa(p.Resize[1])
	}
	add("resize", size, p.Resize[0] != 0)
	add("fit", calls.Quoted(p.Fit), p.Fit != "short")
	add("mean", numbers(p.Mean), !slices.Equal(p.Mean, []float64{0}))
	add("std", numbers(p.Std), !slices.Equal(p.Std, []float64{1}))
	add("scale", "255", p.Scale == 255)
	add("order", calls.Quoted(p.Order), p.Order != "rgb")
	add("interpolation", calls.Quoted(p.Interpolation), p.Interpolation != "bilinear")
	if len(args) == 0 {
		return "picture"
	}
	return "picture(" + strings.Join(args, ", ") + ")"
}

func numbers(list []float64) string { return calls.List(list, number) }

// number is a number as the language reads it: a decimal, or, where that has more digits than are read exactly, the
// simplest fraction that is the same float64, as 1/255.
func number(x float64) string {
	text := strconv.FormatFloat(x, 'f', -1, 64)
	const digits, most = 15, 1 << 53
	short, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', digits, 64), 64)
	if r, ok := new(big.Rat).SetString(text); ok && short == x && r.Denom().Cmp(big.NewInt(most)) <= 0 {
		return text
	}
	p, q, pBefore, qBefore := 1.0, 0.0, 0.0, 1.0 // of the continued fraction
	for rest := math.Abs(x); ; rest = 1 / (rest - math.Floor(rest)) {
		p, q, pBefore, qBefore = math.Floor(rest)*p+pBefore, math.Floor(rest)*q+qBefore, p, q
		switch {
		case !(p <= most && q <= most):
			return text
		case p/q == math.Abs(x):
			return fmt.Sprintf("%.0f/%.0f", math.Copysign(p, x), q)
		}
	}
}
