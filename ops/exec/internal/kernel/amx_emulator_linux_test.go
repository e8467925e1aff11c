//go:build linux && amd64 && !purego

package kernel

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"cnnlang/ops/cpu"
)

// TestAMXEmulated runs the tests of the AMX kernels on a processor that has AVX512-BF16 and
// no AMX: this process traces another one, which stops with SIGILL at every instruction on
// tiles, executes the instruction for it, and lets it continue.
func TestAMXEmulated(t *testing.T) {
	switch sets := cpu.AvailableBF16(); {
	case slices.Contains(sets, cpu.AMX):
		t.Skip("this processor has AMX, and the other tests use it")
	case len(sets) == 0:
		t.Skip("this processor has no AVX512-BF16, which the kernels for AMX use too")
	}
	output, err := os.Create(filepath.Join(t.TempDir(), "output"))
	if err != nil {
		t.Fatal(err)
	}
	defer output.Close()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(self, "-amx", "-test.v", "-test.run=^Test(BF16Tiles|BF16TilesAddInPlace|AMXSoak)$")
	child.Stdout, child.Stderr = output, output
	child.SysProcAttr = &syscall.SysProcAttr{Ptrace: true, Pdeathsig: syscall.SIGKILL}
	runtime.LockOSThread() // that traces
	defer runtime.UnlockOSThread()
	if err := child.Start(); errors.Is(err, syscall.EPERM) {
		t.Skip("processes may not be traced here")
	} else if err != nil {
		t.Fatal(err)
	}
	e := &amxEmulator{process: child.Process.Pid, threads: map[int]*amxThread{}}
	err = e.trace()
	if err != nil {
		child.Process.Kill()
	}
	child.Process.Release()
	text, _ := os.ReadFile(output.Name())
	if err != nil {
		t.Fatalf("%v; the tests said\n%s", err, text)
	}
	if e.done < 1000 {
		t.Errorf("only %d instructions on tiles; the tests said\n%s", e.done, text)
	}
	t.Logf("%d instructions on tiles", e.done)
}

// An amxEmulator traces a process.
type amxEmulator struct {
	process int
	threads map[int]*amxThread
	done    int // instructions
}

// trace runs the process to its end. Its error says how it failed.
func (e *amxEmulator) trace() error {
	const allThreads = 0x40000000 // __WALL
	for first := true; ; first = false {
		var status syscall.WaitStatus
		whom := -1 // any thread
		if first {
			whom = e.process
		}
		thread, err := syscall.Wait4(whom, &status, allThreads, nil)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil {
			return err
		}
		if first {
			options := syscall.PTRACE_O_TRACECLONE | unix.PTRACE_O_EXITKILL
			if err := syscall.PtraceSetOptions(thread, options); err != nil {
				return err
			}
		}
		if !status.Stopped() {
			if tiles := e.threads[thread]; tiles != nil && tiles.configured {
				return fmt.Errorf("thread %d ended with tiles in use", thread)
			}
			if thread != e.process {
				continue
			}
			if status.ExitStatus() != 0 {
				return fmt.Errorf("status %#x", status)
			}
			return nil
		}
		signal, err := e.stopped(thread, status.StopSignal())
		if err != nil {
			return err
		}
		if err := syscall.PtraceCont(thread, int(signal)); err != nil && !errors.Is(err, syscall.ESRCH) {
			return err
		}
	}
}

// stopped examines a thread that a signal stopped, and returns the signal to deliver to it.
func (e *amxEmulator) stopped(thread int, signal syscall.Signal) (syscall.Signal, error) {
	if e.threads[thread] == nil { // its first stop, which tracing brought about
		e.threads[thread] = &amxThread{}
		if signal == syscall.SIGSTOP || signal == syscall.SIGTRAP {
			return 0, nil
		}
	}
	switch signal {
	case syscall.SIGTRAP: // a new thread
		return 0, nil
	case syscall.SIGILL:
		ours, err := e.illegal(thread)
		if err != nil || ours {
			return 0, err
		}
	}
	return signal, nil
}

// illegal executes the instruction at which a thread stopped.
func (e *amxEmulator) illegal(thread int) (ours bool, err error) {
	var regs syscall.PtraceRegs
	if err := syscall.PtraceGetRegs(thread, &regs); err != nil {
		return false, err
	}
	code := make([]byte, 10)
	if err := e.read([]uintptr{uintptr(regs.Rip)}, [][]byte{code}); err != nil {
		return false, err
	}
	general := []uint64{regs.Rax, regs.Rcx, regs.Rdx, regs.Rbx, regs.Rsp, regs.Rbp, regs.Rsi, regs.Rdi,
		regs.R8, regs.R9, regs.R10, regs.R11, regs.R12, regs.R13, regs.R14, regs.R15}
	length, err := e.threads[thread].step(e, code, func(n byte) uintptr { return uintptr(general[n]) })
	if err != nil {
		return false, fmt.Errorf("at %#x, % x: %w", regs.Rip, code, err)
	}
	if length == 0 {
		return false, nil
	}
	e.done++
	regs.Rip += uint64(length)
	return true, syscall.PtraceSetRegs(thread, &regs)
}

// read and write respect the protection of pages, as the instructions do.
func (e *amxEmulator) read(at []uintptr, rows [][]byte) error {
	return e.transfer(at, rows, unix.ProcessVMReadv)
}

func (e *amxEmulator) write(at []uintptr, rows [][]byte) error {
	return e.transfer(at, rows, unix.ProcessVMWritev)
}

func (e *amxEmulator) transfer(at []uintptr, rows [][]byte, move func(int, []unix.Iovec, []unix.RemoteIovec, uint) (int, error)) error {
	var local []unix.Iovec
	var remote []unix.RemoteIovec
	total := 0
	for i, row := range rows {
		v := unix.Iovec{Base: &row[0]}
		v.SetLen(len(row))
		local = append(local, v)
		remote = append(remote, unix.RemoteIovec{Base: at[i], Len: len(row)})
		total += len(row)
	}
	n, err := move(e.process, local, remote, 0)
	if err == nil && n != total {
		err = fmt.Errorf("only %d of %d bytes", n, total)
	}
	if err != nil {
		return fmt.Errorf("memory at %#x: %w", at[0], err)
	}
	return nil
}
