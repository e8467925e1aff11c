package prove

import (
	"fmt"
	"math/rand"
	"strings"
)

// A listWriter writes a block that takes a list of any length, or makes one, and what it does with it.
type listWriter struct {
	r     *rand.Rand
	fresh int
}

func (w *listWriter) pick(list ...string) string { return list[w.r.Intn(len(list))] }

// randomListProgram writes a program whose last block takes or makes a list of k tensors.
func randomListProgram(r *rand.Rand) program {
	w := &listWriter{r: r}
	c, h := w.pick("C", "C", "C", "C", "C*2**i", "C+i", "C*(i+1)", "_"), w.pick("H", "H", "H/2**i", "H/2**i", "H+i", "H-i")
	in := fmt.Sprintf("repeat i of k | [N, %s, %s, W] as xs", c, h)
	list := "xs"
	p := program{params: []string{"a"}, sizes: []string{"k", "C"}, square: true}
	binds := strings.ContainsAny(c+h, "+-(_") // names that the list does not
	switch way := w.r.Intn(8); {
	case way < 2:
		in, list = "[N, C, H, W]", ""
		p.params, p.sizes = []string{"a", "k"}, []string{"C"}
	case binds:
		in = "| [N, C, H, W] as p " + in
	case way == 2:
		in += " | [N, D, H, W] as p"
		p.sizes = append(p.sizes, "D")
	case way == 3:
		in = "repeat i of k | [N, C, H, W] as ys " + in
	}
	var body []string
	if list == "" {
		body, list = append(body, "list { "+w.branch("")+" } as xs"), "xs"
	}
	for range w.r.Intn(3) {
		body = append(body, w.onList(list))
	}
	channels := w.pick("_", "_", "_", "_", "_", c, "C", "2", "i+1", "a", "k", "2*k", "C*k")
	out := w.pick("repeat i of k | ", "repeat i of k | ", "") + "[N, " + channels + ", " + w.pick("_", "_", h) + ", " + w.pick("_", "W") + "]"
	if !strings.HasPrefix(out, "repeat") {
		body = append(body, w.joins(list))
		out = strings.NewReplacer("**i", "", "+i", "", "-i", "", "(i+1)", "1", "i+1", "2").Replace(out)
	}
	where := w.pick("", "", "", " where k >= 1", " where k >= 2", " where H % 2**(k-1) == 0", " where a >= 1", " where k <= a")
	params := "a: int"
	if len(p.params) > 1 {
		params += ", k: int"
	}
	p.text = listHelpers + "block f(" + params + ") " + in + " -> " + out + where + " {\n  " + strings.Join(body, "\n  ") + "\n}\n"
	return p
}

// openSizes gives values to the sizes of the list that its signature leaves open, which differ from item to item.
func (p program) openSizes(assign map[string]int64) {
	if !strings.Contains(p.text, "[N, _,") {
		return
	}
	for value := range int64(12) {
		assign[fmt.Sprintf("_ %d.1", value)] = 1 + value*value%3
	}
	if assign["values before 1"] = 1; strings.Contains(p.text, "as ys") {
		assign["values before 1"] = assign["k"]
	}
}

const listHelpers = `block head(c: int) [N, C, H, W] -> [N, c, H, W] { conv(C, 3x3, pad=1) -> relu -> last: conv(c, 1x1) }
block any(c: int) [N, C, H, W] -> [N, _, _, _] { if C == 2 { conv(c, 1x1) } else { bn } }
block gate [N, C, H, W] -> [N, C, 1, 1] { gap -> conv(C, 1x1) }
block heads(c: int) repeat i of n | [N, C, H, W] as zs -> repeat i of n | [N, c, H, W] { each head(c) }
block halves repeat i of n | [N, C, H/2**i, W] as zs -> repeat i of n | [N, C, H/2**i, W] { list { repeat i of n | @zs[i] -> relu } }
block total repeat i of n | [N, C, H, W] as zs -> [N, C, H, W] { each relu -> add }
block deep(n: int) [N, C, H, W] -> [N, C, H, W] { repeat i of n { "d{i}": conv(C, 1x1) } }
`

// branch is one branch that is repeated for a list, which reads it where there is one.
func (w *listWriter) branch(list string) string {
	head, read := "repeat i of k | ", ""
	if list != "" {
		switch w.r.Intn(6) {
		case 0, 1:
			head, read = "repeat i, x in @"+list+" | ", "@x -> "
		case 2:
			head, read = "repeat i of len(@"+list+")"+w.pick("", "", "-1")+" | ", "@"+list+"[i] -> "
		default:
			read = "@" + list + "[" + w.pick("i", "i", "i", "i", "k-1-i", "0", "k-1", "i+1", "max(i-1, 0)", "a", "i//2", "i*i") + "] -> "
		}
	}
	return head + read + w.step(true)
}

// step is one step on a tensor, in an iteration or the same for all items.
func (w *listWriter) step(counted bool) string {
	w.fresh++
	number, label := w.pick("a", "a+1", "2", "C", "C"), ""
	if counted {
		number, label = w.pick("a+1", "i+1", "i", "C+i", "C*2**i", "2", "C"), fmt.Sprintf("\"l%d.{i}\": ", w.fresh)
	}
	label = w.pick("", label, label, w.pick("", "", "", fmt.Sprintf("m%d: ", w.fresh)))
	switch w.r.Intn(18) {
	case 0, 1, 2:
		return label + "conv(" + number + ", 1x1)"
	case 3:
		return "{ " + label + "conv(C, 3x3, pad=1) -> " + w.step(counted) + " }"
	case 4:
		return "maxpool(" + w.pick("2x2", "3x3, stride=1, pad=1", "["+number+", 1]") + ")"
	case 5:
		return label + "head(" + number + ")"
	case 6:
		return label + "any(" + number + ")"
	case 7:
		return "if " + number + w.pick(" == ", " > ", " != ") + w.pick("0", "1", "a", "k-1") + " { " + w.step(counted) + " }"
	case 8:
		return "repeat " + number + " " + w.pick("relu", "conv(C, 1x1)")
	case 9:
		return "mul { | id | " + w.pick("gate", "sigmoid", "gap") + " }"
	case 10:
		return "add { | id | " + w.step(counted) + " }"
	case 11:
		return "resize([" + w.pick("H", "H", "2*H", number) + ", W])"
	case 12:
		return label + "bn"
	case 13:
		return label + "deep(" + number + ")"
	case 14, 15:
		return operation(w.r, func() string { return number }, func() string { return number })
	}
	return "relu"
}

// onList is a step on the list, which flows in or is read by its name.
func (w *listWriter) onList(list string) string {
	switch w.r.Intn(9) {
	case 0, 1, 2:
		step := w.step(false)
		if label, labelled, found := strings.Cut(step, ": "); found && !strings.ContainsAny(label, "{(") {
			return label + ": each " + labelled
		}
		return "each " + step
	case 3:
		return w.pick("", "t: ") + "heads(" + w.pick("a", "2", "C") + ")"
	case 4:
		return "halves"
	case 5:
		return "list { | id | " + w.pick("@"+list, "@"+list+"[0]", "@"+list+"[k-1]", "each relu") + " }"
	case 6:
		return "repeat " + w.pick("2", "a") + " each " + w.pick("relu", "conv(C, 1x1)")
	}
	return "list { " + w.branch(list) + " }"
}

// joins makes one tensor.
func (w *listWriter) joins(list string) string {
	join := w.pick("add", "concat", "concat", "mul", "max", "concat(axis=2)")
	switch w.r.Intn(5) {
	case 0:
		return "total"
	case 1:
		return join + " { " + w.branch(list) + " }"
	case 2:
		return join + " { | @" + list + " | " + w.pick("@"+list+"[0]", "id") + " }"
	}
	return join
}
