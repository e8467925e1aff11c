package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The picture of the library names every net whose accuracy is published, and the note below it the others.
func TestThePictureOfTheLibraryNamesAllNets(t *testing.T) {
	text, err := os.ReadFile(root + "/docs/pictures/compare.svg")
	if err != nil {
		t.Fatal(err)
	}
	_, document := inJSON(t, "compare")
	whole := regexp.MustCompile(`</text>\n<text class="note"[^>]*>`).ReplaceAllString(string(text), " ") // a note may take several lines
	var known, unknown []string
	for _, net := range document["nets"].([]any) {
		net := net.(map[string]any)
		if name := net["label"].(string); net["top1"] != nil {
			known = append(known, name)
		} else {
			unknown = append(unknown, name)
		}
	}
	names := func(pattern string) (found []string) {
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(whole, -1) {
			found = append(found, m[1])
		}
		slices.Sort(found)
		return found
	}
	slices.Sort(known)
	for what, got := range map[string][]string{
		"balls": names(`<g class="ball[^"]*" data-net="([^"]+)"`),
		"names": names(`<text class="label[^"]*" data-net="([^"]+)"`),
		"texts": names(`<text class="label.*>([^<]+)</text>`),
	} {
		if !slices.Equal(got, known) {
			t.Errorf("%s: got %q, want %q", what, got, known)
		}
	}
	note := names(`Not drawn, for want of a published accuracy: (.*)\.</text>`)
	if len(note) != 1 || !slices.Equal(slices.Sorted(slices.Values(strings.Split(note[0], ", "))), slices.Sorted(slices.Values(unknown))) {
		t.Errorf("not drawn: %q, want %q", note, unknown)
	}
}
