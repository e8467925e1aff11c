package diag

import "slices"

// A Page explains one code: what it means, a text that causes it and one that
// does not. A test compiles both.
type Page struct {
	Code  Code
	Text  string // two or three sentences
	Wrong string // causes exactly this diagnostic; "" where it would fill megabytes
	Right string
	// Beside is a second file, ./blocks.cnn, that both import; "" for none. The
	// example itself is ./example.cnn.
	Beside string
}

// Name is what a person calls the code.
func (p Page) Name() string { return p.Code.Name() }

// Pages lists the page of every code, in the order of Codes.
func Pages() []Page {
	return slices.Concat(textPages, namePages, valuePages, flowPages, shapePages, contractPages, weightPages, limitPages, lintPages)
}

// Explain returns the page of a code; ok is false where there is no such code.
func Explain(code Code) (page Page, ok bool) {
	for _, p := range Pages() {
		if p.Code == code {
			return p, true
		}
	}
	return Page{}, false
}
