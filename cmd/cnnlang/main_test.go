package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMain makes the test binary act as cnnlang if it has that name, so that tests can run
// the program as a process.
func TestMain(m *testing.M) {
	if strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe") == "cnnlang" {
		os.Exit(Main())
	}
	os.Exit(m.Run())
}
