//go:build !unix

package offheap

// mapped returns nil: the system has no such memory.
func mapped(int) (raw []byte, free func()) { return nil, nil }

// reserved returns nil likewise.
func reserved(int) (raw []byte, free func()) { return nil, nil }
