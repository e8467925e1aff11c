package skeleton

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"cnnlang/lang/format"
	"cnnlang/lang/parse"
	"cnnlang/lang/source"
)

// Write writes the net of a file's tensors. Its error is a *LimitError.
func Write(file string, tensors []Tensor) (string, error) {
	p, err := planOf(file, tensors)
	if err != nil {
		return "", err
	}
	w := walk{prefix: freePrefix(tensors), unsaid: p.unsaid, convs: p.root.convs(false)}
	for w.top = p.root; len(w.top.children) == 1 && len(w.top.tensors) == 0; {
		w.top = w.top.children[0]
	}
	for i, c := range w.top.children {
		if c.convs(slices.Contains(w.top.leaves, c.name)) > 0 {
			w.last = i
		}
	}
	lines := w.body(p.root)
	var t text
	t.head(file, tensors, p, &w)
	t.net(file, &w, lines)
	if t.Len() > mostBytes {
		return "", &LimitError{file, "bytes", mostBytes}
	}
	return format.Format(source.NewFile("skeleton.cnn", t.String())), nil
}

// convs counts the convolutions in and below a module, as walk.add takes them for steps.
func (m *module) convs(taken bool) int {
	n := 0
	var owned map[string]bool
	if s := m.step(); s != nil && !taken && m.known != nil {
		owned = s.owned
		if s.kind == conv || s.kind == deconv {
			n++
		}
	}
	for _, c := range m.children {
		n += c.convs(slices.Contains(m.leaves, c.name) && !owned[c.name])
	}
	return n
}

// freePrefix is one for labels that no name in the file begins with.
func freePrefix(tensors []Tensor) string {
	prefix := "in"
	for slices.ContainsFunc(tensors, func(t Tensor) bool { return strings.HasPrefix(t.Name, prefix) || strings.Contains(t.Name, "."+prefix) }) {
		prefix += "_"
	}
	return prefix
}

// A text is what is written so far.
type text struct{ strings.Builder }

func (t *text) line(format string, args ...any) { fmt.Fprintf(t, format+"\n", args...) }

// comment writes a comment, broken into lines.
func (t *text) comment(indent, words string) {
	const width = 90
	row := "#"
	for _, word := range strings.Fields(words) {
		if len(row)+1+len(word) > width && row != "#" {
			t.line("%s%s", indent, row)
			row = "#"
		}
		row += " " + word
	}
	t.line("%s%s", indent, row)
}

// head writes what can be said of the file, and the blocks that the net uses.
func (t *text) head(file string, tensors []Tensor, p *plan, w *walk) {
	t.comment("", fmt.Sprintf("A skeleton of %s: what the names and shapes of its %d tensors say.", shown(filepath.Base(file)), len(tensors)))
	if w.said {
		t.comment("", "What convolutions do is as the file says, unless maps would become too small: "+
			"here one step follows the other, without the pools, activations and branches of the network, and the size of the input is a guess.")
	} else {
		t.comment("", "Strides, padding, pools, activations, branches and the size of the input are not known. "+
			"Here one step follows the other, and every kernel leaves the size of its input as it is.")
	}
	if w.stands > 0 {
		t.comment("", "Where other channels are needed than the step before gives, there is a branch or a merge in the net; `channels` or a pool stands in for it, with a label that begins with "+w.prefix+".")
	}
	if p.sorted {
		t.comment("", "The file lists its tensors by the alphabet; the order of the steps is a guess.")
	}
	if p.counters == 1 {
		t.comment("", "Left out is a counter of training, num_batches_tracked.")
	} else if p.counters > 0 {
		t.comment("", fmt.Sprintf("Left out are %d counters of training, num_batches_tracked.", p.counters))
	}
	const most = 200
	for i, u := range w.unsaid {
		if i == most {
			t.line("# and %d more that no step can own", len(w.unsaid)-most)
			break
		}
		t.line("# left out: %s", u)
	}
	t.line("")
	if w.needs {
		t.comment("", "Stands for what the shapes do not say: the first c channels of those that come in, or, if they are fewer, of their copies.")
		t.line("block channels(c: int) [N, C, ...] -> [N, c, ...] where c >= 1 {\n  repeat 31 double(c)\n  slice(0, c)\n}\n")
		t.line("# Doubles the channels while they are fewer than c.")
		t.line("block double(c: int) [N, C, ...] -> [N, if C < c then 2*C else C, ...] {\n  if C < c { concat {\n    | id\n    | id\n  } }\n}\n")
	}
}

// net writes the net.
func (t *text) net(file string, w *walk, lines []line) {
	input, output := "[N, 1]", "[N, 1]"
	if w.channels > 0 {
		input, output = fmt.Sprintf("[N, %d]", w.input), fmt.Sprintf("[N, %d]", w.channels)
	}
	if w.image {
		side := 32
		if w.said {
			side = largeSide
		}
		input = fmt.Sprintf("[N, %d, H = %d, W = %[2]d]", w.input, side)
	}
	if w.image && !w.vector {
		output = fmt.Sprintf("[N, %d, H, W]", w.channels)
		if w.grows {
			output = fmt.Sprintf("[N, %d, _, _]", w.channels)
		}
	}
	t.line("net %s %s -> %s {", netName(file), input, output)
	t.body(lines, "  ")
	t.line("}")
}

// netName makes a name of that of the file.
func netName(file string) string {
	name := filepath.Base(file)
	name, _, _ = strings.Cut(name, ".")
	name = regexp.MustCompile(`[^A-Za-z0-9_]+`).ReplaceAllString(name, "_")
	name = name[:min(len(name), 60)]
	if !word.MatchString(name) || slices.Contains(parse.Keywords, name) {
		name = "net_" + name
	}
	// What ends so is no operation, and none of the blocks above.
	return name + "_skeleton"
}

var word = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// body writes the steps of a body. Where all numbers among the labels are the places of their
// steps, operations go without.
func (t *text) body(lines []line, indent string) {
	placed := true
	at := 0
	for _, l := range lines {
		if !l.side {
			placed = placed && (!l.numeric() || l.label == strconv.Itoa(at))
			at++
		}
	}
	for i, l := range lines {
		if l.comment != "" {
			t.comment(indent, l.comment)
		}
		label := labelled(l.label)
		if placed && l.numeric() && !l.group && !l.side || l.label == "" {
			label = ""
		}
		before, after := indent, "\n"
		if l.norm && i > 0 && lines[i-1].text != "" && l.comment == "" {
			before = " -> "
		}
		if i+1 < len(lines) && lines[i+1].norm && l.text != "" && lines[i+1].comment == "" {
			after = ""
		}
		switch {
		case l.side:
			fmt.Fprintf(t, "%sside %s%s%s", before, label, l.text, after)
		case l.other != nil:
			t.line("%sadd {", before)
			t.branch(l.body, indent)
			t.branch(l.other, indent)
			t.line("%s}", indent)
		case l.group:
			t.line("%s%s{", before, label)
			t.body(l.body, indent+"  ")
			t.line("%s}", indent)
		default:
			fmt.Fprintf(t, "%s%s%s%s", before, label, l.text, after)
		}
	}
}

// branch writes a branch of a sum.
func (t *text) branch(lines []line, indent string) {
	var inner text
	inner.body(lines, indent+"    ")
	words := strings.TrimLeft(inner.String(), " ")
	if strings.HasPrefix(words, "#") {
		words = "\n" + indent + "    " + words
	}
	t.WriteString(indent + "  | " + words)
}

// labelled is a label with its colon.
func labelled(label string) string {
	if !word.MatchString(label) || slices.Contains(parse.Keywords, label) {
		label = `"` + strings.NewReplacer(`\`, `\\`, `{`, `\{`, `}`, `\}`).Replace(label) + `"`
	}
	return label + ": "
}
