package ast_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strings"
	"testing"

	tree "cnnlang/lang/ast"
	"cnnlang/lang/parse"
	"cnnlang/lang/source"
)

// nodeTypes lists the types of the package that have an Extent.
func nodeTypes(t *testing.T) []string {
	var list []string
	for _, name := range []string{"ast.go", "expr.go", "signature.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			if s, ok := spec.Type.(*ast.StructType); ok && len(s.Fields.List) > 0 && len(s.Fields.List[0].Names) == 0 {
				list = append(list, "*ast."+spec.Name.Name)
			}
			return true
		})
	}
	if len(list) < 30 {
		t.Fatalf("%d node types, want more", len(list))
	}
	return append(list, "*ast.File")
}

// Two files have every kind of node; each is walked, can be printed by itself, and does not
// start before its parent.
func TestWalkAndPrintEveryNode(t *testing.T) {
	seen := map[string]bool{}
	for _, name := range []string{"declarations", "steps"} {
		text, err := os.ReadFile("../parse/testdata/tree/" + name + ".cnn")
		if err != nil {
			t.Fatal(err)
		}
		file, list := parse.File(source.NewFile(name, string(text)))
		if len(list) > 0 {
			t.Fatal(list)
		}
		tree.Walk(file, func(n tree.Node) bool {
			seen[fmt.Sprintf("%T", n)] = true
			var b strings.Builder
			if err := tree.Print(&b, n); err != nil {
				t.Errorf("%T: %v", n, err)
			}
			return true
		})
	}
	for _, name := range nodeTypes(t) {
		if !seen[name] {
			t.Errorf("%s is never walked", name)
		}
	}
}

func TestWalkPassesOverChildren(t *testing.T) {
	file, _ := parse.File(source.NewFile("a", "net a { b(c) -> d }\nlet e = f"))
	var names []string
	tree.Walk(file, func(n tree.Node) bool {
		if n, ok := n.(*tree.Name); ok {
			names = append(names, n.Text)
		}
		_, call := n.(*tree.Args)
		return !call
	})
	if want := []string{"a", "b", "d", "e", "f"}; !slices.Equal(names, want) {
		t.Errorf("got %v, want %v", names, want)
	}
}

func TestTextBindsAsItReads(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"1+2*3", "(1 + (2 * 3))"},
		{"a-b-c", "((a - b) - c)"},
		{"-2**-3", "(-(2 ** (-3)))"},
		{"2**3**4", "(2 ** (3 ** 4))"},
		{"not a == b and c or d", "(((not (a == b)) and c) or d)"},
		{"if a then b else c + 1", "(if a then b else (c + 1))"},
		{"(a + b)[0] // c % d", "(((a + b)[0] // c) % d)"},
		{`f(x, k = "a{i+1}\{")`, `f(x, k = "a{(i + 1)}\{")`},
		{"a.b", "a.b"},
	} {
		file, list := parse.File(source.NewFile("a", "let x = "+test.text))
		if len(list) > 0 {
			t.Errorf("%s: %v", test.text, list)
			continue
		}
		got := tree.Text(file.Decls[0].Let.Value)
		if got != test.want {
			t.Errorf("%s: got %s, want %s", test.text, got, test.want)
		}
		again, _ := parse.File(source.NewFile("a", "let x = "+got))
		if twice := tree.Text(again.Decls[0].Let.Value); twice != got {
			t.Errorf("%s: printed and read again: %s", got, twice)
		}
	}
}
