package parse_test

import (
	"strings"
	"testing"

	"cnnlang/lang/ast"
	"cnnlang/lang/parse"
	"cnnlang/lang/source"
)

func TestSettings(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"", ""},
		{"\n;\n", ""},
		{"epochs = 5", "epochs=5"},
		{"optimizer = adamw(lr=3e-4); epochs = 5;", "optimizer=adamw(lr = 3e-4) epochs=5"},
		{" # all\n epochs = 5 # five\n\n augment = [flip,\n  pad_crop(4)]\n", "epochs=5 augment=[flip, pad_crop(4)]"},
		{"epochs =\n 5", "epochs=5"},
	} {
		items, list := parse.Settings(source.NewFile("--train", test.text))
		var got []string
		for _, item := range items {
			got = append(got, item.Key.Text+"="+ast.Text(item.Value))
		}
		if list.HasErrors() || strings.Join(got, " ") != test.want {
			t.Errorf("%q: got %q, %v", test.text, got, list)
		}
	}
}

func TestSettingsThatAreNone(t *testing.T) {
	for text, want := range map[string]string{
		"epochs":                    "--train:1:7: error[E0101]: expected `=` after `epochs`, found the end",
		"epochs = ":                 "--train:1:9: error[E0101]: expected a value after `=`, found the end",
		"epochs: 5":                 "--train:1:7: error[E0101]: `train` takes `=`, not `:`",
		"epochs = 5 batch = 3":      "--train:1:12: error[E0101]: `batch` does not belong in `train`",
		"epochs = 5, batch = 3":     "--train:1:11: error[E0101]: `,` does not belong in `train`",
		"epochs = 5 }":              "",
		"epochs = 5 } }":            "--train:1:12: error[E0102]: `}` closes nothing",
		"epochs = 5 } net m {":      "",
		"} conv(3, 1x1) train {":    "",
		"optimizer = sgd(lr=0.1":    "--train:1:16: error[E0102]: `(` is never closed",
		"optimizer = sgd(lr: 0.1)":  "--train:1:19: error[E0101]: an argument takes `=`, not `:`",
		"train { epochs = 5 }":      "--train:1:1: error[E0101]: the word `train` does not belong in `train`",
		"net n { }":                 "",
		"let x = 3":                 "",
		"\x00":                      "",
		"epochs = \"":               "",
		strings.Repeat("(", 300):    "",
		strings.Repeat("x=1;", 4e4): "",
	} {
		items, list := parse.Settings(source.NewFile("--train", text))
		if !list.HasErrors() || items != nil {
			t.Errorf("%.40q: got %d settings, want an error", text, len(items))
			continue
		}
		if got := list[0].String(); want != "" && got != want {
			t.Errorf("%.40q: got\n%s, want\n%s", text, got, want)
		}
	}
}

func FuzzSettings(f *testing.F) {
	for _, text := range []string{"epochs = 5; batch = 3", "optimizer = sgd(lr=0.1, nesterov=true)", "augment = [flip,\n pad_crop(4)]", "epochs: 5", "} train {", "x = \"{"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<14 {
			return
		}
		src := source.NewFile("--train", text)
		items, list := parse.Settings(src)
		if items != nil && list.HasErrors() {
			t.Errorf("settings and %v", list)
		}
		for _, item := range items {
			if at := item.Span(); at.Start.Offset > at.End.Offset || at.End.Offset > len(text) {
				t.Errorf("%v is not in the text", at)
			}
		}
		for _, d := range list {
			if d.Span.Start.Offset > d.Span.End.Offset || d.Span.End.Offset > len(text) {
				t.Errorf("%v is not in the text: %s", d.Span, d)
			}
		}
	})
}
