//go:build !purego

package cpu

import "golang.org/x/sys/cpu"

// available are the sets that both the processor and this build have, slowest first. The
// operating system must save the registers too; x/sys/cpu checks that.
var available = detect()

// savesTiles reports whether the operating system keeps tiles and their shapes for
// each thread: bits 17 and 18 of XCR0.
func savesTiles() bool { return xcr0()>>17&3 == 3 }

// xcr0 reads which parts of the processor's state the system saves.
func xcr0() uint64

func detect() []ISA {
	sets := []ISA{Generic}
	if x := cpu.X86; x.HasAVX2 && x.HasFMA {
		sets = append(sets, AVX2)
		if x.HasAVX512F && x.HasAVX512VL && x.HasAVX512BW && x.HasAVX512DQ {
			sets = append(sets, AVX512)
			if x.HasAVX512BF16 {
				sets = append(sets, AVX512BF16)
				if x.HasAMXTile && x.HasAMXBF16 && savesTiles() && permitsTiles() {
					sets = append(sets, AMX)
				}
			}
		}
	}
	return sets
}
