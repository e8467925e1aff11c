// Package importer makes readable text of networks that other programs describe.
//
//	bytes ─reader─▶ flat net ─structure─▶ tree ─blocks─▶ file ─▶ text
//	                    └──────── the graph of the text must equal it ────────┘
//
// A reader for each format (formats.go) gives the net in this program's operations. What becomes of
// it is a text, which is read as any other is, and whose graph is compared with the flat one
// operation by operation (flat.Match): a text that says anything else is never given. The weights
// get the names that the text has for them (weights.go).
package importer

import (
	"errors"
	"fmt"
	"slices"

	"cnnlang/interp"
	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/importer/internal/structure"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weights"
)

// Options say what is wanted of a file.
type Options struct {
	// Weights is the file that has the numbers, of a format that keeps them apart; "" for none.
	Weights string
	// Net is what the net is to be called; "" leaves it to the file, or to its name.
	Net string
	// Flat asks for every operation on a line of its own, without blocks and repeats.
	Flat bool
	// Stop are names of nodes before which the net ends.
	Stop []string
	// NoWeights says that the numbers are not wanted, NoExternal that no file beside is read for them.
	NoWeights, NoExternal bool
	// Shapes are those of inputs by their names, of a single one by "", in place of what the file says.
	Shapes map[string][]int
}

// A Refused lists all that a file has and the language has not; a Problem is one of it.
type (
	Refused = flat.Refused
	Problem = flat.Problem
)

// An Imported is a network that was read.
type Imported struct {
	// Net is what Text says.
	Net  *interp.Net
	Text string
	// Operations is how many the file's network has.
	Operations int
	// Format says what the file is: "ONNX (opset 13, pytorch 1.13.0)".
	Format string
	// Notes are sentences about how the file was read, without a full stop.
	Notes []string

	files   []*weights.Described
	tensors []parameter
}

// Open reads a network. Its errors are *Refused, *LimitError, *MismatchError, and for files
// *interp.WeightsError and *interp.WeightsLimitError.
func Open(path string, o Options) (*Imported, error) {
	i := &Imported{}
	if err := i.open(path, o); err != nil {
		return nil, errors.Join(err, i.Close())
	}
	return i, nil
}

func (i *Imported) open(path string, o Options) error {
	from := flat.Source{NoWeights: o.NoWeights, NoExternal: o.NoExternal, Stop: o.Stop, Shapes: o.Shapes}
	file, err := i.input(path)
	if err != nil {
		return err
	}
	from.Input = file.Input
	if o.Weights != "" {
		beside, err := i.input(o.Weights)
		if err != nil {
			return err
		}
		from.Weights = &beside.Input
	}
	net, err := read(from)
	if err != nil {
		return err
	}
	tidy(net, o.Net, path)
	i.Format, i.Notes = net.Format, slices.Clone(net.Notes)
	if !o.Flat {
		net = structure.Nested(net)
	}
	pairs, err := i.write(path, net, o.Flat)
	if err != nil {
		return err
	}
	i.Operations = len(pairs) - len(net.Graph.Inputs)
	i.collect(net, pairs)
	return i.Unchanged()
}

// input opens a file.
func (i *Imported) input(path string) (*weights.Described, error) {
	d, err := weights.OpenDescribed(path, weights.Options{})
	if err == nil {
		i.files = append(i.files, d)
	}
	return d, err
}

// collect finds the numbers of the text's tensors.
func (i *Imported) collect(net *flat.Net, pairs []flat.Pair) {
	for _, pair := range pairs {
		about := net.About[pair.File.ID]
		for at, p := range pair.Text.Params {
			t := parameter{Param: p}
			if at < len(about.Tensors) {
				t.from = about.Tensors[at]
			}
			i.tensors = append(i.tensors, t)
		}
	}
	i.shared()
}

// shared tells of tensors that the file has once and the text several times.
func (i *Imported) shared() {
	first, copies, example := map[string]string{}, 0, ""
	for _, t := range i.tensors {
		switch path, again := first[t.from.Name]; {
		case t.from.Name == "":
		case !again:
			first[t.from.Name] = t.Path
		default:
			if copies++; copies == 1 {
				example = weightfile.Shown(t.Path) + " is a copy of " + weightfile.Shown(path)
			}
		}
	}
	if copies > 0 {
		i.Notes = append(i.Notes, fmt.Sprintf("tensors that several operations of the file share are in the text once for each, and are counted so: %s, and %d in all are copies", example, copies))
	}
}

// Files are the files that were read.
func (i *Imported) Files() (names []string) {
	for _, d := range i.files {
		for _, f := range d.Files() {
			names = append(names, f.Name())
		}
	}
	return names
}

// Unchanged returns a *interp.WeightsError if a file has changed since it was opened.
func (i *Imported) Unchanged() error {
	for _, d := range i.files {
		if err := d.Unchanged(); err != nil {
			return err
		}
	}
	return nil
}

// Close closes the files; weights cannot be written any more.
func (i *Imported) Close() error {
	var err error
	for _, d := range i.files {
		err = errors.Join(err, d.Close())
	}
	return err
}
