package interp_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"text/tabwriter"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/interp/internal/pass"
	"cnnlang/interp/internal/plan"
	"cnnlang/interp/internal/weights"
	"cnnlang/lang/ast"
	"cnnlang/lang/langtest"
	"cnnlang/ops/tensor"
)

// TestPathOfOneLine regenerates the dumps of ARCHITECTURE.md that follow the first line of
// ResNet through all stages, in another process that uses the kernels that every machine
// has.
func TestPathOfOneLine(t *testing.T) {
	const knob, generic = "CNNLANG_ISA", "generic"
	if os.Getenv(knob) == generic {
		followLine(t)
		return
	}
	child := exec.Command(os.Args[0], append([]string{"-test.run=^TestPathOfOneLine$"}, updating()...)...)
	child.Env = append(os.Environ(), knob+"="+generic)
	if out, err := child.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// updating are the arguments that make a child process update goldens too.
func updating() []string {
	for _, a := range os.Args[1:] {
		if regexp.MustCompile(`^--?update(=true)?$`).MatchString(a) {
			return []string{"-update"}
		}
	}
	return nil
}

func followLine(t *testing.T) {
	part := func(name, text string) {
		t.Helper()
		langtest.Part(t, "../ARCHITECTURE.md", name, text)
	}
	p, err := interp.Open("resnet18")
	if err != nil {
		t.Fatal(err)
	}
	net, err := p.Net(interp.Options{})
	if err != nil {
		t.Fatal(err)
	}
	line := net.Graph.Nodes[1].Origin.Start
	part("text", strings.TrimSpace(p.File(line.Filename).Line(line.Line))+"\n")
	part("syntax", dumpOf(t, p, line.Filename, line.Line))
	part("graph", printed(t, net.Graph, 4))
	simple, _ := pass.Run(net.Graph, pass.Options{})
	part("passes", printed(t, simple, 2))

	var b strings.Builder
	tensors := weights.Random(0).Bind(simple.Params(true))
	planned, err := plan.New(simple, func(p graph.Param) (tensor.Tensor, error) { return tensors[p.Path], nil }, plan.Options{Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	if err := plan.Print(&b, planned, 2); err != nil {
		t.Fatal(err)
	}
	part("plan", narrow(firstLines(b.String(), 4)))
	part("output", computed(t, net))
}

// computed is what the line gives for a generated input.
func computed(t *testing.T, net *interp.Net) string {
	const step = "2" // the line's relu, the third step of the net
	m, err := net.Build(t.Context(), interp.Options{Weights: interp.RandomWeights(0), Values: []string{step}})
	if err != nil {
		t.Fatal(err)
	}
	s := m.NewSession(2)
	defer s.Close()
	if err := s.Run(context.Background(), weights.Image(0, 1, 3, 224, 224, 1)); err != nil {
		t.Fatal(err)
	}
	value, _ := s.Value(step)
	const size, middle = 112 * 112, 56*112 + 50
	channel := value.Data[size : 2*size]
	return fmt.Sprintf("%v, in the middle of channel 1: %.3f\n", value.Shape, channel[middle:middle+8])
}

// dumpOf prints the tree of the statement that starts on a line.
func dumpOf(t *testing.T, p *interp.Program, file string, line int) string {
	var b strings.Builder
	for _, m := range p.Main.Imports {
		ast.Walk(m.File, func(n ast.Node) bool {
			at := n.Span().Start
			s, ok := n.(*ast.Pipeline)
			if ok && at.Filename == file && at.Line == line {
				if err := ast.Print(&b, s); err != nil {
					t.Fatal(err)
				}
			}
			return !ok
		})
	}
	return b.String()
}

// printed is the head of a graph's table and its first nodes.
func printed(t *testing.T, g *graph.Graph, nodes int) string {
	var b strings.Builder
	if err := graph.Print(&b, g); err != nil {
		t.Fatal(err)
	}
	return narrow(firstLines(b.String(), 2+nodes))
}

func firstLines(text string, n int) string {
	return strings.Join(strings.SplitAfter(text, "\n")[:n], "")
}

// narrow makes the columns of a table as wide as the rows shown need. They begin where the
// words of its second line do.
func narrow(table string) string {
	lines := strings.Split(strings.TrimSuffix(table, "\n"), "\n")
	var starts []int
	for i, r := range lines[1] {
		if r != ' ' && (i == 0 || lines[1][i-1] == ' ') {
			starts = append(starts, i)
		}
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, line := range lines[1:] {
		for i, start := range starts {
			end := len(line)
			if i+1 < len(starts) {
				end = min(starts[i+1], end)
			}
			fmt.Fprint(w, strings.TrimSpace(line[min(start, end):end]), "\t")
		}
		fmt.Fprintln(w)
	}
	w.Flush()
	return lines[0] + "\n" + regexp.MustCompile(`(?m) +$`).ReplaceAllString(b.String(), "")
}
