package prove

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
