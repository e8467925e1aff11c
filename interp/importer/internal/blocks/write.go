package blocks

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cnnlang/interp/importer/internal/tree"
	"cnnlang/interp/internal/calls"
	"cnnlang/ops/dim"
)

// written is a block as the text has it, but for its signature.
func (b *block) written() *tree.Block {
	t := &tree.Block{Name: b.name, Where: slices.Clone(b.where), Comment: []string{fmt.Sprintf("%d times in the file.", b.occurrences)}}
	for _, p := range b.params {
		w := tree.Param{Name: p.name}
		if p.def != nil {
			w.Default = valueText(p.def)
		}
		if p.def == nil || p.typ == "dims" || p.typ == "pad" || p.typ == "float" && !strings.ContainsAny(w.Default, ".e") {
			w.Type = p.typ
		}
		t.Params = append(t.Params, w)
	}
	t.Body = b.pattern.written()
	b.tree = t
	return t
}

func cmpBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// written is a pattern as the text has it.
func (p pattern) written() tree.Body {
	out := tree.Body{}
	place := 0
	for _, it := range p {
		if it.form == plain && it.first().made && it.first().kind == group {
			out = append(out, it.body.written()...) // no group after all
			if as := it.first().as; as != "" {
				out[len(out)-1].As = as
			}
			continue
		}
		out = append(out, it.written(place))
		if it.form == plain {
			place += it.first().numbers()
		}
	}
	return out
}

func (it *item) written(place int) *tree.Step {
	switch it.form {
	case option:
		return &tree.Step{Do: &tree.If{Cond: it.cond, Then: it.body.written()}}
	case shortcut:
		return it.shortcutWritten()
	}
	s := it.first()
	t := s.frame(place)
	if it.label != "" {
		t.Label = it.label
	}
	switch s.kind {
	case apply:
		t.Do = s.applied(it.args, each(it.branches, pattern.written))
	case group:
		t.Do = &tree.Group{Body: it.body.written()}
	case read:
		t.Do = &tree.Read{Name: s.name}
	case repeat:
		count := it.count.text
		if count == "" {
			count = fmt.Sprint(it.count.value)
		}
		t.Do = &tree.Repeat{Var: s.counter, Count: count, Body: it.body.written()}
	}
	return t
}

// shortcutWritten is a combinator whose identity is there on a condition.
func (it *item) shortcutWritten() *tree.Step {
	s := it.first()
	t := s.frame(-1)
	a := s.applied(it.args, nil)
	for _, branch := range s.branches {
		if len(branch) == 0 {
			a.Branches = append(a.Branches, tree.Body{})
			a.Heads = append(a.Heads, fmt.Sprintf("if %s then 1 else 0", it.cond))
			continue
		}
		a.Branches = append(a.Branches, it.body.written())
		a.Heads = append(a.Heads, "")
	}
	t.Do = a
	return t
}

// frame is a step without what it does. A group that is a segment of paths by its place has that
// for a label.
func (s *step) frame(place int) *tree.Step {
	t := &tree.Step{Label: s.label + s.called, Empty: s.empty, As: s.as, Node: s.node}
	if s.numbered && s.kind != apply {
		t.Label = strconv.Itoa(place)
	}
	return t
}

// applied is what a step applies.
func (s *step) applied(args []expr, branches []tree.Body) *tree.Apply {
	a := &tree.Apply{Name: s.name, Heads: s.heads, Branches: branches}
	if s.block != nil {
		a.Name, a.Block = s.block.name, s.block.tree
	}
	for i, e := range args {
		a.Args = append(a.Args, argOf(s, i, e))
	}
	return a
}

// argOf is an argument of a step.
func argOf(s *step, i int, e expr) tree.Arg {
	a := tree.Arg{Name: s.args[i].name, Value: e.value, Expr: e.text}
	if e.text != "" || s.block == nil {
		return a
	}
	if a.Expr = valueText(e.value); a.Name == "pad" && isHalf(s.arg("k"), e.value) && !isNone(e.value) {
		a.Expr = "half"
	}
	return a
}

// valueText is a value as the text has it, a kernel as 3x3.
func valueText(v any) string {
	switch v := v.(type) {
	case dim.Pair:
		return v.String()
	case string: // a part of labels, in which a repeat counts
		return `"` + v + `"`
	}
	return calls.Written(v)
}

// written is a body of the net as the text has it.
func (b body) written() tree.Body {
	out := tree.Body{}
	for i, s := range b {
		t := s.frame(b[:i].numbers())
		switch s.kind {
		case apply:
			t.Do = s.applied(each(s.args, func(x arg) expr { return expr{value: x.value} }), each(s.branches, body.written))
		case group:
			t.Do = &tree.Group{Body: s.body.written()}
		case read:
			t.Do = &tree.Read{Name: s.name}
		case repeat:
			t.Do = &tree.Repeat{Var: s.counter, Count: strconv.Itoa(s.count), Body: s.body.written()}
		case side:
			t.Do = &tree.Side{Name: s.name, Body: s.body.written()}
		}
		out = append(out, t)
	}
	return out
}
