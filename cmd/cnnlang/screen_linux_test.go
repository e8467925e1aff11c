package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// terminal opens a terminal: what a program writes to its end can be read.
func terminal(t *testing.T, columns uint16) (reader, end *os.File) {
	t.Helper()
	reader, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { reader.Close() })
	number := 0
	if err = unix.IoctlSetPointerInt(int(reader.Fd()), unix.TIOCSPTLCK, 0); err == nil {
		number, err = unix.IoctlGetInt(int(reader.Fd()), unix.TIOCGPTN)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(int(reader.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: columns})
	}
	if err == nil {
		end, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { end.Close() })
	return reader, end
}

// until reads what is shown up to a text.
func until(t *testing.T, from io.Reader, text string) (shown string) {
	t.Helper()
	for piece := make([]byte, 4096); !strings.Contains(shown, text); {
		n, err := from.Read(piece)
		if shown += string(piece[:n]); err != nil {
			t.Fatalf("%v after %q", err, shown)
		}
	}
	return shown
}

// On a terminal no command is silent while it works, whichever it is: one that says nothing of
// itself for two seconds says what it does, and many images are counted.
func TestATerminalIsToldOfLongWork(t *testing.T) {
	folder := t.TempDir()
	put(t, folder, map[string]string{"tiny.cnn": tinyNet})
	writePNG(t, filepath.Join(folder, "a.png"), 1)
	start := func(args string) (cmd *exec.Cmd, in io.WriteCloser, shown *os.File) {
		shown, end := terminal(t, 100)
		cmd, _ = command(t, folder, strings.Fields(args)...)
		cmd.Stderr = end
		in, err := cmd.StdinPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		return cmd, in, shown
	}
	waits, in, shown := start("check -")
	many, names, counted := start("run ./tiny.cnn --list - --weights random")
	fmt.Fprintln(names, "a.png")
	until(t, counted, erase+"a  1 image  ")
	names.Close()
	if got := until(t, counted, " a second"); !strings.Contains(got, erase+"1 image in ") {
		t.Errorf("got %q", got)
	}
	if got := until(t, shown, " s"); got != erase+"cnnlang check, 2 s" {
		t.Errorf("got %q", got)
	}
	in.Close()
	for _, cmd := range []*exec.Cmd{waits, many} {
		if code := codeOf(t, cmd.Wait()); code > exitProblems {
			t.Errorf("%q: exit code %d", cmd.Args, code)
		}
	}
}
