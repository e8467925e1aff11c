package resolve

import (
	"slices"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

// What stands in an each is applied to every item of a list, so that a name in it has as many
// values: it is known there alone.

// enterEach begins an each; the function it returns ends it, with the names in it.
func (c *checker) enterEach() (leave func()) {
	outside := len(c.named)
	c.each++
	return func() {
		c.each--
		c.end(outside, c.items)
	}
}

// end forgets the names that were given since there were so many, and notes them among others.
func (c *checker) end(outside int, among map[string]*tap) {
	for _, name := range c.named[outside:] {
		among[name] = c.taps[name]
		c.ended = append(c.ended, c.taps[name])
		delete(c.taps, name)
	}
	c.named = c.named[:outside]
}

func sideInEach(s *ast.Side) *diag.Diagnostic {
	return diag.New(diag.MisplacedFact, s.Span(), "`side` does not belong in an `each`").
		WithHelp("it would be an output for every item: name what the `each` gives, `each { … } as [a, b]`, and write `side name: @a` behind it")
}

// sizeInEach is for C in `each conv(C, 1x1)`: the sizes of an item have no names outside of a block.
func (c *checker) sizeInEach(r *ast.Ref) *diag.Diagnostic {
	if c.each == 0 || r.Args != nil || !slices.Contains([]string{"N", "C", "H", "W"}, r.Text()) {
		return nil
	}
	return diag.New(diag.UnknownName, r.Span(), "there is no `%s` here", r.Text()).
		WithHelp("an item's sizes have names in a block of its own: `block unit [N, C, H, W] -> [N, C, H, W] { … }`, and `each unit`")
}

func itemAsTap(n *ast.Name, at source.Span) *diag.Diagnostic {
	return diag.New(diag.UnknownTap, n.Span(), "`%s` is only known in its `each`", n.Text).
		At(at, "named here").
		WithHelp("every item has one: name what the `each` gives, with `as xs` behind it, and read `@xs[0]`")
}
