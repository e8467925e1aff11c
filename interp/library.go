package interp

import (
	"maps"
	"slices"
	"sync"
)

// catalogue is the file of every library net. It is found by lines, so that using one net parses only its file. A test
// compares it with what parsing all files finds.
var catalogue = sync.OnceValue(func() map[string]string {
	files := map[string]string{}
	for _, f := range families() {
		for _, n := range f.Nets {
			files[n.Name] = f.Name + ".cnn"
		}
	}
	return files
})

// Library lists the nets of the library by name.
func Library() []string { return slices.Sorted(maps.Keys(catalogue())) }
