package main

import (
	"os"
	"runtime/debug"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"
)

// Threads of the user's other processes and of the control group count against the limit; a
// process that may exceed the limit has none.
func TestThreadsLeft(t *testing.T) {
	status := func(user, threads, capabilities string) string {
		return "Name:\tx\nUid:\t" + user + "\t0\t0\t0\nThreads:\t" + threads + "\nCapEff:\t" + capabilities + "\n"
	}
	const limits = "Limit                     Soft Limit           Hard Limit           Units     \nMax processes             "
	for _, c := range []struct {
		name    string
		files   map[string]string
		left    int
		limited bool
	}{
		{"no such files", nil, 0, false},
		{"no limit", map[string]string{"proc/self/limits": limits + "unlimited unlimited processes"}, 0, false},
		{"a limit of many", map[string]string{"proc/self/limits": limits + "31000 31000 processes"}, 0, false},
		{"a limit", map[string]string{"proc/self/limits": limits + "20 31000 processes"}, 11, true},
		{"nothing left", map[string]string{"proc/self/limits": limits + "8 31000 processes"}, -1, true},
		{"an administrator", map[string]string{"proc/self/limits": limits + "20 20 processes", "proc/self/status": status("7", "4", "000001ffffffffff")}, 0, false},
		{"a control group", map[string]string{"sys/fs/cgroup/pids.max": "30\n", "sys/fs/cgroup/pids.current": "25\n"}, 9, true},
		{"a control group without a limit", map[string]string{"sys/fs/cgroup/pids.max": "max\n", "sys/fs/cgroup/pids.current": "25\n"}, 0, false},
		{"both", map[string]string{"sys/fs/cgroup/pids.max": "30\n", "sys/fs/cgroup/pids.current": "25\n", "proc/self/limits": limits + "14 14 processes"}, 5, true},
	} {
		root := t.TempDir()
		if c.files != nil {
			put(t, root, map[string]string{
				"proc/self/status": status("7", "4", "0000000000000000"),
				"proc/100/status":  status("7", "4", "0000000000000000"),
				"proc/101/status":  status("7", "9", "0000000000000000"),
				"proc/102/status":  status("8", "90", "0000000000000000"),
			})
			put(t, root, c.files)
		}
		if left, limited := threadsLeft(root); left != c.left || limited != c.limited {
			t.Errorf("%s: got %d, %v, want %d, %v", c.name, left, limited, c.left, c.limited)
		}
	}
}

// If the address space of a process is limited, a check keeps its garbage within what is
// left.
func TestChecksLeaveRoomForAddresses(t *testing.T) {
	var before unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_AS, &before); err != nil {
		t.Fatal(err)
	}
	defer debug.SetGCPercent(debug.SetGCPercent(100)) // so that relaxGC is not disabled
	const usual = 192 << 20
	within := func(more uint64) int64 {
		status, err := os.ReadFile("/proc/self/status")
		if err != nil {
			t.Fatal(err)
		}
		taken, _ := strconv.ParseUint(first(after(status, "VmSize:")), 10, 64)
		limited := unix.Rlimit{Cur: min(taken<<10+more, before.Max), Max: before.Max}
		if err := unix.Setrlimit(unix.RLIMIT_AS, &limited); err != nil {
			t.Fatal(err)
		}
		defer unix.Setrlimit(unix.RLIMIT_AS, &before)
		defer relaxGC()()
		return debug.SetMemoryLimit(-1)
	}
	if got := within(256 << 20); got > 128<<20 {
		t.Errorf("%d MiB of garbage in 256 MiB of addresses", got>>20)
	}
	if got := within(16 << 30); got > usual {
		t.Errorf("%d MiB of garbage in 16 GiB of addresses", got>>20)
	}
}
