package prove

import "fmt"

// indexed is a name with indexes, which others may give as well.
func (w *writer) indexed(name string) string {
	w.families = append(w.families, name)
	if name == "y" {
		return "y[" + w.index() + "][" + w.index() + "]"
	}
	return "x[" + w.index() + "]"
}

// readIndexed reads one of the values of such a name, which may be none that was given.
func (w *writer) readIndexed() string {
	at := w.index()
	read := "@x[" + at + "]"
	if w.pick(w.families...) == "y" {
		read = "@y[" + at + "][" + w.index() + "]"
	}
	if w.chance(40) {
		return "if " + at + w.pick(" > 0", " >= 0", " == 0") + " { " + read + " }"
	}
	return read
}

func (w *writer) index() string {
	if len(w.loops) > 0 && w.chance(70) {
		n := w.pick(w.loops...)
		return w.pick(n, n, n, n+"-1", n+"+1", "2*"+n, n+"//2")
	}
	return w.pick("0", "0", "1", "2", w.name(), w.count())
}

// several makes one of a list of tensors again: it is joined, or taken apart.
func (w *writer) several(list, join string) string {
	w.fresh++
	name := fmt.Sprintf("l%d", w.fresh)
	if len(w.lists) > 0 && w.chance(50) {
		return w.listOf(list, join)
	}
	switch w.r.Intn(11) {
	case 8, 9, 10:
		return "{ " + list + " -> " + w.each() + w.pick(" -> "+w.each(), "", "") + " -> " + join + " }"
	case 0:
		w.taps = append(w.taps, name)
		return "{ " + list + " as [" + name + ", " + w.pick("_", "b"+name) + w.pick("", "", ", _") + "] -> " + join + " }"
	case 1:
		return "{ " + list + " as " + name + "\n@" + name + "[" + w.index() + "] }"
	case 2:
		return "{ " + list + " as " + name + "\n" + join + " { repeat i, x in @" + name + " | @x -> " + w.pick("id", w.step(), "conv(i+C, 1x1)") + " } }"
	case 3:
		return "{ " + list + " as " + name + "\n" + join + " { repeat i of len(@" + name + ")" + w.pick("", "", "-1", "+1") + " | @" + name + "[" + w.pick("i", "i", "len(@"+name+")-1-i", w.index()) + "] } }"
	case 4:
		return "{ repeat " + w.count() + " { " + list + w.pick(" -> "+join, "") + " }\n" + w.pick(join, "id") + " }"
	case 5:
		return "{ " + list + " as " + w.indexed("x") + "\n" + join + " { | @" + name + " | id } }"
	}
	return "{ " + list + " -> " + w.pick("id -> ", "{ id } -> ", "repeat "+w.count()+" id -> ", "list { | id | "+w.step()+" } -> ", "") + join + " }"
}

// each writes a step that is applied to every item of a list. What it names ends with it.
func (w *writer) each() string {
	w.fresh++
	label := w.pick("", fmt.Sprintf("e%d: ", w.fresh))
	taps, stages := len(w.taps), len(w.stages)
	step := w.pick("conv(C, 1x1)", "conv("+w.name()+"+1, 1x1)", "bn", w.step(), w.step(),
		"{ "+w.step()+" -> "+w.step()+" }",
		"{ gap -> conv(2, 1x1) }",
		"if "+w.condition()+" { "+w.step()+" } else { conv(C, 1x1) }",
		"repeat "+w.count()+" "+w.pick("conv(C, 1x1)", w.step(), "bn"),
		"add { | conv(C, 1x1) | id }",
		"{ list { | id | "+w.step()+" } -> each "+w.pick("conv(C, 1x1)", w.step())+" -> add }")
	w.taps, w.stages = w.taps[:taps], w.stages[:stages]
	return label + "each " + step
}
