package prove

import (
	"flag"
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp/internal/elab"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/ops/dim"
)

var listPrograms = flag.Int("list-programs", 150, "how many random programs of lists and blocks are proved and tried")

// What is given for u, a block of which nothing is known.
const unitTexts = `
block u0 [N, C, H, W] -> [N, _, _, _] { id }
block u1 [N, C, H, W] -> [N, _, _, _] { conv(C + 1, 1x1) }
block u2 [N, C, H, W] -> [N, _, _, _] { conv(2, 1x1) }
block u3 [N, C, H, W] -> [N, _, _, _] { if C == 2 { conv(1, 1x1) } else { conv(2, 1x1) } }
block odd [N, C, H, W] -> [N, C, _, _] { if C % 2 == 1 { maxpool(2x2) } }
`

// randomListBlock writes a block of a list, a number and a block.
func randomListBlock(r *rand.Rand) string {
	pick := func(list ...string) string { return list[r.Intn(len(list))] }
	var step func(depth int, in []string) string
	number := func(in []string) string {
		all := append([]string{"n", "l[0]", "len(l)", "1", "2", "make_divisible(n + 1, 2)"}, in...)
		x := all[r.Intn(len(all))]
		if r.Intn(3) == 0 {
			x = "(" + x + pick(" + ", " * ") + all[r.Intn(len(all))] + ")"
		}
		return x
	}
	step = func(depth int, in []string) string {
		i, x := fmt.Sprint("i", depth), fmt.Sprint("x", depth)
		switch k := r.Intn(16); {
		case k == 14 && depth < 3:
			return "{ let [" + i + ", " + x + "] = " + pick("l", "l", "3x3", "[n, "+number(in)+"]", "if n > 1 then [1, 2] else l") + "; " + step(depth+1, append(slices.Clip(in), i, x)) + " }"
		case k == 15 && depth < 3:
			return "repeat [" + i + ", " + x + "] in [[n, " + number(in) + "], [" + number(in) + ", 1]] { " + step(depth+1, append(slices.Clip(in), i, x)) + " }"
		case k < 3:
			return "conv(" + number(in) + pick(" + 1", "") + ", 1x1)"
		case k < 5:
			return pick("u", "u", "u -> u")
		case k == 5:
			return "conv(C, 1x1)"
		case k == 6 && depth < 3:
			return "{ list { | relu | " + step(depth+1, in) + " } -> each " + step(depth+1, in) + " -> " + pick("add", "concat") + " }"
		case k == 6:
			return "odd"
		case k == 7:
			return "conv(3, 1x1, groups=" + pick("1", "1", "3") + ")"
		case k == 8 && depth < 3:
			return "add { | " + step(depth+1, in) + " | " + step(depth+1, in) + " }"
		case k == 9 && depth < 3:
			return "concat { | " + step(depth+1, in) + " | id }"
		case k == 10 && depth < 3:
			return "{ if " + number(in) + pick(" == ", " >= ", " != ") + number(in) + " { " + step(depth+1, in) + " } }"
		case depth < 3:
			head, names := "repeat "+i+" of n", []string{i, "l[" + i + "]"}
			switch r.Intn(4) {
			case 0:
				head, names = "repeat "+x+" in l", []string{x}
			case 1:
				head, names = "repeat "+i+", "+x+" in l", []string{i, x}
			case 2:
				head, names = "repeat "+i+" of len(l)", []string{i, "l[" + i + "]"}
			}
			return head + " { " + step(depth+1, append(slices.Clip(in), names...)) + pick("", " -> "+step(depth+1, in)) + " }"
		}
		return "relu"
	}
	var lines []string
	for range 1 + r.Intn(3) {
		lines = append(lines, step(0, nil))
	}
	out := pick("[N, _, _, _]", "[N, _, H, W]", "[N, C, H, W]", "[N, _, _, W]")
	where := pick("", "", " where n <= len(l)", " where len(l) >= 1")
	body := strings.Join(lines, "\n  ")
	switch r.Intn(6) {
	case 0:
		body = step(0, nil) + " -> id as a\n  " + body + "\n  add { | @a | id }"
	case 1:
		body = "repeat x in l { " + step(3, []string{"x"}) + " } -> id as a\n  repeat x in l { " + step(3, []string{"x"}) + " }\n  add { | @a | id }"
	case 2:
		body = "add { | u | " + step(3, nil) + " -> u }\n  " + body
	case 3:
		body = "repeat i of n { " + step(3, []string{"i"}) + " -> " + step(3, []string{"i", "l[i]"}) + " } -> id as a\n  " + step(3, nil) + "\n  add { | @a | id }"
	}
	return unitTexts + "block f(l: list[int], n: int, u: block) [N, C, H, W] -> " + out + where + " {\n  " + body + "\n}\n"
}

// A listAttack is values of the parameters of one such block.
type listAttack struct {
	list   []int64
	assign map[string]int64 // n and the sizes
}

// TestNoProofOfListsIsWrong tries small lists and blocks on what is proved of all.
func TestNoProofOfListsIsWrong(t *testing.T) {
	proved, tried, allowed := 0, 0, 0
	for i := range int64(*listPrograms) {
		text := randomListBlock(rand.New(rand.NewSource(*seed + i)))
		blocks := blocksOf(t, text)
		prover := New()
		prover.Allow()
		v := prover.Block(blocks[len(blocks)-1])
		if v.Status != Proved {
			continue
		}
		proved++
		eachList(3, 1, func(list []int64) {
			for n := range int64(3) {
				for c := range int64(2) {
					a := listAttack{list, map[string]int64{"n": n, "N": 1, "C": c + 2, "H": 3, "W": 4, "len(l)": int64(len(list))}}
					way := a.way(v)
					if tried++; way == nil || t.Failed() {
						continue
					}
					allowed++
					for _, u := range blocks[:4] {
						if failed := a.apply(v, u, way); failed != "" {
							t.Errorf("seed %d: l = %v, n = %d, C = %d, u = %s: %s\n%s%+v", *seed+i, list, n, c+2, u.Name, failed, text, v.Contract())
							return
						}
					}
				}
			}
		})
	}
	t.Logf("%d of %d proved; %d values, %d allowed", proved, *listPrograms, tried, allowed)
	if proved < *listPrograms/20 || allowed == 0 {
		t.Errorf("%d proved and %d values allowed: they are hardly tried", proved, allowed)
	}
}

// eachList visits the lists of up to this length of numbers up to most.
func eachList(length int, most int64, visit func([]int64)) {
	var list []int64
	var further func()
	further = func() {
		visit(slices.Clone(list))
		for x := int64(0); len(list) < length && x <= most; x++ {
			list = append(list, x)
			further()
			list = list[:len(list)-1]
		}
	}
	further()
}

// apply applies the block; what is wrong then, "" for nothing.
func (a listAttack) apply(v *Verdict, u *resolve.Object, way *Result) string {
	var items []elab.Value
	for _, x := range a.list {
		items = append(items, dim.Int(int(x)))
	}
	args := map[string]elab.Value{"l": items, "n": dim.Int(int(a.assign["n"])), "u": &elab.Closure{Object: u}}
	got := elab.Apply(v.Block, args, func(name string) dim.Size { return dim.Int(int(a.assign[name])) }, nil, nil)
	for _, d := range got.Problems {
		// u must fit where it is called, and give one sum, or one claim, is for it to say.
		if d.Severity == diag.Error && !d.Code.IsLimit() && !(d.Code == diag.WhereFails && len(d.Trace) <= 1) {
			return "is allowed, and fails: " + d.Message
		}
	}
	if len(got.Problems) > 0 {
		return ""
	}
	for i, size := range way.Output {
		if n, known := a.eval(size); known && n != got.Output[i] {
			return fmt.Sprintf("axis %d is %v, proved was %v", i, got.Output[i], size)
		}
	}
	if n, known := a.eval(way.Count.Params); known && n != got.Count.Params {
		return fmt.Sprintf("%v parameters, proved was %v", got.Count.Params, way.Count.Params)
	}
	return ""
}

// way is a way through the block of which all is known to hold, nil where none is.
func (a listAttack) way(v *Verdict) *Result {
	holds := func(size dim.Size, r dim.Relation, holds bool) bool {
		return a.everywhere(size, func(size dim.Size) bool {
			n, known := a.eval(size)
			return known && n.IsValid() && dim.Numbers{}.Decide(n, r) == holds
		})
	}
	for i, result := range v.Results {
		is := !slices.ContainsFunc(result.of.literals(), func(l literal) bool {
			switch {
			case l.isValue:
				return !holds(l.x.Size().Sub(l.value), dim.Zero, true)
			case l.x.Name != "":
				return !holds(l.x.Size().Sub(dim.Int(int(l.low))), dim.NonNegative, true)
			}
			return !holds(l.fact.size, l.fact.relation, l.fact.holds)
		})
		if is && !slices.ContainsFunc(result.requires, func(r Requirement) bool { return !holds(r.Size, r.Relation, r.Holds) }) {
			return &v.Results[i]
		}
	}
	return nil
}

// everywhere asks of a size with l[i] in it for all items, and of another once.
func (a listAttack) everywhere(size dim.Size, is func(dim.Size) bool) bool {
	for _, x := range size.Vars() {
		if _, isItem := kindOf(x).(elab.Item); !isItem || !strings.HasPrefix(x.Of[0].Name(), "the iteration of") {
			continue
		}
		for _, item := range a.list {
			if !a.everywhere(size.Substitute(x.Name, dim.Int(int(item))), is) {
				return false
			}
		}
		return true
	}
	return is(size)
}

func kindOf(x dim.Variable) any {
	if x.Sense == nil {
		return nil
	}
	return x.Kind
}

// eval is a size at the values, where it has nothing else in it.
func (a listAttack) eval(size dim.Size) (n dim.Size, known bool) {
	assign := map[string]int64{}
	for _, x := range size.Vars() {
		value, known := a.assign[x.Name]
		if _, isItem := kindOf(x).(elab.Item); isItem {
			index, ok := a.eval(x.Of[0])
			i, whole := index.Int()
			if known = ok && whole && i >= 0 && i < len(a.list); known {
				value = a.list[i]
			}
		}
		if !known || !x.Real && value < x.Low {
			return n, false
		}
		assign[x.Name] = value
	}
	n, err := size.Eval(assign)
	return n, err == nil && n.IsValid()
}
