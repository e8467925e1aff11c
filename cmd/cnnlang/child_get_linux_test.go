package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// After Ctrl-C what has come of a download is kept, and the same command goes on from there.
func TestInterruptedDownloadGoesOn(t *testing.T) {
	data, half := bytes.Repeat([]byte("weights "), 10_000), 40_000
	asked := make(chan string, 2)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from := r.Header.Get("Range")
		asked <- from
		w.Header().Set("ETag", `"a"`)
		if from != "" {
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
			return
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(data)))
		w.Write(data[:half])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}))
	defer s.Close()
	folder := t.TempDir()
	text := fmt.Sprintf("net n [N, 3, H = 8, W = 8] -> [N, 3, H, W] {\n  meta { weights = checkpoint(\"w.pth\", url=%q, sha256=\"%x\") }\n  relu\n}\n", s.URL+"/", sha256.Sum256(data))
	if err := os.WriteFile(filepath.Join(folder, "n.cnn"), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	args := []string{"get", "./n.cnn", "--output", "w.pth"}
	cmd, stderr := command(t, folder, args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-asked
	for part := filepath.Join(folder, "w.pth.part"); ; time.Sleep(10 * time.Millisecond) {
		if info, err := os.Stat(part); err == nil && info.Size() == int64(half) {
			break
		}
		if t.Context().Err() != nil {
			t.Fatal("nothing came")
		}
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if code := codeOf(t, cmd.Wait()); code != exitInterrupted {
		t.Errorf("exit code %d, want %d", code, exitInterrupted)
	}
	if want := "error: interrupted\nhelp: what has come is kept, and the same command goes on from there\n"; !strings.HasSuffix(stderr.String(), want) {
		t.Errorf("got %q, want %q at the end", stderr, want)
	}
	cmd, stderr = command(t, folder, args...)
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, stderr)
	}
	if from := <-asked; from != fmt.Sprintf("bytes=%d-", half) {
		t.Errorf("asked for %q", from)
	}
	if got, err := os.ReadFile(filepath.Join(folder, "w.pth")); err != nil || !bytes.Equal(got, data) {
		t.Errorf("the file has other contents, or none: %v", err)
	}
}
