package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"

	"cnnlang/interp"
)

// A starved is an error about too few resources. Go's runtime crashes without a message for
// users if it cannot get a thread or memory, so both are checked first. The runtime itself
// needs some of them: below about 750 MB of addresses and six threads no Go program gets as
// far as this check.
type starved struct{ what, help string }

func (e *starved) Error() string { return e.what }

// startable returns a *starved if the program would soon crash.
func startable() error {
	if n := filesLeft(); n < leastFiles { // first, since the other checks open files
		return &starved{fmt.Sprintf("the limit on open files is %d, want %d", n, leastFiles), "raise `ulimit -n`"}
	}
	if left, limited := interp.AddressesLeft(); limited && left < program {
		return &starved{"the limit on the process's memory leaves too little to start", "raise `ulimit -v` or `ulimit -d` to 2000000, or lift it: Go takes 1.3 GB of addresses, of which it uses few"}
	}
	want := runtime.GOMAXPROCS(0) + waiting
	if left, limited := threadsLeft("/"); limited && left < want {
		return &starved{fmt.Sprintf("the limit on processes leaves %d threads to the program, want %d", max(0, left), want),
			"raise `ulimit -u` or the container's limit, or set GOMAXPROCS=1 for fewer threads"}
	}
	return nil
}

// leastFiles is how many files are open at once: the standard ones, those of Go's network
// poller, and what is read and written.
const leastFiles = 16

// waiting is how many threads Go may have besides one per processor: they wait for signals,
// timers and files.
const waiting = 6

// fewThreads is a limit below which the threads in use are counted.
const fewThreads = 1024

// threadsLeft is how many threads the process may have in all, if its user or its control
// group has a limit.
func threadsLeft(root string) (left int, limited bool) {
	read := func(path string) []byte {
		text, _ := os.ReadFile(filepath.Join(root, path))
		return bytes.TrimSpace(text)
	}
	self := read("proc/self/status")
	own, _ := strconv.Atoi(first(after(self, "Threads:")))
	group, err := strconv.Atoi(string(read("sys/fs/cgroup/pids.max"))) // or "max"
	now, problem := strconv.Atoi(string(read("sys/fs/cgroup/pids.current")))
	if err == nil && problem == nil {
		left, limited = group-now+own, true
	}
	_, limits, _ := bytes.Cut(read("proc/self/limits"), []byte("Max processes"))
	most, err := strconv.Atoi(first(limits)) // or "unlimited"
	if err != nil || most >= fewThreads || mayExceed(first(after(self, "CapEff:"))) {
		return left, limited
	}
	user := first(after(self, "Uid:"))
	most += own
	processes, _ := filepath.Glob(filepath.Join(root, "proc/[0-9]*/status")) // the pattern is a good one
	for _, p := range processes {
		text, _ := os.ReadFile(p) // it may have ended
		if first(after(text, "Uid:")) == user {
			n, _ := strconv.Atoi(first(after(text, "Threads:")))
			most -= n
		}
	}
	if !limited || most < left {
		left, limited = most, true
	}
	return left, limited
}

// mayExceed reports whether a set of capabilities has CAP_SYS_ADMIN or CAP_SYS_RESOURCE, to
// which the limit on processes does not apply.
func mayExceed(capabilities string) bool {
	set, _ := strconv.ParseUint(capabilities, 16, 64)
	return set&(1<<21|1<<24) != 0
}

// after is the text after a key, and first its first word.
func after(text []byte, key string) []byte {
	_, rest, _ := bytes.Cut(text, []byte("\n"+key))
	return rest
}

func first(text []byte) string {
	if fields := bytes.Fields(text); len(fields) > 0 {
		return string(fields[0])
	}
	return ""
}
