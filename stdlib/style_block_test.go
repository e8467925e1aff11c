package stdlib_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/lang/ast"
)

// blockCommentRule: a comment directly above that ends as a sentence does, with
// the shapes where the block is one that others use.
func blockCommentRule(f cnnFile, fault func(int, string, ...any)) {
	for _, b := range blocks(f) {
		switch line := b.Pos.Line; {
		case b.Doc == "" || f.lines[line-2] == "" || f.lines[line-2][0] != '#':
			fault(line, "%s has no comment directly above", b.Name.Text)
		case !strings.HasSuffix(strings.TrimSpace(b.Doc), "."):
			fault(line, "the comment on %s is no sentence", b.Name.Text)
		case f.folder != "nets" && b.Kind == "block" && b.Preset == nil && b.Body != nil && !shapes.MatchString(b.Doc):
			fault(line, "the comment on %s says nothing of shapes", b.Name.Text)
		}
	}
}

var shapes = regexp.MustCompile(`\[N, |\bshape|\bchannels\b|\bpictures\b`)

// signatureRule: a signature, and a claim wherever there is a closed form: an
// axis is left open only where the prover finds more than one or none.
func signatureRule(f cnnFile, fault func(int, string, ...any)) {
	for _, b := range blocks(f) {
		switch {
		case b.Preset != nil, f.Source.Name == "stdlib/prelude.cnn" && slices.Contains([]string{"picture", "checkpoint", "list"}, b.Name.Text): // values, and what has no shape
		case b.Sig == nil:
			fault(b.Pos.Line, "%s has no signature", b.Name.Text)
		case b.Body != nil:
			for axis, claim := range b.Sig.Output().Claims() {
				if r, ok := claim.(*ast.Ref); ok && r.Text() == "_" {
					if closed := closedForm(f, b.Name.Text, axis); closed != "" {
						fault(r.Pos.Line, "%s leaves open what is always %s", b.Name.Text, closed)
					}
				}
			}
		}
	}
}

// closedForm is the size of an axis in every case, "" where cases differ or
// nothing is proved.
func closedForm(f cnnFile, block string, axis int) string {
	var w interp.Workspace
	if err := w.Read(f.Source.Name, strings.NewReader(f.Source.Text)); err != nil {
		return ""
	}
	found, err := w.Check(context.Background(), f.Source.Name, interp.Options{})
	if err != nil {
		return ""
	}
	for _, c := range found.Contracts() {
		if c.Name == block && c.Status == "proved" {
			return c.Output[axis]
		}
	}
	return ""
}

// barsRule: the bars of branches stand under each other, and further lines of a
// branch under its first step.
func barsRule(f cnnFile, fault func(int, string, ...any)) {
	ast.Walk(f.File, func(n ast.Node) bool {
		c, ok := n.(*ast.Call)
		if !ok {
			return true
		}
		for i, b := range c.Branches {
			if first := c.Branches[0]; i > 0 && b.Pos.Line != c.Branches[i-1].Pos.Line && b.Pos.Column != first.Pos.Column {
				fault(b.Pos.Line, "a branch in column %d, the first is in %d", b.Pos.Column, first.Pos.Column)
			}
			for _, s := range b.Body.Stmts[min(1, len(b.Body.Stmts)):] {
				if first := b.Body.Stmts[0]; s.Pos.Line != first.Pos.Line && s.Pos.Column != first.Pos.Column {
					fault(s.Pos.Line, "column %d, the branch's first step is in %d", s.Pos.Column, first.Pos.Column)
				}
			}
		}
		return true
	})
}

// alignmentRule: steps that repeat line by line, the same calls in the same
// order in neighbouring lines, align their calls, and claims at line ends theirs.
func alignmentRule(f cnnFile, fault func(int, string, ...any)) {
	ast.Walk(f.File, func(n ast.Node) bool {
		body, ok := n.(*ast.Body)
		if !ok {
			return true
		}
		for i := 1; i < len(body.Stmts); i++ {
			above, here := body.Stmts[i-1].Pipe, body.Stmts[i].Pipe
			if above == nil || here == nil || here.Pos.Line != above.Pos.Line+1 {
				continue
			}
			a, b := callsOf(above), callsOf(here)
			if strings.Join(names(a), " ") == strings.Join(names(b), " ") {
				for j := range a {
					if a[j].Pos.Column != b[j].Pos.Column {
						fault(here.Pos.Line, "%s in column %d, above in %d", b[j].Callee.Ref().Text(), b[j].Pos.Column, a[j].Pos.Column)
					}
				}
			}
			if x, y := claimColumn(above), claimColumn(here); x != y && x > 0 && y > 0 {
				fault(here.Pos.Line, "`is` in column %d, above in %d", y, x)
			}
		}
		return true
	})
}

// callsOf lists the calls of a line, none where it is more than a row of calls.
func callsOf(p *ast.Pipeline) (calls []*ast.Call) {
	for _, s := range p.Steps {
		if s.Call == nil || len(s.Call.Branches) > 0 || s.Call.Slot != nil {
			return nil
		}
		calls = append(calls, s.Call)
	}
	return calls
}

func names(calls []*ast.Call) (list []string) {
	for _, c := range calls {
		list = append(list, c.Callee.Ref().Text())
	}
	return list
}

// claimColumn is the column of the `is` that ends a line, 0 without.
func claimColumn(p *ast.Pipeline) int {
	last := p.Steps[len(p.Steps)-1]
	if len(last.Claims) == 0 || last.Claims[len(last.Claims)-1].Is == nil {
		return 0
	}
	return last.Claims[len(last.Claims)-1].Pos.Column
}

func blocks(f cnnFile) (list []*ast.Block) {
	for _, d := range f.Decls {
		if d.Block != nil {
			list = append(list, d.Block)
		}
	}
	return list
}

// labelsRule: no label is made of a parameter, and the empty label stands only before a
// helper of which the comment above says that it is no module of its own.
func labelsRule(f cnnFile, fault func(int, string, ...any)) {
	for _, b := range blocks(f) {
		params := map[string]bool{}
		for _, p := range b.Params.All() {
			params[p.Name.Text] = true
		}
		ast.Walk(b, func(n ast.Node) bool {
			s, ok := n.(*ast.Step)
			if !ok || s.Label == nil || s.Label.Name != nil {
				return true
			}
			text := f.Source.Text[s.Label.Span().Start.Offset:s.Label.Span().End.Offset]
			for _, braces := range filled.FindAllString(text, -1) {
				for _, name := range word.FindAllString(braces, -1) {
					if params[name] {
						fault(s.Pos.Line, "the label %s is made of the parameter %s", text, name)
					}
				}
			}
			switch {
			case text != `""`:
			case s.Call == nil:
				fault(s.Pos.Line, "an empty label before what is no helper")
			case !strings.Contains(b.Doc, "no module"):
				fault(s.Pos.Line, "the comment above does not say why the label is empty")
			}
			return true
		})
	}
}

var (
	filled = regexp.MustCompile(`\{[^}]*\}`)
	word   = regexp.MustCompile(`[A-Za-z_]\w*`)
)

// The empty label is a last resort.
func TestEmptyLabels(t *testing.T) {
	const most = 3
	var found []string
	for _, f := range shipped(t) {
		for i, line := range f.lines {
			if strings.Contains(line, `"":`) && f.folder != "docs/family" {
				found = append(found, fmt.Sprintf("%s:%d", f.Source.Name, i+1))
			}
		}
	}
	if len(found) > most {
		t.Errorf("%d empty labels, more than %d: %v", len(found), most, found)
	}
}
