package prove

import (
	"fmt"
	"strings"
)

func (w *writer) table() string {
	loops := len(w.loops)
	defer func() { w.loops = w.loops[:loops] }()
	w.fresh++
	row := fmt.Sprintf("r%d", w.fresh)
	rows := []string{}
	for range 1 + w.r.Intn(3) {
		rows = append(rows, "["+w.channels()+", "+w.pick("1", "2", w.count())+"]")
	}
	if w.chance(50) {
		return w.named(rows)
	}
	w.loops = append(w.loops, row+"[1]")
	body := w.pick("conv("+row+"[0], 3x3, pad=1)", "conv("+row+"[0], 3x3, stride="+row+"[1], pad=1)", "repeat "+row+"[1] "+w.step(), "repeat "+row+"[1]-1 relu")
	return "repeat " + row + " in [" + strings.Join(rows, ", ") + "] { " + body + " }"
}

// named is a repeat that names the items of its rows, or of one row by a let; now and then
// a condition chooses between rows, and not all have as many items.
func (w *writer) named(rows []string) string {
	c, n := fmt.Sprintf("c%d", w.fresh), fmt.Sprintf("n%d", w.fresh)
	list := "[" + strings.Join(rows, ", ") + "]"
	if w.chance(20) {
		list = w.pick(list+" * "+w.pick("1", "2", w.count()), list+" + ["+rows[0]+"]")
	}
	if w.chance(30) {
		list = "(if " + w.condition() + " then " + list + " else [" + w.pick(rows[0], "["+w.count()+", "+w.name()+"]", "[3, 1, 2]", "[2]") + "])"
	}
	w.loops = append(w.loops, n)
	body := w.pick("conv("+c+", 3x3, stride="+n+", pad=1)", "conv("+c+", 3x3, pad="+n+")", "repeat "+n+" "+w.step(), "repeat "+c+"-1 "+w.step())
	switch w.r.Intn(4) {
	case 0:
		return "repeat " + list + "[0][1] { let [" + c + ", " + n + "] = " + list + "[0]; " + body + " }"
	case 1:
		i := fmt.Sprintf("i%d", w.fresh)
		return "repeat " + i + ", [" + c + ", " + n + "] in " + list + " { " + body + "\nconv(" + i + "+C, 1x1) }"
	case 2:
		return "concat { repeat [" + c + ", " + n + "] in " + list + " | " + body + " }"
	}
	return "repeat [" + c + ", " + n + "] in " + list + " { " + body + " }"
}
