// Package cpu says which instruction set the kernels may use. It is the only
// place in the program that reads an environment variable:
//
//	CNNLANG_ISA=generic|avx2|avx512|neon
//
// forces a set, to compare them or to test a slower one on a faster machine.
// Unset, the best one that the processor and this build have is used.
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
)

var all = []ISA{Generic, AVX2, AVX512, NEON}

// Knob is the environment variable.
const Knob = "CNNLANG_ISA"

// Selected returns the set to use. Its error says what is wrong with the value
// of the knob; the set is then Generic.
var Selected = sync.OnceValues(func() (ISA, error) {
	return choose(os.Getenv(Knob), available)
})

// Available lists the sets that both the processor and this build have, slowest
// first.
func Available() []ISA { return slices.Clone(available) }

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
