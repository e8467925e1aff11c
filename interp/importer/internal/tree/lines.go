package tree

import (
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
			"sigmoid silu gelu tanh elu softplus mish softmax dropout drop_path scale pow channel_affine flatten channel_shuffle",
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

// lines are those of a body, each without the newline at its end; a step with a body of its own
// has such within.
func lines(b Body) []string {
	var all []string
	line, before := "", (*Step)(nil)
	for _, s := range b {
		text := s.text()
		switch {
		case before == nil:
			line = text
		case strings.Contains(text, "\n") && !isRead(before), strings.Contains(line, "\n"),
			!follows(before, s, line), !fits(line, text):
			all, line = append(all, line), text
		default:
			line += " -> " + text
		}
		before = s
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
// one width do, or expressions of parameters.
func sameRow(a, b *Step) bool {
	x, y := firstOf(a), firstOf(b)
	return x == nil || y == nil || x.Expr != "" && y.Expr != "" && x.Value == nil || calls.Written(x.Value) == calls.Written(y.Value)
}

// firstOf is the first argument of a call, nil for none.
func firstOf(s *Step) *Arg {
	switch do := s.Do.(type) {
	case *Apply:
		if len(do.Args) > 0 {
			return &do.Args[0]
		}
	case *Repeat:
		return firstOf(do.Body[0])
	}
	return nil
}
