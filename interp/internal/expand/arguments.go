package expand

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/lang/ast"
	"cnnlang/lang/resolve"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// call writes an op with the arguments that differ from the defaults of its declaration:
// those without a default by position, the others by name.
func (w *writer) call(op ops.Op) string {
	defaults := defaultsOf(w.primitives[op.Name()])
	values := map[string]string{}
	var args []string
	for _, a := range graph.Arguments(op) {
		value := written(a.Value)
		values[a.Name] = value
		d, optional := defaults[a.Name]
		switch {
		case !optional:
			if pair, ok := a.Value.(dim.Pair); ok {
				value = pair.String() // a kernel is written 3x3
			}
			args = append(args, value)
		case !same(d, value, values):
			args = append(args, a.Name+"="+value)
		}
	}
	if len(args) == 0 {
		return op.Name()
	}
	return op.Name() + "(" + strings.Join(args, ", ") + ")"
}

// defaultsOf are the defaults of a primitive, as written.
func defaultsOf(o *resolve.Object) map[string]string {
	defaults := map[string]string{}
	if o == nil {
		return defaults
	}
	for _, p := range o.Block.Params.All() {
		if p.Default != nil {
			defaults[p.Name.Text] = ast.Text(p.Default)
		}
	}
	return defaults
}

// same reports whether a value is what a default gives: equal text, an equal number, the
// value of the parameter that the default names, or the result of a comparison in the
// default.
func same(def, value string, values map[string]string) bool {
	if other, word, ok := strings.Cut(strings.Trim(def, "()"), " != "); ok {
		return value == fmt.Sprint(values[other] != word)
	}
	if other, ok := values[def]; ok {
		def = other
	}
	a, ok1 := new(big.Rat).SetString(def)
	b, ok2 := new(big.Rat).SetString(value)
	return def == value || ok1 && ok2 && a.Cmp(b) == 0
}

// written is a value as the language writes it.
func written(v any) string {
	switch v := v.(type) {
	case dim.Size:
		return v.Decimal()
	case dim.Pair:
		if v.H == v.W {
			return v.H.Decimal()
		}
		return fmt.Sprintf("%sx%s", v.H.Decimal(), v.W.Decimal())
	case ops.Padding:
		return v.Written()
	case []dim.Size:
		return listed(v, dim.Size.Decimal)
	case string: // one of the words that an operation takes
		return strconv.Quote(v)
	}
	return fmt.Sprint(v)
}

// listed is a list as the language writes it.
func listed[T any](list []T, write func(T) string) string {
	parts := make([]string, len(list))
	for i, x := range list {
		parts[i] = write(x)
	}
	return "[" + strings.Join(parts, ", ") + "]"
}
