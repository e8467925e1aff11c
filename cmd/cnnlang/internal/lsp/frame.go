package lsp

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// What a message may be at most. A text of a file is at most 1 MiB, and is written in JSON with up to
// six bytes for each of its own.
const (
	maxMessage = 16 << 20
	maxHeaders = 4 << 10
)

// frames are messages behind headers with their length, as the base protocol has them; section
// "Base Protocol" of version 3.17.
type frames struct{}

func (frames) WriteObject(w io.Writer, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "Content-Length: %d\r\n\r\n%s", len(data), data)
	return err
}

func (frames) ReadObject(r *bufio.Reader, v any) error {
	length, err := readHeaders(r)
	if err != nil {
		return err
	}
	data := make([]byte, 0, min(length, 64<<10)) // what is claimed may not come
	body := io.LimitReader(r, int64(length))
	for len(data) < length {
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
		n, err := body.Read(data[len(data):min(cap(data), length)])
		data = data[:len(data)+n]
		if err != nil && len(data) < length {
			return io.ErrUnexpectedEOF
		}
	}
	return json.Unmarshal(data, v)
}

// readHeaders is the length of the message behind them.
func readHeaders(r *bufio.Reader) (length int, err error) {
	length = -1
	for total := 0; ; {
		line, err := r.ReadSlice('\n')
		if total += len(line); total > maxHeaders || errors.Is(err, bufio.ErrBufferFull) {
			return 0, fmt.Errorf("the headers of a message have more than %d bytes", maxHeaders)
		}
		if err != nil {
			if total > 0 && errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return 0, err
		}
		text := strings.TrimRight(string(line), "\r\n")
		if text == "" {
			break
		}
		name, value, ok := strings.Cut(text, ":")
		if !ok {
			return 0, fmt.Errorf("%q is no header of a message; they are written `Content-Length: 120`", text)
		}
		if strings.EqualFold(strings.TrimSpace(name), "Content-Length") {
			if length, err = strconv.Atoi(strings.TrimSpace(value)); err != nil || length < 0 || length > maxMessage {
				return 0, fmt.Errorf("a message of %q bytes; it can have up to %d", strings.TrimSpace(value), maxMessage)
			}
		}
	}
	if length < 0 {
		return 0, errors.New("a message has no Content-Length")
	}
	return length, nil
}
