package editor

import (
	"io/fs"
	"path"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/parse"
	"cnnlang/lang/resolve"
	"cnnlang/nets"
	"cnnlang/stdlib"
)

// shipped calls f for every file of the library, as a text of its own.
func shipped(t *testing.T, f func(t *testing.T, name, text string, v *View)) {
	for _, folder := range []struct {
		name  string
		files fs.FS
	}{{"std", stdlib.FS}, {"nets", nets.FS}} {
		names, err := fs.Glob(folder.files, "*.cnn")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if name == "prelude.cnn" {
				continue
			}
			text, err := fs.ReadFile(folder.files, name)
			if err != nil {
				t.Fatal(err)
			}
			t.Run(path.Join(folder.name, name), func(t *testing.T) {
				f(t, name, string(text), read(t, string(text)))
			})
		}
	}
}

func read(t *testing.T, text string) *View {
	t.Helper()
	p, err := interp.Read("a.cnn", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return Of(p)
}

// Every word of a text means something, but for the keys of settings, the names of maps, types, and what rows capture.
func TestEveryWordMeansSomething(t *testing.T) {
	shipped(t, func(t *testing.T, name, text string, v *View) {
		known := outside(v)
		for _, u := range v.uses {
			known[u.At.Start.Offset] = true
			if got := v.text(u.At); strings.Trim(got, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") != "" {
				t.Errorf("%q is no name", got)
			}
		}
		list := v.tokens()
		var before placed
		heads := []string{""}
		head := ""
		for i, tok := range list {
			if isBlank(tok) || isComment(tok) {
				continue
			}
			switch tok.Text {
			case "{", "(", "[":
				heads = append(heads, head)
				head = ""
			case "}", ")", "]":
				heads = heads[:len(heads)-1]
			case "meta", "train", "names", "import":
				head = tok.Text
			}
			after := ""
			for _, next := range list[i+1:] {
				if !isBlank(next) && !isComment(next) {
					after = next.Text
					break
				}
			}
			in := heads[len(heads)-1]
			exempt := before.Text == ":" && !strings.HasPrefix(strings.TrimSpace(text[before.offset:]), ": "+tok.Text+"(") && isType(tok.Text) ||
				(in == "meta" || in == "train") && after == "=" ||
				before.Text == "train" || before.Text == "names" || before.Text == "in" && list[i-2].Text != "=" && in == "" ||
				head == "import" ||
				before.Text == "[" && isType(tok.Text) || // of a list
				isForm(tok.Text) ||
				tok.Text == "_" || tok.Text == "input" || before.Text == "(" && strings.HasSuffix(text[:before.offset], "shape") || // labels of a net that is filled in
				before.Text == "." || tok.Text == "shape"
			if tok.Kind == parse.Word && !known[tok.offset] && !exempt {
				t.Errorf("line %d: %s means nothing", tok.line, tok.Text)
			}
			before = tok
		}
	})
}

// outside are the names of arguments of what the file does not declare: of parameters that are blocks,
// and of the words of recipes.
func outside(v *View) map[int]bool {
	names := map[int]bool{}
	for _, d := range v.Program.Main.File.Decls {
		ast.Walk(d, func(n ast.Node) bool {
			r, ok := n.(*ast.Ref)
			if !ok || r.Args == nil {
				return true
			}
			if u, known := v.use(r.Pos.Offset); known && u.Kind == resolve.Declared {
				return true
			}
			for _, a := range r.Args.List {
				if a.Name != nil {
					names[a.Name.Pos.Offset] = true
				}
			}
			return true
		})
	}
	return names
}

func isType(word string) bool {
	for _, t := range resolve.Types {
		if t == word {
			return true
		}
	}
	return false
}

func isForm(word string) bool {
	for _, forms := range resolve.Forms {
		for _, f := range forms {
			if f == word {
				return true
			}
		}
	}
	return false
}

// Whatever a file names can be renamed, and then it checks as it did; a name that is taken cannot. Labels, for which nets are
// made anew, are every sixth.
func TestRenamingChangesNothing(t *testing.T) {
	shipped(t, func(t *testing.T, name, text string, v *View) {
		t.Parallel()
		renamed, definitions, labels := 0, 0, len(text)
		if nets, _, err := v.Program.Check(interp.Options{}); err == nil {
			v = v.With(&interp.Checked{Program: v.Program, Nets: nets})
		}
		for _, u := range v.uses {
			if u.At != u.Def {
				continue
			}
			definitions++
			if u.Kind == resolve.Label {
				if labels++; labels%6 > 0 {
					continue
				}
			}
			edits, err := v.Rename(u.At.Start.Offset, "renamed_to_this", nil, alone(v))
			if err != nil && u.Kind == resolve.Label && (strings.Contains(err.Error(), "`names ") || strings.Contains(err.Error(), "needs arguments")) {
				continue // a row makes names from a part of the label, or is for no net here
			}
			if err != nil {
				t.Errorf("%s %s: %v", u.Kind, v.text(u.At), err)
				continue
			}
			renamed++
			if definitions%16 != len(text)%16 {
				continue // what follows is what Rename has done itself
			}
			after, ok := diag.Apply(text, edits["a.cnn"])
			if !ok {
				t.Fatalf("%s: the edits overlap", v.text(u.At))
			}
			if p, err := interp.Read("a.cnn", strings.NewReader(after)); err != nil || len(p.Problems) > 0 {
				t.Errorf("%s %s: %v %v", u.Kind, v.text(u.At), err, p.Problems)
			}
			// Not to another parameter of its block.
			for _, p := range paramsBeside(v.block(u.At.Start.Offset), u) {
				if _, err := v.Rename(u.At.Start.Offset, p, nil, alone(v)); err == nil {
					t.Errorf("%s is renamed to %s, which is another", v.text(u.At), p)
				}
			}
		}
		if renamed == 0 && definitions > 0 {
			t.Errorf("nothing was renamed")
		}
	})
}

// Where the first letter of a name of the file has been written, that name is offered.
func TestNamesAreOffered(t *testing.T) {
	shipped(t, func(t *testing.T, name, text string, v *View) {
		for i, u := range v.uses {
			if i%7 != 0 || u.At == u.Def || u.Kind == resolve.Word {
				continue
			}
			want := v.text(u.At)
			found := false
			for _, item := range v.Complete(u.At.Start.Offset + 1) {
				found = found || item.Name == want
			}
			if !found && v.Source.Text[max(0, u.At.Start.Offset-1)] != '"' && !inString(v, u.At.Start.Offset) {
				t.Errorf("line %d: %s %s is not offered", u.At.Start.Line, u.Kind, want)
			}
		}
	})
}

func inString(v *View, offset int) bool {
	for _, t := range v.tokens() {
		if t.offset < offset && offset < t.end() {
			return t.Kind == parse.String
		}
	}
	return false
}

// paramsBeside are the other parameters of a block that has one.
func paramsBeside(b *ast.Block, u resolve.Use) (names []string) {
	own := false
	if b != nil {
		for _, p := range b.Params.All() {
			if p.Name.Span() == u.Def {
				own = true
			} else {
				names = append(names, p.Name.Text)
			}
		}
	}
	if !own {
		return nil
	}
	return names[:min(1, len(names))]
}
