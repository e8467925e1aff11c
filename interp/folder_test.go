package interp_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cnnlang/interp"
)

const (
	partText = "block part [N, C, H, W] -> [N, C, H, W] { relu }\n"
	mainText = "import \"./%s\" { part }\nnet a [N, 3, H = 4, W = 4] -> [N, 3, H, W] { part }\n"
)

// place writes files, or if the text begins with "-> " links, below a folder.
func place(t *testing.T, folder string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(folder, name)
		err := os.MkdirAll(filepath.Dir(path), 0o777)
		if target, link := strings.CutPrefix(text, "-> "); link && err == nil {
			err = os.Symlink(target, path)
		} else if err == nil {
			err = os.WriteFile(path, []byte(text), 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func importing(name string) string { return strings.ReplaceAll(mainText, "%s", name) }

// The file that the user names may be a link, as in download caches; its imports are next
// to the link.
func TestAMainFileThatIsALinkImportsFromBesideIt(t *testing.T) {
	top := t.TempDir()
	place(t, top, map[string]string{
		"blobs/1f3a":     importing("part.cnn"),
		"blobs/part.cnn": "block part [N, C, H, W] -> [N, C, H, W] { this is not read }\n",
		"a/net.cnn":      "-> ../blobs/1f3a",
		"a/part.cnn":     partText,
	})
	for _, path := range []string{filepath.Join(top, "a/net.cnn"), filepath.Join(top, "a/../a/net.cnn")} {
		p, err := interp.Open(path)
		if err != nil || len(p.Problems) > 0 {
			t.Fatalf("%s: got %v, %v", path, p, err)
		}
		if q, err := p.Revise(p.Main.File.Source.Text + "# more\n"); err != nil || len(q.Problems) > 0 {
			t.Errorf("with another text: got %v, %v", q, err)
		}
	}
	_, err := interp.Open(filepath.Join(top, "a/none.cnn"))
	if err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("no file: got %v", err)
	}
	place(t, top, map[string]string{"a/dangling.cnn": "-> ../blobs/gone", "a/loop.cnn": "-> loop.cnn"})
	for name, want := range map[string]string{
		"dangling.cnn": `dangling.cnn: is a symbolic link to "../blobs/gone", and there is no such file`,
		"loop.cnn":     "too many levels of symbolic links",
	} {
		if _, err := interp.Open(filepath.Join(top, "a", name)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, want)
		}
	}
}

// An import may be a link within the folder, however it is written, and no other; the
// message says which and where it leads.
func TestImportsThroughLinks(t *testing.T) {
	for _, c := range []struct {
		name, imports string
		files         map[string]string // @ is the folder of the main file
		want          string            // "" for no problem
	}{
		{"a link inside", "sub/link.cnn", map[string]string{"part.cnn": partText, "sub/link.cnn": "-> ../part.cnn"}, ""},
		{"a whole path inside", "link.cnn", map[string]string{"part.cnn": partText, "link.cnn": "-> @/part.cnn"}, ""},
		{"a linked folder inside", "lib/part.cnn", map[string]string{"real/part.cnn": partText, "lib": "-> @/real"}, ""},
		{"a link out", "link.cnn", map[string]string{"../part.cnn": partText, "link.cnn": "-> ../part.cnn"},
			"cannot read @/link.cnn: it is a symbolic link out of the main file's folder, to \"../part.cnn\"; copy the file into the folder"},
		{"a whole path out", "link.cnn", map[string]string{"../part.cnn": partText, "link.cnn": "-> @/../part.cnn"},
			"cannot read @/link.cnn: it is a symbolic link out of the main file's folder, to \"@/../part.cnn\"; copy the file into the folder"},
		{"a linked folder out", "lib/part.cnn", map[string]string{"../real/part.cnn": partText, "lib": "-> ../real"},
			"cannot read @/lib/part.cnn: it lies behind \"lib\", a symbolic link out of the main file's folder, to \"../real\"; copy the file into the folder"},
		{"nothing inside", "link.cnn", map[string]string{"link.cnn": "-> gone.cnn"},
			"cannot read @/link.cnn: it is a symbolic link to \"gone.cnn\", and there is no such file"},
		{"nothing outside", "link.cnn", map[string]string{"link.cnn": "-> ../gone.cnn"},
			"cannot read @/link.cnn: it is a symbolic link to \"../gone.cnn\", and there is no such file"},
		{"a loop", "link.cnn", map[string]string{"link.cnn": "-> link.cnn"},
			"cannot read @/link.cnn: it is a symbolic link to \"link.cnn\", which cannot be followed: too many levels of symbolic links"},
		{"a folder", "lib.cnn", map[string]string{"lib.cnn/part.cnn": partText}, "cannot read @/lib.cnn: it is a directory, want a file"},
		{"a name that is nearly there", "prat.cnn", map[string]string{"part.cnn": partText},
			"cannot read @/prat.cnn: there is no such file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "folder")
			files := map[string]string{"net.cnn": importing(c.imports)}
			for name, text := range c.files {
				files[name] = strings.ReplaceAll(text, "@", folder)
			}
			place(t, folder, files)
			p, err := interp.Open(filepath.Join(folder, "net.cnn"))
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, d := range p.Problems {
				got += d.Message
			}
			if want := strings.ReplaceAll(c.want, "@", folder); got != want {
				t.Errorf("got %s\nwant %s", got, want)
			}
		})
	}
}
