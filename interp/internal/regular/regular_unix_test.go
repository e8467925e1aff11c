//go:build unix

package regular

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// inTime fails a test instead of letting it hang.
func inTime(t *testing.T, open func() error, want string) {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- open() }()
	select {
	case err := <-done:
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("waits")
	}
}

func TestAPipeIsNotWaitedFor(t *testing.T) {
	folder := tree(t)
	pipe := filepath.Join(folder, "pipe")
	if err := syscall.Mkfifo(pipe, 0o666); err != nil {
		t.Fatal(err)
	}
	root, err := Root(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	inTime(t, func() error { _, _, err := Open(pipe); return err }, "is a pipe, want a regular file")
	inTime(t, func() error { _, _, err := OpenIn(root, "pipe"); return err }, "is a pipe, want a regular file")
	inTime(t, func() error { _, err := Root(pipe); return err }, "is not a directory")

	// One that takes the file's place after somebody looked.
	info, err := os.Stat(filepath.Join(folder, "file"))
	late := func() error {
		_, _, err := opened(pipe, info, err, func() (*os.File, error) { return os.OpenFile(pipe, os.O_RDONLY|unblocked, 0) })
		return err
	}
	inTime(t, late, "is a pipe, want a regular file")
}

func TestASocketIsNoFile(t *testing.T) {
	t.Chdir(t.TempDir()) // the path of a socket is short
	l, err := net.Listen("unix", "socket")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	inTime(t, func() error { _, _, err := Open("socket"); return err }, "is a socket, want a regular file")
}
