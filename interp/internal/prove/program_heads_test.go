package prove

import (
	"fmt"
	"math/rand"
	"strings"
)

// Random programs with side heads, whose arguments depend on parameters and on sizes.

const headHelpers = `block grows(k: int) [N, C, H, W] -> [N, C, H + k - 1, W] where k >= 1 { pad([[k - 1, 0], [0, 0]]) -> relu }
block picks(l: list[int], k: int) [N, C, H, W] -> [N, _, _, _] {
  side p: { repeat x in l { conv(x, 1x1) } -> conv(l[k], 1x1) }
  repeat i, x in l { conv(C + i, 1x1) -> conv(x + 1, [i + 1, 1]) }
}
block wide(k: int) [N, C, H, W] -> [N, k, _, _] { concat { | conv(k, [3, 1]) | maxpool([k, 1], stride=1) -> slice(0, 0*k) } }
block tail(k: int) [N, C, H, W] -> [N, _, _, _] { relu; side h: { maxpool([k, 1], stride=1) -> conv(H - k, 1x1) } }
block down(k: int) [N, C, H, W] -> [N, C, _, _] { if k > 0 { side "d{k}": maxpool([k, 1], stride=1); relu -> down(k-1) } }
`

// randomHeadProgram writes a program whose last block has side heads.
func randomHeadProgram(r *rand.Rand) program {
	w := &writer{r: r, params: []string{"n", "m"}[:1+r.Intn(2)], blocks: []string{"grows(k)", "wide(k)", "tail(k)", "down(k)"}}
	p := program{params: w.params, square: w.chance(70), text: headHelpers}
	if w.chance(30) {
		p.text += w.block("b0")
	}
	var body []string
	for range 1 + r.Intn(3) {
		if w.chance(30) {
			body = append(body, w.step())
		}
		body = append(body, w.head())
	}
	body = append(body, w.pick("relu", w.step(), w.statement()))
	var params []string
	for _, name := range p.params {
		params = append(params, name+": int")
	}
	p.text += "block f(" + strings.Join(params, ", ") + ") [N, C, H, W] -> [N, _, _, _]" + w.where() + " {\n  " + strings.Join(body, "\n  ") + "\n}\n"
	return p
}

// head is a side head, perhaps where only some ways through a block make it.
func (w *writer) head() string {
	w.fresh++
	taps, families, params := len(w.taps), len(w.families), w.params
	w.params = append(w.params[:len(w.params):len(w.params)], "H", "W")
	text := fmt.Sprintf("side s%d: { %s }", w.fresh, w.headStep(0))
	w.taps, w.families, w.params = w.taps[:min(taps, len(w.taps))], w.families[:min(families, len(w.families))], params
	switch w.r.Intn(12) {
	case 0:
		return "if " + w.condition() + " { " + text + " }"
	case 1:
		return "repeat " + w.pick("1", "2", w.count()) + " { " + text + " }"
	case 2:
		return "repeat i of 2 { " + strings.Replace(text, fmt.Sprintf("s%d", w.fresh), `"s{i}"`, 1) + "\n" + w.step() + " }"
	case 3:
		return "add { | id | { " + text + "\nrelu } }"
	}
	return text
}

func (w *writer) headStep(depth int) string {
	if depth > 2 {
		return w.step()
	}
	one := func() string { return w.headStep(depth + 1) }
	n := w.name()
	switch w.r.Intn(20) {
	case 0, 1, 2:
		return "{ " + one() + " -> " + one() + " }"
	case 3, 4:
		return w.pick("add", "concat", "mul") + " { | " + one() + " | " + one() + " }"
	case 5:
		return "if " + w.condition() + " { " + one() + " } else { " + one() + " }"
	case 6:
		return "repeat " + w.count() + " " + one()
	case 7:
		w.fresh++
		return fmt.Sprintf("{ %s\nside u%d: { %s }\n%s }", w.step(), w.fresh, one(), one())
	case 8:
		return "picks([" + w.count() + ", " + w.count() + "], " + w.pick("0", "1", "1", w.count()) + ")"
	case 9:
		return "{ list { | " + one() + " | id } -> " + w.each() + " -> add }"
	case 10:
		return w.pick("maxpool", "avgpool") + "([" + w.count() + ", 1], stride=" + w.pick("1", "["+w.count()+", 1]") + ")"
	case 11:
		return "pad([[" + w.count() + ", 0], [0, 0]], mode=" + w.pick(`"reflect"`, `"zeros"`) + ")"
	case 12:
		return "crop([[" + w.count() + ", 0], [0, 0]])"
	case 13:
		return "conv([3, " + n + ", 2][" + w.pick("0", "1", "3", w.count()) + "], 1x1)"
	case 14:
		return "conv(" + w.pick("C*H/2", "6/"+n, "C//("+w.count()+")", "C % ("+w.count()+")") + ", 1x1)"
	case 15:
		return "deconv(C, [" + w.count() + ", 1], stride=1, pad=" + w.pick("0", "same", "[["+w.count()+", 0], [0, 0]]") + ")"
	case 16:
		return "group_norm(" + w.count() + ")"
	case 17:
		return "{ let [z, _] = " + w.pick("["+w.count()+", 1]", "(if "+w.condition()+" then [1, 2] else ["+n+"])") + "; conv(z, 1x1) }"
	}
	return w.pick(w.step(), w.call(), "conv("+w.count()+", 3x1)", "conv(C, 1x1, stride="+w.count()+")")
}
