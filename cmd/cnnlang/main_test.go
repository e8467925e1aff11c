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
		code := 0
		if os.Getenv(lineByLine) == "" {
			code = Main()
		} else {
			mainByLine()
		}
		if file := os.Getenv(statusFile); file != "" {
			status, _ := os.ReadFile("/proc/self/status")
			os.WriteFile(file, status, 0o666)
		}
		os.Exit(code)
	}
	os.Exit(m.Run())
}

// statusFile names a file in which the program leaves what Linux says of its memory. What
// wait4 says of a child begins at the memory of the test that started it.
const statusFile = "CNNLANG_TEST_STATUS"
