package interp_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// A netWriter writes a random program. All its images have one shape, so that any may
// be added to any.
type netWriter struct {
	*rand.Rand
	text   strings.Builder
	labels int
	loops  []string // the variables of the repeats that are open
	taps   []string // those that have a value here
	blocks int      // how many there are to call
	once   bool     // whether the body is applied once, in the net itself
	ops    int
	items  bool // whether there are lists of tensors
	many   bool // whether there are blocks of several values to call
	each   int  // how many steps are open that are applied to each item of one, or blocks of several values
}

func randomNet(seed uint64) string { return randomText(seed, false) }

// randomItems is a random program with lists of tensors: steps that are applied to each item, blocks that take
// and give several, names with indexes, and arguments that are tensors.
func randomItems(seed uint64) string { return randomText(seed, true) }

// randomOf is the first of those with a seed below n, and the second for the others.
func randomOf(seed, n uint64) string { return randomText(seed, seed >= n) }

func randomText(seed uint64, items bool) string { return newNetWriter(seed, items).text.String() }

// randomEnds is a random program with lists of tensors whose net takes and gives several.
func randomEnds(seed uint64) string {
	w := &netWriter{Rand: rand.New(rand.NewPCG(seed, 13)), items: true}
	w.several()
	w.once = true
	w.write("net random\n    | [N, 4, H = 3, W = 3] as first repeat 2 | [N, 4, H, W] as others\n    -> repeat 2 | [N, 4, H, W] as maps | [N, 4, H, W] as last\n{\n@first\n")
	w.taps = []string{"first", "others[0]", "others[1]"}
	w.statements(3)
	w.write("id as x -> relu\nlist {\n| @others -> all\n| @%s\n", w.taps[w.IntN(len(w.taps))])
	w.statements(2)
	w.write("add { | id | @x | @others[0] }\n}\n}\n")
	return w.text.String()
}

// newNetWriter is one that has written a program.
func newNetWriter(seed uint64, items bool) *netWriter {
	w := &netWriter{Rand: rand.New(rand.NewPCG(seed, 12)), items: items}
	for w.blocks < 3 {
		w.write("block b%d [N, C, H, W] -> [N, C, H, W] {\n", w.blocks)
		w.ops = 0
		w.statements(2)
		w.write("}\n")
		w.taps = nil
		w.blocks++
	}
	if items {
		w.several()
	}
	w.once, w.ops = true, 0
	w.write("net random [N, 4, H = 3, W = 3] -> [N, 4, H, W] {\n")
	w.statements(4)
	w.write("}\n")
	return w
}

func (w *netWriter) write(format string, args ...any) { fmt.Fprintf(&w.text, format, args...) }

// label is one that no other step has.
func (w *netWriter) label() string {
	w.labels++
	odd := []string{"x", "a.b", "stage", "0", "a b", `\\`, `\{1}`, "é/λ", "-", "a..b.", "x"}
	text := fmt.Sprintf("%s%d", odd[w.IntN(len(odd))], w.labels)
	if w.IntN(3) == 0 && len(w.loops) == 0 {
		return fmt.Sprint("y", w.labels)
	}
	for _, v := range w.loops {
		text += "_{" + v + "}"
	}
	return `"` + text + `"`
}

func (w *netWriter) statements(depth int) {
	for range 1 + w.IntN(4) {
		w.statement(depth)
	}
}

func (w *netWriter) statement(depth int) {
	switch w.IntN(6) {
	case 0:
		if depth > 0 {
			w.head(depth - 1)
			return
		}
	case 1:
		if len(w.taps) > 0 {
			w.step(depth)
			w.write(" as d%d\n@%s\n", w.name(), w.taps[w.IntN(len(w.taps))])
			return
		}
	case 2:
		w.step(depth)
		tap := fmt.Sprint("v", w.name())
		w.write(" as %s\n", tap)
		w.taps = append(w.taps, tap)
		return
	}
	w.step(depth)
	w.write("\n")
}

func (w *netWriter) name() int { w.labels++; return w.labels }

// head writes a side head of every kind.
func (w *netWriter) head(depth int) {
	if w.each > 0 {
		w.step(depth)
		w.write("\n")
		return
	}
	kept := len(w.taps)
	defer func() { w.taps = w.taps[:kept] }()
	if w.once && len(w.loops) == 0 && w.IntN(3) == 0 {
		w.write("side %s{\n", []string{"", `"": `}[w.IntN(2)])
		w.statements(depth)
		w.write("} as h%d\n", w.name())
		return
	}
	w.write("side %s: ", w.label())
	switch {
	case w.IntN(4) == 0:
		w.write("{ gap -> flatten -> linear(%d) }\n", 1+w.IntN(3))
	case w.IntN(4) == 0 && len(w.taps) > 0:
		w.write("@%s\n", w.taps[w.IntN(len(w.taps))])
	default:
		w.inner(depth)
		w.write("\n")
	}
}

// step writes a step with or without a label.
func (w *netWriter) step(depth int) {
	switch w.IntN(3) {
	case 0:
		w.write("%s: ", w.label())
	case 1:
		w.write(`"": `)
		if w.IntN(2) == 0 || depth == 0 {
			w.write("relu")
			return
		}
		w.write("{\n")
		w.statements(depth - 1)
		w.write("}")
		return
	}
	w.inner(depth)
}

func (w *netWriter) inner(depth int) {
	w.ops++
	kind := w.IntN(12)
	if w.items && depth > 0 && w.IntN(3) == 0 {
		w.list(depth)
		return
	}
	if depth == 0 || w.ops > 12 {
		kind = w.IntN(3)
	}
	switch kind {
	case 0, 1, 2:
		ops := []string{"relu", "conv(4, 3x3, pad=1)", "conv(4, 1x3, pad=[0, 1], groups=2, bias=false)", "bn(eps=1e-3)",
			"maxpool(2x2, stride=1, pad=[[0, 1], [1, 0]])", "scale(1/3)", "avgpool(3x3, stride=1, pad=same)", "id", "lrn(k=2)", "mul { | id | param([4, 1, 1]) }",
			// one after the other, these keep differences large beside the numbers
			"{ scale(4) -> softmax }", "{ scale(3) -> softmax(3) }", "{ relu -> pow(3) -> avgpool(3x3, stride=1, pad=same) -> pow(1/3) }",
			"permute([0, 1, 3, 2])", "{ permute([0, 3, 1, 2]) -> reshape([4, 3, 3]) }",
			"prelu", "leaky_relu(0.2)", "hard_swish", "hard_sigmoid(1/5)", "elu(0.5)", "mish", "gelu(approximate=true)", "drop_path(0.5)",
			`{ upsample(2, mode="bilinear") -> conv(4, 2x2, stride=2) }`, `resize([3, 3], mode="bicubic", align_corners=true)`, "{ resize([7, 2]) -> resize([3, 3]) }",
			"{ deconv(4, 3x3, stride=2, pad=1, output_pad=1, groups=2) -> maxpool(2x2) }", "{ conv(16, 1x1) -> pixel_shuffle(2) -> pixel_unshuffle(2) -> conv(4, 1x1) }",
			`{ pad([[1, 0], [2, 1]], mode="reflect") -> conv(4, 2x2, pad=[[1, 0], [0, 1]]) -> crop([[0, 1], [2, 1]]) }`, "{ split(2) -> concat }",
			"group_norm(2, eps=1/4, scale=false)", "instance_norm(eps=1/4, shift=true)", "mul { | id | reduce_max(1) -> sigmoid }", "mul { | reduce_mean([1, 3]) -> sigmoid | id }"}
		if w.each > 0 && w.IntN(2) == 0 { // what each item shares are tensors
			ops = []string{"conv(4, 3x3, pad=1)", "conv(4, 1x3, pad=[0, 1], groups=2, bias=false)", "bn(eps=1e-3)", "prelu"}
		}
		w.write("%s", ops[w.IntN(len(ops))])
	case 3, 4:
		w.write("{\n")
		w.statements(depth - 1)
		w.write("}")
	case 5:
		w.write("if H > 2 {\n")
		w.statements(depth - 1)
		w.write("}")
	case 6:
		v := fmt.Sprint("i", w.name())
		w.write("repeat %s of 2 {\n", v)
		w.loops = append(w.loops, v)
		w.statements(depth - 1)
		w.loops = w.loops[:len(w.loops)-1]
		w.write("}")
	case 10:
		v := fmt.Sprint("i", w.name())
		w.write("repeat [%s, _] in [[0, 3], [1, 5]] {\n", v)
		w.loops = append(w.loops, v)
		w.statements(depth - 1)
		w.loops = w.loops[:len(w.loops)-1]
		w.write("}")
	case 7:
		if w.blocks > 0 && w.each == 0 { // they have heads
			w.write("b%d", w.IntN(w.blocks))
			return
		}
		w.write("silu")
	case 11:
		w.attention(depth)
	default:
		w.write("%s {\n", []string{"add", "max", "mean"}[w.IntN(3)])
		for range 1 + w.IntN(3) {
			w.write("| ")
			if len(w.taps) > 0 && w.IntN(3) == 0 {
				w.write("@%s\n", w.taps[w.IntN(len(w.taps))])
			}
			w.statements(depth - 1)
		}
		w.write("}")
	}
}

// attention writes what each pixel takes of all others, by weights that steps make of the image.
func (w *netWriter) attention(depth int) {
	w.write("{\nmatmul {\n| reshape([4, 9])\n| ")
	w.statements(depth - 1)
	w.write("conv(9, 1x1) -> reshape([9, 9]) -> softmax(%d)\n}\nreshape([4, 3, 3])\n}", 1+w.IntN(2))
}

// several writes blocks of several values, one whose number is open, and one with a tensor as an argument; none has
// side heads.
func (w *netWriter) several() {
	body := func(depth int) {
		w.ops = 0
		w.statements(depth)
	}
	w.each++
	w.write("block two | [N, C, H, W] as a | [N, C, H, W] as b -> | [N, C, H, W] | [N, C, H, W] {\nadd\n")
	body(1)
	w.write("as sum\nlist {\n| @a\n")
	body(1)
	w.write("| add { | @sum | @b }\n")
	body(0)
	w.write("}\n}\nblock all(act: block = relu) repeat i of n | [N, C, H, W] as xs -> repeat i of n | [N, C, H, W] {\n")
	w.taps = nil
	w.write("list { repeat i, x in @xs | @x -> %s: conv(C, 1x1) -> act\n", `"w{i}"`)
	w.loops = []string{"i"}
	body(1)
	w.loops = nil
	w.write("}\n}\nblock with(like: [N, C, H, W], any: [...]) [N, C, H, W] -> [N, C, H, W] {\n")
	w.taps = nil
	body(1)
	w.write("max { | id | @like | @any }\n}\n")
	w.taps, w.many = nil, true
	w.each--
}

// list writes steps that make a list and join it.
func (w *netWriter) list(depth int) {
	if !w.many || w.IntN(2) == 0 {
		w.eachOf(depth)
		return
	}
	kept, k := len(w.taps), w.name()
	w.write("{\n")
	switch w.IntN(5) {
	case 0: // its tensors by names
		w.listOf(2)
		w.write(" as [p%d, q%[1]d]\nadd {\n| @p%[1]d -> relu\n| @q%[1]d\n| @p%[1]d\n", k)
		w.statements(depth - 1)
		w.write("}\n")
	case 1: // a name with indexes, each of which reads the one before
		if len(w.loops) > 0 {
			w.listOf(2)
			w.write(" -> mean\n")
			break
		}
		w.loops = append(w.loops, fmt.Sprint("i", k))
		w.write("repeat i%d of 3 {\n", k)
		w.statements(depth - 1)
		w.write("if i%d > 0 { add { | id | @z%[1]d[i%[1]d-1] } }\nid as z%[1]d[i%[1]d]\n}\n", k)
		w.loops = w.loops[:len(w.loops)-1]
		w.write("list { repeat i of 3 | @z%d[2-i] } -> max\n", k)
	case 2:
		w.listOf(2)
		w.write(" -> two as s%d\nadd { | @s%[1]d[0] | @s%[1]d[1] }\n", k)
	case 3:
		w.listOf(2 + w.IntN(2))
		w.write(" -> all(%s) as s%d\nlist { repeat x in @s%[2]d | @x | @s%[2]d[0] -> relu } -> add\n", []string{"", "act=silu"}[w.IntN(2)], k)
	case 4:
		w.statements(depth - 1)
		w.write("id as s%d -> relu\n", k)
		w.statements(depth - 1)
		w.write("with(@s%d, any=@s%[1]d)\n", k)
	}
	w.taps = w.taps[:kept]
	w.write("}")
}

// listOf writes a list of so many tensors.
func (w *netWriter) listOf(n int) {
	w.write("list {\n")
	for range n {
		w.write("| ")
		if len(w.taps) > 0 && w.IntN(3) == 0 {
			w.write("@%s\n", w.taps[w.IntN(len(w.taps))])
		} else {
			w.statement(0)
		}
	}
	w.write("}")
}

// eachOf writes a step that is applied to two or three values.
func (w *netWriter) eachOf(depth int) {
	kept := len(w.taps)
	w.write("{ ")
	w.listOf(2 + w.IntN(2))
	w.write("\n")
	if w.IntN(3) > 0 {
		w.write("%s: ", w.label())
	}
	w.write("each ")
	w.each++
	w.inner(depth - 1)
	w.each--
	w.taps = w.taps[:kept]
	w.write("\n%s }", []string{"add", "max", "mean"}[w.IntN(3)])
}
