package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math"
	"os"
	"regexp"

	"golang.org/x/image/font/sfnt"
)

// A face is a font of a file, and its pictures, one for each character and for uncials.
type face struct {
	file
	hash     [sha256.Size]byte // of the file
	names    string            // family and style
	version  string
	pictures []picture
	uncials  map[rune]picture // by lower-case letter, as many of these as it has
	left     string           // why it is left out, "" if it is not
}

// odd finds faces whose capitals are no plain letters, or not those of their own.
var odd = regexp.MustCompile(`(?i)small ?cap|caps\b|caps\d|\bSC\b|key(board|cap|font)?\b|_K\.|symbol|dingbat|initials|_I?nitial|ornament|\bmath|stencil|outline|shadow|inline`)

// readFaces reads fonts and draws their characters. Each is there, some left out by the rules:
// it cannot be read, its name is that of key caps, symbols or small capitals, it lacks a character, all its
// characters fill one box as key caps do, it draws two of them alike, or it draws all as one before it does.
func readFaces(files []file) ([]*face, error) {
	var all []*face
	drawn := map[string]string{} // by pictures, the first face
	for _, f := range files {
		data, err := os.ReadFile(f.path)
		if err != nil {
			return nil, err
		}
		c := &face{file: f, hash: sha256.Sum256(data)}
		all = append(all, c)
		if c.left = c.read(data); c.left != "" {
			continue
		}
		key := string(bytes.Join(pixels(c.pictures), nil))
		if first, ok := drawn[key]; ok {
			c.left = "draws all as " + first
			continue
		}
		drawn[key] = c.name()
	}
	return all, nil
}

// read reads the font and says why it is left out, or "".
func (c *face) read(data []byte) string {
	font, err := sfnt.Parse(data)
	if err != nil {
		return "cannot be read: " + err.Error()
	}
	var b sfnt.Buffer
	name := func(id sfnt.NameID) string { s, _ := font.Name(&b, id); return s }
	c.names = name(sfnt.NameIDFull)
	c.version = name(sfnt.NameIDVersion)
	if found := odd.FindString(c.names + " " + c.name()); found != "" {
		return fmt.Sprintf("its name has %q", found)
	}
	boxes := make([]box, 0, len(characters))
	for _, char := range characters {
		o, err := outlineOf(font, &b, char)
		if err != nil {
			return fmt.Sprintf("the character %c: %v", char, err)
		}
		boxes = append(boxes, o.box())
		c.pictures = append(c.pictures, o.draw())
	}
	if alike(boxes) {
		return "all its characters fill one box"
	}
	seen := map[picture]rune{}
	for i, char := range characters {
		if other, ok := seen[c.pictures[i]]; ok {
			return fmt.Sprintf("draws %c and %c alike", other, char)
		}
		seen[c.pictures[i]] = char
	}
	c.uncials = map[rune]picture{}
	for _, char := range uncials {
		if o, err := outlineOf(font, &b, char); err == nil {
			c.uncials[char] = o.draw()
		}
	}
	return ""
}

// alike reports whether all boxes have nearly one size.
func alike(boxes []box) bool {
	for _, b := range boxes {
		if math.Abs(b.width()/boxes[0].width()-1) > 0.02 || math.Abs(b.height()/boxes[0].height()-1) > 0.02 {
			return false
		}
	}
	return true
}

func pixels(all []picture) (parts [][]byte) {
	for i := range all {
		parts = append(parts, all[i][:])
	}
	return parts
}
