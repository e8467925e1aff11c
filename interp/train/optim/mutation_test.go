package optim

import (
	"encoding/json"
	"flag"
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

// go test ./interp/train/optim -run TestMutants -mutants 1 tries every mutant of the package, for
// some minutes; without the flag it is a sample.
var mutantStep = flag.Int("mutants", 40, "TestMutants tries one mutant in `n`")

// A mutant is a file of the package with one mistake: a number that is an ulp of float32 off, or
// another sign.
type mutant struct {
	file, line string // line is for messages
	now        string // the whole text
}

// harmless are changes of signs after which the package does the same.
var harmless = map[string]string{
	"mean[i] = keep*mean[i] + fresh*g   with -":                  "the mean is only squared",
	"const little = 1e-6 // of a step   with (1e-6*(1+0x1p-23))": "any little will do",
}

var others = map[token.Token]string{
	token.ADD: "-", token.SUB: "+", token.MUL: "/", token.QUO: "*", token.ADD_ASSIGN: "-=", token.SUB_ASSIGN: "+=",
}

// mutantsOf makes all mutants of a file.
func mutantsOf(t *testing.T, file string) (all []mutant) {
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
	lines := strings.Split(string(text), "\n")
	put := func(at token.Pos, length int, now string) {
		p := set.Position(at)
		all = append(all, mutant{fmt.Sprintf("%s:%d", file, p.Line), strings.TrimSpace(lines[p.Line-1]) + "   with " + now,
			string(text[:p.Offset]) + now + string(text[p.Offset+length:])})
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			if (n.Kind == token.INT || n.Kind == token.FLOAT) && n.Value != "0" {
				put(n.Pos(), len(n.Value), "("+n.Value+"*(1+0x1p-23))")
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
	return all
}

func TestMutants(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var all []mutant
	for _, file := range files {
		if !strings.HasSuffix(file, "_test.go") {
			all = append(all, mutantsOf(t, file)...)
		}
	}
	if len(all) < 100 {
		t.Fatalf("%d mutants, want at least 100", len(all))
	}
	built, noticed := 0, 0
	for i := *mutantStep - 1; i < len(all); i += *mutantStep {
		m := all[i]
		if harmless[m.line] != "" {
			continue
		}
		binary, ok := m.build(t)
		if !ok {
			continue // a whole number that must stay one
		}
		built++
		if out, err := exec.Command(binary, "-test.skip", "TestMutants", "-test.failfast").CombinedOutput(); err == nil {
			t.Errorf("%s: all tests pass for %s", m.file, m.line)
		} else if !strings.Contains(string(out), "FAIL") && !strings.Contains(string(out), "panic") {
			t.Errorf("%s: %s: %v: %s", m.file, m.line, err, out)
		} else {
			noticed++
		}
	}
	t.Logf("%d of %d mutants built, %d noticed", built, len(all), noticed)
}

// build compiles the tests with a mutant in place of its file.
func (m mutant) build(t *testing.T) (binary string, ok bool) {
	t.Helper()
	folder := t.TempDir()
	file, _, _ := strings.Cut(m.file, ":")
	path, err := filepath.Abs(file)
	if err != nil {
		t.Fatal(err)
	}
	changed, overlay := filepath.Join(folder, file), filepath.Join(folder, "overlay.json")
	list, err := json.Marshal(map[string]map[string]string{"Replace": {path: changed}})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{changed: m.now, overlay: string(list)} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	binary = filepath.Join(folder, "mutant.test")
	out, err := exec.Command("go", "test", "-c", "-vet=off", "-overlay", overlay, "-o", binary, ".").CombinedOutput()
	if err != nil && !slices.ContainsFunc([]string{"truncated", "must be integer", "cannot use", "invalid argument", "invalid operation", "not an integer"}, func(why string) bool { return strings.Contains(string(out), why) }) {
		t.Fatalf("%s: %s: %v\n%s", m.file, m.line, err, out)
	}
	return binary, err == nil
}
