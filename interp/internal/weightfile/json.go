package weightfile

import (
	"bytes"
	"encoding/json"
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
	return nil
}
