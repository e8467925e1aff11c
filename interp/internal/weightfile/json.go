package weightfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// EachOf calls a function with each element of a JSON array, one after the other, so that an
// array takes no more memory than its text; it stops at the first error. What is no array
// is one call with nil.
func EachOf(array []byte, do func(element json.RawMessage) error) error {
	d := json.NewDecoder(bytes.NewReader(array))
	if token, err := d.Token(); err != nil || token != json.Delim('[') {
		return do(nil)
	}
	for d.More() {
		var element json.RawMessage
		if d.Decode(&element) != nil {
			return do(nil)
		}
		if err := do(element); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return do(nil)
	}
	return nil
}

// JSONProblem puts an error of the package encoding/json into the words of a file's format.
func JSONProblem(err error) string {
	var wrong *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &wrong) && wrong.Field == "":
		return "it cannot be of the kind " + wrong.Value
	case errors.As(err, &wrong):
		return fmt.Sprintf("%s cannot be of the kind %s", wrong.Field, wrong.Value)
	case errors.As(err, &syntax):
		return fmt.Sprintf("%v, at byte %d", err, syntax.Offset)
	}
	return err.Error()
}
