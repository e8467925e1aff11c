package interp

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

// A Judgement is whether a condition holds for numbers that were measured.
type Judgement struct {
	Text  string // as it is written
	Holds bool
	// Name is the first of the numbers that the condition names, and Value what it is.
	Name  string
	Value float64
}

// Judge judges conditions about numbers that were measured, by their names: comparisons of these and of
// constants, sums and products of such, and what `and` and `or` join. Its error is a *ProgramError about the text.
func (c Conditions) Judge(known map[string]float64) ([]Judgement, error) {
	conditions, file, err := c.parse()
	if err != nil {
		return nil, err
	}
	j := judge{known: known}
	var all []Judgement
	for _, x := range conditions {
		at := x.Span()
		j.name = ""
		one := Judgement{Text: strings.Join(strings.Fields(file.Text[at.Start.Offset:at.End.Offset]), " "), Holds: j.holds(x)}
		one.Name, one.Value = j.name, known[j.name]
		all = append(all, one)
	}
	if j.list.HasErrors() {
		return nil, &ProgramError{j.list, func(string) *source.File { return file }}
	}
	return all, nil
}

// A judge finds out what conditions come to.
type judge struct {
	known map[string]float64
	name  string // the first that the condition names
	list  diag.List
}

// holds is the value of a condition.
func (j *judge) holds(x ast.Expr) bool {
	b, ok := x.(*ast.Binary)
	if !ok {
		j.list.Add(diag.New(diag.BadValue, x.Span(), "this is no condition").WithHelp("compare a number, as in `top1 >= 0.97`"))
		return false
	}
	switch b.Op {
	case "and":
		l, r := j.holds(b.L), j.holds(b.R)
		return l && r
	case "or":
		l, r := j.holds(b.L), j.holds(b.R)
		return l || r
	}
	l, r := j.number(b.L), j.number(b.R)
	switch b.Op {
	case "<":
		return l < r
	case "<=":
		return l <= r
	case ">":
		return l > r
	case ">=":
		return l >= r
	case "==":
		return l == r
	case "!=":
		return l != r
	}
	j.list.Add(diag.New(diag.BadValue, x.Span(), "this is a number and no condition").WithHelp("compare it, as in `top1 >= 0.97`"))
	return false
}

// number is the value of a side of a comparison.
func (j *judge) number(x ast.Expr) float64 {
	switch x := x.(type) {
	case *ast.Number:
		v, err := strconv.ParseFloat(strings.ReplaceAll(x.Text, "_", ""), 64)
		if err == nil {
			return v
		}
	case *ast.Unary:
		if x.Op == "-" {
			return -j.number(x.X)
		}
	case *ast.Ref:
		if len(x.Path) == 1 && x.Args == nil {
			return j.named(x)
		}
	case *ast.Binary:
		l, r := j.number(x.L), j.number(x.R)
		switch x.Op {
		case "+":
			return l + r
		case "-":
			return l - r
		case "*":
			return l * r
		case "/":
			return l / r
		}
	}
	j.list.Add(diag.New(diag.BadValue, x.Span(), "this is not known of an evaluation").WithHelp("conditions are of %s, and numbers", diag.Names(j.names())))
	return 0
}

// named is the value of a name.
func (j *judge) named(x *ast.Ref) float64 {
	name := x.Path[0].Text
	v, ok := j.known[name]
	if !ok {
		d := diag.New(diag.UnknownName, x.Span(), "there is no `%s` in an evaluation", name).WithHelp("conditions are of %s", diag.Names(j.names()))
		if near := diag.Nearest(name, j.names()); near != "" {
			d.WithHelp("did you mean `%s`? Conditions are of %s", near, diag.Names(j.names()))
		}
		j.list.Add(d)
	}
	if j.name == "" {
		j.name = name
	}
	return v
}

func (j *judge) names() []string { return slices.Sorted(maps.Keys(j.known)) }
