package layout

import (
	"fmt"
	"strings"

	"cnnlang/ops/cpu"
	"cnnlang/ops/exec/internal/kernel"
)

// Precision is what values between instructions are rounded to, and so how exact a result
// is. docs/precision.md measures it.
type Precision int

// The precisions. Input and output are float32 with each.
const (
	// F32 is float32 throughout.
	F32 Precision = iota
	// F32Fast keeps float32 and multiplies convolutions with 16 bits of precision:
	// two bfloat16 for each number.
	F32Fast
	// BF16 keeps the values of images and the weights of convolutions as bfloat16, which
	// has 8 bits of precision, and sums their products in float32.
	BF16
)

var precisions = []string{"f32", "f32fast", "bf16"}

// Element is the type in which values of images are kept.
func (p Precision) Element() Element {
	if p == BF16 {
		return BFloat16
	}
	return Float32
}

// Precisions are the names, most exact first.
func Precisions() []string { return append([]string(nil), precisions...) }

// String is the name.
func (p Precision) String() string { return precisions[p] }

// ParsePrecision finds a precision by its name.
func ParsePrecision(name string) (Precision, error) {
	for i, known := range precisions {
		if name == known {
			return Precision(i), nil
		}
	}
	return F32, fmt.Errorf("ops: precision %q: want one of %s", name, strings.Join(precisions, ", "))
}

// Supported returns a *PrecisionError if the selected instruction set has no kernels for
// the precision. Plain Go, selected for lack of instructions or by CNNLANG_ISA, has them
// all.
func (p Precision) Supported() error {
	isa, bf16 := kernel.ISA(), cpu.SelectedBF16()
	switch {
	case p == F32, isa == string(cpu.Generic), p == BF16 && bf16 != cpu.Generic, bf16 == cpu.AMX:
		return nil
	case p == BF16:
		return &PrecisionError{p, "AVX512-BF16 or AMX", isa}
	case bf16 != cpu.Generic:
		return &PrecisionError{p, "AMX", string(bf16)} // three products for one would be slower than F32
	}
	return &PrecisionError{p, "AMX", isa}
}

// A PrecisionError says that there are no kernels for a precision.
type PrecisionError struct {
	Precision Precision
	Takes     string // instructions
	ISA       string // the instruction set in use
}

func (e *PrecisionError) Error() string {
	text := fmt.Sprintf("ops: the precision %v needs a processor with the instructions %s; the instruction set in use is %s", e.Precision, e.Takes, e.ISA)
	if e.Precision != BF16 && BF16.Supported() == nil {
		text += ", which has bf16"
	}
	return text
}
