package interp_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// docs/family.md is checked: its excerpts are in the files they name, and its counts and
// formulas are facts that `check` verifies.

var (
	familyFence = regexp.MustCompile("(?s)\n```(.*?)\n(.*?)```\n")
	// A familyClaim is a formula, a shape, a number of four digits and more, or one that
	// fills a cell.
	familyClaim = regexp.MustCompile("^ \\d+ $|`[^`]*\\*[^`]*`|`\\[1, [^`]*`|\\d[\\d,]*\\d{3}")
	noClaim     = regexp.MustCompile("\\]\\([^)]*\\)|arXiv:[\\d.]+|\\b(19|20)\\d\\d\\b|`[a-zA-Z][^`*\\[]*`|`\\[N[^`]*`")
	netHead     = regexp.MustCompile(`^net (\w+)`)
)

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestFamilyExcerpts(t *testing.T) {
	excerpts := 0
	for _, m := range familyFence.FindAllStringSubmatch(read(t, "../docs/family.md"), -1) {
		if file, ok := strings.CutPrefix(m[1], "cnn "); ok {
			excerpts++
			if !strings.Contains("\n"+read(t, "../"+file), "\n"+m[2]) {
				t.Errorf("%s does not have this excerpt:\n%s", file, m[2])
			}
		}
	}
	if excerpts < 9 {
		t.Errorf("there are %d excerpts, fewer than architectures", excerpts)
	}
}

// Every example file checks and proves without a message, each of its nets states a fact,
// and the text refers to it.
func TestFamilyFiles(t *testing.T) {
	text, facts := read(t, "../docs/family.md"), factsOfNets(t)
	files, _ := filepath.Glob("../docs/family/*.cnn")
	for _, file := range files {
		p, list := everything(t, file)
		if len(list) > 0 || !strings.Contains(text, "](family/"+filepath.Base(file)+")") {
			t.Errorf("%s: it is not linked, or %v", file, list)
		}
		for _, n := range p.Main.Nets() {
			if facts[n.Name] == "" {
				t.Errorf("%s: net %s states no fact", file, n.Name)
			}
		}
	}
	if len(files) < 10 {
		t.Errorf("there are only %d files", len(files))
	}
}

// factsOfNets has for each net of docs/family and of the library its lines with
// `expect` or `is`, and under "" those of all of them. Numbers have no underscores.
func factsOfNets(t *testing.T) map[string]string {
	family, _ := filepath.Glob("../docs/family/*.cnn")
	library, _ := filepath.Glob("../nets/*.cnn")
	facts := map[string]string{}
	for _, file := range append(family, library...) {
		net := ""
		for line := range strings.Lines(read(t, file)) {
			if m := netHead.FindStringSubmatch(line); m != nil {
				net = m[1]
			}
			if strings.Contains(line, "  expect ") || strings.Contains(line, " is [") {
				line = strings.ReplaceAll(line, "_", "")
				facts[net], facts[""] = facts[net]+line, facts[""]+line
			}
		}
	}
	return facts
}

// unfounded lists the claims of a text that no fact supports. In a row of a table they are
// about the net on their left.
func unfounded(text string, facts map[string]string) (list []string) {
	prose := ""
	check := func(text, net string) {
		for _, claim := range familyClaim.FindAllString(noClaim.ReplaceAllString(text, ""), -1) {
			want := regexp.QuoteMeta(strings.Trim(claim, "` "))
			if claim[0] != '`' {
				want = strings.ReplaceAll(want, ",", "")
			}
			if !regexp.MustCompile(`(^|\W)` + want + `(\W|$)`).MatchString(facts[net]) {
				list = append(list, net+": "+claim)
			}
		}
	}
	for line := range strings.Lines(familyFence.ReplaceAllString(text, "\n")) {
		if !strings.HasPrefix(line, "|") {
			prose += line
			continue
		}
		net := ""
		for _, cell := range strings.Split(line, "|") {
			if name := strings.Trim(cell, " `"); facts[name] != "" && name != "" {
				net = name
			}
			check(cell, net)
		}
	}
	check(prose, "")
	return list
}

func TestFamilyFigures(t *testing.T) {
	facts := factsOfNets(t)
	for _, missing := range unfounded(read(t, "../docs/family.md"), facts) {
		t.Errorf("no fact says this: %s", missing)
	}
	for _, wrong := range []string{"it has 589,825 weights", "`C*k*k + C*k`", "| `resnet50` | 25,028,904 |", "`[1, 2, 3, 4]`"} {
		if len(unfounded(wrong, facts)) != 1 {
			t.Errorf("not noticed: %s", wrong)
		}
	}
}
