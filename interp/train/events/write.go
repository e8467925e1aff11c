package events

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// Append opens a log to go on with, or a new one. Where a crash has cut the last line off, it ends it.
func Append(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.Mode().IsRegular() && info.Size() > 0 {
		last := make([]byte, 1)
		if _, err = f.ReadAt(last, info.Size()-1); err == nil && last[0] != '\n' {
			_, err = f.WriteString("\n")
		}
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// Write writes an event as one line, with one call of Write. The line is at most MaxLine long: lists of names are cut for it.
func Write(w io.Writer, e Event) error {
	line, err := lineOf(e)
	for err == nil && len(line) > MaxLine {
		if !shorten(e) {
			return fmt.Errorf("events: a %s of %d bytes, more than a line may have", e.event(), len(line))
		}
		line, err = lineOf(e)
	}
	if err != nil {
		return err
	}
	_, err = w.Write(line)
	return err
}

// lineOf is an event with its name, of a start with the schema too, as a line.
func lineOf(e Event) ([]byte, error) {
	body, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("events: %w", err)
	}
	head := fmt.Sprintf(`{"event":%q,`, e.event())
	if _, first := e.(*Start); first {
		head += fmt.Sprintf(`"schema":%q,`, Schema)
	}
	return append(append([]byte(head), body[1:]...), '\n'), nil
}

// shorten leaves out what a reader can do without.
func shorten(e Event) bool {
	switch e := e.(type) {
	case *NaN:
		if len(e.Pictures) > 0 {
			e.Pictures = e.Pictures[:len(e.Pictures)/2]
			return true
		}
	case *Start:
		if !strings.HasSuffix(e.Recipe, cut) {
			e.Recipe = strings.ToValidUTF8(e.Recipe[:min(len(e.Recipe), MaxLine/16)], "") + cut
			return true
		}
	}
	return false
}

const cut = " …"
