//go:build purego || !amd64

package cpu

var available = []ISA{Generic}
