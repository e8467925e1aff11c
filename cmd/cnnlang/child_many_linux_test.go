package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// writePNG writes a small picture, and the same for the same number.
func writePNG(t *testing.T, path string, number int) {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, 12, 10))
	for i := range 120 {
		img.Set(i%12, i/12, color.NRGBA{uint8(number), uint8(i), uint8(number / 100 * i), 255})
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Dir(path), map[string]string{filepath.Base(path): out.String()})
}

const tinyNet = "net a [N, 3, H = 8, W = 8] -> [N, 4] { gap -> flatten -> linear(4) }\n"

// Whatever is in a folder, the pictures in it are computed, and each of the rest is told with
// its reason. Pipes and devices are not waited for, and loops of links have an end.
func TestFolderOfOddThings(t *testing.T) {
	folder := t.TempDir()
	put(t, folder, map[string]string{"tiny.cnn": tinyNet, "all/empty.png": "", "all/text.jpg": "a text", "all/notes.txt": "a text"})
	for _, name := range []string{"all/a.png", "all/caf\xe9.png", "all/d\xe9/e.png", "all/new\nline.png", "all/z.png", "other/o.png"} {
		writePNG(t, filepath.Join(folder, name), 1)
	}
	content, err := os.ReadFile(filepath.Join(folder, "all/a.png"))
	if err != nil {
		t.Fatal(err)
	}
	put(t, folder, map[string]string{"all/half.png": string(content[:len(content)/2])})
	in := func(name string) string { return filepath.Join(folder, "all", name) }
	for _, err := range []error{
		syscall.Mkfifo(in("pipe.jpg"), 0o666), syscall.Mkfifo(in("pipe"), 0o666),
		os.Symlink("loop.png", in("loop.png")), os.Symlink("one.png", in("two.png")), os.Symlink("two.png", in("one.png")),
		os.Symlink("nothing.png", in("dangling.png")), os.Symlink("/dev/zero", in("zero.png")), os.Symlink("a.png", in("link.png")),
		os.Symlink(".", in("here")), os.Symlink("..", in("up")), os.Symlink("../other", in("other")), os.Symlink("../other", in("other.png")),
		os.Mkdir(in("secret"), 0), syscall.Mknod(in("socket.png"), syscall.S_IFSOCK|0o666, 0),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	defer os.Chmod(in("secret"), 0o700)
	want := [][2]string{
		{"a.png", ""}, {"caf\xe9.png", ""}, {"dangling.png", "is a symbolic link to"}, {"d\xe9/e.png", ""}, {"empty.png", "is empty"},
		{"half.png", "cut short"}, {"link.png", ""}, {"loop.png", "too many levels"}, {"new\nline.png", ""}, {"one.png", "too many levels"},
		{"other.png", "is a directory"}, {"pipe.jpg", "is a pipe"}, {"secret", "permission denied"}, {"socket.png", "is a socket"}, {"text.jpg", "begins with"},
		{"two.png", "too many levels"}, {"z.png", ""}, {"zero.png", "is a device"},
	}
	if os.Getuid() == 0 { // who may read anything
		want = slices.DeleteFunc(want, func(w [2]string) bool { return w[0] == "secret" })
	}
	slices.SortFunc(want, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	bad := 0
	cmd, stderr := command(t, folder, "run", "./tiny.cnn", "all", "--recursive", "--weights", "random", "--top", "1", "-o", "csv")
	stdout, err := cmd.Output()
	if code := codeOf(t, err); code != exitProblems {
		t.Errorf("exit code %d, want %d\n%s", code, exitProblems, stderr)
	}
	rows, err := csv.NewReader(bytes.NewReader(stdout)).ReadAll()
	if err != nil || len(rows) != len(want)+1 {
		t.Fatalf("%v, %d rows, want %d\n%s\n%s", err, len(rows), len(want)+1, stdout, stderr)
	}
	for i, w := range want {
		row := rows[i+1]
		if w[1] != "" {
			bad++
		}
		if row[0] != "all/"+w[0] || (row[6] == "") != (w[1] == "") || !strings.Contains(row[6], w[1]) || (row[1] == "1") != (w[1] == "") {
			t.Errorf("got %q, want %q", row, w)
		}
	}
	for _, want := range []string{
		"note: all/here is a link to a folder", "note: all/up is a link to a folder", "note: all/other is a link to a folder",
		fmt.Sprintf("error: %d of %d images could not be read\n", bad, len(want)),
	} {
		if !strings.Contains(stderr.String(), want) {
			t.Errorf("lacks %q:\n%s", want, stderr)
		}
	}
}

// The memory of a run does not depend on how many pictures there are.
func TestManyImagesTakeTheMemoryOfFew(t *testing.T) {
	folder := t.TempDir()
	put(t, folder, map[string]string{"tiny.cnn": tinyNet})
	writePNG(t, filepath.Join(folder, "a.png"), 1)
	var few int64
	for _, n := range []int{400, 4000} { // few enough that the collector has run
		cmd, stderr := command(t, folder, "run", "./tiny.cnn", "--list", "-", "--weights", "random", "-o", "jsonl", "--output", "o.npy", "--threads", "2")
		cmd.Stdin = strings.NewReader(strings.Repeat("a.png\n", n))
		out, err := cmd.Output()
		if err != nil || bytes.Count(out, []byte("\n")) != n {
			t.Fatalf("%d: %v, %d lines\n%s", n, err, bytes.Count(out, []byte("\n")), stderr)
		}
		resident := residentOf(t, cmd)
		if few == 0 {
			few = resident
		}
		t.Logf("%d images: %d MiB", n, resident>>20)
		if most := few + 24<<20; resident > most { // what Go's collector leaves for later
			t.Errorf("%d images took %d MiB, and 400 took %d", n, resident>>20, few>>20)
		}
	}
}

// An interrupt leaves whole rows and whole files, and says after which picture to go on; with that
// the rest follows. An array of all pictures is not among them.
func TestAnInterruptLeavesWholeRows(t *testing.T) {
	folder := t.TempDir()
	put(t, folder, map[string]string{"tiny.cnn": tinyNet})
	const images = 5
	for i := range images {
		writePNG(t, filepath.Join(folder, fmt.Sprintf("p/a %d.png", i)), i)
	}
	args := []string{"run", "./tiny.cnn", "--weights", "random", "--top", "1", "-o", "csv"}
	whole, stderr := command(t, folder, append(args, "p")...)
	want, err := whole.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr)
	}
	var got []byte
	for _, c := range []struct {
		output, help string
		signal       syscall.Signal
		code         int
	}{
		{"{name}.npy", "images up to p/a 1.png are done, 2 in all; the same command goes on after it with --resume-after 'p/a 1.png'\n", syscall.SIGINT, exitInterrupted},
		{"{name}.npy", "the same command goes on after it with --resume-after 'p/a 1.png'\n", syscall.SIGTERM, 143},
		{"{name}.npy", "the same command goes on after it with --resume-after 'p/a 1.png'\n", syscall.SIGHUP, 129},
		{"o.npy", "nothing is in o.npy, which is written after the last image: start again, or write a file for each image, as in --output '{name}.npy'\n", syscall.SIGINT, exitInterrupted},
	} {
		if signal.Ignored(c.signal) { // as under nohup, which the program inherits and heeds
			t.Logf("%v is ignored where the tests run: it is not tried", c.signal)
			continue
		}
		cmd, stderr := command(t, folder, append(args, "--list", "-", "--output", c.output)...)
		got = interruptedAfterTwo(t, cmd, c.signal)
		if code := codeOf(t, cmd.Wait()); code != c.code {
			t.Errorf("exit code %d, want %d\n%s", code, c.code, stderr)
		}
		if !bytes.HasPrefix(want, got) {
			t.Errorf("got %q", got)
		}
		if !strings.HasSuffix(stderr.String(), c.help) {
			t.Errorf("got %s", stderr)
		}
	}
	if entries, _ := os.ReadDir(folder); len(entries) != 4 { // the net, images and two arrays
		t.Errorf("left %v behind", entries)
	}
	rest, stderr := command(t, folder, append(args, "p", "--resume-after", "p/a 1.png")...)
	rows, err := rest.Output()
	if err != nil || string(got)+string(rows) != string(want) {
		t.Errorf("%v: got\n%s%s\n%s", err, got, rows, stderr)
	}
}

// interruptedAfterTwo starts a command with a list of two images, and more to come, and sends
// it a signal when it has written their rows, which it returns.
func interruptedAfterTwo(t *testing.T, cmd *exec.Cmd, signal syscall.Signal) (got []byte) {
	t.Helper()
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close() })
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(in, "p/a 0.png\np/a 1.png\n")
	for piece := make([]byte, 4096); bytes.Count(got, []byte("\n")) < 3; {
		n, err := out.Read(piece)
		if got = append(got, piece[:n]...); err != nil {
			t.Fatalf("%v after %q\n%s", err, got, cmd.Stderr)
		}
	}
	if err := cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	return got
}

// An interrupt ends a run whose rows nobody reads.
func TestAnInterruptDoesNotWaitForAReader(t *testing.T) {
	folder := t.TempDir()
	put(t, folder, map[string]string{"tiny.cnn": tinyNet})
	writePNG(t, filepath.Join(folder, "a.png"), 1)
	cmd, stderr := command(t, folder, "run", "./tiny.cnn", "--list", "-", "--weights", "random", "-o", "jsonl")
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if _, err := unix.FcntlInt(writer.Fd(), unix.F_SETPIPE_SZ, 4096); err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stdin = writer, strings.NewReader(strings.Repeat("a.png\n", 100))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	writer.Close()
	interrupt(t, cmd, stderr)
	if !strings.Contains(stderr.String(), "--resume-after a.png\n") {
		t.Errorf("got %s", stderr)
	}
}
