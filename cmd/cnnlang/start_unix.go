//go:build unix

package main

import (
	"os"
	"os/signal"

	"golang.org/x/sys/unix"
)

// filesLeft is how many files the process may have open, including those that are.
func filesLeft() int {
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) != nil {
		return leastFiles // unknown
	}
	return int(min(uint64(limit.Cur), 1<<30)) // its type differs among systems
}

// notifyEnd asks for the signals by which other programs and a closed terminal end this one. What
// nohup ignores stays ignored.
func notifyEnd(signals chan<- os.Signal) {
	signal.Notify(signals, unix.SIGTERM)
	if !signal.Ignored(unix.SIGHUP) {
		signal.Notify(signals, unix.SIGHUP)
	}
}
