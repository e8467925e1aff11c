package graph

import (
	"fmt"
	"io"
	"reflect"
	"strings"
	"text/tabwriter"
	"unicode"

	"cnnlang/ops"
)

// Print writes g as a table, one line for each node. Equal graphs print equally.
//
//	id  path     op                       shape               in   params
//	0            input                    [1, 3, 224, 224]
//	1   conv1    conv(out=64, k=7x7, …)   [1, 64, 112, 112]   0    weight [64, 3, 7, 7]
func Print(w io.Writer, g *Graph) error {
	var table strings.Builder
	t := tabwriter.NewWriter(&table, 0, 8, 2, ' ', 0)
	fmt.Fprintf(t, "%s\n", heading(g))
	fmt.Fprintf(t, "id\tpath\top\tshape\tin\tparams\n")
	for _, n := range g.Nodes {
		fmt.Fprintf(t, "%d\t%s\t%s\t%v\t%s\t%s\n",
			n.ID, n.Path, Describe(n.Op), n.Shape, inputs(n), tensors(n))
	}
	for _, s := range g.Sides {
		if s.Output == nil {
			fmt.Fprintf(t, "side %s: %v\n", s.Name, s.Err)
		} else {
			fmt.Fprintf(t, "side %s (%d)\n", s.Name, s.Output.ID)
		}
	}
	t.Flush()
	for line := range strings.Lines(table.String()) {
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	return nil
}

// heading names the network and says what goes in and comes out.
func heading(g *Graph) string {
	return strings.TrimSpace(fmt.Sprintf("%s %v -> %v (%d)", g.Name, g.Input.Shape, g.Output.Shape, g.Output.ID))
}

// Describe writes an op with its arguments: conv(out=64, k=7x7, …).
func Describe(op ops.Op) string {
	if op == nil {
		return "input"
	}
	args := arguments(op)
	if len(args) == 0 {
		return op.Name()
	}
	return op.Name() + "(" + strings.Join(args, ", ") + ")"
}

// arguments lists the exported fields of an op, which are its parameters, under
// the names the language has for them: CountPad is count_pad.
func arguments(op ops.Op) []string {
	v := reflect.Indirect(reflect.ValueOf(op))
	var args []string
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.IsExported() {
			args = append(args, snake(f.Name)+"="+fmt.Sprint(v.Field(i).Interface()))
		}
	}
	return args
}

func snake(name string) string {
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

func inputs(n *Node) string {
	ids := make([]string, len(n.In))
	for i, in := range n.In {
		ids[i] = fmt.Sprint(in.ID)
	}
	return strings.Join(ids, " ")
}

// tensors lists what the node owns: the leaf where the path is the node's own,
// the whole path where a pass brought the tensor here.
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
