package main

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// A server says where it listens, answers, loads its models anew after SIGHUP, and ends after SIGTERM with exit code 0.
func TestServe(t *testing.T) {
	photo, err := os.ReadFile(filepath.Join(root, "testdata/images/rocket.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	cmd, _ := command(t, t.TempDir(), "serve", "mine=nin_cifar10", "--weights", "mine=random", "--http", "127.0.0.1:0", "--threads", "1")
	cmd.Stderr = nil
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	cmd.Stdout = &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(said)
	next := func(want string) string {
		for lines.Scan() {
			if m := regexp.MustCompile(want).FindString(lines.Text()); m != "" {
				return m
			}
		}
		t.Fatalf("no line has %s", want)
		return ""
	}
	at := next(`http://127\.0\.0\.1:[0-9]+`)
	ask := func() {
		r, err := http.Post(at+"/v2/models/mine/classify?top=1", "image/jpeg", bytes.NewReader(photo))
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		content, _ := io.ReadAll(r.Body)
		if r.StatusCode != 200 || !strings.Contains(string(content), `"probability"`) {
			t.Errorf("%d %s", r.StatusCode, content)
		}
	}
	ask()
	if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	next("loaded anew")
	ask()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	next("stopping")
	if code := codeOf(t, cmd.Wait()); code != exitFine {
		t.Errorf("exit code %d", code)
	}
	if n := strings.Count(log.String(), `"status":200`); n != 2 {
		t.Errorf("the log has %d requests, want 2:\n%s", n, &log)
	}
}

// Command lines that cannot be served.
func TestWrongServers(t *testing.T) {
	for line, want := range map[string]string{
		"serve":                      "FILE or NAME of a net",
		"serve nin_cifar10":          "there are no weights for nin_cifar10",
		"serve -":                    "not a net that can be loaded again",
		"serve nix --weights random": "nix",
		"serve a=nin_cifar10 b=resnet18 --weights random":                                "--weights random is for one model, and there are 2",
		"serve a=nin_cifar10 b=resnet18 --weights a=random --weights c=random":           "--weights c=random is for no model",
		"serve a=nin_cifar10 --weights a=random --weights a=random":                      "--weights is given twice for a",
		"serve a=nin_cifar10 b=resnet18 --weights a=random --weights b=random --set c=1": "--set is for one model, and there are 2",
		"serve nin_cifar10 --weights random --http 8080":                                 "want HOST:PORT",
		"serve nin_cifar10 --weights random --http 192.0.2.1:80":                         "--http 192.0.2.1:80: ",
		"serve nin_cifar10 --weights random --http off":                                  "there is nowhere to listen",
		"serve nin_cifar10 --weights random --http 127.0.0.1:0 --pprof :0":               "can be reached from other machines",
		"serve nin_cifar10 --weights random --http 127.0.0.1:0 --access-log .":           "--access-log . is no file",
	} {
		cmd, stderr := command(t, t.TempDir(), strings.Fields(line)...)
		if code := codeOf(t, cmd.Run()); code != exitUsage || !strings.Contains(stderr.String(), want) {
			t.Errorf("%s: exit code %d\n%s", line, code, stderr)
		}
	}
}
