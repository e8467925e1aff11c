// Package cpu says which instruction set the kernels may use. It is the only
// place in the program that reads an environment variable:
//
//	CNNLANG_ISA=generic|avx2|avx512|avx512bf16|amx|neon
//
// forces a set, to compare them or to test a slower one on a faster machine.
// Unset, the best one that the processor and this build have is used.
//
// Two of them are AVX-512 and products of bfloat16: kernels on float32 take
// them for AVX-512; those on bfloat16 need one of the two.
package cpu

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
)

// ISA is an instruction set.
type ISA string

// The sets, slowest first. Generic is plain Go and exists everywhere; AVX2 and
// AVX512 are of amd64, NEON of arm64.
const (
	Generic ISA = "generic"
	AVX2    ISA = "avx2"
	AVX512  ISA = "avx512"
	NEON    ISA = "neon"

	AVX512BF16 ISA = "avx512bf16" // VDPBF16PS and the like
	AMX        ISA = "amx"        // and tiles of bfloat16
)

var all = []ISA{Generic, AVX2, AVX512, AVX512BF16, AMX, NEON}

// Knob is the environment variable.
const Knob = "CNNLANG_ISA"

// selected is the set to use.
var selected = sync.OnceValues(func() (ISA, error) {
	return choose(os.Getenv(Knob), available)
})

// Selected returns the set that kernels on float32 use, at most AVX512. Its error
// says what is wrong with the value of the knob; the set is then Generic.
func Selected() (ISA, error) {
	s, err := selected()
	if s.multipliesBF16() {
		s = AVX512
	}
	return s, err
}

// SelectedBF16 returns the set that kernels on bfloat16 use: AVX512BF16, AMX, or
// Generic where there is neither.
func SelectedBF16() ISA {
	if s, _ := selected(); s.multipliesBF16() {
		return s
	}
	return Generic
}

func (s ISA) multipliesBF16() bool { return s == AVX512BF16 || s == AMX }

// Available lists the sets for float32 that both the processor and this build
// have, slowest first.
func Available() []ISA {
	return slices.DeleteFunc(slices.Clone(available), ISA.multipliesBF16)
}

// AvailableBF16 lists those for bfloat16 beside Generic.
func AvailableBF16() []ISA {
	return slices.DeleteFunc(slices.Clone(available), func(s ISA) bool { return !s.multipliesBF16() })
}

// choose returns the set a knob of this value selects.
func choose(value string, available []ISA) (ISA, error) {
	if value == "" {
		return available[len(available)-1], nil
	}
	isa := ISA(value)
	switch {
	case slices.Contains(available, isa):
		return isa, nil
	case slices.Contains(all, isa):
		return Generic, fmt.Errorf("cpu: %s=%s: this machine and build have only %s", Knob, value, list(available))
	}
	return Generic, fmt.Errorf("cpu: %s=%q: want one of %s", Knob, value, list(all))
}

func list(sets []ISA) string {
	names := make([]string, len(sets))
	for i, s := range sets {
		names[i] = string(s)
	}
	return strings.Join(names, ", ")
}
