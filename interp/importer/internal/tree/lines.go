package tree

import (
	"regexp"
	"strings"

	"cnnlang/interp/internal/calls"
)

// Which steps stand on one line: a convolution with its norm and its activation, a pool by itself,
// what becomes of the result of a global pool, a block and its repetition.

// A kind is how a step stands on a line.
type kind int

const (
	alone   kind = iota // on a line of its own
	heads               // begins a line
	tails               // goes on with the line before
	opens               // begins a line, on which the next step goes on
	dense               // goes on behind what opens or tails, and else begins a line
	joins               // a combinator that fits on the line
	applies             // applies a block
)

var kinds = func() map[string]kind {
	all := map[string]kind{"linear": dense}
	for k, names := range map[kind]string{
		heads: "conv deconv maxpool avgpool",
		tails: "bn layer_norm group_norm instance_norm lrn l2_normalize relu relu6 leaky_relu prelu hard_sigmoid hard_swish " +
			"sigmoid silu gelu tanh elu softplus mish softmax dropout drop_path scale pow channel_affine flatten channel_shuffle permute reshape",
		opens: "gap gmp avgpool_to reduce_mean reduce_max slice pad crop id",
		joins: "add mul max mean concat matmul list",
	} {
		for _, name := range strings.Fields(names) {
			all[name] = k
		}
	}
	return all
}()

func kindOf(s *Step) kind {
	switch do := s.Do.(type) {
	case *Read:
		return opens
	case *Apply:
		if do.Block != nil {
			return applies
		}
		return kinds[do.Name]
	}
	return alone
}

// arrow stands between steps on a line.
const arrow = " -> "

// lines are those of a body, each without the newline at its end; a step with a body of its own
// has such within.
func lines(b Body) []string {
	var all []string
	line, before := "", (*Step)(nil)
	norm := -1 // where on the line a norm begins that stands last
	for _, s := range b {
		text := s.text()
		end := len(line)
		switch {
		case before == nil:
			line = text
		case strings.Contains(text, "\n") && !isRead(before), strings.Contains(line, "\n"), !follows(before, s, line):
			all, line, end = append(all, line), text, -1
		case !fits(line, text) && norm > 0 && isAct(s): // the two belong together
			all, line, end = append(all, line[:norm]), line[norm+len(arrow):]+arrow+text, -1
		case !fits(line, text):
			all, line, end = append(all, line), text, -1
		default:
			line += arrow + text
		}
		if before = s; isNorm(s) {
			norm = end
		} else {
			norm = -1
		}
	}
	if before != nil {
		all = append(all, line)
	}
	return all
}

// fits reports whether a step fits on a line.
func fits(line, text string) bool {
	first, _, _ := strings.Cut(text, "\n")
	last := line[strings.LastIndexByte(line, '\n')+1:]
	return len(last)+len(first)+4 <= columns
}

func isRead(s *Step) bool {
	_, ok := s.Do.(*Read)
	return ok && s.As == ""
}

// follows reports whether a step goes on with the line of the one before it.
func follows(before, s *Step, line string) bool {
	switch {
	case isRead(before):
		return true
	case before.As != "" || kindOf(s) == opens || kindOf(s) == alone && !repeats(before, s):
		return false
	}
	switch kindOf(s) {
	case tails, joins:
		return true
	case dense:
		k := kindOf(before)
		return k == opens || k == tails && !isAct(before)
	case heads:
		return kindOf(before) == opens || strings.HasPrefix(line, "gap") && s.Label == ""
	case applies:
		return sameBlock(before, s) && sameRow(before, s)
	}
	return repeats(before, s)
}

func isAct(s *Step) bool {
	a, ok := s.Do.(*Apply)
	return ok && strings.HasSuffix(a.Name, "relu")
}

func isNorm(s *Step) bool {
	a, ok := s.Do.(*Apply)
	return ok && (a.Name == "bn" || strings.HasSuffix(a.Name, "_norm"))
}

func blockOf(s *Step) *Block {
	switch do := s.Do.(type) {
	case *Apply:
		return do.Block
	case *Repeat:
		if len(do.Body) == 1 && do.Body[0].Label == "" {
			return blockOf(do.Body[0])
		}
	}
	return nil
}

func sameBlock(a, b *Step) bool {
	return a.Label == "" && b.Label == "" && blockOf(a) != nil && blockOf(a) == blockOf(b)
}

// repeats reports whether a step repeats the block that stands before it.
func repeats(before, s *Step) bool {
	_, ok := s.Do.(*Repeat)
	return ok && sameBlock(before, s) && sameRow(before, s)
}

// sameRow reports whether two calls of a block that has arguments have one for the first, as units of
// one width do, or expressions of parameters. Names may differ in what stands last.
func sameRow(a, b *Step) bool {
	x, y := firstOf(a), firstOf(b)
	return stem(a) == stem(b) && (x == nil || y == nil || x.Expr != "" && y.Expr != "" && x.Value == nil || calls.Written(x.Value) == calls.Written(y.Value))
}

var last = regexp.MustCompile(`([a-z]|[0-9]+|\{[^}]*\})"$`)

// stem is the name that a call gives its block, without what counts, "" for none.
func stem(s *Step) string {
	switch do := s.Do.(type) {
	case *Apply:
		for _, arg := range do.Args {
			if _, name := arg.Value.(string); name || arg.Name == "name" {
				return last.ReplaceAllString(arg.Expr, "")
			}
		}
	case *Repeat:
		return stem(do.Body[0])
	}
	return ""
}

// firstOf is the first argument of a call that is no name, nil for none.
func firstOf(s *Step) *Arg {
	switch do := s.Do.(type) {
	case *Apply:
		for i := range do.Args {
			if _, name := do.Args[i].Value.(string); !name {
				return &do.Args[i]
			}
		}
	case *Repeat:
		return firstOf(do.Body[0])
	}
	return nil
}
