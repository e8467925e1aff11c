package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// Messages and data go above the line of progress, which is there again after them; the
// heartbeat speaks only where nothing is shown, and not on a line that the user types.
func TestScreen(t *testing.T) {
	var out bytes.Buffer
	s := &screen{to: &out, doing: "cnnlang check", since: time.Now()}
	data := pane{&out, s}
	later := func(d time.Duration) time.Time { return s.since.Add(d) }
	typing := typed{strings.NewReader("x"), s}
	for _, c := range []struct {
		what string
		do   func()
		want string
	}{
		{"a message", func() { s.Write([]byte("note\n")) }, "note\n"},
		{"too early", func() { s.beat(later(time.Second)) }, ""},
		{"a beat", func() { s.beat(later(2 * time.Second)) }, erase + "cnnlang check, 2 s"},
		{"another", func() { s.beat(later(3 * time.Second)) }, erase + "cnnlang check, 3 s"},
		{"data above it", func() { data.Write([]byte("row\n")) }, erase + "row\ncnnlang check, 3 s"},
		{"progress", func() { s.show("10 %") }, erase + "10 %"},
		{"no beat beside it", func() { s.beat(later(time.Minute)) }, ""},
		{"half a line", func() { data.Write([]byte("ro")) }, erase + "ro"},
		{"no beat in it", func() { s.beat(later(time.Minute)) }, ""},
		{"the other half", func() { data.Write([]byte("w\n")) }, "w\n10 %"},
		{"its end", func() { s.show("") }, erase},
		{"twice", func() { s.show("") }, ""},
		{"a beat again", func() { s.beat(later(9 * time.Second)) }, erase + "cnnlang check, 9 s"},
		{"typing", func() { typing.Read(make([]byte, 9)) }, erase},
		{"no beat any more", func() { s.beat(later(time.Minute)) }, ""},
	} {
		out.Reset()
		if c.do(); out.String() != c.want {
			t.Errorf("%s: got %q, want %q", c.what, &out, c.want)
		}
	}
}
