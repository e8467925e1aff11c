// Command glyphs makes the pictures from which nets/glyphs.cnn has learned: the characters 0 to 9 and A to Z as the faces of
// many fonts draw them, white on black, a folder for each character.
//
//	fonts/package/…/*.ttf ──designs.txt──▶ faces ──rules──▶ pictures ──hash of the design──▶ train/A/*.png, val/A/*.png
//
// The fonts are fetched by the script beside it; README.md has the commands.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

// characters are the classes, in the order of their code points.
const characters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// uncials are the lower-case letters that are learned from as forms of their capitals, because faces of one case draw
// capitals so: all but those that are their capital made small, c o s v w x z, and those that are, cut to their ink, like
// another character, as g and q are like 9, and i, j and l like 1, J and I.
const uncials = "abdefhkmnprtuy"

func main() {
	fonts := flag.String("fonts", ".work/fonts", "the folder of the fonts, a folder for each package")
	designs := flag.String("designs", "designs.txt", "the file that says of which design each font is")
	out := flag.String("out", ".work/pictures", "the folder to make, which must not be there yet")
	list := flag.String("list", "", "a file for the list of all faces, with what became of them")
	sample := flag.String("sample", "", "a PNG to write with pictures of some held-out designs")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "glyphs: %q is no flag; see -help\n", flag.Arg(0))
		os.Exit(2)
	}
	if err := run(*fonts, *designs, *out, *list, *sample); err != nil {
		fmt.Fprintln(os.Stderr, "glyphs:", err)
		os.Exit(1)
	}
}

func run(fonts, designs, out, list, sample string) error {
	table, err := readDesigns(designs)
	if err != nil {
		return err
	}
	files, err := table.files(fonts)
	if err != nil {
		return err
	}
	faces, err := readFaces(files)
	if err != nil {
		return err
	}
	if list != "" {
		if err := os.WriteFile(list, []byte(listed(faces)), 0o644); err != nil {
			return err
		}
	}
	taken := grouped(faces)
	held := heldPictures(taken)
	for _, d := range taken {
		side, without := "train", held
		if d.heldOut() {
			side, without = "val", nil
		}
		if err := d.write(filepath.Join(out, side), without); err != nil {
			return err
		}
	}
	if sample != "" {
		if err := writeSample(sample, taken); err != nil {
			return err
		}
	}
	fmt.Print(summary(faces, taken))
	return nil
}
