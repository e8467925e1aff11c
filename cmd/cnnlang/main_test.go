package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// limitItself is what a test has the program do before it starts.
var limitItself = func() {}

// TestMain makes the test binary act as cnnlang if it has that name, so that tests can run
// the program as a process.
func TestMain(m *testing.M) {
	if strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe") == "cnnlang" {
		code := 0
		limitItself()
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
	os.Unsetenv("GOGC") // tests may collect less often, but the program takes the memory that it takes for others
	os.Exit(m.Run())
}

// statusFile names a file in which the program leaves what Linux says of its memory. What
// wait4 says of a child begins at the memory of the test that started it.
const statusFile = "CNNLANG_TEST_STATUS"

// lineByLine makes the program run every line of standard input as a command line, so that one
// process takes many.
const lineByLine = "CNNLANG_TEST_LINES"

// An answered is what the program says to a command line.
type answered struct {
	Code    int
	Message string
}

func mainByLine() {
	lines := bufio.NewScanner(os.Stdin)
	for out := json.NewEncoder(os.Stdout); lines.Scan(); {
		var message strings.Builder
		a := &app{stdin: strings.NewReader(""), stdout: bufio.NewWriter(io.Discard), stderr: &message}
		code := a.report(a.execute(context.Background(), strings.Fields(lines.Text())))
		out.Encode(answered{code, message.String()})
	}
}
