package weights

import (
	"strings"

	"cnnlang/interp/graph"
)

// A Rename is one rule that, applied to every name in a file, gives every name that a
// network requires.
type Rename struct {
	// Kind is "strip" (From, a prefix), "add" (To, a prefix) or "replace" (From
	// by To, as one part of the path).
	Kind string `json:"kind"`
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
	// Misshaped is how many tensors would still have the wrong shape.
	Misshaped int `json:"misshaped"`
	// Some says that other names do not have the prefix.
	Some bool `json:"-"`
}

// apply returns the new name.
func (r Rename) apply(name string) string {
	switch r.Kind {
	case "strip":
		return strings.TrimPrefix(name, r.From)
	case "add":
		return r.To + name
	case "replace":
		parts := strings.Split(name, ".")
		for i, part := range parts {
			if part == r.From {
				parts[i] = r.To
			}
		}
		return strings.Join(parts, ".")
	}
	panic("weights: unknown kind of renaming: " + r.Kind)
}

// findRename searches for a rule after which nothing is missing or unexpected.
func findRename(fit *FitError, required []graph.Param, known map[string]bool, held map[string]Entry) *Rename {
	if len(fit.Missing) == 0 || len(fit.Unexpected) == 0 {
		return nil
	}
	for _, r := range candidates(fit) {
		if r.explains(required, known, held) {
			return &r
		}
	}
	return nil
}

// mostTried bounds how many unexpected names are tried for candidates, so that a file of
// 65,536 wrong names costs no more than a network of a few thousand.
const mostTried = 4096

// candidates are the rules that turn some unexpected name into the first missing one.
func candidates(fit *FitError) []Rename {
	want := fit.Missing[0].Name
	var rules []Rename
	seen := map[Rename]bool{}
	for _, e := range fit.Unexpected[:min(len(fit.Unexpected), mostTried)] {
		r, ok := ruleBetween(e.Name, want)
		if ok && !seen[r] {
			seen[r] = true
			rules = append(rules, r)
		}
		if len(rules) == 8 {
			break
		}
	}
	return rules
}

func ruleBetween(got, want string) (Rename, bool) {
	if prefix, ok := strings.CutSuffix(got, want); ok && strings.HasSuffix(prefix, ".") {
		return Rename{Kind: "strip", From: prefix}, true
	}
	if prefix, ok := strings.CutSuffix(want, got); ok && strings.HasSuffix(prefix, ".") {
		return Rename{Kind: "add", To: prefix}, true
	}
	if strings.Count(got, ".") != strings.Count(want, ".") {
		return Rename{}, false
	}
	gotParts, wantParts := strings.Split(got, "."), strings.Split(want, ".")
	rule := Rename{Kind: "replace"}
	for i := range gotParts {
		switch {
		case gotParts[i] == wantParts[i]:
		case rule.From == "" && gotParts[i] != "" && wantParts[i] != "":
			rule.From, rule.To = gotParts[i], wantParts[i]
		default:
			return Rename{}, false
		}
	}
	// A rule between numbers (layer1.0 for layer1.1) more likely means a missing tensor
	// than a renamed one.
	return rule, rule.From != "" && strings.Trim(rule.From, "0123456789") != ""
}

// explains reports whether the rule turns the names of the file into all required names and
// no unknown ones, and counts the shapes that still differ.
func (r *Rename) explains(required []graph.Param, known map[string]bool, held map[string]Entry) bool {
	renamed := make(map[string]Entry, len(held))
	for name, e := range held {
		to := r.apply(name)
		if _, taken := renamed[to]; taken || !IsCounter(name) && !known[to] {
			return false
		}
		r.Some = r.Some || r.Kind == "strip" && to == name && !IsCounter(name)
		renamed[to] = e
	}
	for _, p := range required {
		e, ok := renamed[p.Path]
		if !ok {
			return false
		}
		if !Holds(e.Shape, p.Shape) {
			r.Misshaped++
		}
	}
	return true
}

// suggestNearest gives each missing tensor the unexpected one of the same shape with the
// nearest name, if it is near or the only one of that shape.
func suggestNearest(fit *FitError) {
	unexpected, missing := map[string][]string{}, map[string]int{}
	for _, e := range fit.Unexpected {
		shape := e.Shape.String()
		unexpected[shape] = append(unexpected[shape], e.Name)
	}
	for _, m := range fit.Missing {
		missing[m.Shape.String()]++
	}
	comparisons := 100_000 // a fraction of a second, whatever the file holds
	for i := range fit.Missing {
		m := &fit.Missing[i]
		shape := m.Shape.String()
		names := unexpected[shape]
		if len(names) == 1 && missing[shape] == 1 {
			m.Nearest = names[0]
			continue
		}
		best := len(m.Name)/3 + 1
		for _, name := range names {
			if comparisons--; comparisons < 0 {
				return
			}
			if d := distance(m.Name, inNetsWords(name), best); d < best {
				best, m.Nearest = d, name
			}
		}
	}
}

// inNetsWords is a name of a file with a net's word for what the tensor is: gamma:0 is weight.
func inNetsWords(name string) string {
	name = strings.TrimSuffix(name, ":0")
	at := strings.LastIndexAny(name, "./") + 1
	return name[:at] + word(name[at:])
}

// distance is the Levenshtein distance of a and b in bytes, or most if it is not less.
func distance(a, b string, most int) int {
	if abs := max(len(a)-len(b), len(b)-len(a)); abs >= most {
		return most
	}
	row := make([]int, len(b)+1) // row[j] is the distance of a[:i] and b[:j]
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		least := row[0]
		for j := range len(b) {
			substituted := diagonal
			if a[i] != b[j] {
				substituted++
			}
			diagonal = row[j+1]
			row[j+1] = min(substituted, row[j]+1, row[j+1]+1)
			least = min(least, row[j+1])
		}
		if least >= most {
			return most
		}
	}
	return min(row[len(b)], most)
}
