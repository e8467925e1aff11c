package editor

import (
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/lang/diag"
)

// renamed is a text after the n-th place of a name has been given another, or why it cannot be.
func renamed(t *testing.T, text, name string, n int, fresh string) string {
	t.Helper()
	v := read(t, text)
	at := -1
	for ; n >= 0; n-- {
		at += 1 + strings.Index(text[at+1:], name)
	}
	edits, err := v.Rename(at, fresh, nil, alone(v))
	if err != nil {
		return err.Error()
	}
	after, ok := diag.Apply(text, edits["a.cnn"])
	if !ok {
		t.Fatal("the edits overlap")
	}
	if p, err := interp.Read("a.cnn", strings.NewReader(after)); err != nil {
		t.Error(err)
	} else if _, list, _ := p.Check(interp.Options{}); len(list) > 0 {
		t.Errorf("%v\n%s", list, after)
	}
	return after
}

func alone(v *View) Reader {
	return func(file string, texts map[string]string) (*interp.Program, error) {
		return v.Program.Revise(texts[file])
	}
}

// With a label, what speaks of its steps by their paths changes, and nothing else that looks like it.
func TestRenamingALabel(t *testing.T) {
	const text = `block unit(c: int) [N, C, H, W] -> [N, c, H, W] { conv: conv(c, 3x3, pad=1) -> bn: bn -> relu }

net a [N, 3, H = 8, W = 8] -> [N, 4] {
  names keras { "stem.conv." = "stem_conv/"; "stem{i}.conv." = "conv_{i}/"; "stem.bn." = "stem_bn/"; "fc." = "stem/" }
  train { freeze = ["stem", "stem.conv.weight", "stem1"]; no_decay = ["bias", "stem.bn"] }
  stem: unit(4) -> stem1: unit(4) -> gap -> flatten -> fc: linear(4)
  expect shape(stem) == [1, 4, 8, 8] and shape("stem.conv") == shape("stem1.conv") and shape(fc) == [1, 4]
}
net b = a(H=4, W=4) { expect shape(stem) == [1, 4, 4, 4]; names mine { "stem." = "s." } }
net c [N, 3, H = 8, W = 8] -> [N, 4, H, W] {
  names keras { "stem.conv." = "stem_conv/" }
  stem: unit(4)
  expect shape("stem.conv") == [1, 4, 8, 8]
}
`
	want := strings.NewReplacer(
		`"stem.conv." = "stem_conv/"; `, `"head.conv." = "stem_conv/"; `, `"stem.bn."`, `"head.bn."`,
		`freeze = ["stem", "stem.conv.weight"`, `freeze = ["head", "head.conv.weight"`, `"stem.bn"]`, `"head.bn"]`,
		`stem: unit(4) -> stem1`, `head: unit(4) -> stem1`, `shape(stem) == [1, 4, 8, 8] and shape("stem.conv")`, `shape(head) == [1, 4, 8, 8] and shape("head.conv")`,
		`shape(stem) == [1, 4, 4, 4]`, `shape(head) == [1, 4, 4, 4]`, `"stem." = "s."`, `"head." = "s."`).Replace(text)
	if got := renamed(t, text, "stem: unit", 0, "head"); got != want {
		t.Errorf("got\n%s", got)
	}
	// The label in the block is one of all nets.
	plain := strings.Replace(text, `; names mine { "stem." = "s." }`, "", 1)
	want = strings.NewReplacer("{ conv: conv(", "{ first: conv(", "stem.conv", "stem.first", "stem1.conv", "stem1.first", "{i}.conv.", "{i}.first.").Replace(plain)
	if got := renamed(t, plain, "conv: conv", 0, "first"); got != want {
		t.Errorf("got\n%s", got)
	}
	for _, refused := range []struct{ text, name, fresh, says string }{
		{`net a [N, 3, H = 8, W = 8] -> [N, 3, H, W] {
  names mine { "c{i}." = "{i}." }
  c1: conv(3, 1x1) -> c2: conv(3, 1x1)
}
`, "c1: conv", "first", "with that name `names mine` of `a` would call `first.weight`"},
		{text, "stem: unit", "fc", "`fc` means something else where the name stands"},
		{text, "conv: conv", "first", "with that name `names mine` of `b` would call `stem.first.weight` \"s.first.weight\", which it calls \"s.conv.weight\""},
		{strings.Replace(text, `"stem." = "s."`, `"stem{i}." = "s{i}."`, 1), "stem: unit", "stem2", "names mine"},
		{text, "conv: conv", "bn", "two"},
		{strings.Replace(text, "fc: linear(4)", "fc: linear(5)", 1), "stem: unit", "head", "`names` of `a` may speak of `stem`; which tensors its rows are for cannot be known, as the net has a mistake or needs arguments"},
		{text + "net d {", "stem: unit", "head", "line 15 of a.cnn does not parse"},
		{`net a [N, 3, H = 8, W = 8] -> [N, 3, H, W] {
  names mine { "{p:path}.conv.weight" = "{p}_w"; "{x}.conv.bias" = "{x}_b" }
  a: { conv: conv(3, 1x1) } -> b: { conv: conv(3, 1x1) }
}
`, "conv: conv", "main", "is for several steps"},
	} {
		if got := renamed(t, refused.text, refused.name, 0, refused.fresh); !strings.Contains(got, refused.says) {
			t.Errorf("%s to %s: got %s, want %q", refused.name, refused.fresh, got, refused.says)
		}
	}
}
