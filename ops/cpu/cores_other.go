//go:build !linux

package cpu

// Cores is 0: the number of physical cores is unknown.
func Cores() int { return 0 }
