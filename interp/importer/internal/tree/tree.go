// Package tree is a text that is yet to be written: steps within combinators, groups, repeats and
// blocks, whose arguments are values or expressions of a block's parameters. Package structure
// makes one net of it, package blocks takes out what occurs several times, and Text writes it.
package tree

import "cnnlang/interp/graph"

// A File is what a text holds: blocks, each after those that it calls, and a net.
type File struct {
	Comment []string // lines at the top, without #
	Blocks  []*Block
	Net     *Net
}

// A Block is a definition.
type Block struct {
	Comment []string
	Name    string
	Params  []Param
	In, Out string   // of the signature: "[N, C, H, W]"
	Where   []string // conditions
	Body    Body
}

// A Param is a parameter of a block, as written: "c: int", "stride = 1".
type Param struct{ Name, Type, Default string }

// A Net is the network.
type Net struct {
	Name    string
	In, Out string   // of the signature
	Meta    []string // the lines between its braces
	Body    Body
	Expect  []string
}

// A Body is steps, each on the result of the one before.
type Body []*Step

// A Step is one step.
type Step struct {
	Label string // as the language's strings have it, so that it may be "denselayer{i+1}"; "" for none
	// Empty says that the label is written though it is empty, which puts the tensors under the path
	// of the body itself.
	Empty bool
	Do    Do
	As    string      // a name for its value, read by Read
	Node  *graph.Node // whose value it is in the net as it was read; nil for none in particular
}

// Do is what a step does: *Apply, *Group, *Read, *Repeat, *If or *Side.
type Do interface{ text() string }

// An Apply applies an operation, a combinator or a block.
type Apply struct {
	Name     string
	Args     []Arg
	Branches []Body // of a combinator
	// Heads are what stands after repeat before the bars of branches, as "3" or "if stride == 1 then
	// 1 else 0"; "" for a branch that is there once. It is nil where all are.
	Heads []string
	Block *Block // nil for what the prelude declares, whose Args are all that it has
}

// An Arg is an argument.
type Arg struct {
	Name  string
	Value any    // as graph.Arguments gives it: dim.Size, dim.Pair, ops.Padding, bool, string, []dim.Size
	Expr  string // what is written instead where it depends on parameters
}

// A Group is steps of their own: { … }.
type Group struct {
	Body  Body
	Class string // what the file calls groups of this kind, as in Bottleneck; "" where it does not say
}

// A Read takes a value by its name: @x.
type Read struct{ Name string }

// A Repeat repeats its body.
type Repeat struct {
	Var   string // "" for none
	Count string // "3", "n", or a list as written
	Body  Body
}

// An If has a body for a condition, and one otherwise, which may be empty.
type If struct {
	Cond       string
	Then, Else Body
}

// A Side is a head beside the main path. The label of its step is its name, or where that is
// empty, Name.
type Side struct {
	Name string
	Body Body
}
