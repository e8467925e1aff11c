package interp_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/internal/prove"
	"cnnlang/interp/internal/weights"
	"cnnlang/lang/diag"
	"cnnlang/lang/langtest"
	"cnnlang/lang/parse"
	"cnnlang/ops/tensor"
)

// everything is all diagnostics of a file: by checking its nets, proving its blocks and
// linting it.
func everything(t testing.TB, file string) (*interp.Program, diag.List) {
	t.Helper()
	p, err := interp.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	_, list, err := p.Check(interp.Options{})
	if err != nil {
		t.Fatal(err)
	}
	verdicts, more := p.Prove(prove.New(), "", list)
	list.AddAll(more)
	list.AddAll(p.Lint(verdicts))
	list.Sort()
	return p, list
}

// write puts files into a folder of their own, which becomes the working
// directory, so that messages name them without it.
func write(t testing.TB, files map[string]string) {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if t, ok := t.(*testing.T); ok {
		t.Chdir(folder)
	}
}

// TestPages compiles the examples of every page: the wrong one causes one diagnostic, with
// the code of the page, and the right one none. The output for the wrong one is a golden
// file.
func TestPages(t *testing.T) {
	golden, err := filepath.Abs("testdata/explain")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range diag.Pages() {
		t.Run(string(page.Code), func(t *testing.T) {
			if sentences := strings.Count(page.Text+" ", ". "); sentences < 1 || sentences > 4 {
				t.Errorf("the page has %d sentences: %s", sentences, page.Text)
			}
			if page.Code == diag.WeightNames || page.Code == diag.WeightShapes {
				return // TestPagesOfWeights
			}
			files := map[string]string{"example.cnn": wrongText(page)}
			if page.Beside != "" {
				files["blocks.cnn"] = page.Beside
			}
			for name, text := range hugeFiles(page.Code) {
				files[name] = text
			}
			write(t, files)
			p, list := everything(t, "example.cnn")
			if len(list) != 1 || list[0].Code != page.Code {
				t.Errorf("the wrong example: got %v, want one diagnostic %s", list, page.Code)
			}
			var b strings.Builder
			if err := diag.Fprint(&b, list, p.File, diag.Options{Width: 100}); err != nil {
				t.Fatal(err)
			}
			langtest.Golden(t, filepath.Join(golden, string(page.Code)+".txt"), b.String())

			files["example.cnn"] = page.Right
			write(t, files)
			if _, list := everything(t, "example.cnn"); len(list) > 0 {
				t.Errorf("the right example: got %v, want nothing", list)
			}
		})
	}
}

// The net on the pages about weights accepts its own tensors, and each page's code is
// reported for a file with its mistake.
func TestPagesOfWeights(t *testing.T) {
	for code, spoil := range map[diag.Code]func(*weights.Named){
		diag.WeightNames:  func(n *weights.Named) { n.Name = "the_" + n.Name },
		diag.WeightShapes: func(n *weights.Named) { n.Tensor = tensor.New(n.Tensor.Shape.Elements(), 1) },
	} {
		page, _ := diag.Explain(code)
		write(t, map[string]string{"example.cnn": page.Right})
		p, list := everything(t, "example.cnn")
		net, err := p.Net(interp.Options{})
		if err != nil || len(list) > 0 {
			t.Fatal(err, list)
		}
		for _, spoilt := range []bool{false, true} {
			var named []weights.Named
			for name, x := range interp.RandomTensors(net, 0) {
				n := weights.Named{Name: name, Tensor: x}
				if spoilt {
					spoil(&n)
				}
				named = append(named, n)
			}
			if err := weights.WriteSafetensors(t.Context(), "w.safetensors", named); err != nil {
				t.Fatal(err)
			}
			_, err := net.Build(t.Context(), interp.Options{Weights: interp.WeightsFile("w.safetensors")})
			var fit *weights.FitError
			switch {
			case !spoilt && err != nil:
				t.Errorf("%s: the net does not take its own tensors: %v", code, err)
			case spoilt && (!errors.As(err, &fit) || fit.Code() != string(code)):
				t.Errorf("%s: got %v", code, err)
			}
		}
	}
}

// wrongText is a page's wrong example, or a generated one that would be too long to show.
func wrongText(p diag.Page) string {
	switch p.Code {
	case diag.TooLong:
		return strings.Repeat("# a line of a very long file\n", parse.MaxBytes/29+1)
	case diag.TooManyFiles:
		return "import \"./f0.cnn\" { b0 }\nnet n [N, 3, H = 8, W = 8] -> [N, 3, H, W] { b0 }\n"
	}
	return p.Wrong
}

// hugeFiles are the imports of a wrong example that is too long to show: a chain of files.
func hugeFiles(c diag.Code) map[string]string {
	if c != diag.TooManyFiles {
		return nil
	}
	files := map[string]string{}
	for i := range 40 {
		files[fmt.Sprintf("f%d.cnn", i)] = fmt.Sprintf(
			"import \"./f%d.cnn\" { b%d }\nblock b%d [N, C, H, W] -> [N, C, H, W] { b%d }\n", i+1, i+1, i, i+1)
	}
	files["f40.cnn"] = "block b40 [N, C, H, W] -> [N, C, H, W] { relu }\n"
	return files
}

// Every code has a page and every page a code.
func TestPagesCannotGoMissing(t *testing.T) {
	text, err := os.ReadFile("../lang/diag/codes.go")
	if err != nil {
		t.Fatal(err)
	}
	codes := regexp.MustCompile(`Code = "([A-Z][0-9]{4})"`).FindAllStringSubmatch(string(text), -1)
	if len(codes) < 60 || len(codes) != len(diag.Pages()) {
		t.Errorf("%d pages for %d codes", len(diag.Pages()), len(codes))
	}
	for _, m := range codes {
		code := diag.Code(m[1])
		page, ok := diag.Explain(code)
		if !ok || page.Name == "" || page.Right == "" || page.Text == "" {
			t.Errorf("%s: no page, or an empty one", code)
		}
		noText := slices.Contains([]diag.Code{diag.TooLong, diag.TooManyFiles, diag.WeightNames, diag.WeightShapes}, code)
		if (page.Wrong == "") != noText {
			t.Errorf("%s: no wrong example", code)
		}
	}
	if _, ok := diag.Explain("E9999"); ok {
		t.Error("E9999 has a page")
	}
}
