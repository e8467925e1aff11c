package classnames

import (
	"slices"
	"strings"
	"testing"
)

func TestEveryFormGivesTheNames(t *testing.T) {
	two := []string{"tench", "great white shark"}
	for form, text := range map[string]string{
		"lines":             "tench\ngreat white shark\n",
		"Windows' lines":    "\ufefftench\r\ngreat white shark\r\n\r\n",
		"indices":           "1 great white shark\n0 tench\n",
		"indices from one":  "1: tench\n2: great white shark",
		"indices and tabs":  "0\ttench\n1\tgreat white shark\n",
		"a table":           "0,tench\n1,great white shark\n",
		"synsets":           "n01440764 tench\nn01484850 great white shark\n",
		"a list":            `["tench", "great white shark"]`,
		"Keras":             `{"1": ["n01484850", "great white shark"], "0": ["n01440764", "tench"]}`,
		"by index":          `{"0": "tench", "1": "great white shark"}`,
		"Python by index":   "{0: 'tench', 1: \"great white shark\",}",
		"Python's tuple":    "[('n1', 'tench'), ('n2', 'great white shark')]",
		"class_to_idx":      `{"great white shark": 1, "tench": 0}`,
		"a model's config":  `{"size": [1, 2.5e3], "deep": {"a": null}, "labels": 3, "id2label": {"0": "tench", "1": "great white shark"}}`,
		"Teachable Machine": `{"tfjsVersion": "1.3.1", "labels": ["tench", "great white shark"]}`,
		"escapes":           `["\u0074ench", "great\u0020white shark"]`,
	} {
		if got, err := Parse(text); err != nil || !slices.Equal(got, two) {
			t.Errorf("%s: got %q, %v", form, got, err)
		}
	}
	for text, want := range map[string][]string{
		"7 up\ncola":                 {"7 up", "cola"}, // no index before the other
		"[unused]\nb":                {"[unused]", "b"},
		"n01440764\nn01484850":       {"n01440764", "n01484850"}, // nothing behind them
		`["a\"b", 'c\'d', "\/"]`:     {`a"b`, "c'd", "/"},
		`["\ud83d\ude00", "\u00e9"]`: {"😀", "é"},
	} {
		if got, err := Parse(text); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: got %q, %v, want %q", text, got, err, want)
		}
	}
}

func TestWhatIsNoListIsSaidWithItsLine(t *testing.T) {
	for text, want := range map[string]string{
		"":                               "is empty, want a name on each line",
		" \n\n":                          "is empty, want a name on each line",
		"a\n\nb\n":                       "line 2: is empty, want the name of class 1",
		"a\nb\xff\n":                     "line 2: is not UTF-8; save the file as UTF-8",
		"0 a\n0 b\n":                     "line 2: has the index 0 as line 1 has",
		"0 a\n5 b\n":                     "line 2: has the index 5, want 0 to 1 for 2 lines",
		"[]":                             "line 1: has no classes",
		"{}":                             "line 1: has no classes",
		"[\n\"a\",\n3]":                  "line 3: class 1 has no name, want a text",
		"[\"a\", \"\"]":                  "line 1: class 1 has no name, want a text",
		"[\"a\"\n\"b\"]":                 `line 2: got '"', want a comma or ]`,
		"{\"0\": \"a\"":                  "line 1: the text ends, want a comma or }; it is cut short",
		"{\"0\": \"a\", \"0\": \"b\"}":   "line 1: has the index 0 a second time",
		"{\"0\": \"a\", \"2\": \"b\"}":   "line 1: has the index 2, want 0 to 1 for 2 entries",
		"{\"x\": \"a\"}":                 `line 1: "x" is no index of a class, want 1 entries with 0 to 0; or one called id2label, idx_to_class, class_to_idx, label2id, classes, class_names, labels, names`,
		"[\"a\"] x]":                     "line 1: goes on after the end of the list; want one list or one object",
		"[\"a":                           "line 1: a text in quotation marks does not end",
		`["\q"]`:                         `line 1: the text "\\q" has an escape that means nothing`,
		strings.Repeat("[", 40) + "]":    "line 1: is nested more than 32 deep",
		strings.Repeat("a", MostBytes+1): "has 4194305 bytes, want at most 4194304 of names; is it another file?",
		strings.Repeat("a\n", Most+1):    "line 1048577: is one class more than the 1048576 that there may be",
	} {
		if got, err := Parse(text); err == nil || err.Error() != want {
			t.Errorf("%.40q: got %d names, %v, want %s", text, len(got), err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"a\nb", "1 b\n0 a", `{"0": ["n", "a"]}`, `{'a': 0}`, `{"labels": ["a"]}`, `["\ud83d"]`, "[(", "n01440764 a"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		names, err := Parse(text)
		if (err == nil) != (len(names) > 0) {
			t.Fatalf("%d names and %v", len(names), err)
		}
		if slices.Contains(names, "") {
			t.Fatal("a class has no name")
		}
	})
}
