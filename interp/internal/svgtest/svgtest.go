// Package svgtest reads pictures in SVG for tests.
package svgtest

import (
	"encoding/xml"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// An Element is one of a picture.
type Element struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Children []Element  `xml:",any"`
}

// Read is the outermost element of a picture.
func Read(t testing.TB, text []byte) Element {
	t.Helper()
	var root Element
	if err := xml.Unmarshal(text, &root); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return root
}

// Attr is an attribute, "" if there is none.
func (e Element) Attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// Number is an attribute that must be a number.
func (e Element) Number(t testing.TB, name string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(e.Attr(name), 64)
	if err != nil {
		t.Fatalf("%s %s: %v", e.XMLName.Local, name, err)
	}
	return v
}

// Is reports whether the element is of a class.
func (e Element) Is(class string) bool {
	return slices.Contains(strings.Fields(e.Attr("class")), class)
}

// All finds the elements of a class.
func (e Element) All(class string) (found []Element) {
	if e.Is(class) {
		found = append(found, e)
	}
	for _, c := range e.Children {
		found = append(found, c.All(class)...)
	}
	return found
}
