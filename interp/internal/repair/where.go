package repair

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

// wheres are requirements that exclude a counterexample.
func (p *problem) wheres() {
	if p.values == nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(p.values)) {
		v := p.values[name]
		if !p.hasValue(name) {
			continue
		}
		size := p.focus.block.Binds(name)
		if v < 16 {
			p.where(0, fmt.Sprintf("%s >= %d", name, v+1), name)
		}
		if v%2 == 0 && !size {
			p.where(1, name+" % 2 == 1", name)
		}
		if v%2 == 1 {
			p.where(1, name+" % 2 == 0", name)
		}
	}
	p.divisions()
	if p.focus.block.Binds("C") {
		if out := p.claimedWidth(); out != "" && out != "C" {
			p.where(2, "C == "+out, "C")
		}
	}
}

// divisions require heights and widths that can be halved a few times.
func (p *problem) divisions() {
	if !p.focus.block.Binds("H") || !p.focus.block.Binds("W") {
		return
	}
	for _, n := range []int{2, 4, 8, 16, 32, 64} {
		p.where(2+n/16, fmt.Sprintf("H %% %d == 0, W %% %d == 0", n, n), "size")
	}
	for n := int64(1); n < 64; n++ {
		if h, w := p.values["H"], p.values["W"]; n == h || n == w {
			p.where(2, fmt.Sprintf("H >= %d, W >= %d", n+1, n+1), "size")
		}
	}
}

// hasValue reports whether a name of the counterexample can be used in a `where`.
func (p *problem) hasValue(name string) bool {
	if p.focus.block.Binds(name) {
		return name != "N"
	}
	q := p.focus.block.Param(name)
	if q == nil {
		return false
	}
	_, number := q.Default.(*ast.Number)
	return q.Type != nil && q.Type.Name == "int" || number
}

// where adds a requirement to the block.
func (p *problem) where(far int, requirement, subject string) {
	b := p.focus.block
	var edit diag.Edit
	switch {
	case len(b.Where) > 0:
		edit = insert(p.behind(b.Where[len(b.Where)-1].Span().End), ", "+requirement)
	case b.Sig != nil:
		edit = insert(b.Sig.Span().End, " where "+requirement)
	default:
		return
	}
	p.add(required, far, "where "+subject, fmt.Sprintf("require %s", requirement), edit)
}

// behind is the place after the parentheses that close here.
func (p *problem) behind(at source.Pos) source.Pos {
	rest := p.text[at.Offset:]
	inside := rest[:len(rest)-len(strings.TrimLeft(rest, " \t)"))]
	n := strings.LastIndexByte(inside, ')') + 1
	at.Offset, at.Column = at.Offset+n, at.Column+n
	return at
}
