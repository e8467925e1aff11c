package prove

import (
	"fmt"
	"strings"
)

// A portBlock is a block of several values that others call, and whether it gives several.
type portBlock struct {
	call  string
	gives bool
}

// A portForm is a way to write the values that a block takes: how each is read, and the names that
// its signature binds.
type portForm struct {
	in    string
	reads []string
	list  string // what is a list of k values, "" for none
	sizes []string
}

func (w *writer) portForm(channels string) portForm {
	c := "[N, " + channels + ", H, W]"
	switch w.r.Intn(9) {
	case 0, 1:
		return portForm{"| " + c + " as p | [N, D, H, W] as q", []string{"@p", "@q"}, "", []string{"D"}}
	case 2:
		return portForm{"| " + c + " as p | [N, D, 2*H, W] as q", []string{"@p", "@q"}, "", []string{"D"}}
	case 3:
		return portForm{"| " + c + " as p repeat i of k | [N, D, H, W] as xs", []string{"@p", "@xs[0]", "@xs[k-1]"}, "xs", []string{"D", "k"}}
	case 4:
		return portForm{"repeat i of k | [N, " + channels + ", H/2**i, W] as xs", []string{"@xs[0]", "@xs[k-1]", "@xs[1]"}, "xs", []string{"k"}}
	case 5:
		return portForm{"repeat i of k | [N, D*2**i, H, W] as xs", []string{"@xs[0]", "@xs[k-1]", "@xs[" + w.name() + "]"}, "xs", []string{"k", "D"}}
	case 6:
		return portForm{"repeat i of k | " + c + " as xs repeat i of k | [N, D+i, H, W] as ys | [N, D, H, W] as q", []string{"@xs[0]", "@ys[k-1]", "@q"}, "ys", []string{"k", "D"}}
	case 7:
		return portForm{"repeat i of " + w.pick("2", w.name()) + " | " + c + " as xs | [N, D, H, W] as q", []string{"@xs[0]", "@xs[1]", "@q"}, "", []string{"D"}}
	}
	return portForm{"repeat i of k | " + c + " as xs", []string{"@xs[0]", "@xs[k-1]"}, "xs", []string{"k"}}
}

// start reads the values of a form, as one.
func (w *writer) start(f portForm) string {
	join := w.pick("add", "concat", "concat", "mul")
	switch {
	case f.list != "" && w.chance(40):
		return join + " { repeat i of " + w.pick("k", "k", "k", "len(@"+f.list+")", "k-1") + " | @" + f.list + "[" + w.pick("i", "i", "k-1-i", "i//2") + "]" + w.pick("", " -> "+w.pick("relu", "conv(C+i, 1x1)", "conv(2, 1x1)", "maxpool(2x2)")) + " }"
	case f.list != "" && w.chance(30):
		return join + " { | @" + f.list + " }"
	case f.list != "" && w.chance(30):
		return "repeat i of k { @" + f.list + "[i] -> " + w.step() + "\nif i > 0 { add { | id | @m[i-1] } }\nid as m[i] }"
	}
	return join + " { | " + w.pick(f.reads...) + " | " + w.pick(f.reads...) + " -> " + w.pick("id", "relu", "conv(C, 1x1)", w.step()) + " }"
}

// end makes what a block gives, by its claim, of the value so far.
func (w *writer) end(f portForm) (text, out string) {
	size := func() string { return w.pick("[N, _, _, _]", "[N, _, _, _]", "[N, _, H, W]", "[N, C, _, _]") }
	switch {
	case f.list != "" && w.chance(50):
		return "list { repeat i of k | @" + f.list + "[i]" + w.pick("", " -> relu", " -> conv(C, 1x1)", " -> conv(i+1, 1x1)") + " }",
			"repeat i of k | " + w.pick("[N, _, _, _]", "[N, C, _, _]", "[N, _, H/2**i, W]", "[N, D*2**i, H, _]", "[N, i+1, _, _]", "[N, _, H, W]")
	case w.chance(40):
		return "list { | id | " + w.pick(f.reads...) + w.pick("", " -> "+w.step()) + " }", "| " + size() + " | " + w.pick(size(), "[N, D, _, _]")
	}
	return "", size()
}

// ports writes a block of several values that others may call.
func (w *writer) ports(name string) string {
	inner := &writer{r: w.r, params: []string{"a"}, blocks: w.blocks, within: true, staged: w.staged, depth: 1}
	f := inner.portForm("C")
	body := []string{inner.start(f)}
	for range w.r.Intn(2) {
		body = append(body, inner.step())
	}
	end, out := inner.end(f)
	if end != "" {
		body = append(body, end)
	}
	if !strings.Contains(f.in, "D") {
		out = strings.ReplaceAll(out, "D", "C")
	}
	w.lists = append(w.lists, portBlock{name + "(a)", end != ""})
	text := f.in + " -> " + out + inner.where() + " {\n  " + strings.Join(body, "\n  ") + "\n}\n"
	if !strings.Contains(f.in, "C") {
		text = strings.ReplaceAll(text, "C", "D")
	}
	return "block " + name + "(a: int) " + text
}

// listOf calls a block of several values on a list.
func (w *writer) listOf(list, join string) string {
	b := w.lists[w.r.Intn(len(w.lists))]
	call := strings.Replace(b.call, "(a)", "("+w.count()+")", 1)
	switch {
	case !b.gives:
		return "{ " + list + " -> " + call + " }"
	case w.chance(20):
		return "{ " + list + " -> repeat " + w.count() + " " + call + " -> " + join + " }"
	case w.chance(20):
		w.fresh++
		return fmt.Sprintf("{ %s -> %s as [o%d, _] -> %s { | id | @o%[3]d } }", list, call, w.fresh, join)
	}
	return "{ " + list + " -> " + call + " -> " + join + " }"
}

// near reads the size of a value that has a name.
func (w *writer) near() string {
	const block = "near"
	return block + "(@" + w.pick(w.taps...) + ")"
}

const nearText = "block near(like: [N, D, h, w]) [N, C, H, W] -> [N, C, h, w] { resize([h, w]) }\n"
