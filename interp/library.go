package interp

import (
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"

	"cnnlang/nets"
)

// catalogue finds the file of every library net by the lines that begin with the word net,
// so that using one net parses only its file. A test compares it with what parsing all
// files finds.
var catalogue = sync.OnceValue(func() map[string]string {
	files := map[string]string{}
	entries, err := fs.ReadDir(nets.FS, ".")
	if err != nil {
		panic("interp: the library is not readable: " + err.Error())
	}
	for _, e := range entries {
		text, err := fs.ReadFile(nets.FS, e.Name())
		if err != nil {
			panic("interp: the library is not readable: " + err.Error())
		}
		for line := range strings.Lines(string(text)) {
			if rest, ok := strings.CutPrefix(line, "net "); ok {
				end := strings.IndexFunc(rest+" ", func(r rune) bool {
					return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
				})
				files[rest[:end]] = e.Name()
			}
		}
	}
	return files
})

// Library lists the nets of the library by name.
func Library() []string { return slices.Sorted(maps.Keys(catalogue())) }
