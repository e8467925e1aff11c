package dim

// A Relation compares a size with zero.
type Relation int

// The relations a rule may ask for.
const (
	Zero        Relation = iota // p == 0
	NonNegative                 // p >= 0
	Whole                       // p is an integer
)

// Facts answers the questions of a shape rule about sizes. At known sizes (Numbers) both
// are arithmetic. A proof answers Require by noting the relation as a requirement of the
// block, and Decide by following both cases.
type Facts interface {
	// Require reports whether p is in relation r to zero, so that the rule can continue;
	// false is an error of the program.
	Require(p Size, r Relation) bool
	// Decide reports whether p is in relation r to zero; both answers are valid and lead to
	// different shapes.
	Decide(p Size, r Relation) bool
	// Split is Decide where neither the rule nor the text makes a difference between the cases, so
	// that one of them may have to be excluded rather than to be a mistake.
	Split(p Size, r Relation) bool
	// OfArgument are the facts for questions about an argument, as whether a stride is at least 1, which no
	// other input makes right. A side head that does not fit its input is left out, whereas one with a wrong
	// argument is a mistake, so that a proof has to tell the two apart.
	OfArgument() Facts
}

// Numbers are the facts at known sizes. Nothing holds for an invalid size; a symbolic one
// panics.
type Numbers struct{}

// Require computes the answer.
func (Numbers) Require(p Size, r Relation) bool { return holds(p, r) }

// Decide computes the answer.
func (Numbers) Decide(p Size, r Relation) bool { return holds(p, r) }

// Split computes the answer.
func (Numbers) Split(p Size, r Relation) bool { return holds(p, r) }

// OfArgument makes no difference, as every answer is known.
func (n Numbers) OfArgument() Facts { return n }

func holds(p Size, r Relation) bool {
	if !p.IsValid() {
		return false
	}
	if !p.Known() {
		panic("dim: Numbers asked about the unknown size " + p.String())
	}
	switch r {
	case Zero:
		return p.num == 0
	case NonNegative:
		return p.num >= 0
	case Whole:
		return p.den == 0
	}
	panic("dim: unknown relation")
}

// Equal requires a = b and reports whether it holds.
func Equal(f Facts, a, b Size) bool { return f.Require(a.Sub(b), Zero) }

// AtLeast requires a >= b and reports whether it holds.
func AtLeast(f Facts, a, b Size) bool { return f.Require(a.Sub(b), NonNegative) }
