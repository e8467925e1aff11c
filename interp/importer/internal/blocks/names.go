package blocks

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"cnnlang/interp/importer/internal/tree"
	"cnnlang/ops"
)

// nameOf is what a block is called: what the file calls it, what its labels say, or else what it is.
func (f *folder) nameOf(b *block, members []*step) string {
	name := stem(members)
	if name == "" {
		name = b.pattern.name()
	}
	for i, base := 2, name; f.taken[name]; i++ {
		name = fmt.Sprint(base, i)
	}
	f.taken[name] = true
	return name
}

// reserved are the names that blocks must not have: those of what the prelude declares, and what
// labels often say of any part.
func reserved(name string) bool {
	builtin := func(o ops.Op) bool { return o.Name() == name }
	return slices.ContainsFunc(ops.Builtins, builtin) || !tree.IsWord(name) ||
		slices.Contains(strings.Fields("split upsample gmp list picture checkpoint half same valid input branch block features conv norm module "+
			"se eps groups stride bias size axis mode slope shift dilation ceil alpha beta from to by"), name)
}

var (
	fromDigit = regexp.MustCompile(`[._-]?[0-9].*$`)
	ending    = regexp.MustCompile(`^([a-z]{3,})(layer|block|unit|module)$`)
)

// stem is what the labels of all members begin with before a number, if that is a word.
func stem(members []*step) string {
	stem := ""
	for i, s := range members {
		this := fromDigit.ReplaceAllString(s.label, "")
		if i > 0 && this != stem {
			return ""
		}
		stem = this
	}
	stem = strings.ToLower(stem)
	if len(stem) < 2 || reserved(stem) {
		return ""
	}
	return ending.ReplaceAllString(stem, "${1}_$2")
}

// name is what a pattern is called that has no name, by what it does.
func (p pattern) name() string {
	l := p.look()
	switch {
	case l.add && l.depthwise:
		return "inverted_residual"
	case l.add && strings.HasPrefix(l.kernels, "131"):
		return "bottleneck"
	case l.add && strings.HasPrefix(l.kernels, "33"):
		return "basic"
	case l.add:
		return "residual"
	case l.gate:
		return "squeeze_excite"
	case l.depthwise && l.branches == 0 && p.narrows() && (l.kernels == "131" || l.kernels == "151" || l.kernels == "31" && p[0].form == option):
		return "mbconv" // as MnasNet and EfficientNet call it
	case l.depthwise && l.branches == 0 && l.kernels == "31":
		return "depthwise_separable"
	case l.dense:
		return "dense_layer"
	case l.branches > 2:
		return "inception"
	case l.branches == 2 && l.kernels == "113":
		return "fire"
	case l.name != "":
		return l.name
	}
	return "unit"
}

// A look is what is seen of a pattern.
type look struct {
	add, gate, dense, depthwise bool
	branches                    int    // of the outermost concat
	kernels                     string // of the convolutions in the first branch that has any, or of all
	name                        string // of a convolution with what follows
}

func (p pattern) look() look {
	var l look
	for _, it := range p {
		s := it.first()
		switch {
		case s == nil || s.kind != apply:
		case s.name == "add":
			l.add = true
		case s.name == "mul":
			l.gate = l.gate || it.holds("gap", "avgpool_to", "avgpool")
		case s.name == "concat":
			l.branches = len(it.branches)
			l.dense = l.dense || slices.ContainsFunc(it.branches, func(p pattern) bool { return len(p) == 0 })
		}
	}
	p.all(func(it *item) {
		s := it.first()
		if s == nil || s.kind != apply {
			return
		}
		groups, _ := whole(s.arg("groups"))
		l.depthwise = l.depthwise || groups > 1 && groups == channels(s.in)
	})
	l.kernels = p.kernels()
	if l.add || l.branches > 0 {
		return l
	}
	var names []string
	for _, it := range p {
		s := it.first()
		if it.form != plain || s.kind != apply || s.block != nil {
			return l
		}
		names = append(names, s.name)
	}
	switch joined := strings.Join(names, " "); {
	case joined == "bn relu conv avgpool":
		l.name = "transition"
	case names[0] == "conv" && len(names) == 3 && slices.Contains(norms, names[1]) && slices.Contains(activations, names[2]):
		l.name = "conv_" + names[1]
	case names[0] == "conv" && len(names) == 2 && slices.Contains(norms, names[1]):
		l.name = "conv_norm"
	case names[0] == "conv" && len(names) == 2 && slices.Contains(activations, names[1]):
		l.name = "conv_" + names[1]
	}
	return l
}

// narrows reports whether the last convolution of a pattern makes fewer channels of many, wherever it occurs.
func (p pattern) narrows() bool {
	i := len(p) - 1
	for i >= 0 && !(p[i].form == plain && p[i].first() != nil && p[i].first().name == "conv") {
		i--
	}
	return i >= 0 && !slices.ContainsFunc(p[i].at, func(s *step) bool { return s != nil && channels(s.node) >= channels(s.in) })
}

// kernels are those of the convolutions that all occurrences have, one digit for each.
func (p pattern) kernels() (digits string) {
	for _, it := range p {
		s := it.first()
		if it.form == plain && s.kind == apply && !strings.HasSuffix(s.name, "pool") {
			if k, ok := whole(s.arg("k")); ok {
				digits += fmt.Sprint(k)
			}
		}
		for _, branch := range it.branches {
			digits += branch.kernels()
		}
		if it.form != option {
			digits += it.body.kernels()
		}
	}
	return digits
}

// holds reports whether an item has one of these operations in it.
func (it *item) holds(names ...string) bool {
	found := false
	pattern{it}.all(func(x *item) {
		s := x.first()
		found = found || s != nil && s.kind == apply && slices.Contains(names, s.name)
	})
	return found
}
