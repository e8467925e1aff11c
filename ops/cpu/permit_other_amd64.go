//go:build !purego && !linux

package cpu

// permitsTiles is false: tiles have not been tried on this system.
func permitsTiles() bool { return false }
