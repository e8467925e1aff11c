package main

import (
	"fmt"
	"image"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
)

// A design is the faces that draw the same letters.
type design struct {
	name  string
	faces []*face
}

func (d *design) heldOut() bool { return heldOut(d.name) }

// grouped are the designs of the faces that are not left out, by name.
func grouped(faces []*face) (all []*design) {
	for _, f := range faces {
		if f.left != "" {
			continue
		}
		i, found := slices.BinarySearchFunc(all, f.design, func(d *design, name string) int { return strings.Compare(d.name, name) })
		if !found {
			all = slices.Insert(all, i, &design{name: f.design})
		}
		all[i].faces = append(all[i].faces, f)
	}
	return all
}

// picks are the faces whose picture of a character is written, which is the index of it. To check with it is each. To
// learn from, a design with n faces has 4√n: so those with many do not drown the others, and a face that
// comes once for one character comes for another too. Some come twice, if n is small.
func (d *design) picks(character int) []*face {
	if d.heldOut() {
		return d.faces
	}
	n := len(d.faces)
	count := int(math.Round(4 * math.Sqrt(float64(n))))
	all := make([]*face, count)
	for i := range all {
		all[i] = d.faces[(i*n/count+character)%n]
	}
	return all
}

// heldPictures are those of all designs that are held out.
func heldPictures(all []*design) map[picture]bool {
	held := map[picture]bool{}
	for _, d := range all {
		if d.heldOut() {
			for _, f := range d.faces {
				for _, p := range f.pictures {
					held[p] = true
				}
			}
		}
	}
	return held
}

// write writes the pictures of a design, each in the folder of its character, but those that it is to go without: an I
// that is a mere bar is the same in several designs. To learn from, a quarter as many come of each uncial.
func (d *design) write(root string, without map[picture]bool) error {
	for i, char := range characters {
		folder := filepath.Join(root, string(char))
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
		times := map[string]int{}
		put := func(f *face, p picture, suffix string) error {
			name := fmt.Sprintf("%s.%s.%x%s", f.pkg, strings.TrimSuffix(f.name(), filepath.Ext(f.name())), f.hash[:4], suffix)
			name = strings.ReplaceAll(name, " ", "_")
			times[name]++
			return p.write(filepath.Join(folder, fmt.Sprintf("%s.%d.png", name, times[name]-1)))
		}
		lower := unicode.ToLower(char)
		for n, f := range d.picks(i) {
			if !without[f.pictures[i]] {
				if err := put(f, f.pictures[i], ""); err != nil {
					return err
				}
			}
			p, ok := f.uncials[lower]
			if !ok || d.heldOut() || n%4 != 0 || p == f.pictures[i] || without[p] {
				continue
			}
			if err := put(f, p, "."+string(lower)); err != nil {
				return err
			}
		}
	}
	return nil
}

// write writes a grey PNG, and no file that is there already.
func (p picture) write(name string) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	if err := png.Encode(f, &image.Gray{Pix: p[:], Stride: size, Rect: image.Rect(0, 0, size, size)}); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// listed is the list of all faces, a line each: what it is for, its design, its name and version, where it is from, and
// the SHA-256 of its file.
func listed(faces []*face) string {
	var s strings.Builder
	s.WriteString("# made by go run . -list; use, design, face, version, package/file, SHA-256 of the file\n")
	for _, f := range faces {
		use := "train"
		switch {
		case f.left != "":
			use = "left out: " + f.left
		case heldOut(f.design):
			use = "val"
		}
		fmt.Fprintf(&s, "%s\t%s\t%s\t%s\t%s/%s\t%x\n", use, f.design, f.names, plain(f.version), f.pkg, f.name(), f.hash)
	}
	return s.String()
}

// plain is a text on one line without tabs, at most 60 bytes of it.
func plain(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	return strings.ToValidUTF8(s[:min(len(s), 60)], "")
}

// summary says how much there is.
func summary(faces []*face, taken []*design) string {
	designs, files := [2]int{}, [2]int{}
	for _, d := range taken {
		side := 0
		if d.heldOut() {
			side = 1
		}
		designs[side]++
		files[side] += len(d.faces)
	}
	return fmt.Sprintf("%d faces of %d designs to learn from, %d of %d held out; %d faces left out\n",
		files[0], designs[0], files[1], designs[1], len(faces)-files[0]-files[1])
}
