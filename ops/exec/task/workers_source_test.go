package task_test

import (
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// What each method of Workers does to the words that threads share, in its order, and which step of the model that is.
// A step has one operation.
var modelled = []struct {
	method string
	does   []string
}{
	{"run", []string{
		"w.next.Store(0)",                    // atPublish
		"w.state.Add(stateTask + stateOpen)", // atOpen
		"w.state.And(^uint64(stateOpen))",    // atShut
	}},
	{"finish", []string{
		"w.state.Load()",                     // atPollCount
		"w.state.Or(stateWaiting)",           // atSayWaiting
		"<-w.over",                           // atReceiveOver
		"w.state.And(^uint64(stateWaiting))", // atUnsayWaiting
	}},
	{"leave", []string{
		"w.state.Add(^uint64(0))", // atLeave
		"w.over <-",               // atSendOver
	}},
	{"work", []string{
		"w.next.Add(1)",         // atTakePart
		"w.next.Store(w.parts)", // of a run that was cancelled: as if all parts were taken
	}},
	{"join", []string{
		"w.state.CompareAndSwap(state, state+1)", // atJoin
		"w.state.Load()",                         // atReload
	}},
	{"await", []string{
		"w.state.Load()", // atPoll
	}},
	{"park", []string{
		"s.asleep.Store(true)",                 // atSayAsleep
		"w.state.Load()",                       // atPollAgain
		"s.asleep.CompareAndSwap(true, false)", // atUnsayAsleep
		"<-s.wake",                             // atReceiveWake
	}},
	{"wakeAll", []string{
		"s.asleep.CompareAndSwap(true, false)", // atTestSleep
		"s.wake <-",                            // atSendWake
	}},
	{"Close", []string{
		"w.state.Or(stateEnd)", // atEnd
	}},
}

// The source has the operations of the model, and no others.
func TestModelFollowsTheSource(t *testing.T) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "workers.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	text := func(n ast.Node) string {
		var b strings.Builder
		if err := printer.Fprint(&b, files, n); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	shared := func(e ast.Expr) bool {
		name := text(e)
		return slices.ContainsFunc([]string{".state", ".next", ".asleep", ".wake", ".over"}, func(s string) bool { return strings.HasSuffix(name, s) })
	}
	found := map[string][]string{}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		ast.Inspect(f.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if s, ok := n.Fun.(*ast.SelectorExpr); ok && shared(s.X) {
					found[f.Name.Name] = append(found[f.Name.Name], text(n))
				}
			case *ast.UnaryExpr:
				if n.Op == token.ARROW && shared(n.X) {
					found[f.Name.Name] = append(found[f.Name.Name], text(n))
				}
			case *ast.SendStmt:
				if shared(n.Chan) {
					found[f.Name.Name] = append(found[f.Name.Name], text(n.Chan)+" <-")
				}
			}
			return true
		})
	}
	for _, m := range modelled {
		if !slices.Equal(found[m.method], m.does) {
			t.Errorf("%s: the source has %q, the model %q", m.method, found[m.method], m.does)
		}
		delete(found, m.method)
	}
	if len(found) > 0 {
		t.Errorf("the model lacks %q", found)
	}
}
