package diag

import (
	"strings"
	"testing"

	"cnnlang/lang/source"
)

func TestNumbersAreAsTheLineHasThem(t *testing.T) {
	f := source.NewFile("my.cnn", "repeat 1_000_000 relu\nrepeat 1000000 relu\n")
	const said = "1000000 of 30000, [1, 25088] and 2048; `25088`, -4096, 0.12345, 98765.5, x12345, arXiv:1512.03385, \"12345\", 999"
	const grouped = "1_000_000 of 30_000, [1, 25_088] and 2_048; `25_088`, -4096, 0.12345, 98765.5, x12345, arXiv:1512.03385, \"12345\", 999"
	for nth, want := range []string{grouped, said} {
		d := New(TooManyNodes, span(f, "relu", nth+1), "%s", said).WithLabel("%s", said).WithHelp("%s", said).WithNote("%s", said).At(span(f, "repeat", nth+1), "%s", said)
		d.Progress = &Progress{Steps: []Reached{{Path: "pool1", Shape: []int{1, 123456}}}}
		var b strings.Builder
		if err := Fprint(&b, List{d}, files(f), Options{Width: 400}); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(b.String(), want); n != 5 {
			t.Errorf("got %d times %s in\n%s", n, want, b.String())
		}
		if parts := strings.Contains(b.String(), "pool1 [1, 123_456]"); parts != (nth == 0) {
			t.Errorf("the steps before are told as\n%s", b.String())
		}
		if d.Message != said {
			t.Error("the diagnostic itself was changed")
		}
	}
}
