// Package ast is the syntax tree. The grammar of everything but expressions is in the
// struct tags, which package parse reads; the tree itself has no parser and no meaning.
package ast

import "cnnlang/lang/source"

// Node is any part of the tree that has a place in the text.
type Node interface{ Span() source.Span }

// Extent is embedded in every node: from the first character to the one after
// the last.
type Extent struct{ Pos, EndPos source.Pos }

// Span returns the extent as a span. That of a body without a statement is empty.
func (e Extent) Span() source.Span {
	if e.EndPos.Offset < e.Pos.Offset { // Pos is that of the next token
		return source.Span{Start: e.EndPos, End: e.EndPos}
	}
	return source.Span{Start: e.Pos, End: e.EndPos}
}

// A File is the declarations of one source file in order.
type File struct {
	Source *source.File
	Doc    string // the comment at the top of the file
	Decls  []*Decl
	Tokens int // how many it has, blanks and comments not counted
}

// A Decl is a top-level declaration; exactly one of its pointers is set.
type Decl struct {
	Extent
	Import *Import `parser:"  @@"`
	Let    *Let    `parser:"| @@"`
	Block  *Block  `parser:"| @@"`
	Doc    string  // the comment directly above
}

// An Import makes the blocks of another file available: all of them under a prefix, or the
// named ones by their own names.
type Import struct {
	Extent
	File  Literal `parser:"'import' ( @@"`
	Std   []*Name `parser:"         | @@ ( '.' @@ )* )"`
	As    *Name   `parser:"( 'as' @@ )?"`
	Names []*Name `parser:"( '{' NL* @@ ( (?! ',' NL* '}' ) ',' NL* @@ )* ','? NL* '}' )?"`
}

// A Name is an identifier and its place.
type Name struct {
	Extent
	Text string `parser:"@Ident"`
}

// A Let names a value, or the items of a list, for the rest of the file or body.
type Let struct {
	Extent
	Pattern *Pattern `parser:"'let' @@"`
	Value   Expr     `parser:"'=' @@"`
}

// A Pattern gives names to a value: one to the whole, or in brackets one to each item of a
// list. The name `_` is none: it skips an item.
type Pattern struct {
	Extent
	Name  *Name   `parser:"  @@"`
	Items []*Name `parser:"| '[' @@ ( ',' @@ )* ']'"`
}

// A Block is a block or net. With Preset it is another one with arguments filled in;
// without either it declares a primitive, which only the prelude may do.
type Block struct {
	Extent
	Kind   string  `parser:"@( 'block' | 'net' )"`
	Name   *Name   `parser:"@@"`
	Preset Callee  `parser:"( '=' @@"`
	Extra  *Body   `parser:"  ( '{' @@ '}' )?"`
	Params *Params `parser:"| @@? NL*"`
	Sig    *Sig    `parser:"  @@? NL*"`
	Where  []Expr  `parser:"  ( 'where' @@ ( ',' @@ )* )? NL*"`
	Body   *Body   `parser:"  ( '{' @@ '}' )? )"`
	Doc    string  // the comment directly above
}

// Param is the parameter of this name, or nil.
func (b *Block) Param(name string) *Param {
	for _, p := range b.Params.All() {
		if p.Name.Text == name {
			return p
		}
	}
	return nil
}

// Params are the declared parameters.
type Params struct {
	Extent
	List []*Param `parser:"'(' ( @@ ( (?! ',' ')' ) ',' @@ )* ','? )? ')'"`
}

// All returns the parameters, none for a block that declares none.
func (p *Params) All() []*Param {
	if p == nil {
		return nil
	}
	return p.List
}

// A Param is one parameter with its type, its default, or both.
type Param struct {
	Extent
	Name    *Name `parser:"@@"`
	Type    *Type `parser:"( ':' @@ )?"`
	Default Expr  `parser:"( '=' @@ )?"`
}

// A Type is int, float, bool, string, dims, pad, block, branches, a list of one of them or of
// tensors, or the shape of a tensor. Params and Sig are the parameters and the signature of a
// block.
type Type struct {
	Extent
	Shape  *Shape  `parser:"  (?= '[' ) @@"`
	Name   string  `parser:"| @( Ident | 'block' )"`
	Params *Params `parser:"  @@?"`
	Elem   *Type   `parser:"  ( (?= '[' ( Ident | 'block' ) ( ']' | '[' ) ) '[' @@ ']'"` // of a list
	Sig    *Sig    `parser:"  | @@ )?"`
}

// Kind is the word for the type: that of a shape is tensor.
func (t *Type) Kind() string {
	if t.Shape != nil {
		return "tensor"
	}
	return t.Name
}

// A Body is statements, applied one after another.
type Body struct {
	Extent
	Stmts []*Stmt `parser:"NL* ( @@ ( (?! NL ( '}' | '|' | 'repeat':BranchRepeat ) ) NL @@ )* )? NL*"`
}

// A Stmt is one statement; exactly one of its pointers is set.
type Stmt struct {
	Extent
	Let    *Let      `parser:"  @@"`
	Meta   *Meta     `parser:"| @@"`
	Train  *Train    `parser:"| @@"`
	Names  *NameMap  `parser:"| @@"`
	Expect *Expect   `parser:"| @@"`
	Side   *Side     `parser:"| @@"`
	Pipe   *Pipeline `parser:"| @@"`
}

// A Meta holds facts about a net that its graph does not depend on: where it comes from
// and how images are prepared.
type Meta struct {
	Extent
	Items []*Setting `parser:"'meta':Keyword '{' NL* ( @@ ( (?! NL '}' ) NL @@ )* )? NL* '}'"`
}

// A Train is a recipe by which a net is trained, on which its graph does not depend either. One
// with a name is chosen by it.
type Train struct {
	Extent
	Name  *Name      `parser:"'train':Keyword @@?"`
	Items []*Setting `parser:"'{' NL* ( @@ ( (?! NL '}' ) NL @@ )* )? NL* '}'"`
}

// Named is the name of the recipe, "" for the one without.
func (t *Train) Named() string {
	if t.Name == nil {
		return ""
	}
	return t.Name.Text
}

// A Setting is one key and its value.
type Setting struct {
	Extent
	Key   *Name `parser:"@@"`
	Value Expr  `parser:"'=' @@"`
}

// A NameMap maps the names of a net's tensors to those in files of another publisher, whose
// layout has the map's own name or is named after `in`.
type NameMap struct {
	Extent
	For  *Name      `parser:"'names':Keyword @@"`
	In   *Name      `parser:"( 'in' @@ )? '{' NL*"`
	Rows []*NameRow `parser:"( @@ NL* )* '}'"`
}

// A NameRow is a name, or the beginning of names, and what it is in the files. Axes are the
// file's axes in the net's order.
type NameRow struct {
	Extent
	Here  NamePattern `parser:"@@ '='"`
	There Literal     `parser:"@@"`
	Axes  []Expr      `parser:"( '[' @@ ( ',' @@ )* ']' )?"`
}

// An Expect is a fact about the net at its defaults.
type Expect struct {
	Extent
	Cond Expr `parser:"'expect' @@"`
}

// A Side is a side head: steps that branch off the current value and end in a named
// output.
type Side struct {
	Extent
	Step *Step `parser:"'side':Keyword @@"`
}

// A Pipeline is steps joined by ->.
type Pipeline struct {
	Extent
	Steps []*Step `parser:"@@ ( '->' @@ )*"`
}

// A Step is one application: what it is (If, Repeat, Group, Tap or Call), the label that
// replaces its number in weight paths, and the claims about its result. With Each it is applied
// to every tensor of a list.
type Step struct {
	Extent
	Stage  bool     `parser:"@'stage':Keyword?"`
	Label  *Label   `parser:"( (?= ( Ident | String ) ':' ) @@ ':' )?"`
	Each   bool     `parser:"@'each':Keyword?"`
	If     *If      `parser:"( @@"`
	Repeat *Repeat  `parser:"| @@"`
	Group  *Body    `parser:"| '{' @@ '}'"`
	Tap    *TapRef  `parser:"| @@"`
	Call   *Call    `parser:"| @@ )"`
	Claims []*Claim `parser:"@@*"`
}

// Bodies are the bodies of a group, of both arms of a condition, or of a repeat.
func (s *Step) Bodies() []*Body {
	switch {
	case s.Group != nil:
		return []*Body{s.Group}
	case s.Repeat != nil && s.Repeat.Body != nil:
		return []*Body{s.Repeat.Body}
	}
	var bodies []*Body
	for f := s.If; f != nil; f = f.ElIf {
		bodies = append(bodies, f.Then)
		if f.Else != nil {
			bodies = append(bodies, f.Else)
		}
	}
	return bodies
}

// A Label is an identifier or a string, in which {expr} stands for a value. The empty
// string is a label too.
type Label struct {
	Extent
	Name *Name   `parser:"  @@"`
	Text Literal `parser:"| @@"`
}

// A Claim follows a step: `as t` names its value, `as x[i][j]` one of several of a name, `as [a, b]`
// the tensors of a list, `is [..]` states its shape.
type Claim struct {
	Extent
	As    *Name   `parser:"  'as' ( @@"`
	At    []Expr  `parser:"         ( '[' @@ ']' )*"`
	Items []*Name `parser:"       | '[' @@ ( ',' @@ )* ']' )"`
	Is    []Expr  `parser:"| 'is' '[' @@ ( ',' @@ )* ']'"`
}

// Names are those that a claim gives: one, or those of the tensors of a list.
func (c *Claim) Names() []*Name {
	if c.As != nil {
		return []*Name{c.As}
	}
	return c.Items
}

// An If chooses steps by a condition on parameters and sizes; without else the
// other arm is the identity.
type If struct {
	Extent
	Cond Expr  `parser:"'if' @@"`
	Then *Body `parser:"'{' @@ '}'"`
	ElIf *If   `parser:"( 'else' ( @@"`
	Else *Body `parser:"          | '{' @@ '}' ) )?"`
}

// A Repeat applies a step or body several times in a row.
type Repeat struct {
	Extent
	Head *RepeatHead `parser:"'repeat':Keyword @@"`
	Body *Body       `parser:"( '{' @@ '}'"`
	Step *Step       `parser:"| @@ )"`
}

// A RepeatHead is what follows `repeat` and says how often: `n`, `i of n`,
// `x in list`, `i, x in list`, `[a, b] in list`, `i, [a, b] in list`.
type RepeatHead struct {
	Extent
	Index *Name    `parser:"( (?= Ident ( ',' | 'of' | 'in' ) | '[' Ident ( ',' Ident )* ']' ( 'of' | 'in' ) ) ( (?= Ident ',' ) @@ ',' )?"`
	Each  *Pattern `parser:"  @@"`
	How   string   `parser:"  @( 'of' | 'in' ) )?"`
	Count Expr     `parser:"@@"`
}

// A TapRef reads a value that `as` named, with its indexes if it has any, or with dots a stage
// by its path.
type TapRef struct {
	Extent
	Path []*Name `parser:"'@' @@ ( '.' @@ )*"`
	At   []Expr  `parser:"( '[' @@ ']' )*"`
}

// Text returns the name, with dots but without indexes.
func (t *TapRef) Text() string { return names(t.Path, ".") }

// Written returns the name with dots and indexes.
func (t *TapRef) Written() string { return t.Text() + indexes(t.At) }

// NameSpan is where the name stands, without the @.
func (t *TapRef) NameSpan() source.Span {
	at := t.Path[0].Span()
	at.End = t.Path[len(t.Path)-1].Span().End
	return at
}

// A Call applies a primitive, block or combinator. Only a combinator has Branches; Slot is
// a body that is passed as the last block parameter.
type Call struct {
	Extent
	Callee   Callee    `parser:"@@"`
	Branches []*Branch `parser:"( (?= '{' NL* ( '|' | 'repeat':BranchRepeat ) ) '{' NL* @@+ '}'"`
	Slot     *Body     `parser:"| '{' @@ '}' )?"`
}

// A Branch is one branch of a combinator, or several with Repeat.
type Branch struct {
	Extent
	Repeat *RepeatHead `parser:"( 'repeat':BranchRepeat @@ )?"`
	Body   *Body       `parser:"'|' @@"`
}
