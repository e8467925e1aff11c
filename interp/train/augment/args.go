package augment

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"cnnlang/interp/train/recipe"
)

// A span is a range of numbers; of one number both ends are the same.
type span struct{ low, high float64 }

// A parameter of a change, with what it may be.
type parameter struct {
	name      string
	low, high float64 // of all numbers
	standard  span    // where it is not given
	around    centre  // what one number means
	onlyOne   bool    // whether it is no range
}

// A centre says which range one number s stands for.
type centre int

const (
	alone     centre = iota // s itself
	aroundOne               // 1-s to 1+s, from 0 on
	aroundNil               // -s to s
)

// args are the arguments of a change by name.
type args map[string]span

// read checks the arguments of a change.
func read(a recipe.Augmentation, parameters []parameter) (args, error) {
	all := args{}
	for name := range a.Args {
		if !slices.ContainsFunc(parameters, func(p parameter) bool { return p.name == name }) {
			return nil, fmt.Errorf("has no argument %.40q, want %s", name, names(parameters))
		}
	}
	for _, p := range parameters {
		value, err := p.read(a.Args[p.name])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.name, err)
		}
		all[p.name] = value
	}
	return all, nil
}

func names(parameters []parameter) string {
	if len(parameters) == 0 {
		return "none"
	}
	var all []string
	for _, p := range parameters {
		all = append(all, p.name)
	}
	return strings.Join(all, ", ")
}

// read checks one argument.
func (p parameter) read(given []float64) (span, error) {
	for _, x := range given {
		if math.IsNaN(x) || x < p.low || x > p.high {
			return span{}, fmt.Errorf("got %v, want numbers from %v to %v", x, p.low, p.high)
		}
	}
	switch {
	case len(given) == 0:
		return p.standard, nil
	case len(given) == 1 && p.around == aroundOne:
		return span{max(0, 1-given[0]), 1 + given[0]}, nil
	case len(given) == 1 && p.around == aroundNil:
		return span{-math.Abs(given[0]), math.Abs(given[0])}, nil
	case len(given) == 1:
		return span{given[0], given[0]}, nil
	case len(given) == 2 && !p.onlyOne && given[0] <= given[1]:
		return span{given[0], given[1]}, nil
	case p.onlyOne:
		return span{}, fmt.Errorf("got %v, want one number", given)
	}
	return span{}, fmt.Errorf("got %v, want a number, or a range from a smaller to a larger one", given)
}

// one is a number that is no range.
func (a args) one(name string) float64 { return a[name].low }
