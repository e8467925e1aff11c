package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMain makes the test binary be cnnlang where that is what it is called, so
// that tests can run it as a process of its own.
func TestMain(m *testing.M) {
	if strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe") == "cnnlang" {
		os.Exit(Main())
	}
	os.Exit(m.Run())
}
