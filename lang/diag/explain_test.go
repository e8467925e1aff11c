package diag

import (
	"fmt"
	"strings"
	"testing"

	"cnnlang/lang/langtest"
)

// TestDocument compares docs/diagnostics.md with the pages.
func TestDocument(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Diagnostics\n\nWhat `cnnlang check` can say, and other verbs of a file of weights, by code, each with an example that does\n" +
		"not cause it and, where a short text by itself can, one that does; `cnnlang explain CODE` shows the same.\n" +
		"Codes are never reused.\n")
	group := ""
	for _, p := range Pages() {
		if g := string(p.Code[:len(p.Code)-2]); g != group {
			group = g
			fmt.Fprintf(&b, "\n## %s\n", groups[g])
		}
		fmt.Fprintf(&b, "\n### %s: %s\n\n%s\n", p.Code, p.Name, p.Text)
		if p.Wrong != "" && len(p.Wrong) < 400 {
			fmt.Fprintf(&b, "\nWrong:\n\n```cnn\n%s```\n", p.Wrong)
		}
		fmt.Fprintf(&b, "\nRight:\n\n```cnn\n%s```\n", p.Right)
		if p.Beside != "" {
			fmt.Fprintf(&b, "\nBeside them, `./blocks.cnn`:\n\n```cnn\n%s```\n", p.Beside)
		}
	}
	langtest.Golden(t, "../../docs/diagnostics.md", b.String())
}

var groups = map[string]string{
	"E01": "Text", "E02": "Names and imports", "E03": "Arguments and flow", "E04": "Shapes",
	"E05": "Contracts", "E08": "Limits", "W03": "Warnings",
}

func TestNearestOfFewLetters(t *testing.T) {
	known := []string{"bn", "conv", "relu", "maxpool", "stride", "H", "abs"}
	for got, want := range map[string]string{
		"BN": "bn", "h": "H", "max_pool": "maxpool", "ab": "abs",
		"C": "", "x": "", "base": "", "slice": "", "convolution": "",
	} {
		if near := Nearest(got, known); near != want {
			t.Errorf("nearest to %q: got %q, want %q", got, near, want)
		}
	}
}
