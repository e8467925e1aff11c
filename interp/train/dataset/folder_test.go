package dataset

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestFoldersAreClasses(t *testing.T) {
	folder := t.TempDir()
	pictures(t, folder, 12, "b", "Z", "ä", "a")
	write(t, folder, "a/deeper/one.png", drawn(t, 9, 9, 77))
	write(t, folder, "a/.hidden.png", []byte("no picture"))
	write(t, folder, ".git/config", []byte("x"))
	write(t, folder, "__MACOSX/a/._one.png", []byte("x"))
	write(t, folder, "b/Thumbs.db", []byte("x"))
	write(t, folder, "b/notes.txt", []byte("a list"))
	write(t, folder, "README", []byte("x"))
	d := opened(t, folder, small())
	if want := []string{"Z", "a", "b", "ä"}; !slices.Equal(d.Classes, want) {
		t.Errorf("got classes %q, want %q", d.Classes, want)
	}
	if d.Train.Len()+d.Val.Len() != 49 || d.Train.Counts()[1]+d.Val.Counts()[1] != 13 {
		t.Errorf("got %d and %d pictures, %v and %v", d.Train.Len(), d.Val.Len(), d.Train.Counts(), d.Val.Counts())
	}
	if want := []string{filepath.Join(folder, "README"), filepath.Join(folder, "b", "notes.txt")}; d.Others.Count != 2 || !slices.Equal(d.Others.Names, want) {
		t.Errorf("got other files %v, want %v", d.Others, want)
	}
	for i := range d.Train.Len() {
		class := strings.Split(names(d.Train, folder)[i], "/")[0]
		if d.Classes[d.Train.Label(i)] != class {
			t.Errorf("%s has the label of %s", d.Train.Name(i), d.Classes[d.Train.Label(i)])
		}
	}
}

func TestWhereTheSidesLie(t *testing.T) {
	train, val, other := t.TempDir(), "", t.TempDir()
	pictures(t, filepath.Join(train, "train"), 3, "x", "y")
	only := opened(t, train, small()) // no val: train is split
	if only.Train.Len()+only.Val.Len() != 6 || only.Val.Len() < 2 {
		t.Errorf("train alone: got %d and %d", only.Train.Len(), only.Val.Len())
	}
	for c, class := range []string{"x", "y"} {
		for i := range 2 {
			content := drawn(t, 7, 7, 5000+10*c+i)
			write(t, filepath.Join(train, "test"), class+"/"+string(rune('a'+i))+".png", content)
			write(t, other, class+"/"+string(rune('a'+i))+".png", content)
		}
	}
	for _, name := range []string{"test", "validation", "valid", "val"} { // each comes before those that are there
		if name != "test" {
			write(t, filepath.Join(train, name), "x/of_"+name+".png", drawn(t, 6, 6, len(name)*100))
			write(t, filepath.Join(train, name), "y/of_"+name+".png", drawn(t, 6, 6, len(name)*100+1))
		}
		val = name
		d := opened(t, train, small())
		if got := names(d.Val, train); d.Train.Len() != 6 || len(got) != 2 && val != "test" || !strings.HasPrefix(got[0], val+"/x/") {
			t.Errorf("%s: got %d and %v", name, d.Train.Len(), got)
		}
	}
	o := small()
	o.Val = other
	d := opened(t, train, o)
	if got := names(d.Val, other); d.Train.Len() != 6 || !slices.Equal(got, []string{"x/a.png", "x/b.png", "y/a.png", "y/b.png"}) {
		t.Errorf("another folder: got %d and %v", d.Train.Len(), got)
	}
	o = small()
	o.Whole = true
	for _, c := range []struct {
		folder      string
		asked, took Part
		pictures    int
	}{{train, "", ValPart, 2}, {train, ValPart, ValPart, 2}, {train, TrainPart, TrainPart, 6}, {train, AllParts, AllParts, 8}, {other, "", "", 4}, {other, TrainPart, "", 4}} {
		o.Part = c.asked
		if d := opened(t, c.folder, o); d.Train.Len() != 0 || d.Val.Len() != c.pictures || d.Part != c.took {
			t.Errorf("whole, %q: got %d and %d, %q, want %d, %q", c.asked, d.Train.Len(), d.Val.Len(), d.Part, c.pictures, c.took)
		}
	}
}

func TestClassesByAList(t *testing.T) {
	folder := t.TempDir()
	pictures(t, folder, 4, "cat", "dog")
	o := small()
	o.Classes = []string{"dog", "cat"}
	d := opened(t, folder, o)
	if !slices.Equal(d.Classes, o.Classes) || d.Classes[d.Train.Label(0)] != strings.Split(names(d.Train, folder)[0], "/")[0] {
		t.Errorf("got %q", d.Classes)
	}
	o.Classes = []string{"dog", "cow"}
	refused(t, folder, o, "holds folders that are no class: cat; the classes are dog, cow")
	o.Classes = []string{"dog", "cat", "cow"}
	refused(t, folder, o, "no picture to learn from of 1 class: cow")
	o.Whole = true
	if d := opened(t, folder, o); !noted(d, "no picture to check with of 1 class: cow") {
		t.Errorf("got notes %q", d.Notes)
	}
	o.Classes = []string{"dog", "dog"}
	refused(t, folder, o, "the class dog twice")
	o.Classes = []string{"dog", "c\nat"}
	refused(t, folder, o, "control characters")
	val := t.TempDir()
	pictures(t, val, 1, "cat", "bird")
	o = small()
	o.Val = val
	refused(t, folder, o, val, "no class: bird; the classes are cat, dog")
}

func TestClassesThatCannotBeLearned(t *testing.T) {
	folder := t.TempDir()
	refused(t, folder, small(), "holds 0 classes, want a folder for each class, at least two")
	pictures(t, folder, 4, "one")
	refused(t, folder, small(), folder, "holds 1 class, want")
	if err := os.Mkdir(filepath.Join(folder, "two"), 0o777); err != nil {
		t.Fatal(err)
	}
	write(t, folder, "three/.hidden.png", drawn(t, 3, 3, 1))
	refused(t, folder, small(), "no picture to learn from of 2 classes: three, two")
	refused(t, filepath.Join(folder, "none"), small(), "none: no such file")
	write(t, folder, "file.txt", nil)
	refused(t, filepath.Join(folder, "file.txt"), small(), "is a file, want a folder of pictures")
	o := small()
	o.Input = []int{1, 8, 8}
	refused(t, folder, o, "has 1 channels, and pictures are prepared as 3")
	for _, input := range [][]int{{3, 8}, {3, 0, 8}, nil} {
		o.Input = input
		refused(t, folder, o, "got an input of shape")
	}
	o = small()
	o.Split = 1
	refused(t, folder, o, "got a share of 1")
}

func TestNumbersAsNames(t *testing.T) {
	folder := t.TempDir()
	pictures(t, folder, 3, "1", "2", "10")
	if d := opened(t, folder, small()); !slices.Equal(d.Classes, []string{"1", "10", "2"}) || !noted(d, "order of their digits, 1, 10, 2") {
		t.Errorf("got %q, %q", d.Classes, d.Notes)
	}
	if err := os.Rename(filepath.Join(folder, "10"), filepath.Join(folder, "3")); err != nil {
		t.Fatal(err)
	}
	if d := opened(t, folder, small()); len(d.Notes) > 0 {
		t.Errorf("got notes %q", d.Notes)
	}
}

func TestSplitByContent(t *testing.T) {
	folder := t.TempDir()
	pictures(t, folder, 100, "x", "y")
	o := small()
	d := opened(t, folder, o)
	want := [2][]string{}
	for _, class := range []string{"x", "y"} {
		files, err := os.ReadDir(filepath.Join(folder, class))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			content, err := os.ReadFile(filepath.Join(folder, class, f.Name()))
			if err != nil {
				t.Fatal(err)
			}
			side := 0
			if below(content, 0.25) {
				side = 1
			}
			want[side] = append(want[side], class+"/"+f.Name())
		}
	}
	if got := [2][]string{names(d.Train, folder), names(d.Val, folder)}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if n := d.Val.Len(); n < 30 || n > 70 {
		t.Errorf("got %d of 200 to check with", n)
	}
	// Pictures that are added move none, and copies follow their originals.
	before := names(d.Val, folder)
	for _, name := range before[:5] {
		content, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		write(t, folder, strings.Replace(name, "/", "/copy_", 1), content)
	}
	for i := range 50 {
		write(t, folder, "x/new"+string(rune('a'+i))+".png", drawn(t, 5, 5, 7000+i))
	}
	d = opened(t, folder, o)
	after := names(d.Val, folder)
	for _, name := range before {
		if !slices.Contains(after, name) || slices.Contains(before[:5], name) && !slices.Contains(after, strings.Replace(name, "/", "/copy_", 1)) {
			t.Errorf("%s or its copy is not to check with any more", name)
		}
	}
	for _, name := range names(d.Train, folder) {
		if slices.Contains(before, name) {
			t.Errorf("%s is to learn from now", name)
		}
	}
	if !noted(d, "5 pictures equal another of the class") {
		t.Errorf("got notes %q", d.Notes)
	}
}

func TestEachClassIsOnBothSides(t *testing.T) {
	for _, share := range []float64{1e-9, 0.5, 1 - 1e-9} {
		folder := t.TempDir()
		pictures(t, folder, 2, "a", "b", "c", "d", "e")
		o := small()
		o.Split = share
		o.Augment, o.Shrink, o.Keep = augmented("random_resized_crop"), 1.15, 1<<20
		d := opened(t, folder, o)
		for _, b := range epoch(t, &Loader{Set: d.Val, Batch: 1}, 0, 0) { // whichever side its hash alone says
			if !slices.Equal(b.Inputs.Data, prepared(t, d.Val.Name(b.Pictures[0]), o.Prepare, 8, 8)) {
				t.Errorf("share %v: %s is not as for a run", share, d.Val.Name(b.Pictures[0]))
			}
		}
		for label, class := range d.Classes {
			if d.Train.Counts()[label] != 1 || d.Val.Counts()[label] != 1 {
				t.Errorf("share %v, class %s: got %d and %d", share, class, d.Train.Counts()[label], d.Val.Counts()[label])
			}
		}
		// The one with the smaller hash is to check with, whatever the share.
		for i := range d.Val.Len() {
			if v, w := d.pool.hashes[d.Val.at[i]], d.pool.hashes[d.Train.at[i]]; slices.Compare(v[:], w[:]) > 0 {
				t.Errorf("share %v: %s has the larger hash", share, d.Val.Name(i))
			}
		}
	}
	folder := t.TempDir()
	pictures(t, folder, 2, "a", "b")
	pictures(t, folder, 1, "c")
	refused(t, folder, small(), "class c has 1 picture, want at least two different pictures")
	write(t, folder, "c/copy.png", drawn(t, 12, 10, 0))
	write(t, folder, "c/aa.png", drawn(t, 12, 10, 0))
	refused(t, folder, small(), "class c has 2 pictures, want at least two different pictures")
	o := small()
	o.Split = 0
	if d := opened(t, folder, o); d.Val.Len() != 0 || d.Train.Len() != 6 {
		t.Errorf("no share: got %d and %d", d.Train.Len(), d.Val.Len())
	}
}

func TestGroupsStayTogether(t *testing.T) {
	folder := t.TempDir()
	for i := range 120 {
		class := []string{"happy", "sad"}[i%2]
		write(t, folder, class+"/person"+string(rune('A'+i/6))+"_"+string(rune('a'+i%6))+".png", drawn(t, 8, 8, i))
	}
	o := small()
	o.Group = regexp.MustCompile(`/(person.)_`)
	d := opened(t, folder, o)
	sides := map[string]bool{}
	for _, s := range []*Set{d.Train, d.Val} {
		for _, name := range names(s, folder) {
			person := o.Group.FindStringSubmatch(name)[1]
			val, seen := sides[person]
			if seen && val != (s == d.Val) {
				t.Errorf("%s is on both sides", person)
			}
			sides[person] = s == d.Val
			if want := below([]byte(person), 0.25); want != (s == d.Val) {
				t.Errorf("%s: to check with is %v, want %v", name, !want, want)
			}
		}
	}
	// All are decoded for the side that their group is on, and once.
	o.Augment, o.Shrink, o.Keep = augmented("random_resized_crop"), 1, 1<<20
	o.Progress = func(done, all int) {
		if done == all {
			if err := os.Rename(folder, folder+"_gone"); err != nil {
				t.Error(err)
			}
		}
	}
	opened(t, folder, o)
	if err := os.Rename(folder+"_gone", folder); err != nil {
		t.Fatal(err)
	}
	o.Progress = nil
	o.Group = regexp.MustCompile(`person[A-C]`)
	refused(t, folder, o, `holds names that the group "person[A-C]" does not match, of 102 pictures: `)
	o.Group = regexp.MustCompile(`person`)
	refused(t, folder, o, "class happy has 60 pictures, want at least two groups")
}

func TestCopies(t *testing.T) {
	folder := t.TempDir()
	pictures(t, filepath.Join(folder, "train"), 3, "x", "y")
	for c, class := range []string{"x", "y"} {
		write(t, folder, "val/"+class+"/new.png", drawn(t, 4, 4, 900+c))
	}
	opened(t, folder, small())
	write(t, folder, "train/y/copy.png", drawn(t, 12, 10, 0)) // which is x/aa.png
	if d := opened(t, folder, small()); !noted(d, "1 picture is in two classes, byte for byte:\n  "+filepath.Join(folder, "train", "x", "aa.png")+" = "+filepath.Join(folder, "train", "y", "copy.png")) {
		t.Errorf("got notes %q", d.Notes)
	}
	write(t, folder, "val/x/copy.png", drawn(t, 12, 10, 0))
	refused(t, folder, small(), "1 picture to check with is also among those to learn from, byte for byte; remove them from one side:",
		filepath.Join("train", "x", "aa.png")+" = "+filepath.Join(folder, "val", "x", "copy.png"))
	for i := range 30 {
		write(t, folder, "val/x/"+string(rune('A'+i))+".png", drawn(t, 12, 10, 0))
	}
	refused(t, folder, small(), "31 pictures to check with are also", "\n  and 11 more")
}

func TestUnequalClassesAreNoted(t *testing.T) {
	folder := t.TempDir()
	pictures(t, folder, 30, "many")
	pictures(t, folder, 3, "few")
	o := small()
	o.Split = 0
	for i := range 3 { // as many's first three are the same
		write(t, folder, "few/a"+string(rune('a'+i))+".png", drawn(t, 8, 8, 400+i))
	}
	if d := opened(t, folder, o); !noted(d, "many has 30 pictures and few only 3") {
		t.Errorf("got notes %q", d.Notes)
	}
	if err := os.Remove(filepath.Join(folder, "many", "ac.png")); err != nil {
		t.Fatal(err)
	}
	if d := opened(t, folder, o); len(d.Notes) > 0 {
		t.Errorf("got notes %q", d.Notes)
	}
}

func TestProgressAndDigest(t *testing.T) {
	folder := t.TempDir()
	pictures(t, folder, 6, "x", "y")
	o := small()
	var done []int
	o.Progress = func(n, all int) {
		if all != 12 {
			t.Errorf("got %d in all, want 12", all)
		}
		done = append(done, n)
	}
	o.Threads = 4
	first := opened(t, folder, o)
	if want := []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}; !slices.Equal(done, want) {
		t.Errorf("got %v, want %v", done, want)
	}
	o.Progress = nil
	if got := opened(t, folder, o).Digest(); got != first.Digest() || len(got) != 64 {
		t.Errorf("equal data have the digests %s and %s", got, first.Digest())
	}
	o.Split = 0.9
	if opened(t, folder, o).Digest() == first.Digest() {
		t.Error("another split has the same digest")
	}
	o = small()
	write(t, folder, "x/aa.png", drawn(t, 12, 10, 12345))
	if opened(t, folder, o).Digest() == first.Digest() {
		t.Error("another picture has the same digest")
	}
}

func TestClassesOfAnotherKindAreNoted(t *testing.T) {
	folder := t.TempDir()
	pictures(t, folder, 12, "colour", "more")
	for i := range 12 {
		raw, err := os.ReadFile("../../picture/testdata/kind_gray.png")
		if err != nil {
			t.Fatal(err)
		}
		write(t, folder, "grey/"+string(rune('a'+i))+".png", raw)
	}
	write(t, folder, "grey/z.png", drawn(t, 9, 9, 9999)) // one of thirteen has colours
	o := small()
	o.Split = 0
	const want = "the pictures of grey are grey and those of colour, more are not"
	if d := opened(t, folder, o); !noted(d, want) {
		t.Errorf("got notes %q", d.Notes)
	}
	write(t, folder, "grey/y.png", drawn(t, 9, 9, 9998)) // two of fourteen
	if d := opened(t, folder, o); noted(d, "are grey") {
		t.Errorf("got notes %q", d.Notes)
	}
	o.Prepare.Grey, o.Input = true, []int{1, 8, 8}
	if d := opened(t, folder, o); noted(d, "are grey") {
		t.Errorf("prepared as grey: got notes %q", d.Notes)
	}
}
