package dataset

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestDamagedPicturesAreAllNamed: three hundred of them, each damaged elsewhere.
func TestDamagedPicturesAreAllNamed(t *testing.T) {
	folder := t.TempDir()
	pictures(t, folder, 5, "x", "y")
	good := drawn(t, 30, 30, 1)
	for i := range 300 {
		write(t, folder, fmt.Sprintf("x/bad%03d.png", i), good[:len(good)*9/10*i/300])
	}
	err := refused(t, folder, small(), "dataset: 300 of 310 pictures cannot be read; mend or remove them")
	var bad *BadError
	if !errors.As(err, &bad) || len(bad.Bad) != 300 || bad.All != 310 {
		t.Fatalf("got %v", err)
	}
	for i, b := range bad.Bad {
		if b.Path != filepath.Join(folder, "x", fmt.Sprintf("bad%03d.png", i)) || b.Problem == "" || !strings.Contains(err.Error(), "\n  "+b.Path+": "+b.Problem) {
			t.Errorf("bad picture %d is told as %q", i, b)
		}
	}
	o := small()
	o.SkipBad = true
	if d := opened(t, folder, o); d.Train.Len()+d.Val.Len() != 10 || len(d.Bad) != 300 {
		t.Errorf("skipped: got %d and %d pictures, and %d bad ones", d.Train.Len(), d.Val.Len(), len(d.Bad))
	}
	for i := range 5 {
		write(t, folder, fmt.Sprintf("y/a%c.png", 'a'+i), good[:99])
	}
	refused(t, folder, o, "no picture to learn from of 1 class: y")
}

func TestWhatPicturesCanBe(t *testing.T) {
	folder := t.TempDir()
	pictures(t, folder, 5, "x", "y")
	for name, c := range map[string]struct {
		content []byte
		want    string
	}{
		"empty.jpg":   {nil, "empty.jpg: is empty, want an image"},
		"web.png":     {[]byte("<!DOCTYPE html><html>"), "web.png: is a web page, which cannot be read"},
		"photo.heic":  {[]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"), "is an HEIC image, which cannot be read; save it as PNG or JPEG first"},
		"bomb.png":    {bomb(50000, 50000), "has 50000 x 50000 pixels, the limit is"},
		"large.png":   {bomb(10000, 10000), "bomb"},
		"line.png":    {bomb(60000, 1), "has 60000 x 1 pixels and becomes"},
		"line\nb.png": {[]byte("\x89PNG"), `line\nb.png": begins with`},
	} {
		at := t.TempDir()
		if err := os.CopyFS(at, os.DirFS(folder)); err != nil {
			t.Fatal(err)
		}
		write(t, at, "x/"+name, c.content)
		if c.want == "bomb" { // its bytes are too few for the pixels
			c.want = "too few for its"
		}
		o := small()
		o.Input = []int{3, 224, 224}
		refused(t, at, o, "1 of 11 pictures cannot be read; mend or remove it", c.want)
		// By another name what does not begin as a picture is none; what does is one as before.
		if err := os.Rename(filepath.Join(at, "x", name), filepath.Join(at, "x", "z.bin")); err != nil {
			t.Fatal(err)
		}
		if bytes.HasPrefix(c.content, []byte("\x89PNG\r\n")) {
			refused(t, at, o, "1 of 11 pictures cannot be read", "z.bin: ")
		} else if d := opened(t, at, o); d.Others.Count != 1 || d.Train.Len()+d.Val.Len() != 10 {
			t.Errorf("%s as z.bin: got %d others beside %d and %d pictures", name, d.Others.Count, d.Train.Len(), d.Val.Len())
		}
	}
	// Small ones are pictures as others are.
	write(t, folder, "x/one.png", drawn(t, 1, 1, 3))
	write(t, folder, "x/without_ending", drawn(t, 3, 500, 4))
	write(t, folder, "x/new\nline.png", drawn(t, 3, 3, 5))
	write(t, folder, "x/\xff\xfe.png", drawn(t, 3, 3, 6))
	if d := opened(t, folder, small()); d.Train.Len()+d.Val.Len() != 14 {
		t.Errorf("got %d and %d pictures", d.Train.Len(), d.Val.Len())
	}
	o := small()
	o.MaxPicture = 2000
	refused(t, folder, o, "decoding it takes", "the limit is 2000")
}

// bomb is a PNG that says it is of this size and holds few bytes of zeros.
func bomb(width, height int) []byte {
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	z.Write(make([]byte, min(height*(1+3*width), 1<<20)))
	z.Close()
	raw := []byte("\x89PNG\r\n\x1a\n")
	chunk := func(kind string, data []byte) {
		raw = binary.BigEndian.AppendUint32(raw, uint32(len(data)))
		start := len(raw)
		raw = append(append(raw, kind...), data...)
		raw = binary.BigEndian.AppendUint32(raw, crc32.ChecksumIEEE(raw[start:]))
	}
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(width)), uint32(height))
	chunk("IHDR", append(head, 8, 2, 0, 0, 0))
	chunk("IDAT", packed.Bytes())
	chunk("IEND", nil)
	return raw
}

func TestNamesOfClasses(t *testing.T) {
	for name, want := range map[string]string{
		"new\nline": `new\nline": is a class and has control characters in its name; rename it`,
		"\xff":      `\xff": is a class and has a name that is not valid UTF-8; rename it`,
	} {
		folder := t.TempDir()
		pictures(t, folder, 3, "x", "y")
		write(t, folder, name+"/a.png", drawn(t, 3, 3, 1))
		refused(t, folder, small(), want)
	}
}

func TestTooMuchInAFolder(t *testing.T) {
	folder := t.TempDir()
	pictures(t, folder, 6, "w", "x", "y", "z")
	for _, c := range []struct {
		limits limits
		want   string
	}{
		{limits{entries: 3, classes: 9, folders: 9, depth: 9}, folder + ": holds more than 3 files"},
		{limits{entries: 5, classes: 9, folders: 9, depth: 9}, filepath.Join(folder, "w") + ": holds more than 5 files"},
		{limits{entries: 9, classes: 9, folders: 9, depth: 9}, folder + ": holds more than 9 files"},
		{limits{entries: 99, classes: 3, folders: 9, depth: 9}, folder + ": holds more than 3 folders, each of which is a class"},
	} {
		o := small()
		o.limits = c.limits
		refused(t, folder, o, c.want)
	}
	o := small()
	o.limits = limits{entries: 24, classes: 4, folders: 4, depth: 1}
	opened(t, folder, o)
}

// TestAPictureIsReplaced: what is read later is compared with what was seen first.
func TestAPictureIsReplaced(t *testing.T) {
	folder := t.TempDir()
	pictures(t, folder, 4, "x", "y")
	d := opened(t, folder, small())
	write(t, folder, names(d.Train, folder)[1], drawn(t, 12, 10, 99))
	l := &Loader{Set: d.Train, Batch: 2}
	seen := 0
	for _, err := range l.Epoch(t.Context(), 0, 0) {
		seen++
		if err != nil && (!strings.Contains(err.Error(), d.Train.Name(1)) || !strings.Contains(err.Error(), "another picture than when training began")) || (err != nil) != (seen == 1) {
			t.Errorf("batch %d: got %v", seen, err)
		}
	}
	if seen != 1 {
		t.Errorf("got %d batches, want an error in the first", seen)
	}
	if err := os.Remove(d.Train.Name(1)); err != nil {
		t.Fatal(err)
	}
	for _, err := range l.Epoch(t.Context(), 0, 0) {
		if err == nil || !strings.Contains(err.Error(), d.Train.Name(1)+": no such file") {
			t.Errorf("removed: got %v", err)
		}
	}
}

// inTime fails a test instead of letting it hang.
func inTime(t *testing.T, do func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	select {
	case <-done:
	case <-time.After(60 * time.Second):
		buffer := make([]byte, 1<<16)
		t.Fatalf("hangs:\n%s", buffer[:runtime.Stack(buffer, true)])
	}
}

func TestCancelledWhileReading(t *testing.T) {
	folder := t.TempDir()
	pictures(t, folder, 200, "x", "y")
	ctx, cancel := context.WithCancel(t.Context())
	o := small()
	o.Progress = func(done, all int) {
		if done == 20 {
			cancel()
		}
		if done > 30 {
			t.Errorf("%d of %d pictures were decoded after the end", done, all)
		}
	}
	inTime(t, func() {
		if _, err := Open(ctx, folder, o); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}
