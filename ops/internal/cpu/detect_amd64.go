//go:build !purego

package cpu

import "golang.org/x/sys/cpu"

// available are the sets that both the processor and this build have, slowest
// first. The operating system must save the registers too; x/sys/cpu asks it.
var available = detect()

func detect() []ISA {
	sets := []ISA{Generic}
	if x := cpu.X86; x.HasAVX2 && x.HasFMA {
		sets = append(sets, AVX2)
		if x.HasAVX512F && x.HasAVX512VL && x.HasAVX512BW && x.HasAVX512DQ {
			sets = append(sets, AVX512)
		}
	}
	return sets
}
