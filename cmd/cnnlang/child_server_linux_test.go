package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	network "net"
	"net/http"
	"strings"
	"testing"
)

// Nothing that a server sends comes to standard error as it is: what is beyond the length that it
// claims, or what comes before a request.
func TestServersDoNotReachTheTerminal(t *testing.T) {
	for name, answer := range map[string]func(c network.Conn){
		"more than it claims": func(c network.Conn) {
			http.ReadRequest(bufio.NewReader(c))
			fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nPK\x03\x04\x1b]0;owned\a%s", bytes.Repeat([]byte("\x1b"), 9000))
		},
		"before it is asked": func(c network.Conn) { fmt.Fprint(c, "\x1b]0;owned\aSSH-2.0\r\n") },
	} {
		l, err := network.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				answer(c)
				io.Copy(io.Discard, c) // until the program closes it
				c.Close()
			}
		}()
		folder := t.TempDir()
		put(t, folder, map[string]string{"n.cnn": fmt.Sprintf("net n [N, 3, H = 8, W = 8] -> [N, 3, H, W] {\n  meta { weights = checkpoint(\"w.pth\", url=\"http://%s/\") }\n  relu\n}\n", l.Addr())})
		cmd, stderr := command(t, folder, "get", "./n.cnn", "--output", "w.pth")
		if code := codeOf(t, cmd.Run()); code != exitFile || strings.ContainsAny(stderr.String(), "\x1b\a") || strings.Contains(stderr.String(), "nsolicited") || strings.Count(stderr.String(), "\n") != 4 {
			t.Errorf("%s: exit code %d\n%q", name, code, stderr)
		}
	}
}
