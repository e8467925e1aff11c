package format

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestDiff(t *testing.T) {
	for _, test := range []struct{ name, old, new, want string }{
		{"equal", "a\nb\n", "a\nb\n", ""},
		{"one line", "a\n", "b\n", "@@ -1 +1 @@\n-a\n+b\n"},
		{"added at the end", "a\n", "a\nb\n", "@@ -1 +1,2 @@\n a\n+b\n"},
		{"from nothing", "", "a\n", "@@ -0,0 +1 @@\n+a\n"},
		{"to nothing", "a\n", "", "@@ -1 +0,0 @@\n-a\n"},
		{"newline at the end", "a", "a\n", "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n"},
		{"three lines around", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n",
			"@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n"},
		{"two hunks", "a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n",
			"@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n"},
		{"one hunk where they touch", "a\n1\n2\n3\n4\n5\n6\nb\n", "A\n1\n2\n3\n4\n5\n6\nB\n",
			"@@ -1,8 +1,8 @@\n-a\n+A\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+B\n"},
	} {
		if got := Diff(test.old, test.new); got != test.want {
			t.Errorf("%s: got\n%swant\n%s", test.name, got, test.want)
		}
	}
}

// patch applies a diff, as the tool of that name does.
func patch(old, diff string) (string, error) {
	lines, out, at := cut(old), strings.Builder{}, 0
	hunks := cut(diff)
	for i := 0; i < len(hunks); i++ {
		h := hunks[i]
		if strings.HasPrefix(h, "@@ ") {
			var first, n int
			field := strings.Fields(h)[1][1:]
			if _, err := fmt.Sscanf(field, "%d,%d", &first, &n); err != nil {
				n = 1
				fmt.Sscan(field, &first)
			}
			if n > 0 {
				first--
			}
			for ; at < first; at++ {
				out.WriteString(lines[at])
			}
			continue
		}
		text := h[1:]
		if i+1 < len(hunks) && strings.HasPrefix(hunks[i+1], `\`) {
			text = strings.TrimSuffix(text, "\n")
		}
		switch h[0] {
		case ' ', '-':
			if at >= len(lines) || lines[at] != text {
				return "", fmt.Errorf("line %d is not %q", at+1, text)
			}
			if at++; h[0] == ' ' {
				out.WriteString(text)
			}
		case '+':
			out.WriteString(text)
		}
	}
	return out.String() + strings.Join(lines[at:], ""), nil
}

func TestDiffApplied(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	text := func() string {
		var b strings.Builder
		for range random.IntN(30) {
			b.WriteString(string(rune('a' + random.IntN(4))))
			b.WriteByte('\n')
		}
		return strings.TrimSuffix(b.String(), strings.Repeat("\n", random.IntN(2)))
	}
	for range 3000 {
		old, new := text(), text()
		if got, err := patch(old, Diff(old, new)); err != nil || got != new {
			t.Fatalf("%q to %q: applied to %q, %v:\n%s", old, new, got, err, Diff(old, new))
		}
	}
	old, new := strings.Repeat("a\nb\n", 5000), strings.Repeat("c\nb\n", 5000)
	if got, err := patch(old, Diff(old, new)); err != nil || got != new {
		t.Errorf("many changed lines: %v", err)
	}
}
