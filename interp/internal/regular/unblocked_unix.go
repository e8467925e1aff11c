//go:build unix

package regular

import "syscall"

// unblocked lets opening return at once if a named pipe has just replaced the file.
const unblocked = syscall.O_NONBLOCK
