package draw

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"
)

// A browser is a Chromium without a window, driven through its DevTools protocol over a pair of pipes.
type browser struct {
	t       *testing.T
	in      *os.File
	out     *bufio.Reader
	id      int
	session string
}

// openBrowser starts the browser that CNNLANG_BROWSER names, or any Chromium that is installed; a
// test is skipped only where there is neither.
func openBrowser(t *testing.T) *browser {
	t.Helper()
	path := os.Getenv("CNNLANG_BROWSER")
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path == "" {
			path, _ = exec.LookPath(name)
		}
	}
	switch {
	case path == "":
		t.Skip("there is no Chromium here: the page is not tried in a browser (install chromium, or set CNNLANG_BROWSER)")
	case runtime.GOOS == "windows":
		t.Skip("Go hands no pipes on to a program on Windows: the page is not tried in a browser")
	}
	read, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	out, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	// Not with the test's context, which ends before Cleanup: what the browser leaves behind when it is
	// killed would still write into its folder while that is removed.
	cmd := exec.Command(path, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-extensions", "--disable-dev-shm-usage",
		"--remote-debugging-pipe", "--user-data-dir="+t.TempDir(), "--window-size=1200,900")
	cmd.ExtraFiles = []*os.File{read, write} // 3 and 4, which the browser reads and writes
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	read.Close()
	write.Close()
	b := &browser{t: t, in: in, out: bufio.NewReader(out)}
	late := time.AfterFunc(4*time.Minute, func() { cmd.Process.Kill() })
	t.Cleanup(func() {
		b.session = ""
		fmt.Fprintf(b.in, `{"id":0,"method":"Browser.close"}`+"\x00")
		io.Copy(io.Discard, b.out)
		cmd.Wait()
		late.Stop()
		in.Close()
		out.Close()
	})
	var target struct{ TargetID string }
	b.call("Target.createTarget", `{"url":"about:blank"}`, &target)
	var attached struct{ SessionID string }
	b.call("Target.attachToTarget", fmt.Sprintf(`{"targetId":%q,"flatten":true}`, target.TargetID), &attached)
	b.session = attached.SessionID
	b.call("Page.enable", "{}", nil)
	b.call("Page.addScriptToEvaluateOnNewDocument", `{"source":"window.errors = []; addEventListener(\"error\", e => errors.push(e.message))"}`, nil)
	return b
}

// call sends a command with these parameters and waits for its answer.
func (b *browser) call(method, params string, result any) {
	b.t.Helper()
	b.id++
	session := ""
	if b.session != "" {
		session = fmt.Sprintf(`"sessionId":%q,`, b.session)
	}
	if _, err := fmt.Fprintf(b.in, `{"id":%d,%s"method":%q,"params":%s}`+"\x00", b.id, session, method, params); err != nil {
		b.t.Fatal(err)
	}
	for {
		text, err := b.out.ReadBytes(0)
		if err != nil {
			b.t.Fatalf("the browser ended at %s: %v", method, err)
		}
		var answer struct {
			ID     int
			Error  json.RawMessage
			Result json.RawMessage
		}
		if err := json.Unmarshal(text[:len(text)-1], &answer); err != nil {
			b.t.Fatal(err)
		}
		switch {
		case answer.ID != b.id: // an event
		case answer.Error != nil:
			b.t.Fatalf("%s: %s", method, answer.Error)
		case result != nil:
			if err := json.Unmarshal(answer.Result, result); err != nil {
				b.t.Fatal(err)
			}
			return
		default:
			return
		}
	}
}

// js evaluates an expression in the page, a promise's value where it is one.
func (b *browser) js(result any, format string, args ...any) {
	b.t.Helper()
	text, _ := json.Marshal(fmt.Sprintf(format, args...))
	var answer struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct{ Exception struct{ Description string } }
	}
	b.call("Runtime.evaluate", fmt.Sprintf(`{"expression":%s,"awaitPromise":true,"returnByValue":true}`, text), &answer)
	if answer.ExceptionDetails != nil {
		b.t.Fatalf("%.200s: %s", text, answer.ExceptionDetails.Exception.Description)
	}
	if result != nil {
		if err := json.Unmarshal(answer.Result.Value, result); err != nil {
			b.t.Fatalf("%.200s: got %.200s: %v", text, answer.Result.Value, err)
		}
	}
}

// load opens an address and waits until its scripts have run.
func (b *browser) load(url string) {
	b.t.Helper()
	b.call("Page.navigate", fmt.Sprintf(`{"url":%q}`, url), nil)
	b.js(nil, `new Promise(done => document.readyState === "complete" ? done(1) : addEventListener("load", () => done(1)))`)
}

// click presses the left button at a point of the window.
func (b *browser) click(x, y float64) {
	b.t.Helper()
	for _, kind := range []string{"mousePressed", "mouseReleased"} {
		b.call("Input.dispatchMouseEvent", fmt.Sprintf(`{"type":%q,"x":%g,"y":%g,"button":"left","clickCount":1}`, kind, x, y), nil)
	}
}

// press presses a key by its name, or a letter.
func (b *browser) press(key string) {
	b.t.Helper()
	text := ""
	if len(key) == 1 {
		text = fmt.Sprintf(`,"text":%q`, key)
	}
	b.call("Input.dispatchKeyEvent", fmt.Sprintf(`{"type":"keyDown","key":%q%s}`, key, text), nil)
	b.call("Input.dispatchKeyEvent", fmt.Sprintf(`{"type":"keyUp","key":%q}`, key), nil)
}

// write types a text into what has the focus.
func (b *browser) write(text string) {
	b.t.Helper()
	b.call("Input.insertText", fmt.Sprintf(`{"text":%q}`, text), nil)
}
