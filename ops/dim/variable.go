package dim

import (
	"math"
	"slices"
	"strings"
)

// A Variable is an unknown number, identified by its name.
type Variable struct {
	Name string
	Low  int64 // the least value of an integer variable, unless Real
	Real bool
	*Sense
}

// A Sense describes a variable that is not a name of a program: an item of a list, or a
// part of another variable. Equal names have equal senses.
type Sense struct {
	Label string // printed instead of the name, if not ""
	// Of are the sizes of which the variable is an otherwise unknown function.
	Of []Size
	// Is is the variable expressed in others, which is printed instead; 0 for none.
	Is   Size
	Kind any // further data of the creator
}

// Size returns the variable as a size.
func (v Variable) Size() Size {
	if v.Name == "" {
		panic("dim: a variable without a name")
	}
	return from(&atom{Variable: v})
}

// Var returns the variable name, an integer of at least 1: a channel count, an input size,
// a stride.
func Var(name string) Size { return VarFrom(name, 1) }

// VarFrom returns the variable name, an integer >= low.
func VarFrom(name string, low int64) Size { return Variable{Name: name, Low: low}.Size() }

// Real is a variable that stands for any number.
func Real(name string) Variable {
	return Variable{Name: name, Low: math.MinInt64, Real: true}
}

// reads reports whether two variables are the same and print the same.
func (v Variable) reads(w Variable) bool {
	if v.Name != w.Name || v.Low != w.Low || v.Real != w.Real {
		return false
	}
	return v.Sense == w.Sense || v.String() == w.String() && identical(v.is(), w.is())
}

// String is the printed form of a variable.
func (v Variable) String() string {
	if v.Sense != nil && v.Label != "" {
		return v.Label
	}
	return v.Name
}

// is is the variable expressed in others, 0 for none.
func (v Variable) is() Size {
	if v.Sense == nil {
		return Size{}
	}
	return v.Is
}

// with substitutes into the expression of a variable in others.
func (v Variable) with(put func(Size) Size) Variable {
	if is := v.is(); is.symbolic() {
		if is = put(is); is.IsValid() && !is.Has(v.Name) {
			sense := *v.Sense
			sense.Is = is
			v.Sense = &sense
		}
	}
	return v
}

// variables calls visit for each occurrence of a variable.
func (a Size) variables(visit func(*atom)) {
	if !a.symbolic() {
		return
	}
	for _, t := range a.poly.terms {
		for _, f := range t.mono {
			if f.atom.kind == variable {
				visit(f.atom)
			} else {
				f.atom.arg.variables(visit)
			}
		}
	}
}

// some reports whether a variable in a has a property.
func (a Size) some(is func(Variable) bool) bool {
	found := false
	a.variables(func(x *atom) { found = found || is(x.Variable) })
	return found
}

// Vars returns the variables in a, in the order of their names.
func (a Size) Vars() []Variable {
	var list []Variable
	a.variables(func(x *atom) {
		if !slices.ContainsFunc(list, func(v Variable) bool { return v.Name == x.Name }) {
			list = append(list, x.Variable)
		}
	})
	slices.SortFunc(list, func(v, w Variable) int { return strings.Compare(v.Name, w.Name) })
	return list
}

// Has reports whether the variable of this name is in a.
func (a Size) Has(name string) bool {
	return a.some(func(v Variable) bool { return v.Name == name })
}

// DependsOn reports whether a contains the variable of this name, or a function of it.
func (a Size) DependsOn(name string) bool {
	seen := map[*Sense]bool{} // one may be a function of others in many ways
	var depends func(Variable) bool
	depends = func(v Variable) bool {
		if v.Name == name || v.Sense == nil || seen[v.Sense] {
			return v.Name == name
		}
		seen[v.Sense] = true
		return slices.ContainsFunc(v.Of, func(a Size) bool { return a.some(depends) })
	}
	return a.some(depends)
}

// InOthers replaces variables by their expressions in others: where h is H/4, the size 4*h
// is H.
func (a Size) InOthers() Size {
	if !a.some(func(v Variable) bool { return v.is().symbolic() }) {
		return a
	}
	written := a.replace(func(x *atom) (Size, bool) {
		switch {
		case x.kind != variable:
			return Size{}, false
		case x.is().symbolic():
			return x.is().InOthers(), true
		}
		return from(x), true
	})
	if !written.IsValid() {
		return a
	}
	return written
}
