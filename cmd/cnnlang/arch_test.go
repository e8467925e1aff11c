package main

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// What ARCHITECTURE.md says of the tree as a whole.

const root = "../.." // of the module

// A goFile is one hand-written Go file.
type goFile struct {
	path  string // from the root, with slashes
	text  string
	lines int
	tree  *ast.File
	fset  *token.FileSet
}

func (f *goFile) isTest() bool { return strings.HasSuffix(f.path, "_test.go") }

// pkg is the folder, "cmd/cnnlang".
func (f *goFile) pkg() string { return path.Dir(f.path) }

// installed are the folders of what the tree's own scripts fetch and make, which git ignores.
var installed = []string{".git", ".work", "node_modules", "site", "out"}

// each calls visit with every file of the module.
func each(visit func(path string, text []byte)) error {
	return filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains(installed, d.Name()):
			return fs.SkipDir
		case d.IsDir() || d.Name() == ".git": // of a second work tree, a file
			return nil
		}
		text, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // another test's, gone by now
		}
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, file)
		visit(filepath.ToSlash(name), text)
		return err
	})
}

var generated = regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.$`)

// parsed reads them once for all tests.
var parsed = sync.OnceValues(func() (files []*goFile, err error) {
	walked := each(func(path string, text []byte) {
		if !strings.HasSuffix(path, ".go") || generated.Match(text) {
			return
		}
		fset := token.NewFileSet()
		tree, wrong := parser.ParseFile(fset, path, text, parser.ParseComments)
		err = errors.Join(err, wrong)
		files = append(files, &goFile{path, string(text), strings.Count(string(text), "\n"), tree, fset})
	})
	return files, errors.Join(err, walked)
})

func goFiles(t *testing.T) []*goFile {
	t.Helper()
	files, err := parsed()
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 100 {
		t.Fatalf("found only %d Go files", len(files))
	}
	return files
}

// Imports follow the arrows of ARCHITECTURE.md, with all build tags.
func TestImportsFollowTheArrows(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "ARCHITECTURE.md"))
	if err != nil {
		t.Fatal(err)
	}
	block, err := arrowsIn(string(text))
	if err != nil {
		t.Fatal(err)
	}
	rules, err := parseArrows(block)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, f := range goFiles(t) {
		if f.isTest() {
			continue
		}
		found[f.pkg()] = true
		if !rules.knows(f.pkg()) {
			t.Errorf("%s: ARCHITECTURE.md has no arrow for package %s", f.path, f.pkg())
			continue
		}
		for _, spec := range f.tree.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value)
			if why := rules.forbids(f.pkg(), imported); why != "" {
				t.Errorf("%v: %s", f.fset.Position(spec.Pos()), why)
			}
		}
	}
	for _, p := range rules.packages() {
		if !found[p] {
			t.Errorf("ARCHITECTURE.md has arrows for %s, which has no Go files", p)
		}
	}
}

func TestNoPackageIsABag(t *testing.T) {
	bags := []string{"util", "utils", "common", "helper", "helpers", "types", "base", "misc", "shared"}
	for _, f := range goFiles(t) {
		for _, name := range []string{f.tree.Name.Name, path.Base(f.pkg())} {
			if slices.Contains(bags, name) || strings.Contains(strings.TrimSuffix(name, "_test"), "_") {
				t.Errorf("%s: %s says nothing of what the package holds", f.path, name)
			}
		}
	}
}

const (
	maxFile     = 500 // lines
	maxFunction = 70
)

func TestFilesAndFunctionsAreShort(t *testing.T) {
	for _, f := range goFiles(t) {
		if f.lines > maxFile {
			t.Errorf("%s has %d lines, the cap is %d", f.path, f.lines, maxFile)
		}
		for _, d := range f.tree.Decls {
			function, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			n := f.height(function)
			if f.isTest() {
				n -= f.tables(function)
			}
			if n > maxFunction {
				t.Errorf("%v: %s has %d lines, the cap is %d", f.fset.Position(function.Pos()), function.Name.Name, n, maxFunction)
			}
		}
	}
}

// height is the number of lines of a part of a file.
func (f *goFile) height(n ast.Node) int {
	return f.fset.Position(n.End()).Line - f.fset.Position(n.Pos()).Line + 1
}

// tables counts the lines of a test that are data: inside composite literals.
func (f *goFile) tables(function *ast.FuncDecl) int {
	lines := 0
	ast.Inspect(function, func(n ast.Node) bool {
		literal, ok := n.(*ast.CompositeLit)
		if ok {
			lines += f.height(literal) - 1
		}
		return !ok
	})
	return lines
}

var directive = regexp.MustCompile(`(?m)^\s*//\s+go:(build|embed|noescape|noinline|generate|linkname)\b`)

func TestDirectivesAreSpelledAsSuch(t *testing.T) {
	for _, f := range goFiles(t) {
		if m := directive.FindString(f.text); m != "" {
			t.Errorf("%s: %q has no effect, there must be no space before go:", f.path, m)
		}
	}
}

// environment lists the places that read environment variables, and why.
var environment = map[string]string{
	"ops/cpu/cpu.go":             "which instructions kernels use",
	"cmd/cnnlang/environment.go": "what `cnnlang doctor` shows",
	"cmd/cnnlang/terminal.go":    "NO_COLOR, which every program reads (no-color.org)",
}

func TestEnvironmentIsReadWhereItIsDocumented(t *testing.T) {
	read := regexp.MustCompile(`\b(?:os|syscall)\.(?:Getenv|LookupEnv|Environ|ExpandEnv)\b`)
	found := map[string]bool{}
	for _, f := range goFiles(t) {
		m := read.FindString(f.text)
		if m == "" || f.isTest() {
			continue
		}
		found[f.path] = true
		if environment[f.path] == "" {
			t.Errorf("%s reads the environment with %s", f.path, m)
		}
	}
	for file := range environment {
		if !found[file] {
			t.Errorf("%s does not read the environment any more", file)
		}
	}
}

// openers lists the files that open others themselves, and why.
var openers = map[string]string{
	"interp/internal/regular/regular.go":     "it is how files are opened",
	"interp/internal/regular/list.go":        "it is how folders are listed",
	"interp/atomicfile/atomicfile.go":        "it writes",
	"interp/atomicfile/temporary.go":         "it writes",
	"interp/atomicfile/unnamed_linux.go":     "it writes",
	"interp/train/events/write.go":           "it writes",
	"beam/pictures/files.go":                 "it copies what Beam reads",
	"interp/available.go":                    "what Linux says of memory",
	"cmd/cnnlang/internal/download/place.go": "the folder that a download is written to",
	"cmd/cnnlang/serve.go":                   "it writes",
	"cmd/cnnlang/start.go":                   "what Linux says of the process and its user's",
	"ops/cpu/cores_linux.go":                 "what Linux says of processors",
}

// Opening a named pipe or a device can hang, so one function opens all files that users
// name. Tests and the comparison with others read files of this project.
func TestFilesAreOpenedByOneFunction(t *testing.T) {
	opens := regexp.MustCompile(`\bos\.(?:Open|OpenFile|OpenRoot|OpenInRoot|ReadFile|Create)\(`)
	found := map[string]bool{}
	for _, f := range goFiles(t) {
		m := opens.FindString(f.text)
		own := slices.Contains([]string{"lang/langtest", "interp/internal/reftest", "interp/internal/mutant", "interp/internal/nettest", "interp/internal/weightfile/filetest", "interp/importer/internal/flattest", "bench/pairs", "bench/onnx", "bench/pictures", "bench/training", "examples/glyphs", "examples/glyphs/scenes", "release/pack"}, f.pkg())
		if m == "" || f.isTest() || own {
			continue
		}
		found[f.path] = true
		if openers[f.path] == "" {
			t.Errorf("%s opens a file with %s…) and not with interp/internal/regular", f.path, m)
		}
	}
	for file := range openers {
		if !found[file] {
			t.Errorf("%s does not open files any more", file)
		}
	}
}

// Only the package that downloads imports one that can open connections, and only `get` asks
// it to: no other verb does anything that its user did not ask for. What serves may listen.
func TestOnlyGetOpensConnections(t *testing.T) {
	asks := regexp.MustCompile(`\bdownload\.Get\(`)
	for _, f := range goFiles(t) {
		if f.isTest() {
			continue
		}
		for _, spec := range f.tree.Imports {
			name, _ := strconv.Unquote(spec.Path.Value)
			connects := name == "net" || strings.HasPrefix(name, "net/") && name != "net/url" || name == "crypto/tls"
			serves := strings.HasPrefix(f.path, "interp/serve/") || strings.HasPrefix(f.path, "cmd/cnnlang/serve")
			if connects && f.pkg() != "cmd/cnnlang/internal/download" && !(serves && name != "crypto/tls") {
				t.Errorf("%s imports %s", f.path, name)
			}
		}
		if dials := regexp.MustCompile(`\b(net\.Dial|http\.(Get|Post|Head|DefaultClient|Client)|grpc\.NewClient)`); dials.MatchString(f.text) && f.pkg() != "cmd/cnnlang/internal/download" {
			t.Errorf("%s opens connections", f.path)
		}
		if asks.MatchString(f.text) != (f.path == "cmd/cnnlang/get.go") {
			t.Errorf("%s: whether it downloads is not as it should be", f.path)
		}
	}
}

// No file names a path that exists on one machine only.
func TestNoPathsOfOneMachine(t *testing.T) {
	places := regexp.MustCompile(`(?:^|[\s"'` + "`" + `(=])/(?:work|tmp|root|home|Users)/[A-Za-z0-9_]`)
	err := each(func(path string, text []byte) {
		if m := places.Find(text); m != nil && !strings.ContainsRune(string(text), 0) {
			t.Errorf("%s: %q", path, m)
		}
	})
	if err != nil {
		t.Error(err)
	}
}

// The folders at the top are those of the code map, and those that may stand beside them.
func TestFoldersAtTheTop(t *testing.T) {
	known := []string{"lang", "interp", "ops", "stdlib", "nets", "cmd", "testdata", "docs", "bench", "examples", "editors", "release", "beam"}
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if name := e.Name(); e.IsDir() && !strings.HasPrefix(name, ".") && !slices.Contains(known, name) {
			t.Errorf("%s/ stands at the top of the tree; put it below one of %v", name, known)
		}
	}
}
