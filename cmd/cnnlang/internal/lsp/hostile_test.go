package lsp

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// Whatever a client sends, the server ends with an answer or an error, and soon.
func TestHostileMessages(t *testing.T) {
	message := func(text string) string { return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(text), text) }
	begin := message(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}`)
	end := message(`{"jsonrpc":"2.0","id":9,"method":"shutdown"}`) + message(`{"jsonrpc":"2.0","method":"exit"}`)
	for name, test := range map[string]struct {
		sent string
		says string // in an answer
		ends string // what the server ends with, "" for well
	}{
		"nothing":                         {"", "", "left without"},
		"half a message":                  {begin + "Content-Length: 100\r\n\r\n{", "", "left without"},
		"a header that never ends":        {strings.Repeat("x", 1<<20), "", "left without"},
		"headers without end":             {strings.Repeat("a: b\r\n", 1<<16), "", "left without"},
		"a claim of much":                 {"Content-Length: 99999999999\r\n\r\n{}", "", "left without"},
		"a length below none":             {"Content-Length: -1\r\n\r\n{}", "", "left without"},
		"no length":                       {"Content-Type: x\r\n\r\n{}", "", "left without"},
		"no JSON":                         {begin + message("garbage"), "", "left without"},
		"a request before it begins":      {message(`{"jsonrpc":"2.0","id":1,"method":"textDocument/hover","params":{}}`) + begin + end, "initialize` comes first", ""},
		"an unknown method":               {begin + message(`{"jsonrpc":"2.0","id":2,"method":"no/such"}`) + end, "no method", ""},
		"parameters of another type":      {begin + message(`{"jsonrpc":"2.0","id":2,"method":"textDocument/hover","params":[1,2]}`) + end, "not as the protocol", ""},
		"no parameters":                   {begin + message(`{"jsonrpc":"2.0","id":2,"method":"textDocument/hover"}`) + end, "not as the protocol", ""},
		"a text that is not open":         {begin + message(`{"jsonrpc":"2.0","id":2,"method":"textDocument/hover","params":{"textDocument":{"uri":"file:///no.cnn"}}}`) + end, "is not open", ""},
		"a command that there is not":     {begin + message(`{"jsonrpc":"2.0","id":2,"method":"workspace/executeCommand","params":{"command":"rm"}}`) + end, "no command", ""},
		"a place beyond the text":         {begin + message(`{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":"file:///a.cnn","version":1,"text":"net"}}}`) + message(`{"jsonrpc":"2.0","id":2,"method":"textDocument/completion","params":{"textDocument":{"uri":"file:///a.cnn"},"position":{"line":-5,"character":99999999}}}`) + end, `"id":2`, ""},
		"an answer that nobody asked for": {begin + message(`{"jsonrpc":"2.0","id":77,"result":null}`) + end, "serverInfo", ""},
	} {
		t.Run(name, func(t *testing.T) {
			for _, in := range []io.Reader{strings.NewReader(test.sent), iotest.OneByteReader(strings.NewReader(test.sent))} {
				var out bytes.Buffer
				done := make(chan error, 1)
				go func() { done <- Serve(context.Background(), in, &out, "", io.Discard) }()
				select {
				case err := <-done:
					if test.ends == "" && err != nil || test.ends != "" && (err == nil || !strings.Contains(err.Error(), test.ends)) {
						t.Errorf("ends with %v, want %q", err, test.ends)
					}
				case <-time.After(time.Minute):
					t.Fatal("it does not end")
				}
				if !strings.Contains(out.String(), test.says) {
					t.Errorf("no %q in %q", test.says, out.String())
				}
			}
		})
	}
}
