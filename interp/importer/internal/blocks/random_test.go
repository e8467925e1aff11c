package blocks_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/importer/internal/structure"
	"cnnlang/interp/importer/internal/tree"
)

// Nets of random blocks that are called with random arguments, with and without names, become texts
// that are the same nets, with the same names, and not longer than without blocks.
func TestRandomNets(t *testing.T) {
	count := uint64(30)
	if testing.Short() {
		count = 10
	}
	for seed := range count {
		text := randomNet(rand.New(rand.NewPCG(seed, 21)))
		g := graphOf(t, text)
		for _, names := range []bool{false, true} {
			net := flatOf(g)
			if names {
				net = namedAfter(g)
			}
			got := folded(t, net)
			plain := tree.Text(&tree.File{Net: structure.Of(net)})
			if signs(got) > signs(plain)+mostAdded {
				t.Errorf("seed %d: %d signs, without blocks %d\n%s", seed, signs(got), signs(plain), got)
			}
			if names {
				samePaths(t, graphOf(t, got), net)
			}
			if t.Failed() {
				t.Fatalf("seed %d, names %v:\n%s\nbecame\n%s", seed, names, text, got)
			}
		}
	}
}

// mostAdded is how many signs proved signatures and requirements may add to texts of few blocks.
const mostAdded = 100

// signs counts those of the lines that are no comments.
func signs(text string) (n int) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "#") {
			n += len(line)
		}
	}
	return n
}

func graphOf(t *testing.T, text string) *graph.Graph {
	t.Helper()
	p, err := interp.Read("net.cnn", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	n, err := p.Net(interp.Options{})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return n.Graph
}

// samePaths wants the tensors of a text to be called as in the file.
func samePaths(t *testing.T, g *graph.Graph, net *flat.Net) {
	t.Helper()
	pairs, err := flat.Match(g, net.Graph)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pairs {
		for i := range p.Text.Params {
			if got, want := p.Text.Params[i].Path, p.File.Params[i].Path; got != want {
				t.Errorf("%s is called %s", want, got)
			}
		}
	}
}

// namedAfter is a graph as a reader makes it of a file with names.
func namedAfter(g *graph.Graph) *flat.Net {
	net := flatOf(g)
	pairs, err := flat.Match(g, net.Graph)
	if err != nil {
		panic(err)
	}
	for _, p := range pairs {
		if len(p.Text.Params) > 0 {
			p.File.Path = p.Text.Module()
			for i := range p.File.Params {
				p.File.Params[i].Path = p.Text.Params[i].Path
			}
		}
	}
	return net
}

// A writer writes random texts.
type writer struct {
	*rand.Rand
	blocks []string // their names
	text   strings.Builder
	labels int
}

func randomNet(r *rand.Rand) string {
	w := &writer{Rand: r}
	for i := range 1 + r.IntN(4) {
		name := fmt.Sprint("b", i)
		body := w.body(2, "c")
		fmt.Fprintf(&w.text, "block %s(c: int, k = 1, s = 1) [N, C, H, W] -> [N, _, _, _] {\n%s}\n", name, body)
		w.blocks = append(w.blocks, name)
	}
	body := "conv1: conv(8, 3x3, pad=1)\n"
	for range 2 + r.IntN(6) {
		body += w.stage()
	}
	fmt.Fprintf(&w.text, "net n [N, 3, H = 16, W = 16] -> [N, _, _, _] {\n%s}\n", body)
	return w.text.String()
}

// stage is calls of one block with one width.
func (w *writer) stage() string {
	call := w.call(fmt.Sprint(8 << w.IntN(3)))
	switch w.IntN(4) {
	case 0:
		return fmt.Sprintf("repeat %d %s\n", 1+w.IntN(4), call)
	case 1:
		w.labels++
		return fmt.Sprintf("layer%d: { repeat %d %s }\n", w.labels, 1+w.IntN(4), call)
	case 2:
		w.labels++
		return fmt.Sprintf("repeat i of %d { \"part%d_{i+1}\": %s }\n", 1+w.IntN(4), w.labels, call)
	}
	return w.label() + call + "\n"
}

func (w *writer) call(c string) string {
	name := w.blocks[w.IntN(len(w.blocks))]
	args := c
	if w.IntN(2) == 0 {
		args += ", k=3"
	}
	if w.IntN(4) == 0 {
		args += ", s=2"
	}
	return name + "(" + args + ")"
}

func (w *writer) label() string {
	if w.IntN(2) == 0 {
		return ""
	}
	w.labels++
	return []string{fmt.Sprintf("x%d: ", w.labels), fmt.Sprintf("\"a-%d\": ", w.labels), fmt.Sprintf("\"%d\": ", 100+w.labels)}[w.IntN(3)]
}

// body is steps that end with c channels.
func (w *writer) body(depth int, c string) string {
	text := ""
	for range 1 + w.IntN(3) {
		text += w.steps(depth, c) + "\n"
	}
	return text
}

func (w *writer) steps(depth int, c string) string {
	choice := w.IntN(9)
	if depth == 0 {
		choice %= 4
	}
	switch choice {
	case 0, 1:
		return w.label() + "conv(" + c + ", [k, k], pad=half) -> " + w.label() + "bn -> relu"
	case 2:
		return w.label() + "conv(" + c + ", 3x3, pad=1, stride=s)"
	case 3:
		return w.label() + "conv(" + []string{"2*" + c, c + "/2", "16"}[w.IntN(3)] + ", 1x1, bias=false) -> bn -> " + w.label() + "conv(" + c + ", 1x1)"
	case 4:
		return "conv(" + c + ", 1x1)\nadd {\n| id\n| " + w.branch(c) + "}"
	case 5:
		return w.label() + "conv(" + c + ", 1x1)\nadd {\n| " + w.branch(c) + "| if s != 1 { " + w.label() + "conv(" + c + ", 1x1) }\n}\nrelu"
	case 6:
		return "concat {\n| " + w.branch(c) + "| conv(" + c + ", 1x1)\n}\nconv(" + c + ", 1x1)"
	case 7:
		return w.label() + "{\n" + w.body(depth-1, c) + "}"
	}
	if len(w.blocks) == 0 {
		return "relu"
	}
	return w.label() + w.blocks[w.IntN(len(w.blocks))] + "(" + c + ", k=k)"
}

// branch is a convolution and more that keep the size of the image.
func (w *writer) branch(c string) string {
	return w.label() + "conv(" + c + ", [k, k], pad=half) -> relu\n"
}
