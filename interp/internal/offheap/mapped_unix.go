//go:build unix

package offheap

import "golang.org/x/sys/unix"

// mapped returns size bytes, or nil if the system has none.
func mapped(size int) (raw []byte, free func()) {
	return private(size, unix.PROT_READ|unix.PROT_WRITE)
}

// reserved returns size bytes of addresses that must not be touched, or nil if the system
// has none.
func reserved(size int) (raw []byte, free func()) { return private(size, unix.PROT_NONE) }

func private(size, protection int) (raw []byte, free func()) {
	raw, err := unix.Mmap(-1, 0, size, protection, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return nil, nil
	}
	return raw, func() { _ = unix.Munmap(raw) } // it fails only for what is not a mapping
}
