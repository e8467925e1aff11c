//go:build !unix

package offheap

// mapped returns nil: there is no such memory here.
func mapped(int) (raw []byte, free func()) { return nil, nil }

// reserved returns nil, likewise.
func reserved(int) (raw []byte, free func()) { return nil, nil }
