package pictures

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp"
	"cnnlang/ops/exec/layout"
)

// Options say which net computes the pictures, and how. They travel with a pipeline to its workers, and the texts
// mean what they mean to `cnnlang run`. Files may be of any file system that Beam reads.
type Options struct {
	// Net is a net of the library, a .cnn file, or a file of weights that holds its net; Choose is one of several
	// in a file, and Set gives values to its parameters.
	Net    string
	Choose string   `json:",omitempty"`
	Set    []string `json:",omitempty"`
	// Weights is a file, or random for those of Seed. It is left out for a net that has its own.
	Weights string   `json:",omitempty"`
	Seed    uint64   `json:",omitempty"`
	Key     string   `json:",omitempty"`
	Names   string   `json:",omitempty"`
	Renames []string `json:",omitempty"`
	Layout  string   `json:",omitempty"`
	// Prepare says how pictures are prepared, and Upright that they are turned as EXIF says.
	Prepare string `json:",omitempty"`
	Upright bool   `json:",omitempty"`
	// Labels is a file of the names of classes, or a list of the library.
	Labels string `json:",omitempty"`
	As     string `json:",omitempty"` // what the output is
	// Format is that of rows: jsonl (the default) or csv. Top is how many classes they have, 5 if it is 0.
	Format string `json:",omitempty"`
	Top    int    `json:",omitempty"`
	// Values are what results have beside their row: side heads, steps by their paths, and output.
	Values []string `json:",omitempty"`
	// Batch is how many pictures a thread computes together, 1 if it is 0.
	Batch     int    `json:",omitempty"`
	Precision string `json:",omitempty"`
	// Threads is how many a worker process has, 0 for one for each core, and MaxMemory how many bytes, 0 for three
	// quarters of what is available.
	Threads   int   `json:",omitempty"`
	MaxMemory int64 `json:",omitempty"`
}

// The formats of rows.
const (
	JSONLines = "jsonl"
	CSV       = "csv"
)

// generated is the value of Weights for those of a seed.
const generated = "random"

// usual fills in what is left out.
func (o Options) usual() Options {
	o.Format, o.Precision = cmp.Or(o.Format, JSONLines), cmp.Or(o.Precision, layout.F32.String())
	o.Top, o.Batch = cmp.Or(o.Top, 5), cmp.Or(o.Batch, 1)
	return o
}

// check refuses what is wrong whatever the net is.
func (o Options) check() error {
	file := o.Weights != "" && o.Weights != generated
	switch {
	case o.Net == "":
		return errors.New("there is no net: want the name of one, a .cnn file or a file of weights that holds one")
	case o.Format != JSONLines && o.Format != CSV:
		return fmt.Errorf("got the format %q, want %s or %s", o.Format, JSONLines, CSV)
	case o.Top < 1 || o.Top > 1<<20:
		return fmt.Errorf("got %d for the number of classes, want 1 to %d", o.Top, 1<<20)
	case o.Batch < 1 || o.Batch > 1<<16:
		return fmt.Errorf("got a batch of %d pictures, want 1 to %d", o.Batch, 1<<16)
	case o.MaxMemory < 0:
		return fmt.Errorf("got %d bytes of memory, want none or more", o.MaxMemory)
	case !slices.Contains(layout.Precisions(), o.Precision):
		return fmt.Errorf("got the precision %q, want one of %s", o.Precision, strings.Join(layout.Precisions(), ", "))
	case o.As != "" && !slices.Contains(interp.OutputKinds, interp.OutputKind(o.As)):
		return fmt.Errorf("got %q for what the output is, want one of %v", o.As, interp.OutputKinds)
	case !slices.Contains([]string{"", "keras", "torch"}, o.Layout):
		return fmt.Errorf("got the layout %q, want keras or torch", o.Layout)
	case !file && (o.Key != "" || o.Layout != "" || len(o.Renames) > 0):
		return errors.New("a key, a layout and other names of tensors are for a file of weights, and there is none")
	}
	return cmp.Or(interp.Set(o.Set...).Err(), interp.Rename(o.Renames...).Err(), interp.Prepare(o.Prepare).Err())
}

// interp are the options of the model, for files that are on this machine.
func (o Options) interp() (interp.Options, error) {
	precision, err := layout.ParsePrecision(o.Precision)
	if err != nil {
		return interp.Options{}, err
	}
	opts := interp.Options{
		Net: o.Choose, Set: interp.Set(o.Set...), Prepare: interp.Prepare(o.Prepare), Upright: o.Upright, As: interp.OutputKind(o.As),
		Batch: o.Batch, Precision: precision, Threads: o.Threads,
		MaxMemory: interp.UsableMemory(o.MaxMemory, o.MaxMemory > 0),
	}
	if o.Labels == "" {
		return opts, nil
	}
	labels, known := interp.NamedLabels(o.Labels)
	if !known {
		labels, err = interp.ReadLabels(o.Labels)
	}
	opts.Labels = labels
	return opts, err
}

// theOutput is the name of the net's only output among Values.
const theOutput = "output"

// inner are the values that are no outputs, which a model keeps only if it is asked for them.
func (o Options) inner(n *interp.Net) (names []string) {
	for _, name := range o.Values {
		if name != theOutput && !slices.Contains(n.OutputNames(), name) {
			names = append(names, name)
		}
	}
	return names
}

// weights are those of a net, for files that are on this machine.
func (o Options) weights(n *interp.Net) (interp.Weights, error) {
	switch o.Weights {
	case "":
		if own, ok := n.Own(); ok {
			return own.Named(o.Names), nil
		}
		return interp.Weights{}, fmt.Errorf("%s has no weights of its own; name a file of them", n.Name)
	case generated:
		return interp.RandomWeights(o.Seed).Named(o.Names), nil
	}
	if c, ok := n.Published(o.Weights); ok { // pictures are prepared as those that it was trained with
		n.PrepareFor(c)
	}
	return interp.WeightsFile(o.Weights).At(o.Key).Renamed(interp.Rename(o.Renames...)).Ordered(o.Layout).Named(o.Names), nil
}
