package interp_test

import (
	"bytes"
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"image"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/internal/nettest"
	"cnnlang/interp/npy"
	"cnnlang/interp/picture"
	"cnnlang/ops/tensor"
)

// classifier is a small net with names for its classes.
const classifier = `net named [N, 3, H = 12, W = 16] -> [N, 3] {
  meta { classes = ["cat", "dog", "owl"]; prepare = picture(resize=20, mean=[0.5], std=[0.25]) }
  conv(8, 3x3, pad=1) -> relu -> gap -> flatten -> fc: linear(3)
}
`

func built(t *testing.T, text string, opts interp.Options) *interp.Model {
	t.Helper()
	_, n := selected(t, "-", text, opts)
	opts.Weights = interp.RandomWeights(1)
	m, err := n.Build(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m
}

// Run gives the same as a session, batch by batch, on any number of goroutines, and its
// results stay unchanged.
func TestModelServesManyGoroutines(t *testing.T) {
	const images, callers = 6, 16
	for _, sessions := range []int{0, 3} {
		m := built(t, classifier, interp.Options{Batch: 2, Threads: 1, Sessions: sessions})
		all := nettest.Image(5, tensor.Shape{images, 3, 12, 16})
		var want []float32
		for i := 0; i < images; i += 2 {
			part := tensor.From(all.Data[i*576:(i+2)*576], 2, 3, 12, 16)
			want = append(want, nettest.Results(t, m, 1, part)[0]...)
		}
		results := make([]tensor.Tensor, callers)
		var group sync.WaitGroup
		for i := range callers {
			group.Go(func() {
				var err error
				if results[i], err = m.Run(t.Context(), all); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		for _, got := range results {
			if !got.Shape.Equal(tensor.Shape{images, 3}) || !nettest.SameBits(got.Data, want) {
				t.Fatalf("%d sessions: got %v, other bits than a session's", sessions, got.Shape)
			}
		}
	}
}

// A picture is classified the same from a reader and as an image, and as step by step.
func TestClassify(t *testing.T) {
	m := built(t, classifier, interp.Options{})
	const path = "../testdata/images/rocket.jpg"
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	prepared, err := picture.Load(t.Context(), path, picture.Preprocess{
		Resize: [2]int{20, 20}, Interpolation: "bilinear", Scale: 1, Mean: []float32{0.5}, Std: []float32{0.25},
	}, 12, 16, 0)
	if err != nil {
		t.Fatal(err)
	}
	scores := nettest.Results(t, m, 1, prepared)[0]
	img, err := picture.Decode(t.Context(), bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	read, err := m.Classify(t.Context(), bytes.NewReader(content), 2)
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := m.ClassifyImage(t.Context(), img, 9)
	if err != nil || len(read) != 2 || len(decoded) != 3 {
		t.Fatal(err, read, decoded)
	}
	sum := 0.0
	for _, s := range scores {
		sum += math.Exp(float64(s))
	}
	for i, c := range decoded {
		if i < 2 && read[i] != c {
			t.Errorf("from a reader %v, of an image %v", read[i], c)
		}
		if c.Score != scores[c.Index] || math.Abs(c.Probability-math.Exp(float64(c.Score))/sum) > 1e-9 || c.Name != []string{"cat", "dog", "owl"}[c.Index] {
			t.Errorf("got %+v of the scores %v", c, scores)
		}
		if i > 0 && c.Score > decoded[i-1].Score {
			t.Errorf("%v stands behind %v", c, decoded[i-1])
		}
	}
}

// A call that waits for a session is released by its context, and by Close.
func TestWaitingForASessionEnds(t *testing.T) {
	m := built(t, classifier, interp.Options{})
	s, err := m.Borrow(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	input := tensor.New(1, 3, 12, 16)
	ctx, cancel := context.WithCancel(t.Context())
	waiting := make(chan error)
	go func() {
		_, err := m.Run(ctx, input)
		waiting <- err
	}()
	cancel()
	if err := <-waiting; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	m.Return(s)
	if _, err := m.Run(t.Context(), input); err != nil {
		t.Error(err)
	}
	m.Close()
	m.Close()
	if _, err := m.Run(t.Context(), input); err == nil || !strings.Contains(err.Error(), "the model is closed") {
		t.Errorf("got %v", err)
	}
}

// Every kind of mistake is an error of its own type.
func TestErrorsHaveTypes(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"two.cnn": "net a [N, 3, H = 8, W = 8] -> [N, 3, H, W] { relu }\nnet b [N, 3, H = 8, W = 8] -> [N, 3, H, W] { relu }", "wrong.cnn": "net a [", "named.cnn": classifier,
		"no.safetensors": "nothing", "image.txt": "nothing",
	} {
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := npy.Write(t.Context(), "x.npy", tensor.New(1, 3, 4, 4)); err != nil {
		t.Fatal(err)
	}
	if err := interp.WriteWeights(t.Context(), "few.safetensors", map[string]tensor.Tensor{"0.weight": tensor.New(8, 3, 3, 3)}); err != nil {
		t.Fatal(err)
	}
	random := interp.RandomWeights(0)
	load := func(name string, opts interp.Options) func() error {
		return func() error {
			_, err := interp.Load(t.Context(), name, opts)
			return err
		}
	}
	m := built(t, classifier, interp.Options{})
	run := func(in tensor.Tensor) func() error {
		return func() error {
			_, err := m.Run(t.Context(), in)
			return err
		}
	}
	input := func(make func(n *interp.Net) error) func() error { return func() error { return make(m.Net) } }
	for _, c := range []struct {
		do   func() error
		want any
		text string
	}{
		{load("resnet", interp.Options{Weights: random}), new(*interp.UnknownNetError), `there is no net called "resnet"; did you mean`},
		{load("none.cnn", interp.Options{Weights: random}), new(*fs.PathError), "none.cnn"},
		{load("wrong.cnn", interp.Options{Weights: random}), new(*interp.ProgramError), "wrong.cnn:1"},
		{load("named.cnn", interp.Options{Weights: random, Set: interp.Set("clases=4")}), new(*interp.ProgramError), "settings:1"},
		{load("named.cnn", interp.Options{Weights: random, Set: interp.Set("=4")}), new(*interp.ProgramError), "settings:1"},
		{load("named.cnn", interp.Options{Weights: random, Shape: []int{1, 4, 8, 8}}), new(*interp.ProgramError), "named.cnn"},
		{load("two.cnn", interp.Options{Weights: random}), new(*interp.NoNetError), `declares several nets; choose one of "a", "b"`},
		{load("two.cnn", interp.Options{Weights: random, Net: "c"}), new(*interp.NoNetError), `declares no net "c"`},
		{load("named.cnn", interp.Options{Weights: random, Values: []string{"cf"}}), new(*interp.SelectionError), `did you mean "fc"?`},
		{load("named.cnn", interp.Options{Weights: random, MaxMemory: 1000}), new(*interp.MemoryError), "1000 bytes may be used"},
		{load("named.cnn", interp.Options{}), nil, "there are no weights; set Options.Weights"},
		{load("named.cnn", interp.Options{Weights: interp.WeightsFile("")}), new(*interp.WeightsError), "no such file"},
		{load("named.cnn", interp.Options{Weights: interp.WeightsFile("no.safetensors")}), new(*interp.WeightsError), "no.safetensors"},
		{load("named.cnn", interp.Options{Weights: interp.WeightsFile("few.safetensors")}), new(*interp.FitError), "few.safetensors"},
		{load("named.cnn", interp.Options{Weights: interp.WeightsOf(map[string]tensor.Tensor{})}), new(*interp.FitError), "tensors in memory"},
		{load("named.cnn", interp.Options{Weights: random, Threads: -1}), nil, "Options.Threads is -1, want 0 to 1024"},
		{load("named.cnn", interp.Options{Weights: random, Precision: 7}), nil, "Options.Precision is 7, want one of f32"},
		{load("named.cnn", interp.Options{Weights: random, Sessions: 1 << 40}), nil, "Options.Sessions is"},
		{load("named.cnn", interp.Options{Weights: random, Batch: -1}), new(*interp.ProgramError), "a size must be at least 1, got -1"},
		{func() error { return m.NewSession(1).Run(t.Context(), tensor.New(2, 3, 12, 16)) }, new(*interp.InputError), "want [1, 3, 12, 16]"},
		{run(tensor.New(3, 12, 16)), new(*interp.InputError), "the input has the shape [3, 12, 16]"},
		{run(tensor.New(0, 3, 12, 16)), new(*interp.InputError), "want [1, 3, 12, 16], or a multiple"},
		{run(tensor.Tensor{Shape: tensor.Shape{1, 3, 12, 16}}), new(*interp.InputError), "and 0 elements"},
		{input(func(n *interp.Net) error {
			_, err := m.Classify(t.Context(), strings.NewReader("no"), 1)
			return err
		}), new(*picture.FileError), "the image: begins with"},
		{input(func(n *interp.Net) error {
			_, _, err := n.ReadImages(t.Context(), interp.Options{}, "image.txt")
			return err
		}), new(*picture.FileError), "image.txt: begins with"},
		{input(func(n *interp.Net) error {
			_, _, err := n.ReadImages(t.Context(), interp.Options{})
			return err
		}), new(*interp.InputError), "there are 0 images, want 1"},
		{input(func(n *interp.Net) error {
			_, _, err := n.ReadArray(t.Context(), interp.Options{}, "x.npy")
			return err
		}), new(*interp.InputError), "x.npy holds an array of the shape [1, 3, 4, 4]"},
	} {
		err := c.do()
		if err == nil || c.want != nil && !errors.As(err, c.want) || !strings.Contains(err.Error(), c.text) {
			t.Errorf("got %T %v, want %T with %q", err, err, c.want, c.text)
		}
	}
}

// A nil context is refused with a message; one that has ended ends the work and leaves no
// file.
func TestContexts(t *testing.T) {
	t.Chdir(t.TempDir())
	defer func() {
		if left, _ := os.ReadDir("."); len(left) > 0 {
			t.Errorf("left %v", left)
		}
	}()
	m := built(t, classifier, interp.Options{})
	s := m.NewSession(1)
	defer s.Close()
	input := tensor.New(1, 3, 12, 16)
	var w interp.Workspace
	var none context.Context
	p, _ := selected(t, "-", classifier, interp.Options{})
	for what, do := range map[string]func(context.Context) error{
		"Load": func(ctx context.Context) error {
			_, err := interp.Load(ctx, "nin_cifar10", interp.Options{Weights: interp.RandomWeights(0)})
			return err
		},
		"Model.Run":       func(ctx context.Context) error { _, err := m.Run(ctx, input); return err },
		"Session.Run":     func(ctx context.Context) error { return s.Run(ctx, input) },
		"Session.Measure": func(ctx context.Context) error { _, err := s.Measure(ctx, 0, input); return err },
		"MeasureSteps":    func(ctx context.Context) error { _, err := s.MeasureSteps(ctx, 0, input); return err },
		"Tune":            func(ctx context.Context) error { _, err := interp.Tune(ctx, m.Net, interp.Options{}, 0); return err },
		"Classify":        func(ctx context.Context) error { _, err := m.Classify(ctx, strings.NewReader(""), 1); return err },
		"ClassifyImage": func(ctx context.Context) error {
			_, err := m.ClassifyImage(ctx, image.NewGray(image.Rect(0, 0, 9, 9)), 1)
			return err
		},
		"ReadImages": func(ctx context.Context) error {
			_, _, err := m.Net.ReadImages(ctx, interp.Options{}, "x.png")
			return err
		},
		"ReadArray": func(ctx context.Context) error {
			_, _, err := m.Net.ReadArray(ctx, interp.Options{}, "x.npy")
			return err
		},
		"WriteWeights": func(ctx context.Context) error {
			return interp.WriteWeights(ctx, "w.safetensors", map[string]tensor.Tensor{"a": tensor.New(2)})
		},
		"RandomInput": func(ctx context.Context) error {
			_, _, err := m.Net.RandomInput(ctx, interp.Options{}, 0, 1)
			return err
		},
		"Check":    func(ctx context.Context) error { _, err := w.Check(ctx, "resnet18", interp.Options{}); return err },
		"Annotate": func(ctx context.Context) error { _, err := p.Annotate(ctx); return err },
	} {
		if err := do(none); err == nil || !strings.Contains(err.Error(), "the context is nil; pass context.Background()") {
			t.Errorf("%s: got %v", what, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := do(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v", what, err)
		}
	}
}

// Packing weights stops when the context ends.
func TestBuildStops(t *testing.T) {
	_, n := selected(t, "-", classifier, interp.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	_, err := n.Build(ctx, interp.Options{Weights: interp.RandomWeights(0), Afforded: func(interp.Memory) { cancel() }})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// The sources of the package mention no flag and no stream of a command, and its exported
// API uses no type that a caller cannot name.
func TestTheDoorSpeaksToGoPrograms(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	command := regexp.MustCompile("--[a-z]|(?i)standard input|stdin|command line|`cnnlang ")
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if found := command.Find(text); found != nil {
			t.Errorf("%s speaks of %q", file, found)
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, text, 0)
		if err != nil {
			t.Fatal(err)
		}
		hidden := map[string]bool{}
		for _, i := range tree.Imports {
			if path := strings.Trim(i.Path.Value, `"`); strings.Contains(path, "/internal/") {
				hidden[path[strings.LastIndexByte(path, '/')+1:]] = true
			}
		}
		for _, d := range tree.Decls {
			ast.Inspect(surface(d), func(n ast.Node) bool {
				if s, ok := n.(*ast.SelectorExpr); ok {
					if pkg, ok := s.X.(*ast.Ident); ok && hidden[pkg.Name] {
						t.Errorf("%s exports something of the type %s.%s", file, pkg.Name, s.Sel.Name)
					}
				}
				return true
			})
		}
	}
}

// surface is the part of a declaration that callers see: an exported function's type, and
// the exported fields of an exported type. An alias is a name, which is enough.
func surface(d ast.Decl) ast.Node {
	seen := &ast.FieldList{}
	switch d := d.(type) {
	case *ast.FuncDecl:
		receiver := ""
		if d.Recv != nil {
			receiver = strings.TrimPrefix(typeName(d.Recv.List[0].Type), "*")
		}
		if d.Name.IsExported() && (receiver == "" || ast.IsExported(receiver)) {
			return d.Type
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			if t, ok := spec.(*ast.TypeSpec); ok && t.Name.IsExported() && !t.Assign.IsValid() {
				s, ok := t.Type.(*ast.StructType)
				if !ok {
					return t.Type
				}
				for _, f := range s.Fields.List {
					if len(f.Names) == 0 || f.Names[0].IsExported() {
						seen.List = append(seen.List, f)
					}
				}
			}
		}
	}
	return seen
}

func typeName(x ast.Expr) string {
	switch x := x.(type) {
	case *ast.StarExpr:
		return "*" + typeName(x.X)
	case *ast.Ident:
		return x.Name
	}
	return ""
}
