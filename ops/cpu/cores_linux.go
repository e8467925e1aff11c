package cpu

import (
	"os"
	"path/filepath"
	"sync"
)

// Cores is how many physical cores the system reports, 0 if it does not. Two threads of one
// core share its multipliers, so that kernels which keep them busy gain nothing from the
// second.
var Cores = sync.OnceValue(func() int {
	files, err := filepath.Glob("/sys/devices/system/cpu/cpu[0-9]*/topology/thread_siblings_list")
	if err != nil {
		return 0
	}
	siblings := map[string]bool{}
	for _, file := range files {
		list, err := os.ReadFile(file)
		if err != nil {
			return 0
		}
		siblings[string(list)] = true
	}
	return len(siblings)
})
