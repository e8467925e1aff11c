package weights

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A rule changes names of a file as a text of --rename does, whose forms it has:
//
//	stage{i}.blocks{j}.=layer{i}.{j}.           what names begin with
//	{x:path}.norm{i}.{y:path}={x}.bn{i}.{y}     segments within names
//	{x:path}.gamma={x}.weight                   the last ones
type rule struct {
	old, new string
	whole    bool           // a whole name, not what it begins with
	match    *regexp.Regexp // of a whole name
	to       string         // what regexp makes of it
}

const (
	mostRules    = 8       // that anyone would type
	mostRuled    = 1 << 18 // bytes of names
	mostExamples = 16      // pairs from which rules are made at a time
	longestRuled = 256     // bytes of a name
)

// Rules are texts of --rename after which every tensor of the pairs is called as the net calls it,
// nil if a few do not do.
func Rules(pairs []Pair) []string {
	bytes := 0
	for _, p := range pairs {
		if bytes += len(p.There); bytes > mostRuled {
			return nil
		}
	}
	// The first rule that fits a name counts: the widest are found first, and put last.
	called := make([]string, len(pairs))
	for i, p := range pairs {
		called[i] = p.There
	}
	var rules []rule
	for {
		wrong := 0
		candidates := map[string]rule{}
		for i, p := range pairs {
			if called[i] != p.Here {
				if wrong++; wrong <= mostExamples {
					for _, r := range rulesFor(p) {
						candidates[r.old+"="+r.new] = r
					}
				}
			}
		}
		if wrong == 0 {
			break
		}
		best, fewest := rule{}, wrong
		for _, text := range sortedByLength(candidates) {
			if r := candidates[text]; r.compile() {
				if left := r.wrong(pairs, called); left < fewest {
					best, fewest = r, left
				}
			}
		}
		if fewest == wrong || len(rules) == mostRules {
			return nil
		}
		rules = slices.Insert(rules, 0, best)
		for i, p := range pairs {
			if name, ok := best.apply(p.There); ok {
				called[i] = name
			}
		}
	}
	var texts []string
	for _, r := range rules {
		texts = append(texts, r.old+"="+r.new)
	}
	return texts
}

func sortedByLength(candidates map[string]rule) []string {
	var all []string
	for text := range candidates {
		all = append(all, text)
	}
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(len(a)-len(b), strings.Compare(a, b)) })
	return all
}

// wrong is how many names are not the net's if the rule comes before those that called them so.
func (r *rule) wrong(pairs []Pair, called []string) (n int) {
	for i, p := range pairs {
		name, ok := r.apply(p.There)
		if !ok {
			name = called[i]
		}
		if name != p.Here {
			n++
		}
	}
	return n
}

// rulesFor are those that call the tensor of a pair as the net does.
func rulesFor(p Pair) []rule {
	if strings.ContainsAny(p.There+p.Here, "{}'\"\\=") || max(len(p.There), len(p.Here)) > longestRuled {
		return nil // to be typed in two kinds of quotation marks
	}
	file, net := strings.Split(p.There, "."), strings.Split(p.Here, ".")
	front, back := 0, 0
	for front < min(len(file), len(net)) && file[front] == net[front] {
		front++
	}
	for back < min(len(file), len(net))-front && file[len(file)-1-back] == net[len(net)-1-back] {
		back++
	}
	rules := []rule{{old: p.There, new: p.Here, whole: true}}
	if front+back < len(file) {
		return append(rules, rulesBetween(file, net, front, back)...)
	}
	if front > 0 { // only the net has segments there: they are told from those around
		rules = append(rules, rulesBetween(file, net, front-1, back)...)
	}
	if back > 0 {
		rules = append(rules, rulesBetween(file, net, front, back-1)...)
	}
	return rules
}

// rulesBetween change what is between the first and the last segments of a name.
func rulesBetween(file, net []string, front, back int) (rules []rule) {
	join := func(parts ...string) string { // without those that are empty
		return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ".")
	}
	start := func(s string) string {
		if s == "" {
			return s
		}
		return s + "."
	}
	around := strings.Join(file[:front], ".")
	from, to := strings.Join(file[front:len(file)-back], "."), strings.Join(net[front:len(net)-back], ".")
	for _, kind := range []string{"", ":int"} {
		old, new := captured(from, to, kind)
		switch {
		case front > 0 && back > 0:
			rules = append(rules, rule{old: join("{x:path}", old, "{y:path}"), new: join("{x}", new, "{y}"), whole: true})
		case front > 0:
			rules = append(rules, rule{old: join("{x:path}", old), new: join("{x}", new), whole: true})
		case back == 0:
			rules = append(rules, rule{old: old, new: new, whole: true})
		}
		if back > 0 {
			old, new := captured(join(around, from), join(around, to), kind)
			rules = append(rules, rule{old: old + ".", new: start(new)})
		}
	}
	if back > 0 {
		rules = append(rules, rule{old: join(around, from) + ".", new: start(join(around, to))})
	}
	return rules
}

var number = regexp.MustCompile(`[0-9]+`)

// captured is two texts with captures for the numbers that both have, in the same order.
func captured(from, to, kind string) (old, new string) {
	letters := "ijklmnopq"
	rest := to
	old = number.ReplaceAllStringFunc(from, func(n string) string {
		at := number.FindStringIndex(rest)
		if at == nil || rest[at[0]:at[1]] != n || letters == "" || kind != "" && len(n) > 1 && n[0] == '0' {
			return n
		}
		name := letters[:1]
		letters = letters[1:]
		new += rest[:at[0]] + "{" + name + "}"
		rest = rest[at[1]:]
		return "{" + name + kind + "}"
	})
	return old, new + rest
}

var capture = regexp.MustCompile(`\\\{([a-z])(:[a-z]+)?\\\}`)

// compile makes the rule ready, and reports whether it can be one.
func (r *rule) compile() bool {
	pattern := capture.ReplaceAllStringFunc(regexp.QuoteMeta(r.old), func(c string) string {
		switch name := c[2:3]; {
		case strings.Contains(c, ":path"):
			return fmt.Sprintf(`(?P<%s>[^.](?:.*[^.])?)`, name)
		case strings.Contains(c, ":int"):
			return fmt.Sprintf(`(?P<%s>0|[1-9][0-9]{0,14})`, name)
		default:
			return fmt.Sprintf(`(?P<%s>[^.]+)`, name)
		}
	})
	r.to = regexp.MustCompile(`\{([a-z])\}`).ReplaceAllString(strings.ReplaceAll(r.new, "$", "$$"), "$${$1}")
	if !r.whole {
		pattern, r.to = pattern+"(?P<rest>.+)", r.to+"${rest}"
	}
	var err error
	r.match, err = regexp.Compile("^(?s:" + pattern + ")$")
	return err == nil
}

// apply is what the rule calls a tensor, and whether it fits its name.
func (r *rule) apply(name string) (string, bool) {
	m := r.match.FindStringSubmatchIndex(name)
	if m == nil {
		return "", false
	}
	return string(r.match.ExpandString(nil, r.to, name, m)), true
}
