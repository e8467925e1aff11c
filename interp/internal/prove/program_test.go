package prove

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
)

// A program is a random text whose last declaration is the block to prove.
type program struct {
	text   string
	params []string // of the last block: whole numbers, 0 and up
	sizes  []string // what else its signature binds
	square bool     // H and W are tried as one
}

// A writer writes one program. What it writes interacts: the same few names stand in
// counts, pads, strides, widths and conditions.
type writer struct {
	r        *rand.Rand
	params   []string
	counts   []string // names of how many values it takes
	loops    []string // names of iterations in scope
	taps     []string
	families []string            // those that have indexes: x has one, y two
	blocks   []string            // calls of the blocks written before
	lists    []portBlock         // those of several values
	rests    []string            // those of blocks for vectors and maps
	sized    bool                // whether the block near is there
	unit     string              // the name of a block parameter in scope
	within   bool                // whether it writes a block that others call
	stages   []string            // the paths of its stages so far
	staged   map[string][]string // those of the blocks written before, by name
	depth    int
	fresh    int
}

func (w *writer) pick(list ...string) string { return list[w.r.Intn(len(list))] }

func (w *writer) chance(percent int) bool { return w.r.Intn(100) < percent }

// name is a parameter, or now and then the iteration of a repeat.
func (w *writer) name() string {
	if len(w.loops) > 0 && w.chance(35) {
		return w.pick(w.loops...)
	}
	if len(w.params) == 0 {
		return "2"
	}
	return w.pick(w.params...)
}

// count is a number that may be negative, zero or small.
func (w *writer) count() string {
	n := w.name()
	switch w.r.Intn(22) {
	case 0, 1, 2:
		return n
	case 3, 4:
		return n + "-1"
	case 5:
		return n + "-2"
	case 6:
		return n + "+1"
	case 7, 8:
		return fmt.Sprintf("%d-%s", 2+w.r.Intn(4), n)
	case 9:
		return fmt.Sprintf("2*%s-%d", n, 1+w.r.Intn(4))
	case 10:
		return fmt.Sprintf("%d-2*%s", 3+w.r.Intn(6), n)
	case 11, 12:
		return n + "//2"
	case 13:
		return "(" + n + "+1)//2"
	case 14:
		return n + "-" + w.name()
	case 15:
		return n + "+" + w.name()
	case 16:
		return n + " % 2"
	case 17:
		return w.pick("max", "min") + "(" + n + ", " + w.pick("1", "2", "3", w.name()) + ")"
	case 18:
		return "(if " + w.condition() + " then " + w.pick(n, "1", "2") + " else " + w.pick(n+"-1", "0", "3") + ")"
	case 19:
		return n + "*" + w.name()
	case 20:
		return w.pick("abs("+n+"-2)", "make_divisible("+n+", "+w.pick("2", "3", w.name())+")")
	}
	return w.pick("0", "1", "2", "3")
}

func (w *writer) condition() string {
	n := w.name()
	switch w.r.Intn(12) {
	case 0, 1:
		return fmt.Sprintf("%s > %d", n, w.r.Intn(4))
	case 2:
		return fmt.Sprintf("%s <= %d", n, w.r.Intn(4))
	case 3:
		return fmt.Sprintf("%s == %d", n, w.r.Intn(4))
	case 4:
		return fmt.Sprintf("%s != %d", n, w.r.Intn(4))
	case 5:
		return fmt.Sprintf("%s %% %d == %d", n, 2+w.r.Intn(2), w.r.Intn(2))
	case 6:
		return n + " " + w.pick("<", ">=", "==", "!=") + " " + w.name()
	case 7:
		return "2*" + n + w.pick(" > ", " < ", " == ") + w.pick("3", "4", "5")
	case 8:
		return "H " + w.pick(">", ">=", "==", "<") + " " + w.pick("1", "2", "3", "4", n)
	case 9:
		return "W % 2 == " + w.pick("0", "1")
	case 10:
		return "(" + w.condition() + w.pick(" and ", " or ") + w.condition() + ")"
	}
	if w.chance(20) {
		return w.pick(n+" == \"x\"", "3x3 != "+n, "["+n+", 1] == ["+w.name()+", "+w.pick("1", "2", "\"x\"")+"]", "["+n+"] * 2 == ["+n+", "+w.name()+"]", "relu == silu", "conv("+n+", 1x1) == conv("+w.name()+", 1x1)", "[1] + ["+n+"] != [1, "+w.name()+"]")
	}
	if w.chance(30) {
		return "divisible(" + n + ", " + w.pick("2", "3", w.name()) + ")"
	}
	return "not " + n + " > " + w.pick("0", "1", "2")
}

func (w *writer) channels() string {
	switch w.r.Intn(8) {
	case 0, 1, 2:
		return "C"
	case 3, 4:
		return w.pick("3", "4", "6")
	case 5:
		return w.name() + w.pick("", "+1", "+2")
	case 6:
		return "2*" + w.name()
	}
	return w.pick("C+"+w.name(), "C*2", "C//2", "C*"+w.name(), "C-1", w.count())
}

// window is the arguments that a convolution and a pool share.
func (w *writer) window() string {
	n := w.name()
	k := w.pick("3x3", "3x3", "3x3", "1x1", "2x2", "1x3", "["+n+", "+n+"]", "["+w.count()+", 1]")
	args := k
	if w.chance(40) {
		args += ", stride=" + w.pick("1", "2", "2", n, w.count(), "["+n+", 1]")
	} else {
		args += ", stride=1"
	}
	if w.chance(70) {
		args += ", pad=" + w.pick("1", "1", "1", "1", "0", n+"-1", n+"//2", "half", "same", w.count())
	}
	return args
}

// step is one step that may be repeated.
func (w *writer) step() string {
	switch w.r.Intn(20) {
	case 0, 1, 2:
		return "relu"
	case 3:
		return "bn"
	case 4, 5:
		return "conv(C, 3x3, pad=1)" // C stands for the block's input, which the next may have changed
	case 6, 7:
		return "conv(" + w.channels() + ", " + w.pick("3x3, pad=1", "1x1", "3x3") + w.pick("", "", ", groups="+w.pick("C", w.name(), "2")) + ")"
	case 8:
		return "conv(" + w.channels() + ", " + w.window() + ")"
	case 9:
		return w.pick("maxpool", "avgpool") + "(" + w.window() + w.pick("", "", ", ceil=true") + ")"
	case 10:
		return w.merge()
	case 11:
		if w.chance(15) {
			return w.label() + ": " + w.pick("conv(C, 1x1)", "relu", "{ conv(C, 1x1) }")
		}
		if len(w.blocks) > 0 {
			return w.call()
		}
	case 12:
		if w.unit != "" {
			return w.unit
		}
	case 13:
		if len(w.families) > 0 && w.chance(50) {
			return w.pick("add { | id | ", "concat { | ", "{ ") + w.readIndexed() + " }"
		}
		if len(w.taps) > 0 && w.sized && w.chance(20) {
			return w.near()
		}
		if len(w.taps) > 0 {
			return "add { | id | @" + w.pick(w.taps...) + " }"
		}
	case 14:
		return "avgpool_to(" + w.pick("1x1", "2x2", "[H, W]", "["+w.name()+", 1]") + ")"
	case 16:
		return w.learned()
	case 17:
		return w.attends()
	case 18, 19:
		return w.operation()
	case 15:
		return "slice(" + w.pick("0", w.name(), w.count()) + ", " + w.pick("3", "C", w.name(), w.count()) + ")"
	}
	return "id"
}

// label is the name of a step, which others may have as well.
func (w *writer) label() string {
	n := w.name()
	return w.pick("x", "y", `""`, `"x{`+n+`}"`, `"{`+n+`}"`, `"{2*`+n+`+1}"`, `"x{`+w.count()+`}"`, `"x{`+n+`}{`+w.name()+`}"`, `"x{`+n+`}_{`+w.name()+`}"`, `"1"`, `"x1"`)
}

func (w *writer) call() string {
	b := w.pick(w.blocks...)
	open := strings.Index(b, "(")
	if open < 0 {
		return b
	}
	var args []string
	for _, p := range strings.Split(strings.TrimSuffix(b[open+1:], ")"), ", ") {
		size, isSize := strings.CutPrefix(p, "=")
		switch {
		case isSize && w.chance(60): // as many do not give it
		case isSize:
			args = append(args, size+"="+w.pick("C", "H", "W", size, size, "3", w.count()))
		case p == "unit":
			args = append(args, w.pick("relu", "id", "conv(3, 3x3, pad=1)", "conv(3, 1x1)", "maxpool(2x2)"))
		default:
			args = append(args, w.count())
		}
	}
	return b[:open] + "(" + strings.Join(args, ", ") + ")"
}

// merge is a combinator over branches.
func (w *writer) merge() string {
	if w.depth > 2 {
		return "relu"
	}
	w.depth++
	defer func() { w.depth-- }()
	var branches []string
	for range 2 + w.r.Intn(2) {
		b := w.pick("id", "relu", w.step())
		if w.chance(30) {
			b = w.statement()
		}
		if w.chance(15) {
			b = ""
			branches = append(branches, "| repeat "+w.count()+" | "+w.pick("id", "relu", "conv(C, 1x1)"))
			continue
		}
		branches = append(branches, "| "+b)
	}
	name, all := w.pick("add", "add", "concat", "concat", "mul", "max", "concat"), " { "+strings.Join(branches, " ")+" }"
	if w.chance(25) {
		return w.several("list"+all, name)
	}
	return name + all
}

// statement is a statement on one line.
func (w *writer) statement() string {
	if w.depth > 3 {
		return w.step()
	}
	w.depth++
	defer func() { w.depth-- }()
	switch w.r.Intn(15) {
	case 0, 1, 2, 3:
		return w.repeat()
	case 13:
		if w.within {
			return w.stage()
		}
	case 14:
		if len(w.blocks) > 0 {
			return w.callForStages()
		}
	case 4, 5:
		taps := len(w.taps)
		text := "if " + w.condition() + " { " + w.statement() + " }"
		if !w.chance(30) { // else it may be read where nobody named it
			w.taps = w.taps[:taps]
		}
		if w.chance(60) {
			text += " else { " + w.statement() + " }"
			w.taps = w.taps[:min(taps, len(w.taps))]
		}
		return text
	case 6:
		return w.step() + " -> " + w.step()
	case 7:
		return w.table()
	case 8:
		if w.depth == 1 && w.chance(50) && len(w.rests) > 0 {
			w.fresh++
			all := w.blocks
			w.blocks = w.rests
			call := w.call()
			w.blocks = all
			return fmt.Sprintf("side s%d: { %sflatten -> %s }", w.fresh, w.pick("", "gap -> "), call)
		}
		if w.depth == 1 && w.chance(20) {
			w.fresh++
			return fmt.Sprintf("side s%d: { %s }", w.fresh, w.step())
		}
		if w.chance(50) {
			return w.step() + " as " + w.indexed(w.pick("x", "x", "y"))
		}
		if w.depth <= 3 && w.chance(60) {
			w.fresh++
			name := fmt.Sprintf("t%d", w.fresh)
			text := w.step() + " as " + name
			w.taps = append(w.taps, name)
			return text
		}
	case 9:
		return w.step() + " is [N, " + w.pick("C", "_", "3", w.channels()) + ", " + w.pick("H, W", "_, _", "H-2, W-2", "ceil(H/2), _") + "]"
	}
	return w.step()
}

func (w *writer) repeat() string {
	loops, taps := len(w.loops), len(w.taps)
	defer func() {
		if w.loops = w.loops[:loops]; !w.chance(30) {
			w.taps = w.taps[:taps]
		}
	}()
	count := w.count()
	if w.chance(45) {
		w.fresh++
		i := fmt.Sprintf("i%d", w.fresh)
		w.loops = append(w.loops, i)
		return "repeat " + i + " of " + count + " { " + w.statement() + w.pick("", "", "\n"+w.step()) + " }"
	}
	if w.chance(50) {
		return "repeat " + count + " " + w.step()
	}
	return "repeat " + count + " { " + w.statement() + w.pick("", "\n"+w.step()) + " }"
}

func (w *writer) where() string {
	var list []string
	for _, k := range w.counts {
		list = append(list, k+" >= "+w.pick("0", "1", "2", "4", "4")) // a proof follows up to 3
	}
	switch {
	case list != nil && w.chance(45):
		return " where " + list[0]
	case w.chance(45):
		return ""
	}
	for range 1 + w.r.Intn(2) {
		list = append(list, w.pick(w.name()+" >= "+w.pick("0", "1", "2", "3", "4"), w.name()+" <= "+w.pick("2", "4", "5"), "H >= "+w.pick("2", "3"), w.name()+" != 1", w.name()+" % 2 == 0", "C == 3", "H >= "+w.name(), w.condition()))
	}
	return " where " + strings.Join(list, ", ")
}

// block writes a block that others may call.
func (w *writer) block(name string) string {
	inner := &writer{r: w.r, params: []string{"a"}, blocks: w.blocks, within: true, staged: w.staged}
	head, call := "block "+name+"(a: int)", name+"(a)"
	out := w.pick("[N, C, H, W]", "[N, C, H, W]", "[N, C, H, W]", "[N, _, _, _]", "[N, C, _, _]", "[N, C+a, H, W]", "[N, C, H-2, W-2]", "_")
	if w.chance(25) {
		inner.unit = "unit"
		head, call = "block "+name+"(a: int, unit: block)", name+"(a, unit)"
		if w.chance(50) {
			head = "block " + name + "(a: int, unit: block [N, C, H, W] -> [N, _, _, _])"
		}
	}
	body := ""
	if w.chance(50) {
		body = inner.stage() + "\n  "
	}
	body += inner.statement()
	switch {
	case w.chance(20) && inner.unit == "": // one that calls itself
		body = "if a > " + w.pick("0", "0", "1") + " { " + inner.step() + "\n    " + name + "(a-" + w.pick("1", "1", "2", "1 - a//2") + ") } " + w.pick("", "", "else { "+inner.step()+" }")
	case w.chance(50):
		body += "\n  " + inner.statement()
	}
	preset := ""
	switch {
	case out == "_":
		out = ""
	case w.chance(25): // sizes that a call may give, and a preset for whoever calls that
		out = " [N, C = 3, H = 4, W = " + w.pick("4", "H", "2*H") + "] -> " + out + inner.where()
		call = strings.TrimSuffix(call, ")") + ", =C, =H)"
		preset = "block p" + name + " = " + name + "(" + w.pick("C=5", "H=3", "C=2, W=9") + ")\n"
		w.blocks = append(w.blocks, "p"+call)
	default:
		in := "[N, C, H, W]"
		if w.chance(25) {
			channels := w.pick("3", "4", "a", "a+1")
			in, out = "[N, "+channels+", H, W]", strings.ReplaceAll(out, "C", channels)
			body = strings.ReplaceAll(body, "C", channels)
		}
		out = " " + in + " -> " + out + inner.where()
	}
	w.blocks = append(w.blocks, call)
	if w.staged == nil {
		w.staged = map[string][]string{}
	}
	w.staged[name] = inner.stages
	return head + out + " {\n  " + body + "\n}\n" + preset
}

// anyAxes writes a block for vectors and maps, with steps that take both and now and then
// one that does not.
func (w *writer) anyAxes(name string) string {
	inner := &writer{r: w.r, params: []string{"a"}, depth: 2}
	var steps []string
	for range 1 + w.r.Intn(3) {
		steps = append(steps, w.pick("relu", "bn", "bn(scale=false)", "softmax", "pow(a)", "softmax(a)", "reshape([C])", "permute([0, 1])", "permute([0, a, 2, 3])", "matmul { | id | permute([0, 1, 3, 2]) }", "group_norm(a)", "mul { | linear(1) | id }", "mul { | id | reduce_max(1) }", "linear(C)", "linear(C+a)", "slice(0, 1)", "mul { | id | sigmoid }", "add { | relu | id }", "concat { | id | relu }",
			"if "+inner.name()+w.pick(" > 1", " == 2", " != C")+" { linear(C) -> relu }", "repeat a linear("+w.pick("C", "a+1", "C+1")+")", "conv(C, 1x1)", "maxpool(3x3, stride=1)"))
	}
	w.rests = append(w.rests, name+"(a)")
	w.blocks = append(w.blocks, name+"(a)")
	in := w.pick("[N, C, ...]", "[N, C, ...]", "[N, C, ...]", "[N, 3, ...]")
	out := w.pick("[N, C, ...]", "[N, C, ...]", "[N, C+a, ...]", "[N, a+1, ...]", "[N, _, ...]")
	if in == "[N, 3, ...]" {
		out = strings.ReplaceAll(out, "C", "3")
	}
	text := "block " + name + "(a: int) " + in + " -> " + out + w.pick("", " where a >= 1", " where a <= 2") + " {\n  " + strings.Join(steps, "\n  ") + "\n}\n"
	if in == "[N, 3, ...]" {
		text = strings.ReplaceAll(text, "C", "3")
	}
	return text
}

// randomProgram writes a program of one to five lines, sometimes with a block or two
// before it.
func randomProgram(r *rand.Rand) program {
	p := program{square: true}
	names := []string{"n", "m", "k"}
	count := 1 + r.Intn(2)
	switch r.Intn(100) {
	case 0:
		count = 3
	case 1:
		p.square = false
	}
	p.params = names[:count]
	w := &writer{r: r, params: p.params}
	for i := range r.Intn(5) - 2 {
		p.text += w.block(fmt.Sprintf("b%d", i))
	}
	if w.chance(25) {
		p.text += w.anyAxes("any")
	}
	for i := range w.r.Intn(4) - 1 {
		p.text += w.ports(fmt.Sprintf("l%d", i))
	}
	if w.chance(30) {
		p.text, w.sized = p.text+nearText, true
	}
	var params, body []string
	for _, name := range p.params {
		params = append(params, fmt.Sprintf("%s = %d", name, 1+r.Intn(4)))
	}
	for range 1 + r.Intn(4) {
		body = append(body, w.statement())
	}
	w.loops = nil
	out := w.pick("[N, _, _, _]", "[N, _, _, _]", "[N, _, _, _]", "[N, _, _, _]", "[N, C, H, W]", "[N, C, _, _]", "[N, _, H, W]", "[N, _, H-"+w.pick("2", "n", "2*n")+", _]", "[N, C*"+w.pick("2", "n")+", _, _]")
	channels := w.pick("3", "3", "C")
	in := "[N, " + channels + ", H, W]"
	if w.chance(30) {
		f := w.portForm(channels)
		in, p.sizes = f.in, f.sizes
		end, claim := w.end(f)
		if !strings.Contains(in, "D") {
			claim = strings.ReplaceAll(claim, "D", "C")
		}
		out, body = claim, append(append([]string{w.start(f)}, body...), end)
		w.counts = slices.DeleteFunc(slices.Clone(f.sizes), func(name string) bool { return name != "k" })
	}
	if !strings.Contains(in, "C") {
		p.text += "let C = 3\n"
	}
	p.text += "block f(" + strings.Join(params, ", ") + ") " + in + " -> " + out + w.where() + " {\n  " + strings.Join(body, "\n  ") + "\n}\n"
	return p
}
