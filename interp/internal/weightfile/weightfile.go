// Package weightfile is what the readers of all formats of weight files have in common: a
// file is a list of named tensors with what the format says of them, and its errors.
// Each format has a package of its own below this one.
//
// Files are taken to be hostile: whatever one claims is compared with its size, or with a
// limit, before anything is allocated or looped over.
package weightfile

import (
	"cmp"
	"io"

	"cnnlang/ops/tensor"
)

// An Input is what a reader is given: the bytes of a file that somebody else opened and
// will close.
type Input struct {
	io.ReaderAt
	Size int64
	Path string // as the user wrote it, for messages
	// Sibling opens another file of the same folder, as a shard or an index names it; it
	// refuses a name that leads elsewhere. It is nil where there is no folder.
	Sibling func(name string) (io.ReaderAt, int64, error)
	// Names are the files of the same folder whose names end so, some if they are many; nil
	// where there is no folder.
	Names  func(ending string) []string
	Limits Limits
	// Key is the path of what to take of a file that holds more than one set of weights, as
	// in "state_dict.0"; "." is all of it, and "" leaves the choice to the reader.
	Key string
}

// Limits are the limits on a file. The zero value is the default.
type Limits struct {
	// Header is how many bytes of description, everything but the numbers, are read at
	// most; 64 MiB if 0.
	Header int64
	// Tensors is the largest number of tensors; 65,536 if 0.
	Tensors int
}

// MaxHeader is the limit on the bytes of description.
func (l Limits) MaxHeader() int64 { return cmp.Or(l.Header, 64<<20) }

// MaxTensors is the limit on the number of tensors.
func (l Limits) MaxTensors() int { return cmp.Or(l.Tensors, 1<<16) }

// A File is an open file of weights. Its methods are safe for concurrent use.
type File interface {
	// About says what kind of file it is.
	About() About
	// Tensors lists the tensors in the order of the file, no name twice.
	Tensors() []Tensor
	// Bytes returns the elements of tensor i, row-major and little-endian, as many as its
	// shape has, each of its type's size. The error is an *Error.
	Bytes(i int) ([]byte, error)
}

// A Listing is what a reader finds when it opens a file. Its File embeds it, and has Bytes.
type Listing struct {
	In   Input
	Said About
	List []Tensor
}

// About is what was found beside the tensors.
func (l *Listing) About() About { return l.Said }

// Tensors are those that were found.
func (l *Listing) Tensors() []Tensor { return l.List }

// Of is the error of reading tensor i, which is named if the error names none.
func (l *Listing) Of(i int, err error) error {
	if e, ok := err.(*Error); ok && e.Tensor == "" {
		return &Error{Path: e.Path, Tensor: l.List[i].Name, Problem: e.Problem, Err: e.Err}
	}
	return err
}

// About describes a file beside its tensors.
type About struct {
	// Format is its name, as in "PyTorch (zip, pickle protocol 2)".
	Format string
	// Key is the path of the tensors within what the file holds ("state_dict"), or "".
	// Beside lists what else is there, as in "epoch" and "optimizer".
	Key    string
	Beside []string
	// Notes are sentences for the user about how the file was read, without a full stop.
	Notes []string
	// Layers are the layers of the network that the file says it belongs to, in order, none
	// where it does not say.
	Layers []Layer
	// Flattened is the order in which dense layers count what they read of a flattened map.
	Flattened Flattened
	// Classes are the names of the outputs, where the file says them.
	Classes Classes
}

// Flattened is an order in which flattened maps are counted.
type Flattened string

// The orders. The first is where a file says nothing, which is that of this program: ByChannel.
const (
	Unsaid    Flattened = ""
	ByChannel Flattened = "CHW"
	ByPixel   Flattened = "HWC"
	Mixed     Flattened = "several" // or one that cannot be known
)

// A Tensor is one named tensor of a file.
type Tensor struct {
	Name  string // as the format's own tools print it
	Type  Type
	Shape tensor.Shape // in the file's own order
	// Axes says what the axes are, where the format does.
	Axes Axes
	// Layer is the layer that the tensor belongs to and Leaf what it is there ("kernel"),
	// where the format says so.
	Layer, Leaf string
	// Changed says what the file's network makes of the tensor before a layer takes it ("by a Mul"),
	// "" for nothing: then the numbers are not those of the layer.
	Changed string
}

// Axes are what the axes of a tensor mean, in order.
type Axes string

// The orders that formats have. The first is that of this program and of PyTorch.
const (
	Unknown Axes = ""
	OIHW    Axes = "OIHW" // convolution: out, in/groups, height, width
	HWIO    Axes = "HWIO" // TensorFlow's convolution
	HWIM    Axes = "HWIM" // TensorFlow's depthwise one: out is I*M, I slowest
	IOHW    Axes = "IOHW" // transposed convolution of PyTorch and Caffe
	HWOI    Axes = "HWOI" // TensorFlow's transposed convolution
	OI      Axes = "OI"   // dense layer: out, in
	IO      Axes = "IO"   // TensorFlow's dense layer
	C       Axes = "C"    // one number for each channel
)

// A Layer is what a file says of one layer beyond its tensors. A nil or empty field is not
// said.
type Layer struct {
	Name, Kind string // Kind in the source's own word: "Conv2D", "BatchNormalization"
	Eps        *float64
	Kernel     []int
	Padding    string // "same", "valid", "1,1,1,1" (top, left, bottom, right)
	Stride     []int
	Dilation   []int
	Groups     int
	Ceil       *bool  // whether a pool rounds its size up
	CountPad   *bool  // whether an average counts the padding as zeros
	Activation string // "relu", "softmax"; "none" where it is said that there is none
}
