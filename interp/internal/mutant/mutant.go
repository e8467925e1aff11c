// Package mutant makes mistakes in Go's text, one at a time, for tests of tests: a package whose tests pass in spite
// of one lacks a test.
package mutant

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A Mutant is a file with one mistake.
type Mutant struct {
	File string // with its line
	What string // the line, and what is there instead
	Slip bool   // another operation or text, not a number that is hardly another
	now  string // the whole text
}

var others = map[token.Token]string{
	token.ADD: "-", token.SUB: "+", token.MUL: "/", token.QUO: "*", token.ADD_ASSIGN: "-=", token.SUB_ASSIGN: "+=",
}

// ulp makes a number an ulp of float32 larger.
const ulp = "*(1+0x1p-23)"

// Of are all mutants of a file, or of these functions in it: each number an ulp of float32 off, and each operation another
// one.
func Of(t *testing.T, file string, functions ...string) (all []Mutant) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, file, text, 0)
	if err != nil {
		t.Fatal(err)
	}
	put := func(at token.Pos, length int, now string) {
		m := changed(file, string(text), set.Position(at).Offset, length, now)
		m.Slip = !strings.Contains(now, ulp)
		all = append(all, m)
	}
	found := 0
	for _, d := range tree.Decls {
		f, isFunction := d.(*ast.FuncDecl)
		if len(functions) > 0 && !(isFunction && slices.Contains(functions, f.Name.Name)) {
			continue
		}
		found++
		ast.Inspect(d, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				if (n.Kind == token.INT || n.Kind == token.FLOAT) && n.Value != "0" {
					put(n.Pos(), len(n.Value), "("+n.Value+ulp+")")
				}
			case *ast.BinaryExpr:
				if now, ok := others[n.Op]; ok {
					put(n.OpPos, len(n.Op.String()), now)
				}
			case *ast.AssignStmt:
				if now, ok := others[n.Tok]; ok {
					put(n.TokPos, len(n.Tok.String()), now)
				}
			case *ast.UnaryExpr:
				if n.Op == token.SUB {
					put(n.OpPos, 1, "+")
				}
			}
			return true
		})
	}
	if found < len(functions) {
		t.Fatalf("%s has %d of the functions %q", file, found, functions)
	}
	return all
}

// Seeded is a file in which one text is replaced by another; it must be there once.
func Seeded(t *testing.T, file, was, now string) Mutant {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), was); n != 1 {
		t.Fatalf("%s has %q %d times, want once", file, was, n)
	}
	return changed(file, string(text), strings.Index(string(text), was), len(was), now)
}

func changed(file, text string, at, length int, now string) Mutant {
	line := 1 + strings.Count(text[:at], "\n")
	what := strings.TrimSpace(strings.Split(text, "\n")[line-1]) + "   with " + now
	return Mutant{File: fmt.Sprintf("%s:%d", file, line), What: what, Slip: true, now: text[:at] + now + text[at+length:]}
}

// apart are reasons why a mutant is none: a whole number has to stay one.
var apart = []string{"truncated", "must be integer", "cannot use", "invalid argument", "invalid operation", "not an integer"}

// Noticed fails the test if the tests of a package that these flags choose pass with the mutant, which is not built if the
// compiler notices it.
func (m Mutant) Noticed(t *testing.T, pkg string, flags ...string) (built bool) {
	t.Helper()
	folder := t.TempDir()
	file, _, _ := strings.Cut(m.File, ":")
	path, err := filepath.Abs(file)
	if err != nil {
		t.Fatal(err)
	}
	text, overlay := filepath.Join(folder, filepath.Base(file)), filepath.Join(folder, "overlay.json")
	list, err := json.Marshal(map[string]map[string]string{"Replace": {path: text}})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{text: m.now, overlay: string(list)} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	binary := filepath.Join(folder, "mutant.test")
	out, err := exec.Command("go", "test", "-c", "-vet=off", "-overlay", overlay, "-o", binary, pkg).CombinedOutput()
	if err != nil {
		if !slices.ContainsFunc(apart, func(why string) bool { return strings.Contains(string(out), why) }) {
			t.Fatalf("%s: %s: %v\n%s", m.File, m.What, err, out)
		}
		return false
	}
	run := exec.Command(binary, append(flags, "-test.failfast")...)
	run.Dir = pkg
	if out, err := run.CombinedOutput(); err == nil {
		t.Errorf("%s: all tests pass for %s", m.File, m.What)
	} else if !strings.Contains(string(out), "FAIL") && !strings.Contains(string(out), "panic") {
		t.Errorf("%s: %s: %v: %s", m.File, m.What, err, out)
	}
	return true
}
