package prove

import (
	"fmt"
	"maps"
	"slices"

	"cnnlang/interp/internal/elab"
	"cnnlang/ops/dim"
)

// gives holds what a way through a block gives to what came out at some values: all items of all lists. It is "" where
// they are equal.
func (r Result) gives(assign map[string]int64, got dim.Shape) string {
	at := 0
	one := func(shape dim.Shape, assign map[string]int64, item int64) string {
		for i, size := range shape {
			switch n, err := evaluate(size, assign); {
			case at >= len(got):
				return fmt.Sprintf("%d sizes are given, proved were more", len(got))
			case err != nil || n != got[at]:
				return fmt.Sprintf("axis %d of item %d is %v, proved was %v, which is %v (%v)", i, item, got[at], size, n, err)
			}
			at++
		}
		return ""
	}
	before := 0
	for _, run := range r.Runs {
		if wrong := one(r.Output[before:run.At], assign, -1); wrong != "" {
			return wrong
		}
		before = run.At
		n, err := evaluate(run.N, assign)
		items, whole := n.Int()
		if err != nil || !whole || items < 1 {
			return fmt.Sprintf("it gives %v values, proved were at least 1 (%v)", n, err)
		}
		inner := maps.Clone(assign)
		for i := range int64(items) {
			inner[run.I.Name] = i
			if wrong := one(run.Shape, inner, i); wrong != "" {
				return wrong
			}
		}
	}
	if wrong := one(r.Output[before:], assign, -1); wrong != "" {
		return wrong
	}
	if at < len(got) {
		return fmt.Sprintf("%d sizes are given, proved were %d", len(got), at)
	}
	return ""
}

// evaluate is a size at some values, with the powers that there are in it.
func evaluate(size dim.Size, assign map[string]int64) (dim.Size, error) {
	size = size.InOthers()
	by := map[string]dim.Size{}
	for _, x := range size.Vars() {
		if kind, isPower := kindOf(x).(elab.Power); isPower {
			exponent, err := evaluate(x.Of[0], assign)
			n, whole := exponent.Int()
			if err != nil || !whole {
				return size, fmt.Errorf("%v is %v: %w", x, exponent, err)
			}
			by[x.Name] = dim.Int(kind.Base).Pow(n)
		}
		var axis, value int
		if n, _ := fmt.Sscanf(x.Name, "size %d of value %d[", &axis, &value); n == 2 { // of an item, that is left open
			item, err := evaluate(x.Of[0], assign)
			if err != nil || !item.IsWhole() || !item.Known() {
				return size, fmt.Errorf("%s is that of %v: %w", x.Name, item, err)
			}
			by[x.Name] = dim.Int(int(assign[fmt.Sprintf("_ %d.%d", int(assign[fmt.Sprintf("values before %d", value)])+item.MustInt(), axis)]))
		}
	}
	if slices.ContainsFunc(size.Divisors(), func(d dim.Size) bool { return d.SubstituteAll(by) == dim.Size{} }) {
		return size, fmt.Errorf("%v is divided by 0", size)
	}
	return size.SubstituteAll(by).Eval(assign)
}

// isSo is stands for sizes with powers in them.
func isSo(size dim.Size, r dim.Relation, holds bool, assign map[string]int64) bool {
	n, err := evaluate(size, assign)
	return err == nil && n.IsValid() && dim.Numbers{}.Decide(n, r) == holds
}
