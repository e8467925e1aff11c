package torch

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/lang/langtest"
	"cnnlang/ops"
)

// netOf is a net of the library or of a text, with settings.
func netOf(t testing.TB, nameOrText string, set ...string) *interp.Net {
	t.Helper()
	var p *interp.Program
	var err error
	if strings.Contains(nameOrText, "net ") {
		p, err = interp.Read("test.cnn", strings.NewReader(nameOrText))
	} else {
		p, err = interp.Open(nameOrText)
	}
	if err != nil {
		t.Fatal(err)
	}
	n, err := p.Net(interp.Options{Set: interp.Set(set...)})
	if err != nil {
		t.Fatalf("%v\n%s", err, nameOrText)
	}
	return n
}

func sourceOf(n *interp.Net) Net {
	s := Net{Self: n.Self(), Graph: n.Graph}
	s.Again = func(parameter string, value int) *Net {
		if other := n.With(parameter, value); other != nil {
			return &Net{Self: other.Self(), Graph: other.Graph}
		}
		return nil
	}
	return s
}

// wanted are the tensors of a net, by their paths.
func wanted(n *interp.Net) map[string]string {
	want := map[string]string{}
	for _, p := range n.Graph.Params(true) {
		want[p.Path] = fmt.Sprint([]int(p.Shape))
	}
	return want
}

// sameState compares the tensors that __init__ makes with those of the net.
func sameState(t *testing.T, n *interp.Net) {
	t.Helper()
	source := sourceOf(n)
	f := follow(source, nil)
	if len(f.lacks) > 0 {
		t.Fatalf("%s lacks %v", n.Name, f.lacks)
	}
	got, want := stateOf(t, f), wanted(n)
	for path, shape := range want {
		if got[path] != shape {
			t.Errorf("%s: %s is %q, want %s", n.Name, path, got[path], shape)
		}
	}
	for path := range got {
		if want[path] == "" {
			t.Errorf("%s: the net has no %s", n.Name, path)
		}
	}
	if !maps.Equal(got, want) {
		t.Logf("%s", f.text(source))
	}
}

// Every net of the library becomes classes whose tensors have its names and shapes.
func TestLibrary(t *testing.T) {
	for _, name := range interp.Library() {
		sameState(t, netOf(t, name))
	}
	for _, set := range [][]string{{"resnet50", "classes=10"}, {"googlenet", "classes=10"}, {"unet", "base=8"}, {"resnet18", "H=64"}, {"efficientnet_b0", "same_pad=true"}} {
		sameState(t, netOf(t, set[0], set[1:]...))
	}
}

// What a person would write: the classes have the parameters that the text has.
func TestResNet50IsShort(t *testing.T) {
	text, class, err := Write(sourceOf(netOf(t, "resnet50")))
	if err != nil || class != "Resnet50" {
		t.Fatal(err, class)
	}
	if n := strings.Count(string(text), "\n"); n >= 70 {
		t.Errorf("%d lines", n)
	}
	for _, line := range []string{
		"def __init__(self, in_channels, c, stride=1):", "if stride != 1 or in_channels != 4 * c:",
		"self.fc = nn.Linear(2048, classes)", "return (y + x).relu()",
	} {
		if !strings.Contains(string(text), line) {
			t.Errorf("no line %q", line)
		}
	}
}

// small are the texts of testdata, each with one sort of construct.
func small(t *testing.T) map[string]string {
	texts := map[string]string{}
	files, err := filepath.Glob("testdata/*.cnn")
	if err != nil || len(files) == 0 {
		t.Fatal(err, "no texts")
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts[strings.TrimSuffix(filepath.Base(file), ".cnn")] = string(text)
	}
	return texts
}

// Each construct of the language has a golden.
func TestGoldens(t *testing.T) {
	for name, text := range small(t) {
		t.Run(name, func(t *testing.T) {
			n := netOf(t, text)
			sameState(t, n)
			got, _, err := Write(sourceOf(n))
			if err != nil {
				t.Fatal(err)
			}
			langtest.Golden(t, filepath.Join("testdata", name+".py"), string(got))
		})
	}
}

// A parameter of a net is not called as the one that its class has for side heads.
func TestSideHeadsIsNoParameter(t *testing.T) {
	text, _, err := Write(sourceOf(netOf(t, `net n(side_heads = 8) [N, 3, H = 8, W = 8] -> [N, side_heads, H, W] {
  conv(side_heads, 1x1)
  side z: conv(2, 1x1)
}`)))
	if want := "def __init__(self, side_heads_=8, side_heads=False):"; err != nil || !strings.Contains(string(text), want) {
		t.Errorf("%v, want %s in\n%s", err, want, text)
	}
}

// Side heads of a block are in the order of its text.
func TestHeadsOfABlockAreInOrder(t *testing.T) {
	text, _, err := Write(sourceOf(netOf(t, `block b [N, C, H, W] -> [N, C, H, W] {
  conv(C, 1x1)
  side a: conv(2, 1x1)
  conv(C, 1x1)
  side z: conv(3, 1x1)
}
net n [N, 4, H = 8, W = 8] -> [N, 4, H, W] { m: b }`)))
	want := `heads["m.a"] = a
        heads["m.z"] = z
`
	if err != nil || !strings.Contains(string(text), want) {
		t.Errorf("%v, want %s in\n%s", err, want, text)
	}
}

// What is passed may be an operation in one application, and a block of many steps in another.
func TestPassedAreOperationsAndBlocks(t *testing.T) {
	sameState(t, netOf(t, `block s(c: int) [N, C, H, W] -> [N, c, H, W] { conv(c, 3x3, pad=1) -> bn -> relu }
block q(c: int) [N, C, H, W] -> [N, c, H, W] { add { | conv(c, 3x3, pad=1) | conv(c, 1x1) } }
block inner(b: block, c: int) [N, C, H, W] -> [N, c, H, W] { a: { b(c) } -> d: { b(c) -> relu -> e: b(c) } }
net n [N, 8, H = 8, W = 8] -> [N, 8, _, _] {
  inner(s, 8) -> inner(conv(k=1x1), 8) -> inner(deconv(k=1x1), 8) -> inner(q, 8) -> inner(s, 8)
}`))
}

// A loop that makes no modules is in forward alone.
func TestLoopsWithoutModules(t *testing.T) {
	text, _, err := Write(sourceOf(netOf(t, `block b(k: int) [N, C, H, W] -> [N, C, H, W] where k >= 0 { "g": repeat i of k { "u{i}": relu } }
net n [N, 8, H = 8, W = 8] -> [N, 8, _, _] { b(1) -> b(2) -> b(3) }`)))
	if got := strings.Count(string(text), "for i in range"); err != nil || got != 1 {
		t.Errorf("%v, %d loops, want 1\n%s", err, got, text)
	}
}

// Labels with dots can begin as another step is called, which a module has no place for.
func TestPathsInsideOfOthers(t *testing.T) {
	for _, body := range []string{
		`conv(8, 1x1) -> "0.1": conv(8, 1x1)`, `"1.x": conv(8, 1x1) -> conv(8, 1x1)`, `a: { conv(8, 1x1) -> bn } -> "a.z": bn -> relu`,
	} {
		_, _, err := Write(sourceOf(netOf(t, "net n [N, 8, H = 8, W = 8] -> [N, 8, _, _] { "+body+" }")))
		if err == nil || !strings.Contains(err.Error(), "begin alike") || strings.Contains(err.Error(), "step :") {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// Each operation of the language is in one of the goldens, so that none is forgotten.
func TestEveryOperation(t *testing.T) {
	have := map[string]bool{}
	for _, text := range small(t) {
		for _, n := range netOf(t, text).Graph.Operations() {
			have[n.Op.Name()] = true
		}
	}
	for _, o := range ops.Builtins {
		if !have[o.Name()] {
			t.Errorf("no text of testdata has %s", o.Name())
		}
	}
}

// Files have the same bytes every time, and no line is longer than black allows, but for texts that
// cannot be broken.
func TestBytes(t *testing.T) {
	for _, name := range []string{"inception_v3", "densenet121", "xception_keras", "googlenet"} {
		a, _, err := Write(sourceOf(netOf(t, name)))
		b, _, _ := Write(sourceOf(netOf(t, name)))
		if err != nil || string(a) != string(b) {
			t.Errorf("%s differs from itself, %v", name, err)
		}
		for _, line := range strings.Split(string(a), "\n") {
			if len(line) > width || strings.TrimRight(line, " ") != line {
				t.Errorf("%s: %q", name, line)
			}
		}
	}
}

// The time for a net is linear in its length: what is made for twice as much of it is at most so much
// more. Allocations stand for time, as everything that is looked at is copied into texts or lists.
func TestGrowth(t *testing.T) {
	texts := map[string]func(n int) string{
		"steps": func(n int) string { return strings.Repeat("conv(2, 1x1) -> relu\n", n) },
		"branches": func(n int) string {
			return "add {" + strings.Repeat("| conv(2, 1x1) -> relu -> conv(2, 1x1)\n", n) + "}"
		},
		"taps": func(n int) string {
			var b strings.Builder
			for i := range n {
				fmt.Fprintf(&b, "conv(2, 1x1) as t%d\nadd { | @t%d | @t%d }\n", i, i, i/2)
			}
			return b.String()
		},
		"heads": func(n int) string {
			var b strings.Builder
			for i := range n {
				fmt.Fprintf(&b, "conv(2, 1x1)\nside s%d: relu\n", i)
			}
			return b.String()
		},
	}
	for name, text := range texts {
		work := func(n int) float64 {
			source := sourceOf(netOf(t, "net grow [N, 2, H = 2, W = 2] -> [N, 2, H, W] {\n"+text(n)+"}"))
			return testing.AllocsPerRun(1, func() {
				if _, _, err := Write(source); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
			})
		}
		if small, large := work(200), work(400); large > 2.3*small {
			t.Errorf("%s: %.0f allocations for twice as much, %.0f before", name, large, small)
		}
	}
}
