package weights

import (
	"slices"

	"cnnlang/ops/tensor"
)

// A FitError names every difference between the tensors of a file and those of
// a network. The lists are complete and in the order of the network or the
// file; Error shows the beginning of each block.
type FitError struct {
	Net        string      `json:"net"`
	Names      string      `json:"names,omitempty"` // the map by which the tensors are called; "" for the network's own names
	File       string      `json:"file"`
	Wanted     int         `json:"wanted"` // tensors of the network
	Missing    []Missing   `json:"missing,omitempty"`
	Unexpected []Entry     `json:"unexpected,omitempty"`
	Misshaped  []Misshaped `json:"misshaped,omitempty"`
	NotFloat   []Entry     `json:"not_float,omitempty"`
	// Over are tensors that the network does not have, which are passed over where it fits.
	Over    []Entry    `json:"passed_over,omitempty"`
	refused []*surplus // the Unexpected by modules
	// Order says why a file without names does not fit, whose numbers are in the order of a
	// net's layers; then there are no lists.
	Order string `json:"order,omitempty"`
	// Set is what makes the network one that the file fits, as in classes=10, or "".
	Set string `json:"set,omitempty"`
	// Background says that this is one class more than the network has names for.
	Background bool `json:"-"`
	// Rules are the texts of --rename after which the file fits, and Rows those of a map of names,
	// if its structure is the network's and only names differ; Unclear is set where it is not known
	// which tensor is which. Argument is how the command line calls the network.
	Rules    []string `json:"rules,omitempty"`
	Rows     []Pair   `json:"-"`
	Unclear  *Unclear `json:"-"`
	Argument string   `json:"-"`
	// Rename is the rule after which all names match, or nil.
	Rename *Rename `json:"rename,omitempty"`
	// Segment is one that the net's names have and the file's have not, where all names match
	// without it, or nil.
	Segment *Segment `json:"segment,omitempty"`
	// Read is how the file was read for this comparison, as in "took module. off all 267 names".
	Read []string `json:"read,omitempty"`
	// Layout is the order of axes in which all shapes would be right, as Keras has them, or "".
	Layout string `json:"layout,omitempty"`
	// Note and Help are added by the caller, such as the network that the file does fit and
	// how to run it. Both may be "".
	Note string `json:"note,omitempty"`
	Help string `json:"help,omitempty"`
	// Fits are the library networks that the file does fit, once they were Searched.
	Fits     []string `json:"-"`
	Searched bool     `json:"-"`
}

// Missing is a tensor that the network requires and the file does not have.
type Missing struct {
	Name    string       `json:"name"`
	Shape   tensor.Shape `json:"shape"`
	Nearest string       `json:"nearest,omitempty"` // the name in the file that may be meant
}

// Misshaped is a tensor with another shape in the file.
type Misshaped struct {
	Name string       `json:"name"`
	File tensor.Shape `json:"file"`
	Net  tensor.Shape `json:"net"`
	// Axes are the file's axes in the net's order, where the sizes alone show which is which.
	Axes []int `json:"axes,omitempty"`
}

// turned is the one order of a file's axes in which a shape is the net's, nil where there is
// none or more than one.
func turned(file, net tensor.Shape) (axes []int) {
	if len(file) != len(net) {
		return nil
	}
	for _, size := range net {
		found := -1
		for at, other := range file {
			switch {
			case other != size || slices.Contains(axes, at):
			case found < 0:
				found = at
			case size != 1:
				return nil // either may be meant
			}
		}
		if found < 0 {
			return nil
		}
		axes = append(axes, found)
	}
	return axes
}

// Code is the code of the error: E0601 if names differ, E0602 if only shapes or types do.
func (e *FitError) Code() string {
	if len(e.Missing)+len(e.Unexpected) > 0 || e.Order != "" {
		return "E0601"
	}
	return "E0602"
}

// Differences counts them.
func (e *FitError) Differences() int {
	if e.Order != "" {
		return e.Wanted
	}
	return len(e.Missing) + len(e.Unexpected) + len(e.Misshaped) + len(e.NotFloat)
}
