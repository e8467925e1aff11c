package graph

import (
	"fmt"
	"io"
	"reflect"
	"strings"

	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// Print writes g as a table, one line for each node. Equal graphs print equally.
//
//	id  path     op                       shape               in   params
//	0            input                    [1, 3, 224, 224]
//	1   conv1    conv(out=64, k=7x7, …)   [1, 64, 112, 112]   0    weight [64, 3, 7, 7]
func Print(w io.Writer, g *Graph) error {
	rows := [][]string{{heading(g)}, {"id", "path", "op", "shape", "in", "params"}}
	for _, n := range g.Nodes {
		rows = append(rows, []string{fmt.Sprint(n.ID), n.Path, Describe(n.Op), fmt.Sprint(n.Shape), inputs(n), tensors(n)})
	}
	for _, s := range g.Sides {
		if s.Output == nil {
			rows = append(rows, []string{fmt.Sprintf("side %s: %v", s.Name, s.Err)})
		} else {
			rows = append(rows, []string{fmt.Sprintf("side %s (%d)", s.Name, s.Output.ID)})
		}
	}
	return Columns(w, rows)
}

// Describe writes an op with its arguments and what is fused into it:
// conv(out=64, k=7x7, …) + norm + add + relu.
func Describe(op ops.Op) string {
	if op == nil {
		return "input"
	}
	text := op.Name()
	if list := Arguments(op); len(list) > 0 {
		var args []string
		for _, a := range list {
			format, value := "%s=%v", a.Value
			if usual, ok := unsaid[a.Name]; ok && value == usual {
				continue
			}
			switch v := value.(type) {
			case string:
				format = "%s=%q"
			case dim.Size:
				value = v.Decimal()
			}
			args = append(args, fmt.Sprintf(format, a.Name, value))
		}
		if len(args) > 0 {
			text += "(" + strings.Join(args, ", ") + ")"
		}
	}
	if fuser, ok := op.(ops.Fuser); ok {
		text += fuser.Epilogue().String()
	}
	return text
}

// unsaid are arguments that are not written where they have this value: a normalisation has its
// tensors, and gelu is exact, unless they say otherwise.
var unsaid = map[string]any{"scale": true, "shift": true, "approximate": false}

// An Argument is a parameter of an op, with its name in the language and its value: a
// dim.Size or dim.Pair, an ops.Padding, a bool or a list of sizes.
type Argument struct {
	Name  string
	Value any
}

// Arguments lists the exported fields of an op, which are its parameters.
func Arguments(op ops.Op) []Argument {
	v := reflect.Indirect(reflect.ValueOf(op))
	names := ops.Parameters(op.Name())
	var args []Argument
	for i := 0; i < v.NumField() && len(args) < len(names); i++ {
		if v.Type().Field(i).IsExported() {
			args = append(args, Argument{names[len(args)].Name, v.Field(i).Interface()})
		}
	}
	return args
}

func inputs(n *Node) string {
	ids := make([]string, len(n.In))
	for i, in := range n.In {
		ids[i] = fmt.Sprint(in.ID)
	}
	return strings.Join(ids, " ")
}

// tensors lists the tensors of a node: the last segment if the path is the node's own, the
// whole path if a pass moved the tensor here.
func tensors(n *Node) string {
	names := make([]string, len(n.Params))
	for i, p := range n.Params {
		name := p.Path
		if leaf, own := strings.CutPrefix(p.Path, n.Path+"."); own {
			name = leaf
		}
		names[i] = fmt.Sprintf("%s %v", name, p.Shape)
	}
	return strings.Join(names, ", ")
}
