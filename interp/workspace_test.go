package interp_test

import (
	"errors"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"cnnlang/interp"
	"cnnlang/lang/diag"
)

// codes are those of what is found in a text, and an error's words.
func codes(t *testing.T, w *interp.Workspace, name string) string {
	t.Helper()
	found, err := w.Check(t.Context(), name, interp.Options{})
	if err != nil {
		return err.Error()
	}
	var all []string
	for _, d := range found.Problems {
		all = append(all, string(d.Code))
	}
	if (found.Err() != nil) != found.Problems.HasErrors() {
		t.Errorf("%s: Err is %v", name, found.Err())
	}
	return strings.Join(all, " ")
}

// An edit of one file is seen by those that import it, and removed with it; no file is
// written.
func TestWorkspaceAnswersAfterAnEdit(t *testing.T) {
	const blocks = "block unit(c: int) [N, C, H, W] -> [N, c, H, W] { conv(c, 3x3, pad=1) -> relu }\nnet m [N, 3, H = 8, W = 8] -> [N, 3, H, W] { relu }\n"
	write(t, map[string]string{
		"net.cnn": "import \"./sub/blocks.cnn\" { unit }\nnet n [N, 3, H = 8, W = 8] -> [N, 4, H, W] { unit(4) }\n",
	})
	if err := errors.Join(os.Mkdir("sub", 0o777), os.WriteFile("sub/blocks.cnn", []byte(blocks), 0o666)); err != nil {
		t.Fatal(err)
	}
	var w interp.Workspace
	for _, c := range []struct {
		do        func()
		net, unit string // what is found in both files
	}{
		{func() {}, "", string(diag.UnusedBlock)}, // in no open file unit is used
		{func() { w.Open("net.cnn"); w.Open("sub/blocks.cnn") }, "", ""},
		{func() { w.Edit("sub/blocks.cnn", strings.Replace(blocks, "pad=1", "pad=0", 1)) }, string(diag.ClaimFails), string(diag.ClaimFails)},
		{func() { w.Edit("./net.cnn", "net n [N, 3, H = 8, W = 8] -> [N, 3, H, W] { relu }") }, "", string(diag.UnusedBlock + " " + diag.ClaimFails)},
		{func() { w.Close("./net.cnn"); w.Edit("sub/blocks.cnn", blocks) }, "", ""},
		{func() { w.Close("net.cnn"); w.Edit("sub/blocks.cnn", strings.Replace(blocks, "unit", "other", 1)) }, string(diag.UnknownName), string(diag.UnusedBlock)},
		{func() { w.Close("sub/blocks.cnn") }, "", string(diag.UnusedBlock)},
	} {
		c.do()
		if net, unit := codes(t, &w, "net.cnn"), codes(t, &w, "sub/blocks.cnn"); net != c.net || unit != c.unit {
			t.Errorf("found %q in the net and %q in the blocks, want %q and %q", net, unit, c.net, c.unit)
		}
	}
	if text, _ := os.ReadFile("sub/blocks.cnn"); string(text) != blocks {
		t.Errorf("the file was written:\n%s", text)
	}
}

// A text that is not in a file yet has a name, and imports only the library. Other names
// are distinguished from it.
func TestWorkspaceHoldsTextsWithoutFiles(t *testing.T) {
	write(t, map[string]string{"blocks.cnn": "block b [N, C, H, W] -> [N, C, H, W] { relu }"})
	var w interp.Workspace
	for _, c := range []struct{ name, text, want string }{
		{"untitled 1", "import std.resnet { basic }\nnet n [N, 3, H = 8, W = 8] -> [N, 3, H, W] { basic(3) }", ""},
		{"untitled 2", "import \"./blocks.cnn\" { b }\nnet n [N, 3, H = 8, W = 8] -> [N, 3, H, W] { b }", string(diag.ImportNotFound)},
	} {
		if err := w.Read(c.name, strings.NewReader(c.text)); err != nil {
			t.Fatal(err)
		}
		if got := codes(t, &w, c.name); got != c.want {
			t.Errorf("%s: found %q, want %q", c.name, got, c.want)
		}
	}
	if w.Edit("untitled 2", "net"); codes(t, &w, "untitled 2") == "" {
		t.Error("the text is the old one")
	}
	w.Close("untitled 1")
	for name, want := range map[string]string{"untitled 1": `there is no net called "untitled 1"`, "none.cnn": "open none.cnn", "nin_cifar10": ""} {
		if got := codes(t, &w, name); !strings.HasPrefix(got, want) || want == "" && got != "" {
			t.Errorf("%s: found %q, want %q", name, got, want)
		}
	}
}

// In a thorough search every mistake gets a repair, and goroutines may call at once.
func TestWorkspaceRepairs(t *testing.T) {
	const wrong = "net n [N, 3, H = 8, W = 8] -> [N, 5] {\n  gap -> fc: linear(5)\n}\n"
	w := interp.Workspace{Thorough: true}
	var group sync.WaitGroup
	for i := range 4 {
		group.Go(func() {
			name := "text" + string(rune('a'+i))
			if err := w.Read(name, strings.NewReader(wrong)); err != nil {
				t.Error(err)
			}
			found, err := w.Check(t.Context(), name, interp.Options{})
			if err != nil {
				t.Error(err)
				return
			}
			text, made := found.Fixed()
			if len(made) != 1 || text != strings.Replace(wrong, "gap ->", "gap -> flatten ->", 1) {
				t.Errorf("%d repairs:\n%s", len(made), text)
			}
			if w.Edit(name, text); codes(t, &w, name) != "" {
				t.Error("the repaired text has mistakes")
			}
		})
	}
	group.Wait()
	found, err := w.Check(t.Context(), "texta", interp.Options{Shape: []int{2, 3, 5, 5}})
	if err != nil || len(found.Nets) != 1 || !slices.Equal(found.Nets[0].Graph.Output().Shape, []int{2, 5}) {
		t.Errorf("got %v, %v", found, err)
	}
}

// What is told early is what is known in the end, but for repairs, and gets none later.
func TestWorkspaceTellsEarly(t *testing.T) {
	const text = "net a [N, 3, H = 8, W = 8] -> [N, 5] { gap -> flatten -> linear(5) }\n" +
		"net b [N, 3, H = 8, W = 8] -> [N, 5] { gap -> linear(5) }\n" +
		"net c [N, 3, H = 8, W = 8] -> [N, 3, 1, 1] { gap }\n"
	var w interp.Workspace
	if err := w.Read("text", strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	for _, first := range []string{"", "a", "b", "c", "none"} {
		var made []string
		var problems *interp.Checked
		nets := func(c *interp.Checked) {
			var names []string
			for _, n := range c.Nets {
				names = append(names, n.Name)
			}
			made = append(made, strings.Join(names, " "))
		}
		c, err := w.CheckTelling(t.Context(), "text", interp.Options{}, interp.Early{
			Net:      first,
			Program:  func(p *interp.Program) { made = append(made, p.Main.Name()) },
			First:    nets,
			Nets:     nets,
			Problems: func(c *interp.Checked) { problems = c },
		})
		if err != nil {
			t.Fatal(err)
		}
		want := map[string][]string{"": {"text", "a", "a c"}, "none": {"text", "a", "a c"}, "a": {"text", "a", "a c"}, "b": {"text", "a c"}, "c": {"text", "c", "a c"}}[first]
		if !slices.Equal(made, want) {
			t.Errorf("%q first: told of %q, want %q", first, made, want)
		}
		if len(problems.Problems) != 1 || len(c.Problems) != 1 || problems.Problems[0].Message != c.Problems[0].Message {
			t.Fatalf("told of %v, found %v", problems.Problems, c.Problems)
		}
		if len(problems.Problems[0].Repairs) > 0 || len(c.Problems[0].Repairs) == 0 {
			t.Errorf("told of repairs %v, found %v", problems.Problems[0].Repairs, c.Problems[0].Repairs)
		}
	}
}
