package interp

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
)

// availableMemory is how many bytes of memory a new model can get: what Linux reports as
// available, or less where the control group's limit or the limit on the process's
// addresses leaves less. It is 0 where the system does not report it.
func availableMemory() int64 {
	available := groupMemory()
	if left, limited := AddressesLeft(); limited && (available == 0 || left < available) {
		return left
	}
	return available
}

// UsableMemory is the memory a model may use (Options.MaxMemory): what was asked for, or
// else three quarters of what is available, and never more than the address space of the
// process allows.
func UsableMemory(asked int64, given bool) int64 {
	if !given {
		asked = availableMemory() / 4 * 3
	}
	if left, limited := AddressesLeft(); limited && (asked == 0 || left/4*3 < asked) {
		asked = max(1, left/4*3)
	}
	return asked
}

// arena is the unit in which Go reserves addresses; up to one of them may be unusable.
const arena = 64 << 20

// AddressesLeft is how many more bytes the process may map, with and without a file, where
// the system limits that (ulimit -v, ulimit -d). Addresses that Go's heap once had count as
// used for good.
func AddressesLeft() (left int64, limited bool) {
	limits, err := os.ReadFile("/proc/self/limits")
	if err != nil {
		return 0, false
	}
	taken, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, false
	}
	for limit, used := range map[string]string{"Max address space": "VmSize:", "Max data size": "VmData:"} {
		most := fieldOf(limits, limit) // 0 for "unlimited"
		rest := max(1, most-fieldOf(taken, used)<<10-arena)
		if most > 0 && (!limited || rest < left) {
			left, limited = rest, true
		}
	}
	return left, limited
}

// groupMemory is what the machine and the control group leave.
func groupMemory() int64 {
	available := int64(0)
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		available = fieldOf(text, "MemAvailable:") << 10 // the file counts in kB
	}
	const group = "/sys/fs/cgroup/"
	most, err := os.ReadFile(group + "memory.max")
	if err != nil {
		return available
	}
	used, err := os.ReadFile(group + "memory.current")
	if err != nil {
		return available
	}
	limit, err := strconv.ParseInt(string(bytes.TrimSpace(most)), 10, 64)
	if err != nil {
		return available // "max": there is no limit
	}
	now, _ := strconv.ParseInt(string(bytes.TrimSpace(used)), 10, 64)
	if left := max(limit-now, 1); available == 0 || left < available {
		return left
	}
	return available
}

// fieldOf returns the number after a key, 0 where there is none.
func fieldOf(text []byte, key string) int64 {
	for line := range bytes.Lines(text) {
		if rest, ok := bytes.CutPrefix(line, []byte(key)); ok {
			if fields := bytes.Fields(rest); len(fields) > 0 {
				n, _ := strconv.ParseInt(string(fields[0]), 10, 64)
				return n
			}
		}
	}
	return 0
}

// ResidentMemory is how many bytes of memory this process holds, and the most it has held,
// as Linux counts them; 0 where the system does not report it.
func ResidentMemory() (now, most int64) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, 0
	}
	return fieldOf(text, "VmRSS:") << 10, fieldOf(text, "VmHWM:") << 10 // the file counts in kB
}

// memoryLimits are the limits that there may be, set or not.
func memoryLimits() []MemoryLimit {
	number := func(path string) int64 {
		text, err := os.ReadFile(path)
		if err != nil {
			return 0
		}
		n, _ := strconv.ParseInt(string(bytes.TrimSpace(text)), 10, 64) // 0 for "max"
		return n
	}
	const group = "/sys/fs/cgroup"
	limits, _ := os.ReadFile("/proc/self/limits")
	status, _ := os.ReadFile("/proc/self/status")
	list := []MemoryLimit{
		{"control group", number(filepath.Join(group, "memory.max")), number(filepath.Join(group, "memory.current"))},
		{"ulimit -v", fieldOf(limits, "Max address space"), fieldOf(status, "VmSize:") << 10},
		{"ulimit -d", fieldOf(limits, "Max data size"), fieldOf(status, "VmData:") << 10},
	}
	const none = 1 << 62
	if most := debug.SetMemoryLimit(-1); most < none {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		list = append(list, MemoryLimit{"GOMEMLIMIT", most, int64(m.Sys - m.HeapReleased)})
	} else {
		list = append(list, MemoryLimit{Name: "GOMEMLIMIT"})
	}
	return list
}
