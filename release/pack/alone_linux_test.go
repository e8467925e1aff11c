package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// The program runs where there is no other file: no library, no folder for temporary files, no home, as in the image of the Containerfile.
func TestReleasedProgramAlone(t *testing.T) {
	r := unpacked(t)
	if os.Getuid() != 0 {
		t.Skip("only root may change the root folder")
	}
	folder := t.TempDir()
	if err := os.Link(filepath.Join(r.folder, "cnnlang"), filepath.Join(folder, "cnnlang")); err != nil {
		t.Fatal(err)
	}
	const net = "net small [N, 3, H = 32, W = 32] -> [N, 16, _, _] {\n  conv(16, 3x3, pad=1)\n}\n"
	for _, c := range []struct{ input, want, args string }{
		{"", "cnnlang ", "version"},
		{net, "small: [1, 3, 32, 32] -> [1, 16, 32, 32], 448 parameters", "check -"},
		{net, net, "fmt -"},
		{"", "resnet50", "list"},
		{"", "probability", "run glyphs --input random"},
	} {
		cmd := exec.Command("/cnnlang", strings.Fields(c.args)...)
		cmd.Dir, cmd.Env = "/", []string{}
		cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: folder}
		cmd.Stdin = strings.NewReader(c.input)
		if text, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(text), c.want) {
			t.Errorf("cnnlang %s: %v, got %q, want %q in it", c.args, err, text, c.want)
		}
	}
}

// What docs/ci.md says installs the program of an archive.
func TestCIInstalls(t *testing.T) {
	r := unpacked(t)
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip(err)
	}
	doc, err := os.ReadFile("../../docs/ci.md")
	if err != nil {
		t.Fatal(err)
	}
	_, script, _ := strings.Cut(string(doc), "- name: Install cnnlang\n        run: |\n")
	script, _, _ = strings.Cut(script, "      - name:")
	sums, err := os.ReadFile(filepath.Join(*released, "SHA256SUMS"))
	if err != nil {
		t.Fatal(err)
	}
	folder, err := filepath.Abs(*released)
	if err != nil {
		t.Fatal(err)
	}
	for sum := range strings.Lines(string(sums)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(sum), "  ")
		temp := t.TempDir()
		cmd := exec.Command("bash", "-e", "-c", script)
		cmd.Dir = temp
		cmd.Env = append(cmd.Environ(), "ARCHIVE=file://"+folder+"/"+r.name+".tar.gz", "SHA256="+sum, "RUNNER_TEMP="+temp, "GITHUB_PATH="+filepath.Join(temp, "path"))
		text, err := cmd.CombinedOutput()
		if right := name == r.name+".tar.gz"; right != (err == nil) {
			t.Errorf("with the sum of %s: %v\n%s", name, err, text)
		} else if !right {
			continue
		}
		path, err := os.ReadFile(filepath.Join(temp, "path"))
		if err != nil {
			t.Fatal(err)
		}
		if text, err := exec.Command(filepath.Join(strings.TrimSpace(string(path)), "cnnlang"), "version").CombinedOutput(); err != nil || !strings.HasPrefix(string(text), "cnnlang ") {
			t.Errorf("%v: %s", err, text)
		}
	}
}
