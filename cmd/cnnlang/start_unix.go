//go:build unix

package main

import "golang.org/x/sys/unix"

// filesLeft is how many files the process may have open, those included that it has.
func filesLeft() int {
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) != nil {
		return leastFiles // nobody can say
	}
	return int(min(uint64(limit.Cur), 1<<30)) // its type differs among systems
}
