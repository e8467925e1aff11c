//go:build !purego && !linux

package cpu

// permitsTiles reports whether the system lets this process use tiles. Nobody has
// tried on this one.
func permitsTiles() bool { return false }
