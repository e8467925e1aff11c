//go:build !purego

package cpu

import "syscall"

// arch_prctl(2): a process asks once for what makes its threads' state large.
const (
	requestPermission = 0x1023 // ARCH_REQ_XCOMP_PERM
	tileData          = 18     // XFEATURE_XTILEDATA
)

// permitsTiles asks the system to let this process use tiles. The answer holds for
// all threads, those to come too; no process loses anything by asking.
func permitsTiles() bool {
	_, _, err := syscall.RawSyscall(syscall.SYS_ARCH_PRCTL, requestPermission, tileData, 0)
	return err == 0
}
