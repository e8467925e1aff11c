package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// helpText is what a verb, or the program for none, says with --help.
func helpText(t *testing.T, verb ...string) string {
	t.Helper()
	code, text := outcome(append(verb, "--help")...)
	if code != exitFine {
		t.Fatalf("%v --help ends with %d", verb, code)
	}
	return text
}

// Every command that --help lists has a page for man, with every flag, line and example of its own help.
func TestManualSaysWhatHelpSays(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "man1")
	for range 2 { // a folder that is there is written into
		if code, text := outcome("manual", folder); code != exitFine || text != "" {
			t.Fatalf("ends with %d and prints %q", code, text)
		}
	}
	inHelp := regexp.MustCompile(`(?m)^  ([a-z]+) `)
	_, list, _ := strings.Cut(helpText(t), "\nAvailable Commands:\n")
	list, _, _ = strings.Cut(list, "\n\n")
	pages := map[string]string{"cnnlang.1": helpText(t)}
	for _, m := range inHelp.FindAllStringSubmatch(list, -1) {
		pages["cnnlang-"+m[1]+".1"] = helpText(t, m[1])
	}
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		pages["cnnlang-completion-"+shell+".1"] = helpText(t, "completion", shell)
	}
	if len(pages) < 25 {
		t.Fatalf("--help lists only %d commands", len(pages))
	}
	written, err := os.ReadDir(folder)
	if err != nil || len(written) != len(pages) {
		t.Errorf("%d pages for %d commands: %v", len(written), len(pages), err)
	}
	for name, help := range pages {
		file, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Error(err)
			continue
		}
		page := inWords(string(file))
		help, _, _ = strings.Cut(help, "\nUse \"cnnlang") // more help
		for line := range strings.Lines(help) {
			line = inWords(strings.TrimSuffix(strings.TrimSpace(line), ":"))
			if slices.Contains([]string{"Usage", "Flags", "Global Flags", "Available Commands", "Examples", "cnnlang [flags]"}, line) || strings.HasSuffix(line, " [command]") {
				continue
			}
			for _, part := range regexp.MustCompile(` {2,}|, `).Split(line, -1) { // a flag and what it does
				if !strings.Contains(page, part) {
					t.Errorf("%s lacks %q of the help", name, part)
				}
			}
		}
	}
}

// inWords is a text without what man(7) writes otherwise, in one line but for its columns.
func inWords(page string) string {
	page = regexp.MustCompile(`\\f[BIR]`).ReplaceAllString(page, "")
	page = strings.NewReplacer(`\-`, "-", `\(aq`, "'", `\&`, "", `\e`, `\`, "`", "").Replace(page)
	return page
}

func TestTextsAreEscapedForMan(t *testing.T) {
	for text, want := range map[string]string{
		"a -o `x`":         `a \-o \fBx\fR`,
		".TH\n.SH 'x\\n'":  `\&.TH` + "\n" + `\&.SH \(aqx\en\(aq`,
		"one ` alone":      "one ` alone",
		"`--a=b`, `c'd`\n": `\fB\-\-a=b\fR, \fBc\(aqd\fR` + "\n",
	} {
		if got := roff(text); got != want {
			t.Errorf("roff(%q) is %q, want %q", text, got, want)
		}
	}
}

func TestManualWithoutAPlaceToWrite(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("taken", nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{"taken", "none/man1"} {
		code, text := outcome("manual", folder)
		if code != exitFile || !strings.Contains(text, folder) {
			t.Errorf("%s: ends with %d and %q, want %d and a message that names it", folder, code, text, exitFile)
		}
	}
}
