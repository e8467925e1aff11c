package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The memory error states the whole need at once: a run that may use as much succeeds, and
// takes no more, besides the program itself; whatever smaller limit is set, it states the same.
func TestMemoryIsNamedOnceAndIsEnough(t *testing.T) {
	folder := t.TempDir()
	put(t, folder, map[string]string{
		"a.cnn": "net a [N, 3, H = 64, W = 64] -> [N, 64, _, _] { conv(64, 3x3, pad=1) -> relu -> conv(64, 3x3, pad=1) }\n",
		"b.cnn": "net b [N, 3, H = 8, W = 8] -> [N, 40000] { flatten -> linear(400) -> linear(40000) }\n",
		"c.cnn": "net c(classes = 3) [N, 3, H = 32, W = 32] -> [N, classes] {\n  train { batch = 64 }\n" +
			"  repeat 3 { conv(64, 3x3, pad=1) -> bn -> relu }\n  gap -> flatten -> linear(classes)\n}\n",
	})
	if err := writeTextures(filepath.Join(folder, "tex"), 30); err != nil {
		t.Fatal(err)
	}
	needs := regexp.MustCompile(`needs about (\S+) (MiB) of memory`)
	for args, limits := range map[string][]string{
		"train c.cnn --data tex --epochs 1 --output c.safetensors":                     {"4MiB", "20MiB", "60MiB"}, // pictures are decoded in it first
		"run a.cnn --weights random --input random --shape 2x3x384x384 --output y.npy": {"1", "4MiB", "20MiB", "60MiB"},
		"run b.cnn --weights random --input random":                                    {"1", "4MiB", "20MiB", "60MiB"},
	} {
		run := func(most string) (code int, message string, resident int64) {
			cmd, stderr := command(t, folder, strings.Fields(args+" --threads 2 --max-memory "+most)...)
			code = codeOf(t, cmd.Run())
			return code, stderr.String(), residentOf(t, cmd)
		}
		var named []string
		for _, most := range limits {
			code, message, _ := run(most)
			m := needs.FindStringSubmatch(message)
			if code != exitLimit || m == nil {
				t.Fatalf("%s, %s: exit code %d\n%s", args, most, code, message)
			}
			named = append(named, m[1])
			if m[1] != named[0] {
				t.Errorf("%s: needs %v", args, named)
			}
		}
		code, message, resident := run(named[0] + "MiB")
		if code != 0 {
			t.Errorf("%s: with what it needs: exit code %d\n%s", args, code, message)
		}
		most, err := parseBytes(named[0] + "MiB")
		if err != nil {
			t.Fatal(err)
		}
		const itself = 48 << 20
		if resident > most+itself {
			t.Errorf("%s: took %d MiB, and %d may be used", args, resident>>20, most>>20)
		}
		t.Logf("%s: %s MiB named, %d MiB taken", args, named[0], resident>>20)
	}
}

// If the address space is limited, what does not fit is refused with one sentence.
func TestLimitedAddressesAreMemory(t *testing.T) {
	folder := t.TempDir()
	put(t, folder, map[string]string{"b.cnn": "net b [N, 3, H = 8, W = 8] -> [N, 400000] { flatten -> linear(400) -> linear(400000) }\n"})
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(program, filepath.Join(folder, "cnnlang")); err != nil {
		t.Fatal(err)
	}
	cmd, stderr := command(t, folder)
	cmd.Path, cmd.Args = "/bin/sh", []string{"sh", "-c", "ulimit -v 2000000; exec ./cnnlang run b.cnn --weights random --input random --max-memory 0"}
	code := codeOf(t, cmd.Run())
	if code != exitLimit || !strings.Contains(stderr.String(), "b needs about 1.") || !strings.Contains(stderr.String(), "within `ulimit -v`") || strings.Contains(stderr.String(), "goroutine") {
		t.Errorf("exit code %d\n%.500s", code, stderr)
	}
}
