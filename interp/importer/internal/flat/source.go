package flat

import "cnnlang/interp/internal/weightfile"

// A Source is what a reader is given: a file that describes a network, and what the user asks for.
//
// A reader is a package with two functions:
//
//	Is(head []byte, path string) bool   by the first 4 KiB of a file, and its name where these do not tell
//	Read(s Source) (*Net, error)        a *Refused, or an error of package weightfile
//
// The files stay open for as long as the tensors of the net may be read.
type Source struct {
	weightfile.Input
	// Weights is the file that has the numbers, where the user names one; nil otherwise.
	Weights *weightfile.Input
	// NoWeights says that no numbers are wanted: the net may come without them.
	NoWeights bool
	// NoExternal says that the numbers must be in the file itself: Sibling is not to be used for them.
	NoExternal bool
	// Stop are the names of nodes before which the net ends; what they would read are the outputs.
	Stop []string
	// Shapes are those of inputs by their names, by "" of a single one, where the user says them: with
	// N, C, H, W, and in place of what the file says.
	Shapes map[string][]int
	// Asked, if not nil, notes the inputs that Shape was asked for.
	Asked map[string]bool
}

// Shape is the one that is given for an input of the network by its name, nil for none.
func (s Source) Shape(name string) []int {
	if s.Asked != nil {
		s.Asked[name] = true
	}
	return s.Shapes[name]
}
