package main

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/gofont/gosmallcaps"
	"golang.org/x/image/font/sfnt"
)

// heldOutDesigns are those of designs.txt that the rule holds out, computed with Python's hashlib.
var heldOutDesigns = []string{"Andika", "Caladea", "Cantarell", "Caslon", "Century Schoolbook", "Chancery", "Clear Sans", "DIN", "Dosis", "Inter",
	"JetBrains Mono", "Lato", "League Spartan", "Liberation", "Linden Hill", "Monofur", "National Park", "OCR-B", "Osifont", "Palatino", "Roboto",
	"Roboto Slab", "Romande", "Solothurn", "Times"}

func TestDesignsHeldOut(t *testing.T) {
	table, err := readDesigns("designs.txt")
	if err != nil {
		t.Fatal(err)
	}
	var held []string
	for _, r := range table {
		if heldOut(r.design) && !slices.Contains(held, r.design) {
			held = append(held, r.design)
		}
	}
	slices.Sort(held)
	if !slices.Equal(held, heldOutDesigns) {
		t.Errorf("got %q, want %q", held, heldOutDesigns)
	}
}

// The list of faces in the tree is of these designs and this rule.
func TestListOfFaces(t *testing.T) {
	table, err := readDesigns("designs.txt")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("faces.txt")
	if err != nil {
		t.Fatal(err)
	}
	uses := map[string]int{}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(cells) != 6 || len(cells[5]) != 64 {
			t.Fatalf("want six cells, the last a SHA-256: %q", line)
		}
		if got := table.of(cells[4]); got != cells[1] {
			t.Errorf("%s is of the design %q, the list says %q", cells[4], got, cells[1])
		}
		use, _, _ := strings.Cut(cells[0], ":")
		uses[use]++
		if use != "left out" && (use == "val") != slices.Contains(heldOutDesigns, cells[1]) {
			t.Errorf("%s of the design %s is in %s", cells[4], cells[1], use)
		}
	}
	if uses["val"] == 0 || uses["train"] == 0 || len(uses) != 3 {
		t.Errorf("got the uses %v", uses)
	}
}

// square is an outline whose box is 10 wide and 20 high, with a hole in it.
var square = outline{{{0, 0}, {10, 0}, {10, 20}, {0, 20}}, {{2, 4}, {2, 12}, {8, 12}, {8, 4}}}

// TestDraw compares a picture with one that asks at many points of every pixel how often the outline winds around it.
func TestDraw(t *testing.T) {
	for name, o := range map[string]outline{"square": square, "B": ofFace(t, goregular.TTF, 'B'), "W": ofFace(t, goregular.TTF, 'W'), "8": ofFace(t, goregular.TTF, '8')} {
		got, b := o.draw(), o.box()
		scale := 0.71 * 32 / max(b.width(), b.height())
		left, top := 16-b.width()*scale/2, 16-b.height()*scale/2
		const n = 12
		for i, have := range got {
			inside := 0
			for j := range n * n {
				x := float64(i%32) + (float64(j%n)+0.5)/n
				y := float64(i/32) + (float64(j/n)+0.5)/n
				if o.winds(point{(x-left)/scale + b.min.x, (y-top)/scale + b.min.y}) {
					inside++
				}
			}
			if want := 255 * float64(inside) / (n * n); math.Abs(float64(have)-want) > 18 {
				t.Errorf("%s: the pixel (%d, %d) is %d, want about %.0f", name, i%32, i/32, have, want)
			}
		}
	}
}

// winds reports whether the outline goes around a point, by counting the lines to its right.
func (o outline) winds(p point) bool {
	n := 0
	for _, line := range o {
		for i, a := range line {
			b := line[(i+1)%len(line)]
			if (a.y <= p.y) != (b.y <= p.y) && a.x+(p.y-a.y)/(b.y-a.y)*(b.x-a.x) > p.x {
				if a.y < b.y {
					n++
				} else {
					n--
				}
			}
		}
	}
	return n != 0
}

func ofFace(t *testing.T, ttf []byte, char rune) outline {
	t.Helper()
	f, err := sfnt.Parse(ttf)
	if err != nil {
		t.Fatal(err)
	}
	o, err := outlineOf(f, new(sfnt.Buffer), char)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestFacesLeftOut(t *testing.T) {
	for _, c := range []struct {
		ttf        []byte
		name, want string
	}{
		{goregular.TTF, "Go.ttf", ""},
		{gosmallcaps.TTF, "Go.ttf", "its name has"},
		{goregular.TTF, "Go_K.otf", "its name has"},
		{goregular.TTF[:100], "Go.ttf", "cannot be read"},
	} {
		f := &face{file: file{path: c.name}}
		if got := f.read(c.ttf); !strings.HasPrefix(got, c.want) || (got == "") != (c.want == "") {
			t.Errorf("%s is left out as %q, want %q", c.name, got, c.want)
		}
	}
	same := []box{square.box(), square.box()}
	if !alike(same) {
		t.Error("two equal boxes are not alike")
	}
	if same[1].max.x *= 1.1; alike(same) {
		t.Error("two different boxes are alike")
	}
}

// One font under two names is taken once, and what a held-out design draws too is not learned from.
func TestEveryPictureOnce(t *testing.T) {
	folder := t.TempDir()
	var files []file
	for i, name := range []string{"a.ttf", "b.ttf"} {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, append(slices.Clone(goregular.TTF), make([]byte, i)...), 0o644); err != nil {
			t.Fatal(err)
		}
		files = append(files, file{path, "p", "Go"})
	}
	faces, err := readFaces(files)
	if err != nil || faces[0].left != "" || faces[1].left != "draws all as a.ttf" {
		t.Fatalf("%v; got %q and %q", err, faces[0].left, faces[1].left)
	}
	d := grouped(faces)[0]
	d.name = "Go" // is learned from
	lower := ofFace(t, goregular.TTF, 'd').draw()
	without := map[picture]bool{faces[0].pictures[10]: true, lower: true} // its A and its d
	if err := d.write(filepath.Join(folder, "out"), without); err != nil {
		t.Fatal(err)
	}
	d.name = "Inter" // is held out
	if err := d.write(filepath.Join(folder, "held"), nil); err != nil {
		t.Fatal(err)
	}
	// A design of one face comes four times, and once with the lower-case letter where that is an uncial.
	for name, want := range map[string]int{"out/A": 1, "out/B": 5, "out/C": 4, "out/D": 4, "held/A": 1, "held/B": 1} {
		if got, _ := filepath.Glob(filepath.Join(folder, filepath.FromSlash(name), "*.png")); len(got) != want {
			t.Errorf("%s has %d pictures, want %d", name, len(got), want)
		}
	}
}

// The uncials of a face are its lower-case letters, and those of one that draws them as capitals are not written.
func TestUncials(t *testing.T) {
	f := &face{file: file{path: "Go.ttf", pkg: "p"}}
	if left := f.read(goregular.TTF); left != "" || len(f.uncials) != len(uncials) {
		t.Fatalf("%q; got %d uncials", left, len(f.uncials))
	}
	for _, char := range uncials {
		if f.uncials[char] != ofFace(t, goregular.TTF, char).draw() {
			t.Errorf("%c is another picture", char)
		}
	}
	f.uncials['b'] = f.pictures[strings.IndexRune(characters, 'B')]
	d, folder := &design{name: "Go", faces: []*face{f}}, t.TempDir()
	if err := d.write(folder, nil); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]int{"A/p.Go.00000000.a.0.png": 1, "B/p.Go.00000000.b.0.png": 0, "B/*": 4, "M/*": 5} {
		if got, _ := filepath.Glob(filepath.Join(folder, filepath.FromSlash(name))); len(got) != want {
			t.Errorf("%s: got %q, want %d", name, got, want)
		}
	}
}

// Each character of a design with n faces gets 4√n pictures, and all faces come for some.
func TestPicks(t *testing.T) {
	d := &design{name: "Go", faces: make([]*face, 25)}
	for i := range d.faces {
		d.faces[i] = &face{}
	}
	came := map[*face]bool{}
	for i := range characters {
		picks := d.picks(i)
		if len(picks) != 20 {
			t.Fatalf("got %d pictures, want 20", len(picks))
		}
		for _, f := range picks {
			came[f] = true
		}
	}
	if len(came) != 25 {
		t.Errorf("%d of 25 faces came", len(came))
	}
	if d.name = "Inter"; len(d.picks(0)) != 25 { // is held out
		t.Errorf("got %d pictures to check with, want one of each face", len(d.picks(0)))
	}
}
