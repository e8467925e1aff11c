package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// zeros are so many bytes of 0 after a header, packed into a thousandth.
func zeros(t *testing.T, w io.Writer, header string, n int) {
	t.Helper()
	if _, err := io.WriteString(w, header); err != nil {
		t.Fatal(err)
	}
	for ; n > 0; n -= 1 << 20 {
		if _, err := w.Write(make([]byte, min(n, 1<<20))); err != nil {
			t.Fatal(err)
		}
	}
}

// zipped is an .npz with such arrays.
func zipped(t *testing.T, shapes map[string]string, n int) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, shape := range shapes {
		w, err := z.Create(name + ".npy")
		if err != nil {
			t.Fatal(err)
		}
		head := fmt.Sprintf("%-117s\n", "{'descr': '|u1', 'fortran_order': False, 'shape': "+shape+", }")
		zeros(t, w, "\x93NUMPY\x01\x00"+string(binary.LittleEndian.AppendUint16(nil, uint16(len(head))))+head, n)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// gzipped is such a file of MNIST's kind.
func gzipped(t *testing.T, magic, pictures uint32, sides string, n int) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	zeros(t, z, string(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, magic), pictures))+sides, n)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// enlarged is a small PNG that says it is much larger.
func enlarged(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		t.Fatal(err)
	}
	text := b.Bytes()
	binary.BigEndian.PutUint32(text[16:], 50_000)
	binary.BigEndian.PutUint32(text[20:], 50_000)
	return string(text)
}

// Small data that ask for much memory, and pipes in place of data, end `cnnlang train` with one clear error, before it has
// written anything.
func TestHostileDataThroughTrain(t *testing.T) {
	const sides = "\x00\x00\x00\x1c\x00\x00\x00\x1c" // 28x28
	folder := trainFolder(t, 4)
	put(t, folder, map[string]string{
		"bomb.npz":                             zipped(t, map[string]string{"x": "(100000, 24, 24, 3)", "y": "(100000,)"}, 172_800_000),
		"lies.npz":                             zipped(t, map[string]string{"x": "(1000000000, 24, 24, 3)", "y": "(1000000000,)"}, 1000),
		"much/train-images-idx3-ubyte.gz":      gzipped(t, 0x803, 200_000, sides, 200_000*28*28),
		"much/train-labels-idx1-ubyte.gz":      gzipped(t, 0x801, 200_000, "", 200_000),
		"countless/train-images-idx3-ubyte.gz": gzipped(t, 0x803, 2_000_000_000, sides, 1000),
		"countless/train-labels-idx1-ubyte.gz": gzipped(t, 0x801, 2_000_000_000, "", 1000),
		"large/a/x.png":                        enlarged(t),
		"large/b/x.png":                        enlarged(t),
		"piped/a/x.png":                        enlarged(t),
	})
	for _, pipe := range []string{"pipe", "piped/a/p.png", "w.safetensors.state", "w2.safetensors"} {
		if err := syscall.Mkfifo(filepath.Join(folder, pipe), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"--data bomb.npz", 4, "has 172800128 bytes packed into "},
		{"--data lies.npz", 3, "want 1728000000000 for the shape [1000000000, 24, 24, 3]"},
		{"--data much", 4, "takes 156800000 bytes of memory, the limit is 134217728"},
		{"--data countless", 4, "says that it has 2000000000 pictures, the limit is "},
		{"--data large", 3, "large/a/x.png: has 50000 x 50000 pixels, the limit is "},
		{"--data piped", 3, "holds 1 class, "},
		{"--data pipe", 3, "pipe: is a pipe, want a regular file"},
		{"--data tex --val pipe", 3, "pipe: is "},
		{"--data tex --classes pipe", 3, "pipe: is a pipe, want a regular file"},
		{"--data tex --weights pipe", 3, "pipe: is a pipe, want a regular file"},
		{"--data tex --features pipe --freeze conv1", 3, "pipe: is a pipe, want a regular file"},
		{"--data tex --log pipe", 3, "pipe: is there already"},
		{"--data tex --output w.safetensors", 3, "w.safetensors.state: a training is there already"},
		{"--data tex --output w.safetensors --resume", 3, "w.safetensors.state: is a pipe, want a regular file"},
		{"--data tex --output w2.safetensors", 3, "w2.safetensors: is there already"},
	} {
		args := append([]string{"train", "tiny.cnn"}, strings.Fields(c.args)...)
		if !strings.Contains(c.args, "--output") {
			args = append(args, "--output", "new.safetensors")
		}
		cmd, stderr := command(t, folder, append(args, "--batch", "2", "--max-memory", "128MiB")...)
		code := codeOf(t, cmd.Run())
		if code != c.code || !strings.Contains(stderr.String(), c.want) || strings.Count(stderr.String(), "error:") != 1 {
			t.Errorf("%s: got %d, want %d and %q:\n%s", c.args, code, c.code, c.want, stderr)
		}
		if most := residentOf(t, cmd); most > 320<<20 {
			t.Errorf("%s: took %d MiB", c.args, most>>20)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(folder, "new.*")); len(left) > 0 {
		t.Errorf("there is %q", left)
	}
}

// mostBytes is a variable with the size that no file of the program can exceed. It limits itself, since a limit
// that it has from the test would be the test's for as long as it takes to start it.
const mostBytes = "CNNLANG_TEST_FSIZE"

func init() {
	limitItself = func() {
		var limit syscall.Rlimit
		most, err := strconv.ParseUint(os.Getenv(mostBytes), 10, 64)
		if err != nil {
			return
		}
		if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			panic(err)
		}
		limit.Cur = min(most, limit.Max)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			panic(err)
		}
	}
}

// Where nothing more can be written, a training ends with an error that says so, and what was there before stays; with
// room again it goes on to the same bits.
func TestFullDisksThroughTrain(t *testing.T) {
	folder := trainFolder(t, 20)
	want, _ := straight(t, folder, "tiny.cnn", "--data", "tex", "--epochs", "6", "--train", "schedule = constant")
	args := []string{"train", "tiny.cnn", "--data", "tex", "--output", "w.safetensors", "--train", "schedule = constant", "--epochs"}
	run := func(most uint64, args ...string) (int, string) {
		cmd, stderr := command(t, folder, args...)
		cmd.Env = append(cmd.Environ(), fmt.Sprintf("%s=%d", mostBytes, most))
		return codeOf(t, cmd.Run()), stderr.String()
	}
	if code, text := run(1000, append(args, "2")...); code != 3 || !strings.Contains(text, "w.safetensors: cannot be written: file too large") {
		t.Errorf("no room for the weights: got %d, %s", code, text)
	}
	if left, _ := filepath.Glob(filepath.Join(folder, "w.*")); len(left) > 0 {
		t.Errorf("there is %q", left)
	}
	if code, text := run(1<<30, append(args, "2")...); code != 0 {
		t.Fatalf("got %d, %s", code, text)
	}
	files := map[string][]byte{}
	for _, name := range []string{"w.safetensors", "w.safetensors.state"} {
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = text
	}
	between := uint64(len(files["w.safetensors"])+len(files["w.safetensors.state"])) / 2 // room for the weights alone
	if code, text := run(between, append(args, "6", "--resume")...); code != 3 || !strings.Contains(text, "w.safetensors.state: cannot be written: file too large") {
		t.Errorf("no room for the state: got %d, %s", code, text)
	}
	if got, err := os.ReadFile(filepath.Join(folder, "w.safetensors.state")); err != nil || !bytes.Equal(got, files["w.safetensors.state"]) {
		t.Errorf("the state is another one: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(folder, "w.*")); len(left) != 2 {
		t.Errorf("there is %q", left)
	}
	if code, text := run(1<<30, append(args, "6", "--resume")...); code != 0 {
		t.Fatalf("got %d, %s", code, text)
	}
	if got, err := os.ReadFile(filepath.Join(folder, "w.safetensors")); err != nil || !bytes.Equal(got, want) {
		t.Errorf("the result is another one: %v", err)
	}
}
