package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
)

// Arrows say which package may import which:
//
//	a, b  <  c, d;    c and d may import a and b, and whatever those may
//	NONE  <  c;       c may import no package of this module
//	a    !<  c;       c may not import a, whatever else says so
//	x.org/m < c;      c may import the outside module m; others may not
//	std/os  < c;      the same for package os of the standard library; its packages
//	                  that no arrow names may be imported freely
//	std/net < NONE;   no package may import net
//
// `#` begins a comment.
type arrows struct {
	may     map[string][]string // importing package → imported, as written
	never   map[string][]string
	guarded []string // packages of the standard library that arrows name
}

const (
	module       = "cnnlang"
	none         = "NONE"
	standardMark = "std/"
)

// arrowsIn finds the fenced block below the heading "Arrows".
func arrowsIn(text string) (string, error) {
	section := regexp.MustCompile(`(?ms)^#+ [^\n]*Arrows[^\n]*\n(.*)`).FindStringSubmatch(text)
	if section == nil {
		return "", errors.New(`ARCHITECTURE.md has no heading "Arrows"`)
	}
	block := regexp.MustCompile("(?s)```[a-z]*\n(.*?)```").FindStringSubmatch(section[1])
	if block == nil {
		return "", errors.New(`ARCHITECTURE.md has no fenced block below "Arrows"`)
	}
	return block[1], nil
}

func parseArrows(block string) (*arrows, error) {
	r := &arrows{may: map[string][]string{}, never: map[string][]string{}}
	block = regexp.MustCompile(`#[^\n]*`).ReplaceAllString(block, "")
	for _, rule := range strings.Split(block, ";") {
		if strings.TrimSpace(rule) == "" {
			continue
		}
		imported, importing, ok := strings.Cut(rule, "<")
		if !ok || strings.Contains(importing, "<") {
			return nil, fmt.Errorf("not an arrow: %q", rule)
		}
		to := r.may
		if cut, negated := strings.CutSuffix(imported, "!"); negated {
			imported, to = cut, r.never
		}
		for _, b := range names(importing) {
			for _, a := range names(imported) {
				if a == "" || b == "" || a == b {
					return nil, fmt.Errorf("not an arrow: %q", rule)
				}
				if b != none {
					to[b] = append(to[b], a)
				}
				if strings.HasPrefix(a, standardMark) {
					r.guarded = append(r.guarded, strings.TrimPrefix(a, standardMark))
				}
			}
		}
	}
	if len(r.may) == 0 {
		return nil, errors.New("there are no arrows")
	}
	return r, r.acyclic()
}

func names(list string) []string {
	var all []string
	for _, n := range strings.Split(list, ",") {
		all = append(all, strings.TrimSpace(n))
	}
	return all
}

// acyclic finds import cycles among the arrows.
func (r *arrows) acyclic() error {
	for p := range r.may {
		for _, a := range r.may[p] {
			if a != none && r.reaches(a, p) {
				return fmt.Errorf("the arrows between %s and %s are a cycle", a, p)
			}
		}
	}
	return nil
}

func (r *arrows) knows(pkg string) bool { return r.may[pkg] != nil }

// packages lists the packages of the module that arrows name.
func (r *arrows) packages() []string {
	seen := map[string]bool{}
	for b, list := range r.may {
		seen[b] = true
		for _, a := range list {
			if a != none && !outside(a) && !strings.HasPrefix(a, standardMark) {
				seen[a] = true
			}
		}
	}
	var all []string
	for p := range seen {
		all = append(all, p)
	}
	sort.Strings(all)
	return all
}

// outside reports whether an import path is that of another module.
func outside(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return strings.Contains(first, ".")
}

// forbids says why pkg may not import a package, "" if it may.
func (r *arrows) forbids(pkg, imported string) string {
	inside, ours := strings.CutPrefix(imported, module+"/")
	ok := true
	switch {
	case ours:
		ok = r.reaches(pkg, inside) && !slices.Contains(r.never[pkg], inside)
	case outside(imported):
		ok = slices.ContainsFunc(r.may[pkg], func(m string) bool {
			return m == imported || strings.HasPrefix(imported, m+"/")
		})
	case slices.Contains(r.guarded, imported):
		ok = slices.Contains(r.may[pkg], standardMark+imported)
	}
	if ok {
		return ""
	}
	return fmt.Sprintf("no arrow of ARCHITECTURE.md allows %s to import %s", pkg, imported)
}

// reaches follows the arrows from an importing package down.
func (r *arrows) reaches(pkg, imported string) bool {
	for _, a := range r.may[pkg] {
		if a == imported || r.reaches(a, imported) {
			return true
		}
	}
	return false
}

func TestArrowsMeanWhatTheySay(t *testing.T) {
	block, err := arrowsIn("# Tree\n\n```\nx < y;\n```\n\n## 5 Arrows\n\nText.\n\n```\n" +
		"NONE < a;  # the bottom\na < b, c;\nb < d;\na !< d;\nexample.org/m < c;\nstd/os < c;\nstd/net < NONE;\n```\n")
	if err != nil {
		t.Fatal(err)
	}
	r, err := parseArrows(block)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		pkg, imported string
		allowed       bool
	}{
		{"b", "cnnlang/a", true},
		{"a", "cnnlang/b", false},
		{"b", "cnnlang/c", false},
		{"d", "cnnlang/b", true},
		{"d", "cnnlang/a", false}, // but for the last arrow
		{"c", "example.org/m/v2", true},
		{"c", "example.org/more", false},
		{"d", "example.org/m", false},
		{"c", "os", true},
		{"d", "os", false},
		{"d", "fmt", true},
		{"d", "net", false},
	} {
		if got := r.forbids(c.pkg, c.imported) == ""; got != c.allowed {
			t.Errorf("%s imports %s: got %v, want %v", c.pkg, c.imported, got, c.allowed)
		}
	}
	for _, wrong := range []string{"", "a b;", "a < ;", "a < b; b < a;", "a < b < c;", "a < a;"} {
		if _, err := parseArrows(wrong); err == nil {
			t.Errorf("%q is parsed as arrows", wrong)
		}
	}
}
