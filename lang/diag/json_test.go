package diag

import (
	"strings"
	"testing"

	"cnnlang/lang/langtest"
	"cnnlang/lang/source"
)

func TestJSON(t *testing.T) {
	f := source.NewFile("my.cnn", residual)
	d := New(ShapesDiffer, span(f, "add", 1), "sizes -> differ").WithLabel("label").
		At(span(f, "conv", 1), "other").WithNote("note").WithHelp("help")
	d.Trace = []Frame{{"layer2.0", "bottleneck(c = 2)", span(f, "bottleneck", 2)}}
	d.Repairs = []Repair{{What: "pad", Edits: []Edit{{span(f, "1x1", 1), "3x3"}}}}
	var b strings.Builder
	if err := FprintJSON(&b, List{d, New(UnusedTap, source.Span{}, "no place")}); err != nil {
		t.Fatal(err)
	}
	langtest.Golden(t, "testdata/report.json", b.String())
	b.Reset()
	if err := FprintJSON(&b, nil); err != nil || !strings.Contains(b.String(), `"diagnostics": []`) {
		t.Errorf("no diagnostics: got %s, %v, want an empty array", b.String(), err)
	}
}
