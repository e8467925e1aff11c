package diag

import (
	"encoding/json"
	"strings"
	"testing"

	"cnnlang/lang/source"
)

// How far a net came is one line for people and a field for programs.
func TestProgress(t *testing.T) {
	d := New(ShapesDiffer, source.Span{}, "the branches differ")
	d.Progress = &Progress{
		Earlier: 2,
		Steps:   []Reached{{"conv1", "conv", []int{1, 64, 112, 112}}, {"layer1.0", "basic", []int{1, 64, 56, 56}}},
		At:      Reached{Path: "layer2.0.1", Call: "add"},
	}
	var b strings.Builder
	if err := Fprint(&b, List{d}, func(string) *source.File { return nil }, Options{}); err != nil {
		t.Fatal(err)
	}
	want := "= checked so far: … → conv1 [1, 64, 112, 112] → layer1.0 basic [1, 64, 56, 56] → layer2.0.1 add ✗\n"
	if !strings.Contains(b.String(), want) {
		t.Errorf("got\n%s\nwant in it\n%s", b.String(), want)
	}

	b.Reset()
	if err := FprintJSON(&b, List{d}); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Diagnostics []struct {
			CheckedSoFar struct {
				Earlier int
				Steps   []struct {
					Path  string
					Shape []int
				}
				At struct{ Path, Call string }
			} `json:"checked_so_far"`
		}
	}
	if err := json.Unmarshal([]byte(b.String()), &got); err != nil {
		t.Fatal(err)
	}
	c := got.Diagnostics[0].CheckedSoFar
	if c.Earlier != 2 || len(c.Steps) != 2 || c.Steps[1].Path != "layer1.0" || c.Steps[0].Shape[3] != 112 || c.At.Call != "add" {
		t.Errorf("got %+v", c)
	}
}
