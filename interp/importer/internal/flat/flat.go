// Package flat is a network as a file of another program describes it, in the operations of this
// one: a graph without any structure, with what the file calls its parts and where its numbers
// are. The readers of all formats make it, and the packages that look for structure take it.
package flat

import (
	"cnnlang/interp/graph"
	"cnnlang/ops/tensor"
)

// A Net is a network in this program's operations.
type Net struct {
	// Graph has the operations. The Path of a node is what the file calls the layer whose tensors it
	// has, without their leaves, in the language's form: layer1.0.conv1; "" where it says nothing.
	// Paths need not differ, and tensors are called Path.leaf only if Path is given.
	Graph *graph.Graph
	// About has what else is known of each node, by its ID.
	About []About
	// Format says what the file is, for a comment and messages: "ONNX (opset 13, pytorch 1.13.0)".
	Format string
	// Meta are the lines between the braces of the net's meta, as the language writes them, none where the file says
	// nothing of its input or its classes.
	Meta []string
	// Numbered says that paths only count what has no names in the file, so that a text may call its
	// tensors as it likes.
	Numbered bool
	// Notes are sentences for the user about how the file was read, without a full stop.
	Notes []string
}

// About is what is known of a node beside its operation.
type About struct {
	// Where is the file's own word for it, for messages: `node 17 "/layer1/Resize" (Resize)`.
	Where string
	// Scope is the path of the group in which the file says that the step stands, and Class the name
	// that it has for groups of that kind, as in layer1.0 and Bottleneck; "" where it does not say.
	Scope, Class string
	// Tensors are its numbers, in the order of the node's Params; nil where the file has none.
	Tensors []Tensor
}

// A Tensor is where the numbers of a parameter are.
type Tensor struct {
	// Name is what the file calls it, "" where it was computed from several.
	Name string
	// Read gives the elements, row-major, as many as Shape has, which is that of the parameter.
	Shape tensor.Shape
	Read  func() ([]float32, error)
}
