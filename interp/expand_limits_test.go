package interp_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cnnlang/interp"
	"cnnlang/interp/internal/expand"
	"cnnlang/lang/langtest"
)

// Every net of the tests' programs and of the language's description that is right at its
// defaults reads back as the same graph.
func TestExpandedNetsOfTestsReadBack(t *testing.T) {
	var texts []string
	for _, pattern := range []string{"../testdata/check/*.cnn", "../testdata/check/corpus/*.cnn", "onnx/testdata/*.cnn"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, file := range files {
			for _, c := range langtest.Chunks(t, file) {
				texts = append(texts, expectation.ReplaceAllString(c.Text, ""))
			}
		}
	}
	stories, err := filepath.Glob("../testdata/script/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range stories {
		story, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range strings.Split(string(story), "\n-- ")[1:] {
			if name, text, _ := strings.Cut(part, " --\n"); strings.HasSuffix(name, ".cnn") {
				texts = append(texts, text)
			}
		}
	}
	spec, err := os.ReadFile("../lang/spec.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range strings.Split(string(spec), "```cnn\n")[1:] {
		text, _, _ := strings.Cut(part, "```")
		texts = append(texts, text)
	}
	inFolder(t)
	nets := 0
	for _, text := range texts {
		p, err := interp.Read("<stdin>", strings.NewReader(text))
		if err != nil {
			continue
		}
		made, list, err := p.Check(interp.Options{})
		if err != nil || list.HasErrors() {
			continue
		}
		for _, n := range made {
			flat, err := n.Expand()
			var limit *expand.LimitError
			switch {
			case errors.As(err, &limit) && len(n.Graph.Nodes) > 20_000:
				continue // of the stories about limits
			case err != nil:
				t.Fatal(err)
			}
			nets++
			table := tableFor(n.Graph)
			want := withoutUnfit(table(t, n.Graph))
			if diff := cmp.Diff(want, table(t, readBack(t, flat).Graph)); diff != "" {
				t.Errorf("the graph read back differs (-made +read back):\n%s\n%s\n%s", diff, text, flat)
			}
		}
	}
	if nets < 70 {
		t.Errorf("%d nets, want at least 70", nets)
	}
}

var unfit = regexp.MustCompile(`(?m)^side .*: .*error\[.*\n`)

// withoutUnfit leaves out the heads that do not fit the input: a comment in the text says
// that they are missing.
func withoutUnfit(table string) string { return unfit.ReplaceAllString(table, "") }

// A net of many operations is written without shapes; one that exceeds the limits of a file
// even so is refused, and only such a one.
func TestExpandedTextsKeepTheLimitsOfAFile(t *testing.T) {
	net := func(turns int, label string) string {
		return fmt.Sprintf("net n [N, 3, H = 8, W = 8] -> [N, 3, 8, 8] { repeat i of %d { \"%s{i}\": relu } }", turns, label)
	}
	for _, c := range []struct {
		text   string
		shapes bool
		fits   bool
	}{
		{net(4000, "a"), true, true},
		{net(12000, "a"), false, true},
		{net(12000, strings.Repeat("a", 100)), false, false},
		{net(29000, "a"), false, false},
	} {
		_, n := selected(t, "-", c.text, interp.Options{})
		flat, err := n.Expand()
		var limit *expand.LimitError
		switch {
		case !c.fits:
			if !errors.As(err, &limit) {
				t.Errorf("%.80s…: %v, want a limit", c.text, err)
			}
			continue
		case err != nil:
			t.Error(err)
			continue
		case strings.Contains(flat, " is [") != c.shapes:
			t.Errorf("%.80s…: shapes are not stated where there is room for them", c.text)
		}
		if diff := cmp.Diff(tableOf(t, n.Graph), tableOf(t, readBack(t, flat).Graph)); diff != "" {
			t.Errorf("%.80s…: the graph read back differs", c.text)
		}
	}
}

// Memory to write an operation is proportional to its branches, even in a text that is
// refused in the end.
func TestExpandedBranchesTakeNoMoreThanTheirLength(t *testing.T) {
	bytesFor := func(branches int) float64 {
		_, n := selected(t, "-", fmt.Sprintf("net n [N, 3, H = 8, W = 8] -> [N, 3, 8, 8] { add { repeat %d | id } }", branches), interp.Options{})
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := n.Expand()
		runtime.ReadMemStats(&after)
		if limit := (*expand.LimitError)(nil); !errors.As(err, &limit) {
			t.Fatal("there is room for it: ", err)
		}
		return float64(after.TotalAlloc - before.TotalAlloc)
	}
	const most = 2.5 // of twice as many
	if few, many := bytesFor(10_000), bytesFor(20_000); many > most*few {
		t.Errorf("%.0f bytes for 10000 branches, %.0f for 20000", few, many)
	}
}
