package graph

import "cnnlang/lang/source"

// A Formula is how the text computes something from the names of the block in which it is
// written. Lets are replaced by what they stand for.
type Formula struct {
	// Op is an operator or function of the language, or one of list, index and if; empty for a
	// name or a value.
	Op    string
	Of    []*Formula
	Name  string // a parameter, a size of the input or what a repeat binds; "" for a value
	Value any    // of a name or a value: dim.Size, bool, string, dim.Pair, ops.Padding; nil for others
}

// A Parameter is one parameter of what a part calls: what it is, how the call computes it, nil
// where it is not given or where that is not known, and whether it has a default.
type Parameter struct {
	Name    string
	Value   any // as that of a Formula
	Formula *Formula
	Given   bool
	Default bool
}

// An Around is an `if` or one iteration of a `repeat` around a part.
type Around struct {
	Span source.Span
	// Cond is the condition of the chosen arm of an `if`, nil where it is not known. Of a
	// repeat it is how many iterations there are.
	Cond      *Formula
	Repeat    bool
	Iteration int
	Index     string // what a repeat calls Iteration, or ""
}
