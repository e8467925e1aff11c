// Package calls writes the call of an operation as the language does: its arguments with their
// names, without those that are what the prelude's declaration gives anyway.
package calls

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"sync"

	"cnnlang/interp/graph"
	"cnnlang/lang/ast"
	"cnnlang/lang/parse"
	"cnnlang/lang/source"
	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/stdlib"
)

// An Arg is an argument as written.
type Arg struct{ Name, Value string }

// Of writes the call of an op.
func Of(op ops.Op) string {
	var args []Arg
	for _, a := range graph.Arguments(op) {
		args = append(args, Arg{a.Name, Written(a.Value)})
	}
	return Call(op.Name(), args)
}

// Call writes the call of a primitive with all its arguments: those without a default by position,
// the others by name where they differ from their defaults.
func Call(name string, all []Arg) string {
	defaults := defaultsOf()[name]
	values := map[string]string{}
	var args []string
	for _, a := range all {
		values[a.Name] = a.Value
		d, optional := defaults[a.Name]
		switch {
		case !optional && pairs()[name][a.Name]:
			args = append(args, kernel(a.Value))
		case !optional:
			args = append(args, a.Value)
		case !same(d, a.Value, values):
			args = append(args, a.Name+"="+a.Value)
		}
	}
	if len(args) == 0 {
		return name
	}
	return name + "(" + strings.Join(args, ", ") + ")"
}

// kernel is a height and a width as a kernel has them: 3x3 even where one number would do.
func kernel(value string) string {
	if _, err := strconv.Atoi(value); err != nil {
		return value
	}
	return value + "x" + value
}

// pairs has the parameters of the operations that are a height and a width.
var pairs = sync.OnceValue(func() map[string]map[string]bool {
	all := map[string]map[string]bool{}
	for _, op := range ops.Builtins {
		all[op.Name()] = map[string]bool{}
		for _, p := range ops.Parameters(op.Name()) {
			all[op.Name()][p.Name] = p.Kind == ops.Dims
		}
	}
	return all
})

// defaultsOf are the defaults of every block of the prelude, as written there.
var defaultsOf = sync.OnceValue(func() map[string]map[string]string {
	text, err := stdlib.FS.ReadFile("prelude.cnn")
	if err != nil {
		panic(err) // it is part of the program
	}
	file, _ := parse.File(source.NewFile("prelude.cnn", string(text)))
	all := map[string]map[string]string{}
	for _, d := range file.Decls {
		b := d.Block
		if b == nil {
			continue
		}
		all[b.Name.Text] = map[string]string{}
		for _, p := range b.Params.All() {
			if p.Default != nil {
				all[b.Name.Text][p.Name.Text] = ast.Text(p.Default)
			}
		}
	}
	return all
})

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
	a, ok1 := new(big.Rat).SetString(strings.NewReplacer(" ", "", "(", "", ")", "").Replace(def))
	b, ok2 := new(big.Rat).SetString(value)
	return def == value || ok1 && ok2 && a.Cmp(b) == 0
}

// Written is a value as the language writes it.
func Written(v any) string {
	switch v := v.(type) {
	case dim.Size:
		return short(v.Decimal())
	case dim.Pair:
		if v.H == v.W {
			return v.H.Decimal()
		}
		return fmt.Sprintf("%sx%s", v.H.Decimal(), v.W.Decimal())
	case ops.Padding:
		return v.Written()
	case []dim.Size:
		return List(v, dim.Size.Decimal)
	case string: // one of the words that an operation takes
		return strconv.Quote(v)
	}
	return fmt.Sprint(v)
}

// short writes a decimal number of many zeros with an exponent: 1e-5.
func short(decimal string) string {
	digits, small := strings.CutPrefix(decimal, "0.000")
	if !small {
		return decimal
	}
	rest := strings.TrimLeft(digits, "0")
	text := fmt.Sprintf("%se-%d", rest[:1], 4+len(digits)-len(rest))
	if len(rest) > 1 {
		text = rest[:1] + "." + rest[1:] + text[1:]
	}
	return text
}

// List is a list as the language writes it.
func List[T any](list []T, write func(T) string) string {
	parts := make([]string, len(list))
	for i, x := range list {
		parts[i] = write(x)
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// Quoted is a string literal.
func Quoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `{`, `\{`, `"`, `\"`, "\n", `\n`, "\t", `\t`).Replace(text) + `"`
}
