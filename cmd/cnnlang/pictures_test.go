package main

import (
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"
)

var updatePictures = flag.Bool("update.pictures", false, "write the pictures of docs/pictures.md anew")

// The pictures of the documents are what their commands write.
func TestPicturesOfTheDocuments(t *testing.T) {
	page, err := os.ReadFile(root + "/docs/pictures.md")
	if err != nil {
		t.Fatal(err)
	}
	commands := regexp.MustCompile(`(?m)^\$ cnnlang (.+) > (docs/pictures/\S+\.svg)$`).FindAllStringSubmatch(string(page), -1)
	for _, c := range commands {
		got := answer(strings.Fields(c[1])) + "\n"
		if *updatePictures {
			if err := os.WriteFile(root+"/"+c[2], []byte(got), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(root + "/" + c[2])
		if err != nil || string(want) != got {
			t.Errorf("%s is not what `cnnlang %s` writes (%v); look at it after `go test ./cmd/cnnlang -run %s -update.pictures`", c[2], c[1], err, t.Name())
		}
	}
	if entries, _ := os.ReadDir(root + "/docs/pictures"); len(commands) < 10 || len(entries) != len(commands) {
		t.Errorf("%d commands and %d pictures", len(commands), len(entries))
	}
}

// A page offers every cost that is known without running, and time where it is asked for, and begins with
// the one that is asked for.
func TestPagesOfferCosts(t *testing.T) {
	for by, want := range map[string]string{
		"kind":   `"costs":["memory of its values"],"colour":""`,
		"params": `"costs":["memory of its values"],"colour":"parameters"`,
		"memory": `"costs":["memory of its values"],"colour":"memory of its values"`,
		"time":   `"costs":["memory of its values","time here on one thread"],"colour":"time here on one thread"`,
	} {
		page := answer([]string{"graph", "nin_cifar10", "-o", "html", "--colour", by})
		if !strings.Contains(page, want) || strings.Count(page, `"costs":[{"value":`) < 10 {
			t.Errorf("the page by %s lacks %s: %.2000s", by, want, page)
		}
	}
}
