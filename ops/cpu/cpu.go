// Package cpu decides which instruction set the kernels use. It is the only reader of the
// environment variable
//
//	CNNLANG_ISA=generic|avx2|avx512|avx512bf16|amx|neon
//
// which forces a set, to compare them or to test a slower one on a faster machine. Unset,
// the best one that the processor and this build have is used.
//
// avx512bf16 and amx are AVX-512 with products of bfloat16: kernels on float32 then use
// AVX-512; those on bfloat16 need one of the two.
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

// The sets, slowest first. Generic is plain Go and exists everywhere; AVX2 and AVX512 are
// for amd64, NEON for arm64.
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

// Selected returns the set of the float32 kernels, at most AVX512. Its error says what is
// wrong with the value of the variable; the set is then Generic.
func Selected() (ISA, error) {
	s, err := selected()
	if s.multipliesBF16() {
		s = AVX512
	}
	return s, err
}

// SelectedBF16 returns the set of the bfloat16 kernels: AVX512BF16, AMX, or Generic if
// neither is available.
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

// AvailableBF16 lists those for bfloat16, except Generic.
func AvailableBF16() []ISA {
	return slices.DeleteFunc(slices.Clone(available), func(s ISA) bool { return !s.multipliesBF16() })
}

// choose returns the set that this value of the variable selects.
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
