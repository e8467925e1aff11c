//go:build unix

package regular

import "syscall"

// unblocked has a named pipe that took a file's place in the last moment opened at
// once.
const unblocked = syscall.O_NONBLOCK
