package interp_test

import (
	"flag"
	"fmt"
	"io/fs"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"cnnlang/interp"
	"cnnlang/interp/internal/prove"
	"cnnlang/lang"
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
	"cnnlang/nets"
	"cnnlang/stdlib"
)

// go test ./interp -run TestMutants -mutants 1 tries every mutant of the library, for some
// minutes; without the flag it is a sample.
var mutantStep = flag.Int("mutants", 40, "TestMutants tries one mutant in `n`")

// A shipped file is one of the library as a test sees it.
type shippedFile struct {
	name string // std/resnet.cnn
	text string
	std  bool
}

// A mutant is a number of a file, increased by one.
type mutant struct {
	file shippedFile
	at   source.Span
	now  string
	line string // for messages
}

func shippedFiles(t *testing.T) (files []shippedFile) {
	t.Helper()
	for _, folder := range []struct {
		fs  fs.FS
		std bool
	}{{stdlib.FS, true}, {nets.FS, false}} {
		names, err := fs.Glob(folder.fs, "*.cnn")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			text, err := fs.ReadFile(folder.fs, name)
			if err != nil {
				t.Fatal(err)
			}
			if name != "prelude.cnn" {
				prefix := "nets/"
				if folder.std {
					prefix = "std/"
				}
				files = append(files, shippedFile{prefix + name, string(text), folder.std})
			}
		}
	}
	return files
}

// mutantsOf lists the mutants of a file's numbers; a size is increased on either side.
// Facts and meta are not part of a definition, and neither is what only meta uses: that
// is compared with the source of each net's weights.
func mutantsOf(f shippedFile, tree *ast.File) (list []mutant) {
	if f.name == "std/prepare.cnn" {
		return nil
	}
	add := func(n ast.Node, now string) {
		list = append(list, mutant{f, n.Span(), now, strings.TrimSpace(tree.Source.Line(n.Span().Start.Line))})
	}
	ast.Walk(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Meta, *ast.NameMap, *ast.Expect, *ast.String:
			return false
		case *ast.Number:
			if i, err := strconv.Atoi(strings.ReplaceAll(n.Text, "_", "")); err == nil {
				add(n, strconv.Itoa(i+1))
			} else if x, err := strconv.ParseFloat(n.Text, 64); err == nil {
				add(n, strconv.FormatFloat(x+1, 'f', -1, 64))
			}
		case *ast.DimsLit:
			var h, w int
			if _, err := fmt.Sscanf(n.Text, "%dx%d", &h, &w); err == nil {
				add(n, fmt.Sprintf("%dx%d", h+1, w))
				add(n, fmt.Sprintf("%dx%d", h, w+1))
			}
		}
		return true
	})
	return list
}

// A mutationShelf is the unchanged library, with its nets.
type mutationShelf struct {
	files   []shippedFile
	std     *lang.Library
	imports map[string][]string // by name, what a file imports directly or not
	prints  map[string]string   // of the nets, by name
}

func newMutationShelf(t *testing.T) (*mutationShelf, []mutant) {
	s := &mutationShelf{files: shippedFiles(t), std: lang.NewLibrary(stdlib.FS), imports: map[string][]string{}, prints: map[string]string{}}
	var all []mutant
	for _, f := range s.files {
		p := s.load(t, s.std, f)
		for _, m := range p.Main.Imports {
			s.imports[f.name] = append(s.imports[f.name], m.Name())
		}
		for _, n := range s.examine(p, nil) {
			s.prints[n.Name] = fingerprint(n)
		}
		all = append(all, mutantsOf(f, p.Main.File)...)
	}
	return s, all
}

// load loads one file of a library whose std may be another.
func (s *mutationShelf) load(t *testing.T, std *lang.Library, f shippedFile) *interp.Program {
	t.Helper()
	prefix := path.Dir(f.name) + "/"
	p, err := interp.LoadFrom(fstest.MapFS{path.Base(f.name): {Data: []byte(f.text)}}, path.Base(f.name), prefix, std)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// examine makes the nets of a file; what is found goes to list.
func (s *mutationShelf) examine(p *interp.Program, list *diag.List) []*interp.Net {
	made, found, _ := p.Check(interp.Options{})
	if list != nil {
		*list = found
	}
	return made
}

// fingerprint is all shapes, parameters and work of a net.
func fingerprint(n *interp.Net) string {
	var b strings.Builder
	for _, node := range n.Graph.Nodes {
		if node.Op != nil && len(node.Params) == 0 && slices.Equal(node.Shape, node.In[0].Shape) {
			continue // an activation, or the addition that a shortcut ends in
		}
		fmt.Fprint(&b, node.Shape, node.Count().MACs)
		for _, p := range node.Params {
			fmt.Fprint(&b, p.Shape)
		}
	}
	return b.String()
}

// affected are the files in which a mutation may have effects, that of the mutant first.
func (s *mutationShelf) affected(m mutant) []shippedFile {
	changed := m.file
	changed.text = changed.text[:m.at.Start.Offset] + m.now + changed.text[m.at.End.Offset:]
	list := []shippedFile{changed}
	for _, f := range s.files {
		if f.name != changed.name && s.needs(f.name, changed.name) {
			list = append(list, f)
		}
	}
	return list
}

func (s *mutationShelf) needs(file, other string) bool {
	for _, im := range s.imports[file] {
		if im == other || s.needs(im, other) {
			return true
		}
	}
	return false
}

// A fate is what became of a mutant.
type fate struct {
	said  *diag.Diagnostic // the first message, nil where there is none
	alike bool             // no net has changed
}

// try checks and proves the affected files until there is a message.
func (s *mutationShelf) try(t *testing.T, m mutant) fate {
	files := s.affected(m)
	std := s.std
	if m.file.std {
		std = s.std.Replace(path.Base(m.file.name), files[0].text)
	}
	alike := true
	prover := prove.New()
	prover.Now = func() time.Time { return time.Time{} }
	for _, f := range files {
		p := s.load(t, std, f)
		var list diag.List
		for _, n := range s.examine(p, &list) {
			alike = alike && s.prints[n.Name] == fingerprint(n)
		}
		_, refuted := p.Prove(prover, "", list)
		list.AddAll(refuted)
		for _, d := range list {
			if d.Severity == diag.Error {
				return fate{said: d}
			}
		}
	}
	return fate{alike: alike}
}

// Whichever number of the library is increased, there is a message, unless no net has
// changed. Messages about shapes point at the number's line or at the merge that no longer
// fits.
func TestMutants(t *testing.T) {
	s, all := newMutationShelf(t)
	tried, alike, silent, shapes, pointing := 0, 0, 0, 0, 0
	codes := map[diag.Code]int{}
	for i := 0; i < len(all); i += *mutantStep {
		m := all[i]
		tried++
		switch f := s.try(t, m); {
		case f.said != nil:
			codes[f.said.Code]++
			if f.said.Code != diag.ExpectFails {
				shapes++
				if pointsAt(f.said, m) {
					pointing++
				} else if testing.Verbose() {
					t.Logf("elsewhere: %s:%d: %q becomes %s: %v", m.file.name, m.at.Start.Line, m.line, m.now, f.said)
				}
			}
		case f.alike:
			alike++
		default:
			silent++
			t.Errorf("%s:%d: nothing is said where %q has %s", m.file.name, m.at.Start.Line, m.line, m.now)
		}
	}
	t.Logf("%d of %d mutants: %d change no net, %d are said to be wrong, %d of these by shapes and contracts, of which %d point there: %v",
		tried, len(all), alike, tried-alike-silent, shapes, pointing, codes)
	// Nine of ten of them all do; of a sample so many that three standard deviations of
	// its number, and no other share of them all, explain the rest.
	missed, allowed := float64(shapes-pointing), float64(shapes)/10
	if *mutantStep > 1 {
		allowed += 3 * math.Sqrt(allowed*9/10)
	}
	if missed > allowed {
		t.Errorf("only %d of %d messages point at the line or the merge", pointing, shapes)
	}
}

// pointsAt reports whether a message shows the line of the mutant, or is about a
// merge that it has reached.
func pointsAt(d *diag.Diagnostic, m mutant) bool {
	here := func(s source.Span) bool {
		return s.Start.Filename == m.at.Start.Filename && s.Start.Line <= m.at.Start.Line && m.at.Start.Line <= s.End.Line
	}
	if isMerge(d) || here(d.Span) {
		return true
	}
	for _, l := range d.Labels {
		if here(l.Span) {
			return true
		}
	}
	for _, f := range d.Trace {
		if here(f.Span) {
			return true
		}
	}
	return false
}

// isMerge reports whether a message is about branches that do not fit each other.
func isMerge(d *diag.Diagnostic) bool {
	return d.Code == diag.ShapesDiffer || d.Code == diag.Refuted && strings.HasPrefix(d.Label, "the branches of")
}
