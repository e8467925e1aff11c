package ops

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
	"unicode"

	"cnnlang/ops/dim"
)

// Kind is the type of a parameter as Go sees it.
type Kind int

// The kinds and the Go type of an argument of each.
const (
	Number  Kind = iota // dim.Size: int and float of the language
	Dims                // dim.Pair
	Flag                // bool
	Numbers             // []dim.Size: list[float]
	Pad                 // Padding
	Word                // string
)

// String names the kind as the prelude does, both int and float being number.
func (k Kind) String() string {
	return [...]string{"number", "dims", "bool", "list", "pad", "string"}[k]
}

// A Parameter is one argument an op takes. The branches of add, mul, max, mean
// and concat are inputs, not parameters.
type Parameter struct {
	Name string
	Kind Kind
}

// New returns the op with this name and these arguments, one for each of its Parameters.
// The error says that there is no such op. It panics if an argument is missing, unknown or
// of the wrong type: callers check arguments against the prelude.
func New(name string, args map[string]any) (Op, error) {
	t, found := structs()[name]
	if !found {
		return nil, fmt.Errorf("ops: no op is called %q", name)
	}
	op := reflect.New(t.none.Type())
	op.Elem().Set(t.none)
	for _, f := range t.fields {
		arg, ok := args[f.name]
		if !ok {
			panic(fmt.Sprintf("ops: %s: argument %s is missing", name, f.name))
		}
		v := reflect.ValueOf(arg)
		if !v.IsValid() || v.Type() != f.typ {
			panic(fmt.Sprintf("ops: %s: argument %s is a %T, want %v", name, f.name, arg, f.typ))
		}
		op.Elem().Field(f.index).Set(v)
	}
	if len(args) != len(t.fields) {
		panic(fmt.Sprintf("ops: %s: %d arguments for %d parameters", name, len(args), len(t.fields)))
	}
	return op.Interface().(Op), nil
}

// Parameters lists the arguments of the op with this name, in the order of the prelude. It
// is nil for an op that does not exist or takes none.
func Parameters(name string) []Parameter {
	var list []Parameter
	for _, f := range structs()[name].fields {
		list = append(list, Parameter{f.name, f.kind})
	}
	return list
}

// An opStruct is the struct of an op.
type opStruct struct {
	none   reflect.Value // without arguments
	fields []parameterField
}

// structs are those of Builtins by the op's name.
var structs = sync.OnceValue(func() map[string]opStruct {
	all := map[string]opStruct{}
	for _, op := range Builtins {
		none := reflect.ValueOf(op).Elem()
		all[op.Name()] = opStruct{none, parameterFields(none.Type())}
	}
	return all
})

type parameterField struct {
	name  string
	kind  Kind
	typ   reflect.Type
	index int
}

var kinds = map[reflect.Type]Kind{
	reflect.TypeFor[dim.Size]():   Number,
	reflect.TypeFor[dim.Pair]():   Dims,
	reflect.TypeFor[bool]():       Flag,
	reflect.TypeFor[[]dim.Size](): Numbers,
	reflect.TypeFor[Padding]():    Pad,
	reflect.TypeFor[string]():     Word,
}

// parameterFields lists the exported fields of an op's struct. A parameter has
// the name in the field's tag `param:"…"` or else the field's own in lower case
// with underscores.
func parameterFields(t reflect.Type) []parameterField {
	var list []parameterField
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			continue
		}
		kind, ok := kinds[f.Type]
		if !ok {
			panic(fmt.Sprintf("ops: %v.%s has no parameter kind", t, f.Name))
		}
		name := f.Tag.Get("param")
		if name == "" {
			name = underscored(f.Name)
		}
		list = append(list, parameterField{name, kind, f.Type, i})
	}
	return list
}

// underscored turns CountPad into count_pad.
func underscored(name string) string {
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
