package codec

import (
	"bytes"
	"io"
	"slices"
	"testing"
)

// counted counts what is read.
type counted struct {
	io.Reader
	reads, bytes int
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.reads, c.bytes = c.reads+1, c.bytes+n
	return n, err
}

// Short lines are decoded many at a time, but no more of them than are wanted.
func TestShortLinesAreDecodedTogether(t *testing.T) {
	content := make([]byte, 1<<20)
	for i := range content {
		content[i] = byte(i * 7 >> 3)
	}
	var lines Lines
	for _, size := range [][2]int{{1 << 19, 1}, {100_000, 3}, {2, 400_000}, {1, 1}} {
		in := &counted{Reader: bytes.NewReader(content)}
		lines.Reset(in, int64(size[0]), int64(size[1]))
		line := make([]byte, size[1])
		for y := range size[0] {
			if err := lines.Next(line); err != nil || !slices.Equal(line, content[y*size[1]:][:size[1]]) {
				t.Fatalf("%v: line %d is another, with the error %v", size, y, err)
			}
		}
		if all := size[0] * size[1]; in.bytes != all || in.reads > all/LinesBuffer+2 {
			t.Errorf("%v: %d bytes were decoded in %d steps, want %d in a step for each %d", size, in.bytes, in.reads, all, LinesBuffer)
		}
		if err := lines.Next(line); err != io.EOF {
			t.Errorf("%v: got %v after the last line", size, err)
		}
	}
}
