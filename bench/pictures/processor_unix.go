//go:build unix

package main

import "syscall"

// processor is how much processor time the process has taken, in ms.
func processor() (float64, error) {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0, err
	}
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e6, nil
}
