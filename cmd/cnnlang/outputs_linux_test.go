package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"cnnlang/lang/diag"
	"cnnlang/lang/langtest"
)

// shownNets have no weights, so that their outputs are those of the picture's means.
var shownNets = map[string]string{
	"classes": `net classes [N, 3, H = 24, W = 32] -> [N, 6] {
  meta {
    prepare = picture(resize=40)
    classes = ["Egyptian cat", "三毛猫, トーティシェル・ホワイト, ぶち猫, キャリコ, とても長い名前の猫", "tabby, tabby cat, a cat with stripes, dots, lines, or swirling patterns",
        "дымчатый леопард", "e\u0301clair", "snow leopard"]
  }
  avgpool_to(1x2) -> flatten -> scale(30.0) -> softmax
}
`,
	"mask": `net mask [N, 3, H = 24, W = 32] -> [N, 3, H, W] {
  meta { classes = ["fur", "leaves", "空, a sky of which the name is far too long for a terminal of sixty columns"] }
  add {
    | scale(-4.0)
    | maxpool(3x3, stride=1, pad=1) -> mul {
      | id
      | scale(6.0)
    }
  } -> softmax
}
`,
	"picture": `net brighter [N, 3, H = 24, W = 32] -> [N, 3, H, W] {
  meta { prepare = picture(mean=[0.5], std=[0.5], order="bgr") }
  scale(1.5)
}
`,
	"vector": `net vector [N, 3, H = 24, W = 32] -> [N, 48] { avgpool_to(4x4) -> flatten -> l2_normalize }
`,
}

// What a terminal of 60 and of 120 columns, a pipe and JSON show of each kind of output is in
// testdata/outputs. No line of a table is wider than the terminal.
func TestOutputsAsTheyAreShown(t *testing.T) {
	photo, err := filepath.Abs(filepath.Join(root, "testdata", "images", "chelsea.png"))
	if err != nil {
		t.Fatal(err)
	}
	golden, err := filepath.Abs(filepath.Join(root, "testdata", "outputs"))
	if err != nil {
		t.Fatal(err)
	}
	for kind, net := range shownNets {
		folder := t.TempDir()
		put(t, folder, map[string]string{"net.cnn": net})
		if err := os.Symlink(photo, filepath.Join(folder, "cat.png")); err != nil {
			t.Fatal(err)
		}
		args := []string{"run", "net.cnn", "cat.png", "--weights", "random", "--threads", "1"}
		if kind == "mask" || kind == "picture" {
			args = append(args, "--output", "out.png")
		}
		var b strings.Builder
		for _, columns := range []uint16{60, 120} {
			shown := onTerminal(t, folder, columns, args...)
			fmt.Fprintf(&b, "== a terminal of %d columns\n%s", columns, shown)
			for line := range strings.Lines(shown) {
				if w := diag.Width(strings.TrimRight(line, "\n")); w > int(columns) && !strings.HasPrefix(line, "note: ") {
					t.Errorf("%s: a line of %d columns: %s", kind, w, line)
				}
			}
		}
		for _, format := range []string{"text", "json"} {
			cmd, stderr := command(t, folder, append(args, "-o", format)...)
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("%v\n%s", err, stderr)
			}
			if format == "json" {
				out = digits5.ReplaceAll(out, []byte("$1"))
			}
			fmt.Fprintf(&b, "== a pipe, %s; standard error:\n%s== standard output:\n%s", format, stderr, out)
		}
		langtest.Golden(t, filepath.Join(golden, kind+".txt"), timeless.ReplaceAllString(b.String(), "${1}TIME"))
	}
}

// digits5 finds digits in which machines may differ.
var digits5 = regexp.MustCompile(`(\.[0-9]{5})[0-9]+`)

// timeless finds times in seconds.
var timeless = regexp.MustCompile(`(prepared in |ran in |"prepare": |"run": )[0-9][0-9.e-]*`)

// onTerminal is what a command leaves on a terminal that has its output and its messages, without
// the progress that was there for a while.
func onTerminal(t *testing.T, folder string, columns uint16, args ...string) string {
	t.Helper()
	reader, end := terminal(t, columns)
	cmd, _ := command(t, folder, args...)
	cmd.Env = append(cmd.Env, "LC_ALL=C.UTF-8", "NO_COLOR=1")
	cmd.Stdout, cmd.Stderr = end, end
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	end.Close()
	text, err := io.ReadAll(reader)
	if err != nil && !errors.Is(err, syscall.EIO) { // which is how a terminal ends
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	var b strings.Builder
	for line := range strings.Lines(strings.ReplaceAll(string(text), "\r\n", "\n")) {
		if at := strings.LastIndex(line, erase); at >= 0 {
			line = line[at+len(erase):]
		}
		b.WriteString(line)
	}
	return b.String()
}
