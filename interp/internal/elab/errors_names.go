package elab

import (
	"strconv"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/namemap"
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
	"cnnlang/ops/dim"
)

func unknownLayout(in *ast.Name) *diag.Diagnostic {
	d := diag.New(diag.UnknownName, in.Span(), "there is no layout `%s`", in.Text)
	if d.DidYouMean(in.Text, namemap.Layouts()) {
		return d
	}
	return d.WithHelp("the layouts are %s", diag.Names(namemap.Layouts()))
}

func layoutTwice(text *ast.NameMap) *diag.Diagnostic {
	return diag.New(diag.BadValue, text.In.Span(), "`names %s` has the layout `%[1]s`, not `%s`", text.For.Text, text.In.Text).
		WithHelp("give the map a name of its own: `names mine in %s`", text.In.Text)
}

func axesOfPrefix(row *ast.NameRow) *diag.Diagnostic {
	return diag.New(diag.BadValue, row.Axes[0].Span(), "axes are those of one tensor, and %s is the beginning of names", quotedRow(row)).
		WithHelp("write a row for the tensor before this one, with its whole name on both sides: `\"fc.weight\" = \"fc/kernel\" [1, 0]`")
}

func wrongAxes(row *ast.NameRow, at ast.Expr, got dim.Size, twice bool) *diag.Diagnostic {
	again := ""
	if twice {
		again = " twice"
	}
	want := "each of 0 to " + strconv.Itoa(len(row.Axes)-1) + " once"
	if len(row.Axes) == 1 {
		want = "0"
	}
	return diag.New(diag.BadValue, at.Span(), "a list of %s holds %s, got %s%s", axes(len(row.Axes)), want, got.Decimal(), again).
		WithHelp("list all axes of the file's tensor in the net's order: `[3, 2, 0, 1]` for a kernel that the file has as height, width, in, out")
}

// withCaptures says what the left side of a row has captured where its right side fails.
func withCaptures(d *diag.Diagnostic, captures []*ast.Capture, captured []string) *diag.Diagnostic {
	var with []string
	for i, c := range captures {
		with = append(with, c.Name.Text+" = "+captured[i])
	}
	if len(with) == 0 {
		return d
	}
	return d.WithNote("where %s", strings.Join(with, ", "))
}

// quotedRow is the left side of a row for a message.
func quotedRow(row *ast.NameRow) string { return "`" + strings.Trim(ast.Text(row.Here), `"`) + "`" }

// noIndex is about a number in a name that is negative or a fraction.
func noIndex(x ast.Expr, n dim.Size) *diag.Diagnostic {
	return diag.New(diag.BadValue, x.Span(), "this would put %v into a name", n).
		WithHelp("numbers in names are whole and not negative; `//` divides and rounds down")
}

// noName is about what is no part of a name.
func noName(x ast.Expr, v Value) *diag.Diagnostic {
	d := diag.New(diag.WrongType, x.Span(), "a name is made of texts and numbers, and this is %s", described(v))
	if _, isList := v.([]Value); isList {
		return d.WithHelp("take one of its items, as in `{%s[i]}`", ast.Text(x))
	}
	return d
}

// unfitNames puts a problem of a map into words.
func unfitNames(g *graph.Graph, names *Names, p namemap.Problem) *diag.Diagnostic {
	row := func(i int) source.Span { return names.Text.Rows[i].Span() }
	here := func(i int) string { return quotedRow(names.Text.Rows[i]) }
	switch p.Kind {
	case namemap.Collision:
		at, other := p.Row, p.Other
		if at < 0 {
			at, other = other, at
		}
		d := diag.New(diag.NameClash, names.Text.For.Span(), "`names %s` calls two tensors `%s`: `%s` and `%s`", names.Name, p.Name, p.Second, p.Tensor)
		if at >= 0 {
			d.Span = row(at)
		}
		if other >= 0 && other != at {
			return d.At(row(other), "this row names the other").WithHelp("let one of the rows fit less; the first that fits decides")
		}
		if other == at {
			return d.WithHelp("the right side has to keep what tells them apart: capture it on the left, as in `\"layer{i}.\" = \"block{i}.\"`")
		}
		return d.WithHelp("no row fits the other, which keeps its name; add one for it")
	case namemap.Ambiguous:
		return diag.New(diag.UnfitRow, names.Text.Rows[p.Row].Here.Span(), "%s fits `%s` in two ways", here(p.Row), p.Tensor).
			WithHelp("let characters stand between the captures that do not occur in them, or mark a number, `{i:int}`")
	case namemap.WrongAxes:
		return diag.New(diag.BadValue, row(p.Row), "the row gives %s, and `%s` has %d", axes(p.Shape[0]), p.Tensor, p.Shape[1]).
			WithHelp("list the file's axes in the net's order, from 0 to %d", p.Shape[1]-1)
	case namemap.UnknownOrder:
		d := diag.New(diag.UnknownOrder, names.Text.For.Span(), "the order of `%s` in a `%s` file is not known: it reads flattened maps behind `%s`",
			p.Tensor, names.Layout.Name, p.Unknown.Op.Name())
		if t := p.Unknown.Origin; t != (source.Span{}) {
			d.At(t, "here maps are together whose elements such a file orders otherwise")
		}
		axes := "[1, 0]"
		if p.Shape[1] == 1 {
			axes = "[0]"
		}
		return d.WithHelp("give its axes yourself in a row: `\"%s\" = \"…\" %s`", p.Tensor, axes)
	}
	d := diag.New(diag.UnfitRow, names.Text.Rows[p.Row].Here.Span(), "no tensor of `%s` is called like %s", g.Name, here(p.Row))
	if p.Other >= 0 {
		d.Message = "no tensor is left for " + here(p.Row)
		return d.At(row(p.Other), "this row comes first, and fits `%s` too", p.Tensor).WithHelp("put it before that row, or remove it")
	}
	if near := nearestName(g, &names.Rows[p.Row].Here, here(p.Row)); near != "" {
		return d.WithHelp("nearest: `%s`", near)
	}
	return d.WithHelp("`cnnlang params NET --tensors` lists the names; remove the row if there is no such tensor")
}

// nearestName is the name, or beginning of names, of a graph's tensors that a pattern most
// likely means: the closest, or the one that begins like it for longest.
func nearestName(g *graph.Graph, p *namemap.Pattern, text string) string {
	text = strings.Trim(text, "`")
	seen := map[string]bool{}
	var all []string
	for _, param := range g.Params(true) {
		if name := p.Like(param.Path); !seen[name] && len(all) < mostCompared {
			seen[name] = true
			all = append(all, name)
		}
	}
	if near := diag.Nearest(text, all); near != "" {
		return near
	}
	best, most := "", 0
	for _, name := range all {
		n := 0
		for n < len(name) && n < len(text) && name[n] == text[n] {
			n++
		}
		if n > most {
			best, most = name, n
		}
	}
	return best
}

// mostCompared is among how many names the nearest is searched.
const mostCompared = 2000
