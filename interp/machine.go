package interp

import (
	"context"
	"runtime"

	"cnnlang/interp/picture/jpeg"
	"cnnlang/interp/picture/resample"
	"cnnlang/ops/cpu"
	"cnnlang/ops/exec"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/selftest"
)

// A Machine is what this program finds of the machine that it runs on, and what it makes of it.
type Machine struct {
	// Sets are the instruction sets that both the processor and this build have, slowest first;
	// Wrong says what is wrong with CNNLANG_ISA.
	Sets  []string
	Wrong error
	// Kernels are the sets that are used, by what for: the precisions, jpeg and resize. One that
	// is not supported is left out.
	Kernels map[string]string
	// Processors are those that the system reports, Cores the physical ones or 0 if that is not
	// known, MaxProcs how many Go uses, and Threads how many a model uses by default.
	Processors, Cores, MaxProcs, Threads int
	Limits                               []MemoryLimit
	Available, Usable                    int64 // memory; 0 where the system does not say
}

// A MemoryLimit is a limit on the memory of this process, in bytes; it is not set if Max is 0.
type MemoryLimit struct {
	Name      string
	Max, Used int64
}

// ThisMachine looks at the machine.
func ThisMachine() Machine {
	_, err := exec.ISA()
	m := Machine{Wrong: err, Kernels: map[string]string{}, Processors: runtime.NumCPU(), Cores: cpu.Cores(),
		MaxProcs: runtime.GOMAXPROCS(0), Threads: task.Threads(), Available: availableMemory(), Usable: UsableMemory(0, false), Limits: memoryLimits()}
	for _, set := range append(cpu.Available(), cpu.AvailableBF16()...) {
		m.Sets = append(m.Sets, string(set))
	}
	isa, _ := cpu.Selected()
	for i, name := range layout.Precisions() {
		switch precision := layout.Precision(i); {
		case precision.Supported() != nil:
		case precision == layout.F32:
			m.Kernels[name] = string(isa)
		default:
			m.Kernels[name] = string(cpu.SelectedBF16())
		}
	}
	m.Kernels["jpeg"], m.Kernels["resize"] = jpeg.Kernels(), resample.Kernels()
	return m
}

// A KernelTest is what kernels computed beside the reference, or beside plain Go.
type KernelTest = selftest.Result

// TestKernels computes small operations in every way that this machine has, which takes about a
// second, and compares them with the reference. Its error is that of ctx.
func TestKernels(ctx context.Context) ([]KernelTest, error) {
	if err := ended(ctx); err != nil {
		return nil, err
	}
	return selftest.Run(ctx)
}

// TestPictureKernels compares the kernels that decode and resize pictures with those in plain Go,
// and returns what is wrong.
func TestPictureKernels() (wrong []error) {
	for _, test := range []func() error{jpeg.SelfTest, resample.SelfTest} {
		if err := test(); err != nil {
			wrong = append(wrong, err)
		}
	}
	return wrong
}
