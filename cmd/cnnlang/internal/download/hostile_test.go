package download

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Each server that does not serve the file gives one error, which says what to do, and nothing
// but the beginning of the file may be left.
func TestServersThatDoNotServe(t *testing.T) {
	data := contents(7, 50_000)
	hash := sumOf(data)
	const part = "w.pth.part w.pth.part.json"
	type answer = func(w http.ResponseWriter, r *http.Request)
	says := func(code int) answer {
		return func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(code); fmt.Fprint(w, "<html>no</html>") }
	}
	moved := func(to string) answer {
		return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }
	}
	for _, c := range []struct {
		name   string
		answer answer
		sha256 string
		kind   Kind
		says   []string
		left   string
	}{
		{"not found", says(404), "", Failed, []string{"404 Not Found", "it has moved or is gone", "`--weights FILE`"}, ""},
		{"gone", says(410), "", Failed, []string{"410 Gone", "moved or is gone"}, ""},
		{"forbidden", says(403), "", Failed, []string{"403 Forbidden", "a login or an agreement first"}, ""},
		{"a proxy's login", says(407), "", Failed, []string{"407", "HTTPS_PROXY"}, ""},
		{"an error of the server", says(500), "", Failed, []string{"500 Internal Server Error", "try again later"}, ""},
		{"too many requests", says(429), "", Failed, []string{"429", "try again later"}, ""},
		{"no contents", says(204), "", Failed, []string{"204 No Content"}, ""},
		{"a part that nobody asked for", says(206), "", Failed, []string{"206 Partial Content"}, ""},
		{"a redirect without an address", says(302), "", Failed, []string{"302 Found", "open the address in a browser"}, ""},
		{"a page by its type", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, "Welcome")
		}, "", Failed, []string{"a web page came from ", "open the address in a browser"}, ""},
		{"a page by its text", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/octet-stream")
			fmt.Fprint(w, "\ufeff\n <!DOCTYPE HTML><title>Log in</title>")
		}, "", Failed, []string{"a web page came from "}, ""},
		{"an empty file", func(w http.ResponseWriter, r *http.Request) { file(w, r, `"a"`, nil) }, "", Failed, []string{"the file there is empty"}, ""},
		{"another file", func(w http.ResponseWriter, r *http.Request) { file(w, r, `"a"`, contents(8, 50_000)) }, hash, Failed,
			[]string{"is another file: its sha256 begins with " + sumOf(contents(8, 50_000)), "want " + hash, "it was deleted", "try again"}, ""},
		{"a length that is too great", func(w http.ResponseWriter, r *http.Request) { cutAfter(w, `"a"`, data, 0) }, "", Failed,
			[]string{"was cut after 0 of 50000 bytes", "try again"}, ""},
		{"a length that is too small", func(w http.ResponseWriter, r *http.Request) {
			c, _, _ := w.(http.Hijacker).Hijack()
			fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n%s", data)
			c.Close()
		}, hash, Failed, []string{"is another file"}, ""},
		{"compressed", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			z.Write(data)
			z.Close()
		}, hash, Failed, []string{`compressed, with Content-Encoding "gzip"`, "try another network"}, ""},
		{"larger than the limit", func(w http.ResponseWriter, r *http.Request) { file(w, r, `"a"`, contents(9, 60_001)) }, "", Limited,
			[]string{"has 60001 bytes, more than the limit of 60000 bytes", "--max-size"}, ""},
		{"larger than the limit, without a length", func(w http.ResponseWriter, r *http.Request) {
			for range 100 {
				w.Write(data)
			}
		}, "", Limited, []string{"longer than the limit of 60000 bytes", "--max-size"}, ""},
		{"a stall at once", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "", Failed,
			[]string{"nothing has come from HOST for 500ms, after 0 bytes", "try again"}, ""},
		{"a stall in the middle", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", `"a"`)
			w.Header().Set("Content-Length", "50000")
			w.Write(data[:20_000])
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}, "", Failed, []string{"nothing has come from HOST for 500ms, after 20000 of 50000 bytes", "the same command goes on from there", "w.pth.part"}, part},
		{"a circle", moved("/again"), "", Failed, []string{"HOST redirects more than 10 times"}, ""},
		{"another kind of address", moved("ftp://files.invalid/w.pth"), "", Failed, []string{"neither http nor https: ftp:"}, ""},
		{"a file of this machine", moved("file:///etc/passwd"), "", Failed, []string{"neither http nor https: file:"}, ""},
		{"an address with a password", moved("http://me:secret@files.invalid/w.pth"), "", Failed, []string{"with a user's name, on files.invalid"}, ""},
		{"an endless header", func(w http.ResponseWriter, r *http.Request) {
			for i := range 1000 {
				w.Header().Set(fmt.Sprintf("X-%d", i), strings.Repeat("x", 1000))
			}
			w.Write(data)
		}, "", Failed, []string{"cannot reach HOST"}, ""},
		{"no http", func(w http.ResponseWriter, r *http.Request) {
			c, _, _ := w.(http.Hijacker).Hijack()
			fmt.Fprint(c, "SSH-2.0-x\r\n")
			c.Close()
		}, "", Failed, []string{"cannot reach HOST"}, ""},
		{"no length and no end", func(w http.ResponseWriter, r *http.Request) {
			c, _, _ := w.(http.Hijacker).Hijack()
			fmt.Fprintf(c, "HTTP/1.0 200 OK\r\n\r\n%s", data[:5])
			c.Close()
		}, "", Failed, []string{"comes without its length, and its hash is not known"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, func(_ int, w http.ResponseWriter, r *http.Request) { c.answer(w, r) })
			p, opts := at(t), brief()
			opts.MaxSize = 60_000
			if strings.Contains(c.name, "stall") {
				opts.patience = 500 * time.Millisecond
			}
			_, err := Get(t.Context(), File{s.URL + "/w.pth", c.sha256}, p, opts)
			host := strings.TrimPrefix(s.URL, "http://")
			for i := range c.says {
				c.says[i] = strings.ReplaceAll(c.says[i], "HOST", host)
			}
			wantError(t, err, c.kind, c.says...)
			if err != nil && (strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "x-0")) {
				t.Errorf("the message says too much: %v", err)
			}
			wantFiles(t, p, strings.Fields(c.left)...)
		})
	}
}

// From https nothing leads to http.
func TestHTTPSIsNotLeft(t *testing.T) {
	plain := serve(t, func(int, http.ResponseWriter, *http.Request) { t.Error("a request without encryption") })
	secure := httptest.NewUnstartedServer(http.RedirectHandler(plain.URL, http.StatusFound))
	secure.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes that the client ends
	secure.StartTLS()
	defer secure.Close()
	opts := brief()
	c := newClient()
	c.Transport.(*http.Transport).TLSClientConfig = secure.Client().Transport.(*http.Transport).TLSClientConfig
	opts.client = c
	_, err := Get(t.Context(), File{secure.URL + "/w.pth", ""}, at(t), opts)
	wantError(t, err, Failed, "redirects from https to http")

	_, err = Get(t.Context(), File{secure.URL + "/w.pth", ""}, at(t), brief())
	wantError(t, err, Failed, "its certificate is not trusted", "SSL_CERT_FILE")
	_, err = Get(t.Context(), File{strings.Replace(plain.URL, "http", "https", 1), ""}, at(t), brief())
	wantError(t, err, Failed, "cannot reach ")
}

func TestAddresses(t *testing.T) {
	for address, why := range map[string]string{
		"":                             "not one of http or https",
		"w.pth":                        "not one of http or https",
		"ftp://files.invalid/w.pth":    "not one of http or https",
		"file:///w.pth":                "not one of http or https",
		"https://":                     "names no host",
		"https:///w.pth":               "names no host",
		"https://me@files.invalid/w":   "holds a user's name",
		"https://me:pw@files.invalid/": "holds a user's name",
		"https://files.invalid/\x01":   "is not the address of a file",
		"http://[::1/w":                "is not the address of a file",
	} {
		_, err := Get(t.Context(), File{address, ""}, at(t), brief())
		wantError(t, err, Refused, why)
		if strings.Contains(fmt.Sprint(err), "pw") {
			t.Errorf("the message has the password: %v", err)
		}
	}
	if err := CheckURL("https://files.invalid/a b.pth"); err != nil {
		t.Error(err)
	}
	_, err := Get(t.Context(), File{"http://files.invalid/w.pth", ""}, at(t), Options{patience: patience, client: refusing{}})
	wantError(t, err, Failed, "cannot reach files.invalid: no way")
}

// refusing is a client without a connection.
type refusing struct{}

func (refusing) Do(*http.Request) (*http.Response, error) { return nil, errors.New("no way") }

// An interrupt ends a download with the error of the context, and what has come stays.
func TestInterrupt(t *testing.T) {
	data := contents(10, 100_000)
	s := serve(t, func(n int, w http.ResponseWriter, r *http.Request) {
		if n > 0 {
			file(w, r, `"a"`, data)
			return
		}
		w.Header().Set("ETag", `"a"`)
		w.Header().Set("Content-Length", "100000")
		w.Write(data[:30_000])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	ctx, stop := context.WithCancel(t.Context())
	p, opts := at(t), brief()
	opts.Progress = func(_ Doing, have, _ int64) {
		if have == 30_000 {
			stop()
		}
	}
	f := File{s.URL, sumOf(data)}
	if _, err := Get(ctx, f, p, opts); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	wantFiles(t, p, "w.pth.part", "w.pth.part.json")
	got, err := Get(t.Context(), f, p, brief())
	wantContents(t, p, got, err, data)
	if s.asked()[1] != "bytes=30000-" {
		t.Errorf("asked for %q", s.asked())
	}
}

// The file system may refuse.
func TestPlacesThatCannotBeWritten(t *testing.T) {
	folder := t.TempDir()
	link := filepath.Join(folder, "link")
	os.Symlink(filepath.Join(folder, "nothing"), link)
	for path, why := range map[string]string{
		folder:                           "is not a regular file",
		folder + "/":                     "is not a regular file",
		filepath.Join(folder, "no", "w"): "there is no such folder",
		link:                             "it is a symbolic link to nothing",
		os.DevNull:                       "is not a regular file",
	} {
		_, err := At(path)
		wantError(t, err, Failed, path+" cannot be written: ", why, "--output")
	}
	full := Place{folder: "f", name: "w.pth"}.refused(&os.PathError{Op: "write", Path: "w.pth.part", Err: syscall.ENOSPC})
	wantError(t, full, Failed, filepath.Join("f", "w.pth")+" cannot be written: no space left on device", "make room, and the same command goes on")
	data := contents(11, 10)
	s := serve(t, func(_ int, w http.ResponseWriter, r *http.Request) { file(w, r, `"a"`, data) })
	target := filepath.Join(folder, "target")
	os.WriteFile(target, []byte("old"), 0o640)
	os.Symlink(target, filepath.Join(folder, "good"))
	p, err := At(filepath.Join(folder, "good"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Get(t.Context(), File{s.URL, ""}, p, brief()); err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(target); string(b) != string(data) {
		t.Error("the target of the link was not replaced")
	}
	if info, _ := os.Stat(target); info.Mode().Perm() != 0o640 {
		t.Errorf("the mode became %v", info.Mode())
	}
}
