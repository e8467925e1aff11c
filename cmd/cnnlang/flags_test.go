package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// ruled finds the flags that CONTRIBUTING.md has a rule for, each with its type.
var ruled = regexp.MustCompile("`--([a-z]+(?:-[a-zA-Z]+)?) ([^`]+)`")

// A flag is the same in all verbs, and follows the rule that CONTRIBUTING.md has for its
// name.
func TestFlagsAreTheSameInEveryVerb(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## Flags\n")
	section, _, _ = strings.Cut(section, "\n## ")
	rules := map[string]string{}
	for _, m := range ruled.FindAllStringSubmatch(section, -1) {
		rules[m[1]] = m[2]
	}
	type use struct{ verb, what, words string }
	seen := map[string]use{}
	kinds := strings.NewReplacer(".npy", "", "|random", "", "|NAME", "") // of file, or of what else there is
	for _, verb := range (&app{}).root().Commands() {
		verb.Flags().VisitAll(func(f *pflag.Flag) {
			what := kinds.Replace(f.Value.Type())
			name := f.Name
			if verb.Name() == "list" && name == "weights" { // no file, but a list of files
				return
			}
			if strings.HasPrefix(name, "max-") && rules[name] == "" {
				name = "max-WHAT"
			}
			rule, has := rules[name]
			switch {
			case (f.Shorthand == "o") != (name == "format"):
				t.Errorf("%s: -%s is --%s; -o is --format and nothing else", verb.Name(), f.Shorthand, f.Name)
			case has && what != "" && what != rule && (name != "output" || "[NAME=]"+what != rule):
				t.Errorf("%s --%s takes %s, and CONTRIBUTING.md has %s", verb.Name(), f.Name, what, rule)
			case !has && (strings.Contains(what, "FILE") || strings.Contains(what, "FOLDER")):
				t.Errorf("%s --%s takes %s, and CONTRIBUTING.md has no rule for it", verb.Name(), f.Name, what)
			}
			this := use{verb.Name(), f.Value.Type(), f.Usage}
			first, known := seen[f.Name]
			if name == "format" || name == "help" {
				return
			}
			if known && name != "output" && name != "against" /* each verb has its own */ && (first.what != this.what || first.words != this.words) {
				t.Errorf("--%s is not the same in two verbs: %q and %q", f.Name, first, this)
			}
			seen[name], seen[f.Name] = this, this
		})
	}
	for name := range rules {
		if _, used := seen[name]; !used && name != "format" {
			t.Errorf("CONTRIBUTING.md has a rule for --%s, which no verb has", name)
		}
	}
}

// The old name of a renamed flag is not a flag, and its new name is one.
func TestRenamedFlagsAreGone(t *testing.T) {
	run, _, err := (&app{}).root().Find([]string{"run"})
	if err != nil {
		t.Fatal(err)
	}
	for old, now := range renamed {
		if run.Flags().Lookup(old) != nil {
			t.Errorf("--%s is a flag", old)
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(now, "--"), " ")
		if run.Flags().Lookup(name) == nil {
			t.Errorf("--%s is not a flag", name)
		}
	}
}
