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

// args are the arguments of a change by name.
type args map[string]span

// read checks the arguments of a change.
func read(a recipe.Augmentation) (args, error) {
	all, parameters := args{}, recipe.Augmentations[a.Name]
	for name := range a.Args {
		if !slices.ContainsFunc(parameters, func(p recipe.Argument) bool { return p.Name == name }) {
			return nil, fmt.Errorf("has no argument %.40q, want %s", name, names(parameters))
		}
	}
	for _, p := range parameters {
		value, err := ends(p, a.Args[p.Name])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.Name, err)
		}
		all[p.Name] = value
	}
	return all, nil
}

func names(parameters []recipe.Argument) string {
	if len(parameters) == 0 {
		return "none"
	}
	var all []string
	for _, p := range parameters {
		all = append(all, p.Name)
	}
	return strings.Join(all, ", ")
}

// ends are those of an argument.
func ends(p recipe.Argument, given []float64) (span, error) {
	if given == nil {
		given = p.Standard
	}
	for _, x := range given {
		if math.IsNaN(x) || x < p.Least || x > p.Most {
			return span{}, fmt.Errorf("got %v, want numbers from %v to %v", x, p.Least, p.Most)
		}
	}
	switch {
	case len(given) == 1 && p.Around == recipe.AroundOne:
		return span{max(0, 1-given[0]), 1 + given[0]}, nil
	case len(given) == 1 && p.Around == recipe.AroundNil:
		return span{-math.Abs(given[0]), math.Abs(given[0])}, nil
	case len(given) == 1:
		return span{given[0], given[0]}, nil
	case len(given) == 2 && p.Range && given[0] <= given[1]:
		return span{given[0], given[1]}, nil
	case p.Range:
		return span{}, fmt.Errorf("got %v, want a number, or a range from a smaller to a larger one", given)
	}
	return span{}, fmt.Errorf("got %v, want one number", given)
}

// one is a number that is no range.
func (a args) one(name string) float64 { return a[name].low }
