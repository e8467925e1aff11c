package torch

import (
	"strconv"
	"strings"

	"cnnlang/interp/graph"
)

// reserved are the words of Python and the names of built-in functions and of what the file
// imports, which nothing else may be called.
var reserved = words(`False None True and as assert async await break class continue def del elif else except finally for from
global if import in is lambda nonlocal not or pass raise return try while with yield match case type
abs all any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex copyright credits delattr
dict dir divmod enumerate eval exec exit filter float format frozenset getattr globals hasattr hash help hex id input int
isinstance issubclass iter len license list locals map max memoryview min next object oct open ord pow print property quit
range repr reversed round set setattr slice sorted staticmethod str sum super tuple vars zip
self torch nn F OrderedDict in_channels x same_padding side_heads`)

// ofModules are the names that torch.nn.Module has, by which no part of a module can be read.
var ofModules = words(`T_destination add_module append apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches
eval extend extra_repr float forward get_buffer get_extra_state get_parameter get_submodule half insert ipu load_state_dict
modules mtia named_buffers named_children named_modules named_parameters parameters pop register_backward_hook register_buffer
register_forward_hook register_forward_pre_hook register_full_backward_hook register_full_backward_pre_hook
register_load_state_dict_post_hook register_load_state_dict_pre_hook register_module register_parameter
register_state_dict_post_hook register_state_dict_pre_hook requires_grad_ set_extra_state set_submodule share_memory state_dict
to to_empty train training type xpu zero_grad side_heads`)

func words(text string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(text) {
		set[w] = true
	}
	return set
}

// isIdentifier reports whether Python can use a text as a name; only ASCII counts, as Python
// takes some other letters for the same.
func isIdentifier(text string) bool {
	for i, c := range text {
		letter := c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return text != "" && !keywords[text]
}

var keywords = words(`False None True and as assert async await break class continue def del elif else except finally for from
global if import in is lambda nonlocal not or pass raise return try while with yield`)

// isAttribute reports whether self.text is what __init__ put there. Two underscores at the
// beginning are replaced by Python.
func isAttribute(text string) bool {
	return isIdentifier(text) && !ofModules[text] && !strings.HasPrefix(text, "_")
}

// flag is what every module of torch sets on itself in train and eval, and cannot where a part of it
// has that name.
const flag = "training"

// flagged are the parts of modules that would be called as the flag, each once.
func flagged(net *graph.Part) []graph.Lacking {
	var lacks []graph.Lacking
	known := map[string]bool{}
	graph.Walk(net.Parts, func(p *graph.Part) {
		if p.Kind != graph.Block && p.Kind != graph.Group && p.Kind != graph.Head && (p.Node == nil || len(p.Node.Params) == 0) {
			return
		}
		segments := strings.Split(p.Path, ".")
		for i, s := range segments {
			if path := strings.Join(segments[:i+1], "."); s == flag && !known[path] {
				known[path] = true
				lacks = append(lacks, graph.Lacking{Path: path, What: "every module has a flag called `" + flag + "`; give the step another label"})
			}
		}
	})
	return lacks
}

func isNumber(text string) bool {
	_, err := strconv.Atoi(text)
	return err == nil
}

// identifier is a name for a text, which Python does not use itself.
func identifier(text string) string {
	var b strings.Builder
	for _, c := range text {
		if c < 128 && (c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z') {
			b.WriteRune(c)
		} else {
			b.WriteByte('_')
		}
	}
	s := strings.TrimLeft(b.String(), "_")
	if s == "" || s[0] <= '9' {
		s = "n" + s
	}
	if reserved[s] {
		s += "_"
	}
	const long = 40
	return s[:min(len(s), long)]
}

// className is a name in CamelCase.
func className(text string) string {
	var b strings.Builder
	for _, word := range strings.FieldsFunc(text, func(c rune) bool {
		return c > 127 || c != '_' && (c < '0' || c > '9' && c < 'A' || c > 'Z' && c < 'a' || c > 'z') || c == '_'
	}) {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	s := b.String()
	if s == "" || s[0] <= '9' {
		s = "Net" + s
	}
	if reserved[s] || helpers[s].text != "" {
		s += "_"
	}
	const long = 60
	return s[:min(len(s), long)]
}

// A nameSet is names that are taken, and for each with numbers behind it the next one.
type nameSet struct {
	taken map[string]bool
	next  map[string]int
}

func newNames(taken ...string) *nameSet {
	s := &nameSet{map[string]bool{}, map[string]int{}}
	for _, n := range taken {
		s.taken[n] = true
	}
	return s
}

// take makes a name one's own, with a number behind it if it is taken.
func (s *nameSet) take(n string) string {
	free := n
	for s.taken[free] {
		s.next[n] = max(s.next[n], 1) + 1
		free = n + strconv.Itoa(s.next[n])
	}
	s.taken[free] = true
	return free
}

// giveBack frees a name that was taken last.
func (s *nameSet) giveBack(n string) {
	delete(s.taken, n)
	base := strings.TrimRight(n, "0123456789")
	if k, err := strconv.Atoi(n[len(base):]); err == nil && s.next[base] == k {
		s.next[base]--
	}
}

// free is a name for a parameter of the class.
func (c *class) free(n string) string {
	if c.taken == nil {
		c.taken = newNames()
	}
	return c.taken.take(identifier(n))
}
