// Package langtest is for the tests of any package that reads .cnn text:
// chunked files that say which diagnostics they cause, and golden files.
package langtest

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// A Chunk is one small source text with the diagnostics it must cause. A file
// holds many, separated by lines `---`. A comment
//
//	#! E0101 "regexp"
//
// says that its line causes that diagnostic, the message matching the regular
// expression. The code may be left out, and a line may expect several, one
// after the other. `#!^` is about the line above, `#!^^` about the one above that:
// for lines that cannot hold a comment.
type Chunk struct {
	File string // the file it is in
	Line int    // the line of the file on which it starts
	Text string
	want []expectation
}

type expectation struct {
	line    int // of the chunk
	code    string
	pattern *regexp.Regexp
}

// A Found is one diagnostic that the code under test reported for a chunk.
type Found struct {
	Line          int // of the chunk, from 1
	Code, Message string
}

var (
	marker = regexp.MustCompile(`#!(\^*)((?: +(?:[EW][0-9]{4} +)?"(?:\\.|[^"\\])*")+) *$`)
	one    = regexp.MustCompile(`(?:([EW][0-9]{4}) +)?"((?:\\.|[^"\\])*)"`)
)

// Chunks reads a chunked file. A comment that starts with #! and is not an
// expectation ends the test, so that a typo cannot make one pass.
func Chunks(t testing.TB, file string) []Chunk {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var chunks []Chunk
	lines := strings.Split(string(data), "\n")
	start := 0
	for i := 0; i <= len(lines); i++ {
		if i < len(lines) && lines[i] != "---" {
			continue
		}
		c := Chunk{File: file, Line: start + 1, Text: strings.Join(lines[start:i], "\n")}
		if i < len(lines) {
			c.Text += "\n"
		}
		if err := c.read(); err != nil {
			t.Fatal(err)
		}
		chunks = append(chunks, c)
		start = i + 1
	}
	return chunks
}

func (c *Chunk) read() error {
	for i, line := range strings.Split(c.Text, "\n") {
		m := marker.FindStringSubmatch(line)
		if m == nil {
			if strings.Contains(line, "#!") {
				return fmt.Errorf("%s:%d: not an expectation: %s", c.File, c.Line+i, line)
			}
			continue
		}
		for _, e := range one.FindAllStringSubmatch(m[2], -1) {
			pattern, err := regexp.Compile(strings.ReplaceAll(e[2], `\"`, `"`))
			if err != nil {
				return fmt.Errorf("%s:%d: %w", c.File, c.Line+i, err)
			}
			c.want = append(c.want, expectation{i + 1 - len(m[1]), e[1], pattern})
		}
	}
	return nil
}

// Name is a name for a subtest: where the chunk starts.
func (c Chunk) Name() string { return fmt.Sprintf("line%d", c.Line) }

// Check fails the test for every diagnostic that is missing or unexpected.
func (c Chunk) Check(t testing.TB, found []Found) {
	t.Helper()
	for _, problem := range c.problems(found) {
		t.Error(problem)
	}
}

func (c Chunk) problems(found []Found) []string {
	var problems []string
	met := make([]bool, len(c.want))
next:
	for _, f := range found {
		for i, w := range c.want {
			if !met[i] && w.line == f.Line && (w.code == "" || w.code == f.Code) && w.pattern.MatchString(f.Message) {
				met[i] = true
				continue next
			}
		}
		problems = append(problems, fmt.Sprintf("%s:%d: unexpected %s: %s", c.File, c.Line+f.Line-1, f.Code, f.Message))
	}
	for i, w := range c.want {
		if !met[i] {
			problems = append(problems, fmt.Sprintf("%s:%d: missing %s %q", c.File, c.Line+w.line-1, w.code, w.pattern))
		}
	}
	return problems
}
