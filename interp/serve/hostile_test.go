package serve

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Requests that are wrong get one sentence that says what was got and what was wanted.
func TestWrongRequests(t *testing.T) {
	_, at := started(t, Options{Images: 4}, of("small", small, 1), of("pair", pair, 1))
	const numbers = `[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]`
	one := func(shape, datatype, rest string) string {
		return fmt.Sprintf(`{"inputs":[{"name":"input","shape":%s,"datatype":%q%s}]}`, shape, datatype, rest)
	}
	data := `,"data":` + numbers
	for body, want := range map[string]string{
		"":   "400 the body is not a request in JSON: unexpected end of JSON input",
		"[]": "400 the body is not a request in JSON: json: cannot unmarshal array into Go value of type serve.inferRequest",
		"{}": `400 there is nothing for the input "input" of the model small`,
		`{"inputs":[{"name":"imput","shape":[1,1,4,4],"datatype":"FP32","data":[]}]}`: `400 there is no input called "imput"; did you mean "input"?`,
		one("[1,1,4,4]", "INT8", data):                   `400 the input "input" has the datatype "INT8", want FP32`,
		one("[1,1,4,4]", "FP32", ""):                     `400 the input "input" has no data`,
		one("[1,1,4,4]", "FP32", `,"data":[1,2]`):        `400 the data of the input "input" has 2 numbers, want the 16 of its shape [1 1 4 4]`,
		one("[1,1,2,8]", "FP32", data):                   `400 the input "input" has the shape [1 1 2 8], want [N, 1, 4, 4] with at most 4 images`,
		one("[16]", "FP32", data):                        `400 the input "input" has the shape [16], want [N, 1, 4, 4] with at most 4 images`,
		one("[0,1,4,4]", "FP32", `,"data":[]`):           `400 the input "input" has the shape [0 1 4 4], want [N, 1, 4, 4] with at most 4 images`,
		one("[-1,1,4,4]", "FP32", data):                  `400 the input "input" has the shape [-1 1 4 4], which is no shape of at most 4 images`,
		one("[4294967296,4294967296,4,4]", "FP32", data): `400 the input "input" has the shape [4294967296 4294967296 4 4], which is no shape of at most 4 images`,
		one("[9223372036854775807]", "FP32", data):       `400 the input "input" has the shape [9223372036854775807], which is no shape of at most 4 images`,
		one("[1,1,4,4]", "FP32", `,"data":[[[[1,2,3,4],[5,6,7,8],[9,10,11],[12,13,14,15,16]]]]`):                                                         `400 the data of the input "input" has an array of 3 where its shape [1 1 4 4] has 4`,
		one("[1,1,4,4]", "FP32", `,"data":[[1,2,3,4,5,6,7,8],[9,10,11,12,13,14,15,16]]`):                                                                 `400 the data of the input "input" has a number where its shape [1 1 4 4] has an array`,
		one("[1,1,4,4]", "FP32", `,"data":[[[[[1]]]]]`):                                                                                                  `400 the data of the input "input" has arrays within each other deeper than its shape [1 1 4 4]`,
		one("[1,1,4,4]", "FP32", `,"data":[1,"2"]`):                                                                                                      `400 the data of the input "input" has "2" where a number is wanted`,
		one("[1,1,4,4]", "FP32", `,"data":[null]`):                                                                                                       `400 the data of the input "input" has null where a number is wanted`,
		one("[1,1,4,4]", "FP32", `,"data":[1e39]`):                                                                                                       `400 the data of the input "input" has 1e39, which is beyond float32`,
		one("[1,1,4,4]", "FP32", `,"data":7`):                                                                                                            `400 the data of the input "input" has 7 where a number is wanted`,
		one("[1,1,4,4]", "FP32", `,"data":{"a":1}`):                                                                                                      `400 the data of the input "input" has {"a":1} where a number is wanted`,
		one("[1,1,4,4]", "FP32", `,"parameters":{"binary_data_size":64}`):                                                                                `400 the input "input" has 0 bytes behind the JSON, want 64`,
		one("[1,1,4,4]", "FP32", `,"parameters":{"binary_data_size":60}`):                                                                                `400 the input "input" has binary_data_size 60, want the 64 bytes of its shape [1 1 4 4]`,
		one("[1,1,4,4]", "FP32", `,"parameters":{"binary_data_size":64}`+data):                                                                           `400 the input "input" has data in the JSON and binary_data_size; want one of them`,
		one("[1,1,4,4]", "FP32", `,"parameters":{"binary_data_size":"x"}`):                                                                               `400 the input "input" has binary_data_size x, want the 64 bytes of its shape [1 1 4 4]`,
		`{"inputs":[{"name":"input","shape":[1,1,4,4],"datatype":"FP32"` + data + `}],"outputs":[{"name":"outputs"}]}`:                                   `400 the model small has no output called "outputs"; did you mean "output"?`,
		`{"inputs":[{"name":"input","shape":[1,1,4,4],"datatype":"FP32"` + data + `}],"outputs":[{"name":"output"},{"name":"output"}]}`:                  `400 the output "output" is asked for twice`,
		`{"inputs":[{"name":"input","shape":[1,1,4,4],"datatype":"FP32"` + data + `},{"name":"input","shape":[1,1,4,4],"datatype":"FP32"` + data + `}]}`: `400 the input "input" is given twice`,
		`{"inputs":[{"name":"input","shape":[1,1,4,4],"datatype":"FP32"` + data + `}],"outputs":[{"name":"output","parameters":{"classification":2}}]}`:  `400 the output "output" is asked for as classes, which this server gives for pictures alone: POST them to the model's address, with /classify behind it`,
		strings.Repeat("[", 100_000):                                                                                                                     "400 the body is not a request in JSON: invalid character",
	} {
		status, content, _ := post(t, at+"/v2/models/small/infer", []byte(body))
		if got := fmt.Sprint(status, " ", errorOf(t, content)); !strings.HasPrefix(got, want) {
			t.Errorf("%.100s\n got %s\nwant %s", body, got, want)
		}
	}
	for header, want := range map[string]string{
		"x":  "400 Inference-Header-Content-Length is \"x\", want the bytes of JSON in a body of 2",
		"3":  "400 Inference-Header-Content-Length is \"3\", want the bytes of JSON in a body of 2",
		"-1": "400 Inference-Header-Content-Length is \"-1\", want the bytes of JSON in a body of 2",
		"1":  "400 the body is not a request in JSON: unexpected end of JSON input",
	} {
		status, content, _ := post(t, at+"/v2/models/small/infer", []byte("{}"), headerLength, header)
		if got := fmt.Sprint(status, " ", errorOf(t, content)); got != want {
			t.Errorf("%s: %s", header, got)
		}
	}
	two := `{"inputs":[{"name":"a","shape":[1,1,4,4],"datatype":"FP32"` + data + `},{"name":"b","shape":[2,1,4,4],"datatype":"FP32","data":[` + strings.Repeat("1,", 31) + `1]}]}`
	if status, content, _ := post(t, at+"/v2/models/pair/infer", []byte(two)); status != 400 || errorOf(t, content) != `the input "b" has 2 images and the input "a" has 1; want as many` {
		t.Errorf("%d %s", status, content)
	}
	if status, content, _ := post(t, at+"/v2/models/small/infer", make([]byte, 3<<20)); status != 413 {
		t.Errorf("%d %s", status, content)
	}
}

func errorOf(t *testing.T, content []byte) string {
	t.Helper()
	var e errorJSON
	if err := json.Unmarshal(content, &e); err != nil || e.Error == "" {
		t.Fatalf("no error: %.200s", content)
	}
	return e.Error
}

// A client that sends nothing more is given up, and others are answered meanwhile.
func TestSlowClients(t *testing.T) {
	s, at := started(t, Options{Patience: 300 * time.Millisecond}, of("small", small, 1))
	address := strings.TrimPrefix(at, "http://")
	send := func(text string) *bufio.Reader {
		var d net.Dialer
		c, err := d.DialContext(t.Context(), "tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		if _, err := io.WriteString(c, text); err != nil {
			t.Fatal(err)
		}
		return bufio.NewReader(c)
	}
	var slow []*bufio.Reader
	for range 50 {
		slow = append(slow, send("POST /v2/models/small/infer HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"), send("POST /v2/mod"))
	}
	if status, _ := get(t, at+"/v2/models/small"); status != 200 {
		t.Error(status)
	}
	for i, c := range slow {
		line, err := c.ReadString('\n')
		if i%2 == 0 && !strings.HasPrefix(line, "HTTP/1.1 408") {
			t.Errorf("a slow body: %q %v", line, err)
		}
	}
	if !s.received.TryAcquire(s.options.Received) {
		t.Error("memory of requests was not given back")
	}
}

// Where the requests that are being received hold all memory for them, others are refused at once, and those for which
// there can be no room, for good. What is answered counts, too.
func TestMemoryOfRequests(t *testing.T) {
	s, at := started(t, Options{Received: 200_000}, of("small", small, 1), of("large", "net large [N, 1, H = 1, W = 1] -> [N, 1, 64, 64] { resize(64) }", 1))
	body := []byte(`{"inputs":[` + strings.Repeat(" ", 80_000) + `]}`)
	if status, _, _ := post(t, at+"/v2/models/small/infer", body); status != 400 {
		t.Error(status)
	}
	for images, want := range map[int]int{1: 200, 2: 413} { // 4,096 numbers of 4 bytes, with 32 for the text of each
		data := strings.Repeat("1,", images-1) + "1"
		status, content, _ := post(t, at+"/v2/models/large/infer", fmt.Appendf(nil, `{"inputs":[{"name":"input","shape":[%d,1,1,1],"datatype":"FP32","data":[%s]}]}`, images, data))
		if status != want {
			t.Errorf("%d images: %d %.200s", images, status, content)
		}
	}
	if !s.received.TryAcquire(s.options.Received) {
		t.Fatal("memory of requests was not given back")
	}
	s.received.Release(s.options.Received / 4)
	status, content, header := post(t, at+"/v2/models/small/infer", body)
	if status != 503 || header.Get("Retry-After") == "" {
		t.Errorf("%d %s", status, content)
	}
}

// Connections beyond the limit are closed as they come, and may come again when others have gone.
func TestLimitedListener(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "here") })}
	done := make(chan error)
	go func() { done <- h.Serve(Limited(l, 2)) }()
	defer func() { h.Close(); <-done }()
	ask := func() (net.Conn, string) {
		var d net.Dialer
		c, err := d.DialContext(t.Context(), "tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		c.SetReadDeadline(time.Now().Add(10 * time.Second))
		line, _ := bufio.NewReader(c).ReadString('\n')
		return c, line
	}
	a, first := ask()
	b, second := ask()
	c, third := ask()
	defer b.Close()
	defer c.Close()
	if !strings.Contains(first, "200") || !strings.Contains(second, "200") || third != "" {
		t.Errorf("%q %q %q", first, second, third)
	}
	a.Close()
	for range 100 {
		again, line := ask()
		again.Close()
		if strings.Contains(line, "200") {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("a connection that was closed still counts")
}

// A panic in a handler is answered with 500, and told in the log.
func TestPanics(t *testing.T) {
	s, _ := started(t, Options{}, of("small", small, 1))
	h := s.logged(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("oops") }))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	web := &http.Server{Handler: h}
	go web.Serve(l)
	defer web.Shutdown(context.Background())
	if status, body := get(t, "http://"+l.Addr().String()); status != 500 || !strings.Contains(body, "the server has a bug") {
		t.Errorf("%d %s", status, body)
	}
}
