package blocks

import (
	"slices"
	"strings"
)

// Files without groups call every layer by a whole name: inception_3a/1x1, inception_3b/1x1. There blocks
// are sought as if there were no names, and what the names of one occurrence have in common becomes a
// parameter:
//
//	block inception(name: string, …) { concat { | "{name}/1x1": conv(…) | … } }
//	"": inception("inception_3a", …)

// setAside takes the labels of steps aside, so that they do not count as shape. It reports whether there
// are any, and no groups.
func (b body) setAside() bool {
	some, groups := false, false
	b.all(func(s *step) {
		some = some || s.label != ""
		groups = groups || s.kind != apply && s.kind != read || strings.ContainsAny(s.label, `\{}`)
	})
	if groups || !some {
		return false
	}
	b.all(func(s *step) { s.label, s.called = "", s.label })
	return true
}

// A naming is how the names in a pattern differ from occurrence to occurrence.
type naming struct {
	vectors [][]string // of each step or argument with a name, its names; "" where it is not there
	before  []string   // what stands in them before and behind what differs
	behind  []string
}

// names finds the parameter that the names of a pattern are said with. It fails if there is no such.
func (s *solver) names(p pattern) bool {
	n := &naming{}
	ok := true
	p.all(func(it *item) {
		names := each(it.at, func(at *step) string {
			if at == nil {
				return ""
			}
			return at.called
		})
		for i, at := range it.at {
			ok = ok && (at == nil || (names[i] == "") == (it.first().called == ""))
		}
		n.add(names)
		if first := it.first(); first != nil {
			for k, a := range first.args {
				if roleOf(first, a.name) == called {
					n.add(each(it.at, func(at *step) string {
						if at == nil {
							return ""
						}
						return at.args[k].value.(string)
					}))
				}
			}
		}
	})
	if !ok || len(n.vectors) == 0 {
		return ok
	}
	values, ok := n.common(s.occurrences)
	if !ok {
		return false
	}
	s.params = append(s.params, &param{name: "name", role: called, typ: "string", values: each(values, func(v string) any { return v })})
	s.naming = n
	return true
}

// add adds the names of a step, unless they are one.
func (n *naming) add(names []string) {
	list := slices.DeleteFunc(slices.Clone(names), func(s string) bool { return s == "" })
	if slices.Sort(list); len(slices.Compact(list)) < 2 {
		return
	}
	before, behind := prefix(list), ""
	rests := each(list, func(s string) string { return s[len(before):] })
	behind = suffix(rests)
	for before != "" && digit(before[len(before)-1]) {
		before = before[:len(before)-1]
	}
	for behind != "" && digit(behind[0]) {
		behind = behind[1:]
	}
	n.vectors, n.before, n.behind = append(n.vectors, names), append(n.before, before), append(n.behind, behind)
}

// common is what differs in all names of each of so many occurrences, made longer by what stands
// before it in all of them.
func (n *naming) common(occurrences int) ([]string, bool) {
	values := make([]string, occurrences)
	for i, names := range n.vectors {
		for o, s := range names {
			if s != "" {
				values[o] = longer(values[o], s[len(n.before[i]):len(s)-len(n.behind[i])])
			}
		}
	}
	for i, names := range n.vectors {
		if !n.split(i, names, values) {
			return nil, false
		}
	}
	for last := n.last(); last != ""; last = n.last() {
		for i := range n.before {
			n.before[i] = strings.TrimSuffix(n.before[i], last)
		}
		for o := range values {
			values[o] = last + values[o]
		}
	}
	return values, !slices.ContainsFunc(values, func(v string) bool { return v == "" || strings.Count(v, "{") != strings.Count(v, "}") })
}

// split makes what stands before and behind what differs in names shorter, so that the values stand between: names
// that few occurrences have may have more in common. It fails if they do not.
func (n *naming) split(i int, names, values []string) bool {
	o := slices.IndexFunc(names, func(s string) bool { return s != "" })
	for at := 0; ; at++ {
		k := strings.Index(names[o][min(at, len(names[o])):], values[o])
		if k < 0 {
			return false
		}
		at += k
		before, behind := names[o][:at], names[o][at+len(values[o]):]
		if all := func(v int, s string) bool { return s == "" || s == before+values[v]+behind }; matches(names, all) {
			n.before[i], n.behind[i] = before, behind
			return true
		}
	}
}

func matches(names []string, is func(int, string) bool) bool {
	for o, s := range names {
		if !is(o, s) {
			return false
		}
	}
	return true
}

func longer(a, b string) string {
	if len(b) > len(a) {
		return b
	}
	return a
}

// last is the byte of a word that stands in all names right before what differs, "" for none.
func (n *naming) last() string {
	last := ""
	for _, before := range n.before {
		if before == "" || !strings.Contains(wordBytes, before[len(before)-1:]) || last != "" && !strings.HasSuffix(before, last) {
			return ""
		}
		last = before[len(before)-1:]
	}
	return last
}

const wordBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

// template is how names are said, "" where they are one.
func (n *naming) template(names []string) string {
	if n == nil {
		return ""
	}
	for i, v := range n.vectors {
		if slices.Equal(v, names) {
			return n.before[i] + "{name}" + n.behind[i]
		}
	}
	return ""
}

func prefix(list []string) string {
	p := list[0]
	for _, s := range list {
		for !strings.HasPrefix(s, p) {
			p = p[:len(p)-1]
		}
	}
	return p
}

func suffix(list []string) string {
	p := list[0]
	for _, s := range list {
		for !strings.HasSuffix(s, p) {
			p = p[1:]
		}
	}
	return p
}

func digit(c byte) bool { return strings.IndexByte("0123456789", c) >= 0 }

// label says how a step is called in a pattern.
func (s *solver) label(it *item) string {
	names := each(it.at, func(at *step) string {
		if at == nil {
			return ""
		}
		return at.called
	})
	if t := s.naming.template(names); t != "" {
		return t
	}
	return it.first().called
}
