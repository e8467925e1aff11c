package interp

import (
	"cnnlang/interp/internal/elab"
	"cnnlang/interp/internal/weights"
)

// Fitting lists the nets of the library, at their defaults, whose tensors are
// those of a file: the same names in the same shapes.
func Fitting(store weights.Store) []string {
	var names []string
	for _, name := range Library() {
		p, err := Open(name, nil)
		if err != nil || p.Problems.HasErrors() {
			continue
		}
		o, err := p.Select("")
		if err != nil {
			continue
		}
		n, _ := Instantiate(o, elab.Options{})
		if n == nil {
			continue
		}
		if required, optional := n.params(nil); weights.Fits(required, optional, store) {
			names = append(names, name)
		}
	}
	return names
}
