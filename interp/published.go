package interp

import (
	"path"
	"path/filepath"
	"reflect"
	"strings"
	"unicode"
)

// Published is the one of the net's published files of weights that a file is, going by its
// name alone, since a hash of all its bytes takes long: the folders and the name in its meta
// agree, or the name does, or the name holds the first digits of the hash. Where these leave
// several it is none of them.
func (n *Net) Published(file string) (Checkpoint, bool) {
	given := filepath.ToSlash(file)
	words := strings.FieldsFunc(path.Base(given), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for _, same := range []func(Checkpoint) bool{
		func(c Checkpoint) bool { return given == c.File || strings.HasSuffix(given, "/"+c.File) },
		func(c Checkpoint) bool { return path.Base(given) == path.Base(c.File) },
		func(c Checkpoint) bool {
			for _, w := range words {
				if c.SHA256 != "" && len(w) >= leastHash && (strings.HasPrefix(w, c.SHA256) || strings.HasPrefix(c.SHA256, w)) {
					return true
				}
			}
			return false
		},
	} {
		var found []Checkpoint
		for _, c := range n.Meta.Weights {
			if same(c) {
				found = append(found, c)
			}
		}
		if len(found) == 1 && given != "" {
			return found[0], true
		}
	}
	return Checkpoint{}, false
}

// Tested is the file of weights that says how accurate the net is: the usual one, if its publisher says so.
func (n *Net) Tested() (c Checkpoint, ok bool) {
	if len(n.Meta.Weights) == 0 || n.Meta.Weights[0].Top1 == 0 {
		return c, false
	}
	return n.Meta.Weights[0], true
}

// leastHash is how many digits of a hash `checkpoint` takes at least.
const leastHash = 8

// PrepareFor has pictures prepared as a published file of weights wants them, unless
// Options.Prepare said how. It reports whether that is otherwise than before.
func (n *Net) PrepareFor(c Checkpoint) bool {
	if c.Prepare == nil || n.prepared {
		return false
	}
	before := n.Preprocess()
	n.Meta.Prepare = *c.Prepare
	return !reflect.DeepEqual(before, n.Preprocess())
}
