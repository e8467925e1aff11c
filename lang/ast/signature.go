package ast

import "slices"

// A Sig is a block's signature: the values it takes, whose sizes it binds, and those it claims
// to give. Each is one without a bar, or any number with bars.
type Sig struct {
	Extent
	In  []*Port `parser:"( (?= '[' ) @@ | ( (?= '|' | 'repeat':BranchRepeat ) @@ )+ )"`
	Out []*Port `parser:"'->' ( (?= '[' ) @@ | ( (?= '|' | 'repeat':BranchRepeat ) @@ )+ )"`
}

// TakesList reports whether what a signature takes is a list of values. One behind a bar alone is
// no list.
func (s *Sig) TakesList() bool { return len(s.In) > 1 || s.In[0].Repeat != nil }

// GivesList reports whether what a signature gives is a list of values.
func (s *Sig) GivesList() bool { return len(s.Out) > 1 || s.Out[0].Repeat != nil }

// Several reports whether either side of a signature is a list.
func (s *Sig) Several() bool { return s.TakesList() || s.GivesList() }

// Input is the shape of the value that a signature takes, of a list that of the first.
func (s *Sig) Input() *Shape { return s.In[0].Shape }

// Output is the shape of the value that a signature gives, of a list that of the first.
func (s *Sig) Output() *Shape { return s.Out[0].Shape }

// A Port is one value of a signature, or with Repeat so many, and for a net how many those are
// where nothing else says so.
type Port struct {
	Extent
	Repeat  *RepeatHead `parser:"( 'repeat':BranchRepeat @@"`
	Default Expr        `parser:"  ( '=' @@ )? )?"`
	Bar     bool        `parser:"@'|'?"`
	Shape   *Shape      `parser:"(?! '[' '...' ) @@"`
}

// Index is the name that counts the values of a port, "" for none.
func (p *Port) Index() string {
	switch h := p.Repeat; {
	case h == nil:
	case h.Index != nil:
		return h.Index.Text
	case h.How == "of" && h.Each.Name != nil:
		return h.Each.Name.Text
	}
	return ""
}

// Binds is the name that a size on the left of a signature binds where nothing else has: X, and
// in a repeat X*k**i or X/k**i, which for the first value are X. It is "" for any other.
func (p *Port) Binds(d *Dim) string {
	x := d.Size
	if b, ok := x.(*Binary); ok && p.Repeat != nil && (b.Op == "*" || b.Op == "/") && p.isPower(b.R) {
		x = b.L
	}
	if r, ok := x.(*Ref); ok && r.Args == nil && len(r.Path) == 1 && !r.Path[0].Skips() && !p.counts(r.Text()) {
		return r.Text()
	}
	return ""
}

// counts reports whether a name is one of those that the repeat of a port gives.
func (p *Port) counts(name string) bool {
	return p.Repeat != nil && slices.ContainsFunc(p.Repeat.Names(), func(n *Name) bool { return n.Text == name })
}

// isPower reports whether an expression is k**i, where i counts the values of a port.
func (p *Port) isPower(x Expr) bool {
	power, ok := x.(*Binary)
	if !ok || power.Op != "**" {
		return false
	}
	i, isName := power.R.(*Ref)
	return isName && i.Args == nil && p.Index() == i.Text()
}

// Open is the name of how many values a port stands for that the signature may bind, "" for none.
func (p *Port) Open() string {
	if p.Repeat == nil || p.Repeat.How == "in" {
		return ""
	}
	if r, ok := p.Repeat.Count.(*Ref); ok && r.Args == nil && len(r.Path) == 1 {
		return r.Text()
	}
	return ""
}

// A Shape is the sizes of a value in a signature. With Rest it may have further axes, any number
// of them; on the right of a signature those are the same as on the left. As names the value.
type Shape struct {
	Extent
	Sizes []*Dim `parser:"'[' ( @@ ( (?! ',' '...' ) ',' @@ )*"`
	Rest  *Rest  `parser:"      ( ',' @@ )? | @@ ) ']'"`
	As    *Name  `parser:"( 'as' @@ )?"`
}

// Claims are the sizes of a value that a signature gives, which have no defaults.
func (s *Shape) Claims() []Expr {
	list := make([]Expr, len(s.Sizes))
	for i, d := range s.Sizes {
		list[i] = d.Size
	}
	return list
}

// A Rest is `...` in a signature, which stands for axes without names.
type Rest struct {
	Extent
	Dots string `parser:"@'...'"`
}

// A Dim is one size: of an input a name it binds or an expression it requires, and for a net the
// size to check and run at when none is given; of an output what is claimed of it.
type Dim struct {
	Extent
	Size    Expr `parser:"@@"`
	Default Expr `parser:"( '=' @@ )?"`
}

// Binds reports whether the signature binds this name to a size of the input.
func (b *Block) Binds(name string) bool {
	return b.Sig != nil && slices.ContainsFunc(b.Sig.In, func(p *Port) bool {
		return p.Open() == name || slices.ContainsFunc(p.Shape.Sizes, func(d *Dim) bool { return p.Binds(d) == name })
	})
}
