package resolve

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

// Taps: the values that `as` names and `@` reads. A name has one value, or with indexes one for
// each of them, which steps anywhere in the block give: `as x[i][j]`. Which indexes those are is
// decided once they have values.

type tap struct {
	span    source.Span
	name    *ast.Name
	kind    Kind // that of its name, if that is not a Tap
	indexes int
	read    bool
	port    bool // it is a value of the signature
	input   bool // and that of a net
	alone   bool // no step takes the value, and without the name it is dropped
}

func (t *tap) meaning() *Meaning {
	if t.kind != 0 {
		return &Meaning{Kind: t.kind, Def: t.span}
	}
	return &Meaning{Kind: Tap, Def: t.span}
}

// MaxIndexes is how many indexes a name can have.
const MaxIndexes = 2

// indexedIn are the names that steps of a block give with indexes, each with the first of them:
// a repeat may read what the iteration before named further down.
func indexedIn(b *ast.Block) map[string]*ast.Claim {
	first := map[string]*ast.Claim{}
	if b.Body != nil {
		ast.Walk(b.Body, func(n ast.Node) bool {
			if claim, ok := n.(*ast.Claim); ok && len(claim.At) > 0 && first[claim.As.Text] == nil {
				first[claim.As.Text] = claim
			}
			return true
		})
	}
	return first
}

// nameValue defines the tap that a claim names.
func (c *checker) nameValue(claim *ast.Claim, s *scope) {
	for _, x := range claim.At {
		c.expr(x, s)
	}
	n := claim.As
	old, known := c.taps[n.Text]
	switch {
	case len(claim.At) > MaxIndexes:
		c.report(tooManyIndexes(claim))
	case !known:
		c.name(n, &tap{span: n.Span(), name: n, indexes: len(claim.At)})
	case old.indexes != len(claim.At):
		c.report(otherIndexes(claim, old))
	case old.port:
		c.report(duplicatePort(n, old))
	case old.indexes == 0:
		c.report(c.duplicateTap(n, old.span))
	default:
		c.use(n, old.meaning())
	}
}

// nameItems defines the taps that a list is taken apart into.
func (c *checker) nameItems(names []*ast.Name) {
	for _, n := range names {
		old, known := c.taps[n.Text]
		switch {
		case n.Skips():
		case known && old.indexes > 0:
			c.report(otherIndexes(&ast.Claim{As: n}, old))
		case known && old.port:
			c.report(duplicatePort(n, old))
		case known:
			c.report(c.duplicateTap(n, old.span))
		default:
			c.name(n, &tap{span: n.Span(), name: n})
		}
	}
}

// readTap resolves a tap. Whether a path leads to a stage is decided once blocks are applied;
// that it begins with a label, here.
func (c *checker) readTap(t *ast.TapRef, s *scope) {
	for _, x := range t.At {
		c.expr(x, s)
	}
	first := t.Path[0]
	if len(t.Path) > 1 {
		c.labelUse(first)
	} else {
		c.readName(t, s)
		return
	}
	_, labelled := c.labels[first.Text]
	head, isHead := c.heads[first.Text]
	switch {
	case isHead:
		head.read = true
		d := headAsTap(first, head.span)
		d.Span = t.NameSpan()
		c.report(d)
	case c.taps[first.Text] != nil && !labelled:
		c.taps[first.Text].read = true
		c.report(tapAsLabel(t, c.taps[first.Text]))
	case !labelled && !c.worded:
		c.report(unknownLabel(t, slices.Sorted(maps.Keys(c.labels))))
	case len(t.At) > 0:
		c.report(indexedStage(t))
	}
}

// readName resolves a tap without a path.
func (c *checker) readName(t *ast.TapRef, s *scope) {
	n := t.Path[0]
	named, known := c.taps[n.Text]
	if !known && s.has(n.Text) {
		c.use(n, s.find(n.Text))
		return // a local name, which has to stand for a tensor
	}
	if claim := c.later[n.Text]; !known && claim != nil && c.heads[n.Text] == nil {
		// it belongs to where the text gives it first
		named, known = &tap{span: claim.As.Span(), name: claim.As, indexes: len(claim.At)}, true
		c.name(claim.As, named)
	}
	c.tap(n)
	c.tapUse(n)
	switch {
	case known && len(t.At) != named.indexes && len(t.At) != named.indexes+1: // that may be of a list
		c.report(indexesRead(t, named))
	case !known && len(t.At) > 0 && c.mayBeStage(n.Text):
		c.report(indexedStage(t))
	}
}

// name defines a tap.
func (c *checker) name(n *ast.Name, t *tap) {
	c.taps[n.Text] = t
	c.use(n, t.meaning())
	c.named = append(c.named, n.Text)
}

func (c *checker) tap(n *ast.Name) {
	if t, ok := c.taps[n.Text]; ok {
		t.read = true
		return
	}
	if c.mayBeStage(n.Text) || c.flat {
		return // decided once labels have values
	}
	names := slices.Sorted(maps.Keys(c.taps))
	if t, ok := c.heads[n.Text]; ok {
		t.read = true // do not report that it is unread as well
		c.report(headAsTap(n, t.span))
		return
	}
	if t, ok := c.items[n.Text]; ok {
		t.read = true // likewise
		c.report(itemAsTap(n, t.span))
		return
	}
	c.report(unknownTap(n, names, c.labels))
	if meant, ok := c.taps[diag.Nearest(n.Text, names)]; ok {
		meant.read = true // do not report that it is unread as well
	}
}

// manyStages limits the stages of a block whose labels are compared with an unknown name.
// If there are more, the name is decided once they have values.
const manyStages = 64

// mayBeStage reports whether a name can be that of a stage, once its label has a value.
func (c *checker) mayBeStage(name string) bool {
	return len(c.stages) > manyStages || slices.ContainsFunc(c.stages, func(label *ast.String) bool { return mayBe(label, name) })
}

// mayBe reports whether a string can equal a text once the expressions in it have values:
// whether its literal parts occur in the text in order, the first at the start and the
// last at the end unless an expression is there.
func mayBe(s *ast.String, text string) bool {
	open := false // whether anything may precede the rest of the text
	for i, p := range s.Parts {
		if p.Expr != nil {
			open = true
			continue
		}
		at := strings.Index(text, p.Text)
		if open && i == len(s.Parts)-1 {
			at = len(text) - len(p.Text)
		}
		if at < 0 || at > 0 && !open || !strings.HasPrefix(text[at:], p.Text) {
			return false
		}
		text, open = text[at+len(p.Text):], false
	}
	return open || text == ""
}

// withIndexes says how many indexes a name has.
func withIndexes(n int) string {
	switch n {
	case 0:
		return "without an index"
	case 1:
		return "with one index"
	}
	return fmt.Sprintf("with %d indexes", n)
}

// numbered is a name with sample indexes: x[i][j].
func numbered(name string, indexes int) string {
	return name + strings.Join([]string{"[i]", "[j]"}[:min(indexes, MaxIndexes)], "")
}

func tooManyIndexes(claim *ast.Claim) *diag.Diagnostic {
	return diag.New(diag.DuplicateTap, claim.At[MaxIndexes].Span(), "`%s` has %d indexes, and a name can have %d", claim.As.Text, len(claim.At), MaxIndexes).
		WithHelp("compute one from two of them, as in `%s`", claim.As.Text+"[i][3*j + k]")
}

func otherIndexes(claim *ast.Claim, old *tap) *diag.Diagnostic {
	return diag.New(diag.DuplicateTap, claim.As.Span(), "`%s` is named %s here, and %s above", claim.As.Text, withIndexes(len(claim.At)), withIndexes(old.indexes)).
		WithLabel("here `%s`", numbered(claim.As.Text, len(claim.At))).At(old.span, "here `%s`", numbered(claim.As.Text, old.indexes)).
		WithHelp("a name has as many indexes wherever it is given; choose another one")
}

// indexesRead says that a tap is read with other indexes than it has.
func indexesRead(t *ast.TapRef, named *tap) *diag.Diagnostic {
	d := diag.New(diag.UnknownTap, t.NameSpan(), "`%s` is read %s, and is named %s", t.Text(), withIndexes(len(t.At)), withIndexes(named.indexes)).
		At(named.span, "named here")
	if named.indexes == 0 {
		return d.WithHelp("it is one value: `@%s`", t.Text())
	}
	one := t.Text() + strings.Repeat("[0]", named.indexes)
	if len(t.At) == 0 && named.indexes == 1 {
		return d.WithHelp("read one of its values, as in `@%s`, or make a list of all n: `list { repeat i of n | @%s[i] }`", one, t.Text())
	}
	return d.WithHelp("read one of its values, as in `@%s`", one)
}

func indexedStage(t *ast.TapRef) *diag.Diagnostic {
	return diag.New(diag.UnknownTap, t.NameSpan(), "`@%s` is a stage, which is one value and has no indexes", t.Text()).
		WithHelp("write `@%s`", t.Text())
}

func indexedHead(claim *ast.Claim) *diag.Diagnostic {
	return diag.New(diag.UnnamedSide, claim.Span(), "what follows `as` in a side head is its name, which has no indexes").
		WithHelp("give the step a label instead, as in `side \"%s{i}\": …`", claim.As.Text)
}
