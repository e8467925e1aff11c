//go:build !purego

package cpu

import "syscall"

// arch_prctl(2): a process must request features that enlarge its threads' state.
const (
	requestPermission = 0x1023 // ARCH_REQ_XCOMP_PERM
	tileData          = 18     // XFEATURE_XTILEDATA
)

// permitsTiles asks the system to let this process use tiles. The permission is for all
// threads, including later ones; asking costs nothing.
func permitsTiles() bool {
	_, _, err := syscall.RawSyscall(syscall.SYS_ARCH_PRCTL, requestPermission, tileData, 0)
	return err == 0
}
