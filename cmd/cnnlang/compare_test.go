package main

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The picture of the library has every net whose accuracy on the same images is published, and the notes below it name the
// others. It names those that no other beats, and as many more as have room; how many have none it says.
func TestThePictureOfTheLibraryNamesAllNets(t *testing.T) {
	text, err := os.ReadFile(root + "/docs/pictures/compare.svg")
	if err != nil {
		t.Fatal(err)
	}
	_, document := inJSON(t, "compare")
	whole := regexp.MustCompile(`</text>\n<text class="note"[^>]*>`).ReplaceAllString(string(text), " ") // a note may take several lines
	var known, unknown, elsewhere, front []string
	for _, net := range document["nets"].([]any) {
		net := net.(map[string]any)
		name := net["label"].(string)
		top1, tested := net["top1"].(map[string]any)
		switch {
		case !tested:
			unknown = append(unknown, name)
		case top1["tested"] != document["tested"]:
			elsewhere = append(elsewhere, name)
		default:
			known = append(known, name)
		}
		if net["front"] == true {
			front = append(front, name)
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
	if balls := names(`<g class="ball[^"]*" data-net="([^"]+)"`); !slices.Equal(balls, known) {
		t.Errorf("balls: got %q, want %q", balls, known)
	}
	named := names(`<text class="label[^"]*" data-net="([^"]+)"`)
	if texts := names(`<text class="label[^>]*>([^<]+)</text>`); !slices.Equal(texts, named) {
		t.Errorf("the names of %q are %q", named, texts)
	}
	for _, name := range front {
		if !slices.Contains(named, name) {
			t.Errorf("%s is on the front and has no name", name)
		}
	}
	if room := fmt.Sprintf("Without room for a name, which is shown under the pointer: %d of %d.", len(known)-len(named), len(known)); 2*len(named) < len(known) || !strings.Contains(whole, room) {
		t.Errorf("%d of %d are named, and the notes do not say %q", len(named), len(known), room)
	}
	for pattern, want := range map[string][]string{
		`Not drawn, for want of a published accuracy: (.*?)\. ?<?`: unknown,
		`Not drawn, tested on other images \(CIFAR-10\): (.*?)\.`:  elsewhere,
	} {
		if note := names(pattern); len(note) != 1 || !slices.Equal(slices.Sorted(slices.Values(strings.Split(note[0], ", "))), slices.Sorted(slices.Values(want))) {
			t.Errorf("not drawn: %q, want %q", note, want)
		}
	}
}
