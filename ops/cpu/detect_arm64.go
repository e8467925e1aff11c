//go:build !purego

package cpu

// available are the sets that both the processor and this build have, slowest
// first. Every processor of arm64 that Go runs on has NEON.
var available = []ISA{Generic, NEON}
