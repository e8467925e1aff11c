package lint

import (
	"slices"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
)

// A level is the steps that are numbered together: those of a block or labelled group, with
// those of the unlabelled groups, branches and repeats in it.
type level struct {
	named, numbered []*ast.Step // those with weights
	groups          []*ast.Body // labelled groups, which are levels of their own
}

// level collects the steps of a body.
func (l *linter) level(b *ast.Body) *level {
	if v := l.levels[b]; v != nil {
		return v // groups are nested, and level is called for each
	}
	v := &level{}
	l.collect(v, b)
	l.levels[b] = v
	return v
}

func (l *linter) collect(v *level, b *ast.Body) {
	if b == nil {
		return
	}
	for _, st := range b.Stmts {
		if st.Pipe != nil {
			for _, step := range st.Pipe.Steps {
				l.collectStep(v, step)
			}
		}
	}
}

func (l *linter) collectStep(v *level, s *ast.Step) {
	switch {
	case s.Call != nil:
		if l.heavy(callee(l.module, s.Call)) {
			if s.Label != nil {
				v.named = append(v.named, s)
			} else {
				v.numbered = append(v.numbered, s)
			}
		}
		for _, branch := range s.Call.Branches {
			l.collect(v, branch.Body)
		}
	case s.Label != nil && !empty(s.Label):
		v.groups = append(v.groups, s.Bodies()...)
		for _, g := range s.Bodies() {
			if inner := l.level(g); len(inner.named)+len(inner.numbered)+len(inner.groups) > 0 {
				v.named = append(v.named, s)
				break
			}
		}
	case s.Repeat != nil && s.Repeat.Step != nil:
		l.collectStep(v, s.Repeat.Step)
	default:
		for _, g := range s.Bodies() {
			l.collect(v, g)
		}
	}
}

func empty(label *ast.Label) bool {
	if label.Text == nil {
		return false
	}
	text, plain := label.Text.String().Plain()
	return plain && text == ""
}

// unlabelled finds steps that have a number in the names of published weights.
func (l *linter) unlabelled() {
	done := map[*ast.Body]bool{}
	for _, o := range l.module.Nets() {
		if !published(o.Block) {
			continue
		}
		base := o
		for base != nil && base.Block.Preset != nil && base.Module == l.module {
			base, _ = l.module.LookupPath(base.Block.Preset.Ref().Path)
		}
		if base == nil || base.Module != l.module || base.Block == nil || base.Block.Body == nil || done[base.Block.Body] {
			continue
		}
		done[base.Block.Body] = true
		l.unlabelledIn(base.Block.Body, true)
	}
}

// unlabelledIn reports the numbered steps of a level: all of a net's own, those
// of a group only where others of it are named.
func (l *linter) unlabelledIn(b *ast.Body, own bool) {
	v := l.level(b)
	if own || len(v.named) > 0 {
		for _, s := range v.numbered {
			name := s.Call.Callee.Ref().Text()
			l.report(diag.New(diag.UnlabelledStep, s.Call.Callee.Span(), "`%s` has weights and no label, so a number names them", name).
				WithHelp("label it as the published weights do, as in `%s1: %[1]s…`", name))
		}
	}
	for _, g := range v.groups {
		l.unlabelledIn(g, false)
	}
}

// published reports whether a net's meta names a file of weights.
func published(b *ast.Block) bool {
	body := b.Body
	if body == nil {
		body = b.Extra
	}
	if body == nil {
		return false
	}
	return slices.ContainsFunc(body.Stmts, func(st *ast.Stmt) bool {
		return st.Meta != nil && slices.ContainsFunc(st.Meta.Items, func(item *ast.Setting) bool { return item.Key.Text == "weights" })
	})
}

// looseRepeats finds repeats of several numbered steps. In a labelled group their numbers
// are those of a sequence, as in other frameworks, and are left alone.
func (l *linter) looseRepeats(b *ast.Body) {
	ast.Walk(b, func(n ast.Node) bool {
		s, ok := n.(*ast.Step)
		switch {
		case !ok:
			return true
		case s.Label != nil && s.Call == nil && !empty(s.Label):
			return false
		case s.Repeat == nil || s.Repeat.Body == nil:
			return true
		}
		if steps := l.level(s.Repeat.Body).numbered; len(steps) > 1 {
			l.report(looseRepeat(s, steps))
		}
		return true
	})
}

func looseRepeat(s *ast.Step, steps []*ast.Step) *diag.Diagnostic {
	d := diag.New(diag.LooseRepeat, s.Repeat.Head.Span(), "the weights of this repeat are numbered consecutively across its iterations")
	for _, inner := range steps[:2] {
		d.At(inner.Call.Callee.Span(), "has no label")
	}
	return d.WithHelp("label the iterations, as in `repeat i of 3 { \"unit{i+1}\": { … } }`, or make the body a block: `repeat 3 unit(…)`")
}
