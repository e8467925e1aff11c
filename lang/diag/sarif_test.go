package diag

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cnnlang/lang/source"
)

// sarifList is a diagnostic with everything, one with only a place, and one without a place.
func sarifList() List {
	f := source.NewFile("my nets/a%b.cnn", residual)
	full := New(ShapesDiffer, span(f, "add", 1), "sizes -> differ").WithLabel("needs equal shapes").
		At(span(f, "conv", 1), "height 56 → 28 here").WithNote("branch 1 is [N, 8]").WithHelp("project the shortcut")
	full.Trace = []Frame{{"layer2.0", "bottleneck(c = 2)", span(f, "bottleneck", 2)}, {"", "net tiny", source.Span{}}}
	full.Repairs = []Repair{{What: "pad it", Edits: []Edit{{span(f, "pad=1", 1), "pad=2"}, {span(f, "1x1", 1), "3x3"}}}}
	return List{full, New(UnusedTap, f.Span(0, 0), "nobody reads it"), New(TooManyFiles, source.Span{}, "no place"), New(ShapesDiffer, span(f, "add", 1), "again")}
}

// TestSARIF checks what section 3 of the standard requires of a log; the numbers below are
// its sections.
func TestSARIF(t *testing.T) {
	var b strings.Builder
	if err := FprintSARIF(&b, sarifList(), "1.2.3"); err != nil {
		t.Fatal(err)
	}
	var log any
	if err := json.Unmarshal([]byte(b.String()), &log); err != nil {
		t.Fatal(err)
	}
	s := sarif{t}
	s.equal(log, "2.1.0", "version") // 3.13.2
	if !strings.HasSuffix(s.text(log, "$schema"), "sarif-schema-2.1.0.json") {
		t.Error("the schema is another")
	}
	runs := s.list(log, "runs")
	if len(runs) != 1 {
		t.Fatalf("%d runs, want 1", len(runs))
	}
	s.equal(runs[0], "unicodeCodePoints", "columnKind") // 3.14.17
	driver := s.get(s.get(runs[0], "tool"), "driver")
	s.equal(driver, "cnnlang", "name")
	s.equal(driver, "1.2.3", "version")
	rules := s.list(driver, "rules")
	var ids []string
	for _, r := range rules { // 3.49
		ids = append(ids, s.text(r, "id"))
		for _, key := range []string{"shortDescription", "fullDescription", "help"} {
			if s.text(s.get(r, key), "text") == "" {
				t.Errorf("%v: no %s", ids, key)
			}
		}
		s.level(s.get(r, "defaultConfiguration"))
	}
	if want := []string{"E0401", "E0805", "W0301"}; !slices.Equal(ids, want) {
		t.Errorf("rules: got %v, want each code once, in order: %v", ids, want)
	}
	results := s.list(runs[0], "results")
	if len(results) != 4 {
		t.Fatalf("%d results, want 4", len(results))
	}
	for _, r := range results {
		s.result(r, ids)
	}
	s.equal(s.get(results[0], "message"), "sizes -> differ\nbranch 1 is [N, 8]\nhelp: project the shortcut", "text")
	place := s.get(s.list(results[0], "locations")[0], "physicalLocation")
	s.equal(s.get(place, "artifactLocation"), "my%20nets/a%25b.cnn", "uri")
	if got := fmt.Sprint(s.get(place, "region")); got != "map[endColumn:6 endLine:3 startColumn:3 startLine:3]" {
		t.Errorf("the region of `add` is %s", got)
	}
	if related := s.list(results[0], "relatedLocations"); len(related) != 1 || s.text(s.get(related[0], "message"), "text") == "" {
		t.Errorf("related locations: got %v", related)
	}
	if len(s.list(results[2], "locations")) != 0 {
		t.Error("a diagnostic about no place has one")
	}
}

func TestSARIFOfNothing(t *testing.T) {
	var b strings.Builder
	if err := FprintSARIF(&b, nil, ""); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"results": []`, `"rules": []`} {
		if !strings.Contains(b.String(), want) { // 3.14.23: empty says that nothing was found
			t.Errorf("%s is missing from:\n%s", want, b.String())
		}
	}
	if strings.Contains(b.String(), `"version": ""`) {
		t.Error("an unknown version is written")
	}
}

// sarif reads parts of a log, and fails the test if one is missing.
type sarif struct{ *testing.T }

func (s sarif) get(v any, key string) any {
	s.Helper()
	object, ok := v.(map[string]any)
	if !ok {
		s.Fatalf("no object where %q is wanted: %v", key, v)
	}
	if _, ok := object[key]; !ok {
		s.Fatalf("no %q in %v", key, v)
	}
	return object[key]
}

func (s sarif) text(v any, key string) string {
	s.Helper()
	text, ok := s.get(v, key).(string)
	if !ok {
		s.Fatalf("%q is no text in %v", key, v)
	}
	return text
}

func (s sarif) list(v any, key string) []any {
	s.Helper()
	list, ok := s.get(v, key).([]any)
	if !ok {
		s.Fatalf("%q is no list in %v", key, v)
	}
	return list
}

func (s sarif) equal(v any, want, key string) {
	s.Helper()
	if got := s.text(v, key); got != want {
		s.Errorf("%s: got %q, want %q", key, got, want)
	}
}

func (s sarif) level(v any) { // 3.27.10
	s.Helper()
	if got := s.text(v, "level"); !slices.Contains([]string{"none", "note", "warning", "error"}, got) {
		s.Errorf("there is no level %q", got)
	}
}

// result checks one result (3.27) and everything in it that has a place.
func (s sarif) result(v any, rules []string) {
	s.Helper()
	s.level(v)
	i, ok := s.get(v, "ruleIndex").(float64)
	if !ok || int(i) >= len(rules) || rules[int(i)] != s.text(v, "ruleId") { // 3.27.6
		s.Errorf("ruleIndex %v is not that of %v", i, s.text(v, "ruleId"))
	}
	if s.text(s.get(v, "message"), "text") == "" {
		s.Error("a result says nothing")
	}
	s.places(v)
	object := v.(map[string]any)
	for _, fix := range anyList(object["fixes"]) { // 3.55
		if s.text(s.get(fix, "description"), "text") == "" {
			s.Error("a fix is not described")
		}
		for _, change := range s.list(fix, "artifactChanges") { // 3.56
			s.uri(s.get(change, "artifactLocation"))
			if len(s.list(change, "replacements")) == 0 {
				s.Error("a change without replacements")
			}
			for _, r := range s.list(change, "replacements") { // 3.57
				s.region(s.get(r, "deletedRegion"))
				s.text(s.get(r, "insertedContent"), "text")
			}
		}
	}
	for _, stack := range anyList(object["stacks"]) { // 3.44
		if len(s.list(stack, "frames")) == 0 {
			s.Error("a stack without frames")
		}
	}
}

// places checks every physical location below v (3.29).
func (s sarif) places(v any) {
	s.Helper()
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			s.places(x)
		}
	case map[string]any:
		for key, x := range v {
			if key == "physicalLocation" {
				s.uri(s.get(x, "artifactLocation"))
				s.region(s.get(x, "region"))
			}
			s.places(x)
		}
	}
}

var reference = regexp.MustCompile(`^([A-Za-z0-9._~/-]|%[0-9A-F]{2})+$`)

func (s sarif) uri(v any) { // 3.4.3
	s.Helper()
	if got := s.text(v, "uri"); !reference.MatchString(got) {
		s.Errorf("%q is no relative reference", got)
	}
}

func (s sarif) region(v any) { // 3.30: lines and columns count from 1, and the end is not before the start
	s.Helper()
	n := map[string]float64{}
	for _, key := range []string{"startLine", "startColumn", "endLine", "endColumn"} {
		x, ok := s.get(v, key).(float64)
		if !ok || x < 1 {
			s.Errorf("%s is %v", key, x)
		}
		n[key] = x
	}
	if n["endLine"] < n["startLine"] || n["endLine"] == n["startLine"] && n["endColumn"] < n["startColumn"] {
		s.Errorf("a region ends before it starts: %v", v)
	}
}

func anyList(v any) []any {
	list, _ := v.([]any)
	return list
}
