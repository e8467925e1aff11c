package main

import (
	"os/exec"
	"strings"
	"testing"

	"cnnlang/lang/diag"
)

// What is quoted can be copied from a terminal, and a shell reads the same from it.
func TestShellsReadWhatIsQuoted(t *testing.T) {
	for _, name := range []string{"a.png", "a b.png", "it's", "$HOME", "a\\b", "caf\xe9.png", "café", "new\nline's", "\x1b[31m\\", "*?[x]"} {
		quoted := shellQuoted(name)
		got, err := exec.Command("bash", "-c", "printf %s "+quoted).Output()
		if err != nil || string(got) != name {
			t.Errorf("%q: %s is read as %q, %v", name, quoted, got, err)
		}
		if diag.Visible(quoted) != quoted || strings.Contains(quoted, "\n") {
			t.Errorf("%q: %q cannot be shown", name, quoted)
		}
	}
}
