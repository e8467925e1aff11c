package prove

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/elab"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// What a sketch says of arguments and sizes.

// operation is an operation with what its numbers are in all cases.
func (k *sketcher) operation(all []held, written []graph.Argument) ops.Op {
	args := map[string]any{}
	for i, a := range graph.Arguments(all[0].Op) {
		text := "_"
		for _, w := range written {
			if w.Name == a.Name {
				text = w.Value.(elab.Written).Text
			}
		}
		number := func(text string, of func(any) dim.Size) dim.Size {
			var sizes []dim.Size
			for _, one := range all {
				sizes = append(sizes, of(graph.Arguments(one.Op)[i].Value))
			}
			return k.agreed(all, text, sizes)
		}
		switch v := a.Value.(type) {
		case dim.Size:
			args[a.Name] = number(text, func(v any) dim.Size { return v.(dim.Size) })
		case dim.Pair:
			high, wide := axesOf(text)
			args[a.Name] = dim.Pair{H: number(high, func(v any) dim.Size { return v.(dim.Pair).H }), W: number(wide, func(v any) dim.Size { return v.(dim.Pair).W })}
		default:
			args[a.Name] = v
		}
	}
	op, err := ops.New(all[0].Op.Name(), args)
	if err != nil {
		panic("prove: " + err.Error())
	}
	return op
}

// axesOf are the texts of a height and a width, of a pair as the text writes it: both in [2*H, 2*W], or one for both.
func axesOf(text string) (high, wide string) {
	inner, isList := strings.CutPrefix(strings.TrimSuffix(text, "]"), "[")
	deep, comma := 0, -1
	for i, c := range inner {
		switch c {
		case '[', '(':
			deep++
		case ']', ')':
			deep--
		case ',':
			if deep == 0 && comma >= 0 {
				return text, text
			} else if deep == 0 {
				comma = i
			}
		}
		if deep < 0 { // its first bracket is closed before its end
			return text, text
		}
	}
	if !isList || comma < 0 || len(inner)+2 != len(text) {
		return text, text
	}
	return strings.TrimSpace(inner[:comma]), strings.TrimSpace(inner[comma+1:])
}

// arguments are those of a call, as texts.
func (k *sketcher) arguments(all []stop) (list []graph.Argument) {
	for i, a := range all[0].Args {
		text := k.equalText(all, i, a.Value.(elab.Written).Text)
		value := func(s stop) elab.Value {
			if i < len(s.Args) {
				return s.Args[i].Value.(elab.Written).Value
			}
			return nil
		}
		var sizes []dim.Size
		var of []held
		for _, s := range all {
			if n, isNumber := value(s).(dim.Size); isNumber {
				sizes, of = append(sizes, n), append(of, held{of: s.of})
			}
		}
		if len(sizes) == len(all) {
			text = k.agreed(of, text, sizes).Decimal()
		}
		list = append(list, graph.Argument{Name: a.Name, Value: text})
	}
	return list
}

// equalText is a flag, a padding or a size along both axes that is one in all cases, or else the text.
func (k *sketcher) equalText(all []stop, i int, text string) string {
	first := ""
	for n, s := range all {
		if i >= len(s.Args) {
			return text
		}
		one := ""
		switch v := s.Args[i].Value.(elab.Written).Value.(type) {
		case bool:
			one = fmt.Sprint(v)
		case string:
			one = strconv.Quote(v)
		case dim.Pair:
			if v.H.Known() && v.W.Known() {
				one = v.String()
			}
		case ops.Padding:
			if v.Mode != ops.Explicit || v.Top.Known() && v.Bottom.Known() && v.Left.Known() && v.Right.Known() {
				one = v.Written()
			}
		}
		if n == 0 {
			first = one
		}
		if one == "" || one != first {
			return text
		}
	}
	return first
}

// shape is that of a value in all cases.
func (k *sketcher) shape(all []held) (shape dim.Shape) {
	once := k.once(all)
	for axis := range all[0].Sizes {
		var sizes []dim.Size
		for _, one := range all {
			if len(one.Sizes) != len(all[0].Sizes) || once && axis > 0 {
				sizes = append(sizes, dim.Invalid())
				continue
			}
			sizes = append(sizes, one.Sizes[axis])
		}
		shape = append(shape, k.agreed(all, "_", sizes))
	}
	return shape
}

// agreed is a size that all cases have, or what stands for it, which is its text in the program.
func (k *sketcher) agreed(all []held, text string, found []dim.Size) dim.Size {
	sizes := make([]dim.Size, len(all))
	order := make([]int, len(all))
	for i, size := range found {
		sizes[i], order[i] = k.plain(size), i
	}
	if !slices.ContainsFunc(sizes, func(size dim.Size) bool { return !size.IsValid() }) {
		slices.SortStableFunc(order, func(a, b int) int { return all[a].of.supposed() - all[b].of.supposed() })
		for _, g := range order[:min(len(order), 8)] {
			if k.inWords(sizes[g]) && k.stands(sizes[g], sizes, all) {
				return found[g].InOthers() // with the bounds that its case knows
			}
		}
	}
	return k.asWritten(text)
}

// asWritten stands for a size by its text; _ is another one each time.
func (k *sketcher) asWritten(text string) dim.Size {
	if text == "_" {
		k.unsaid++
		return dim.Variable{Name: fmt.Sprint("unsaid ", k.unsaid), Low: 1, Sense: &dim.Sense{Label: "_", Kind: graph.Unsaid{}}}.Size()
	}
	if k.said[text] == (dim.Size{}) {
		k.said[text] = dim.Variable{Name: "as written " + text, Low: 1, Sense: &dim.Sense{Label: text, Kind: graph.Unsaid{}}}.Size()
	}
	return k.said[text]
}

// stands reports whether a size is that of all cases.
func (k *sketcher) stands(size dim.Size, sizes []dim.Size, all []held) bool {
	for i, other := range sizes {
		if k.work += 1 + len(all[i].of.values); k.work > mostSketchWork {
			return false
		}
		if !dim.Equivalent(k.plain(all[i].of.put(size)), other) {
			return false
		}
	}
	return true
}

// plain is a size in the block's own variables as they are by themselves, in which iterations are
// called by their letter.
func (k *sketcher) plain(size dim.Size) dim.Size {
	size = k.unbounded(size.InOthers())
	by := map[string]dim.Size{}
	for _, x := range size.Vars() {
		if isIteration(x) {
			by[x.Name] = dim.Variable{Name: iterationOf + x.String(), Sense: &dim.Sense{Label: x.String()}}.Size()
		}
	}
	if len(by) == 0 {
		return size
	}
	return size.SubstituteAll(by)
}

const iterationOf = "the iteration of "

func isIteration(x dim.Variable) bool { return strings.HasPrefix(x.Name, iterationOf) }

// inWords reports whether a size can be said in the block's own words, and those of the repeats
// around.
func (k *sketcher) inWords(size dim.Size) bool {
	return !slices.ContainsFunc(size.Vars(), func(x dim.Variable) bool {
		if isIteration(x) {
			return !slices.Contains(k.indices, x.String())
		}
		return !inItsOwnWords(x.Size())
	})
}
