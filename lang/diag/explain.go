package diag

import (
	"embed"
	"regexp"
	"strings"
	"sync"
)

// A Page explains one code: what it means, a text that causes it and one that
// does not. A test compiles both.
type Page struct {
	Code  Code
	Name  string // the code's name in words
	Text  string // two or three sentences, on one line
	Wrong string // causes exactly this diagnostic; "" if it would take megabytes
	Right string
	// Beside is a second file, ./blocks.cnn, that both import; "" for none. The
	// example itself is ./example.cnn.
	Beside string
}

// pageFiles has a file for each code, named by it.
//
//go:embed pages/*.md
var pageFiles embed.FS

// Pages lists the page of every code, in the order of the codes.
var Pages = sync.OnceValue(func() []Page {
	files, _ := pageFiles.ReadDir("pages") // sorted by name
	pages := make([]Page, len(files))
	for i, f := range files {
		text, _ := pageFiles.ReadFile("pages/" + f.Name())
		pages[i] = readPage(Code(strings.TrimSuffix(f.Name(), ".md")), string(text))
	}
	return pages
})

var example = regexp.MustCompile("(?s)\n```cnn (\\S+)\n(.*?)```\n")

// readPage reads a heading, a paragraph, and examples, each fenced and marked with its kind.
func readPage(code Code, text string) Page {
	name, _, _ := strings.Cut(strings.TrimPrefix(text, "# "), "\n")
	p := Page{Code: code, Name: name}
	into := map[string]*string{"wrong": &p.Wrong, "right": &p.Right, "blocks.cnn": &p.Beside}
	for _, m := range example.FindAllStringSubmatch(text, -1) {
		*into[m[1]] = m[2]
	}
	prose := example.ReplaceAllString(strings.TrimPrefix(text, "# "+name), "")
	p.Text = strings.Join(strings.Fields(prose), " ")
	return p
}

// Explain returns the page of a code; ok is false if there is no such code.
func Explain(code Code) (page Page, ok bool) {
	for _, p := range Pages() {
		if p.Code == code {
			return p, true
		}
	}
	return Page{}, false
}
