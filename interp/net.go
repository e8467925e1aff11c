package interp

import (
	"fmt"
	"slices"
	"strconv"
	"sync"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/elab"
	"cnnlang/interp/internal/expand"
	"cnnlang/interp/picture"
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
	"cnnlang/ops/tensor"
)

// A Net is a network at one input size: its graph, its facts, and its counts of parameters
// and operations.
type Net struct {
	Name  string
	Graph *graph.Graph
	Meta  Meta
	// Main and Sides are the counts of the main path and of the side heads.
	Main, Sides graph.Count
	// Unchecked are the facts that do not apply because an option changed the net's own
	// size or arguments.
	Unchecked Unchecked
	// Warnings are about what is allowed but seldom meant.
	Warnings diag.List
	// Notes are sentences about the file of weights that holds the net, without a full stop.
	Notes []string

	result   *elab.Result
	program  *Program
	object   *resolve.Object
	set      []*source.File // what options say
	settings []elab.Setting // of parameters
	prepared bool           // an option says how pictures are prepared
	shaped   bool           // and which shapes the inputs have
	upright  bool           // and whether they are turned
	sideways *picture.Sideways
	labels   Labels     // of an option
	as       OutputKind // of an option
	// origins returns, for each of the graph's steps, where the axes of its value got their
	// sizes.
	origins func() [][]*elab.Origin
	self    func() *graph.Part
	outline func() []*graph.Part
	facts   func() []Fact
	again   func(elab.Options) (*elab.Result, diag.List) // applies it once more
	with    func(elab.Setting) *Net                      // with another setting
}

// Unchecked counts facts: expectations, and claims about the shapes of steps.
type Unchecked = elab.Unchecked

// Meta is what a net says about itself: its origin, the names of its classes, and how its
// pictures are prepared.
type Meta = elab.Meta

// A Picture says how pictures become the input of a net.
type Picture = elab.Picture

// PictureText is a Picture in the language, as Prepare takes it.
func PictureText(p Picture) string { return expand.Picture(p) }

// A Checkpoint is a file of trained weights that is published for a net.
type Checkpoint = elab.Checkpoint

// Preprocess is how pictures are prepared for the net: as its meta says, at another size
// than its default in proportion, and grey for one channel.
func (n *Net) Preprocess() picture.Preprocess { return n.preprocess(n.Graph.Input().Shape) }

// PreprocessFor is Preprocess for the input of this name.
func (n *Net) PreprocessFor(input string) (picture.Preprocess, error) {
	in, err := n.input(input)
	if err != nil {
		return picture.Preprocess{}, err
	}
	return n.preprocess(in.Shape), nil
}

// preprocess is Preprocess for an input of this shape.
func (n *Net) preprocess(shape tensor.Shape) picture.Preprocess {
	m := n.Meta.Prepare
	p := picture.Preprocess{
		Fit: m.Fit, Interpolation: m.Interpolation, Scale: m.Scale, Order: m.Order,
		Mean: narrow(m.Mean), Std: narrow(m.Std), Grey: len(shape) > 1 && shape[1] == 1,
		Upright: n.upright, Sideways: n.sideways,
	}
	if len(shape) == 4 {
		p.Resize = m.Size(shape[2], shape[3])
	}
	return p
}

func narrow(list []float64) []float32 {
	var out []float32
	for _, x := range list {
		out = append(out, float32(x))
	}
	return out
}

// Net applies a net of the program to an input size, as Net, Set, Shape and Batch of the
// options say, or where they say nothing the file of weights that holds it. Pictures are prepared as Prepare says, or else as Weights want them if they are
// a file that the net's meta names, or else as the meta says. Its error is a *NoNetError, a
// *LabelsError, an *OutputError, or a *ProgramError where the text has mistakes or the net does not fit the size.
func (p *Program) Net(opts Options) (*Net, error) {
	if p.Problems.HasErrors() {
		return nil, &ProgramError{p.Problems, p.File}
	}
	chosen, files, err := p.asked(opts)
	if err != nil {
		return nil, err
	}
	o, err := p.find(opts.Net, chosen.Set)
	if err != nil {
		return nil, err
	}
	n, list := p.instantiate(o, chosen, files...)
	if n != nil && opts.Shape == nil && opts.Shapes == nil && opts.Batch != 0 && opts.Batch != n.Graph.Images() {
		chosen.Shapes = map[string][]int{}
		for _, in := range n.Graph.Inputs {
			chosen.Shapes[in.Path] = append([]int{opts.Batch}, in.Shape[1:]...)
		}
		n, list = p.instantiate(o, chosen, files...)
	}
	list = append(slices.Clone(p.Problems), list...)
	if n == nil {
		return nil, &ProgramError{list, p.filesWith(files...)}
	}
	n.Warnings, n.prepared, n.shaped = list, chosen.Prepare != nil, opts.Shape != nil || opts.Shapes != nil
	n.hold(opts)
	if p.only != nil && n.Meta.Weights != nil {
		n.Meta.Weights = []Checkpoint{*p.only}
	}
	n.upright, n.sideways = opts.Upright, opts.Sideways
	if c, ok := n.Published(opts.Weights.path); ok {
		n.PrepareFor(c)
	}
	if err := n.take(opts.As); err != nil {
		return nil, err
	}
	if err := n.label(opts.Labels); err != nil {
		return nil, err
	}
	return n, nil
}

// instantiate applies a net's definition to an input. It returns no net if the list holds
// errors.
func (p *Program) instantiate(o *resolve.Object, opts elab.Options, set ...*source.File) (*Net, diag.List) {
	opts.Memory = remembered(p.planned(o, Options{Threads: 1}))
	r, list := elab.Net(o, opts)
	if r == nil || r.Graph == nil {
		return nil, list
	}
	again := func(with elab.Options) (*elab.Result, diag.List) {
		with.Set, with.Shape, with.Shapes = opts.Set, opts.Shape, opts.Shapes
		if with.Memory == nil {
			with.Memory = opts.Memory
		}
		return elab.Net(o, with)
	}
	self := func(inSeries bool) *graph.Part {
		drawn, _ := again(elab.Options{Outline: true, InSeries: inSeries})
		graph.Walk([]*graph.Part{drawn.Self}, func(p *graph.Part) {
			p.Node = r.Graph.Nodes[p.Node.ID]
			for _, values := range [][]graph.Output{p.Takes, p.Gives} {
				for i := range values {
					values[i].Node = r.Graph.Nodes[values[i].Node.ID]
				}
			}
			if p.Side != nil {
				p.Side = r.Graph.Sides[slices.Index(drawn.Graph.Sides, p.Side)]
			}
		})
		return drawn.Self
	}
	return &Net{
		Name: o.Name, Graph: r.Graph, Meta: r.Meta, Main: r.Main, Sides: r.Sides, Unchecked: r.Unchecked,
		result: r, program: p, object: o, set: set, settings: opts.Set,
		origins: sync.OnceValue(func() [][]*elab.Origin {
			r, _ := again(elab.Options{Origins: true})
			return r.Origins
		}),
		outline: sync.OnceValue(func() []*graph.Part { return self(false).Parts }),
		self:    sync.OnceValue(func() *graph.Part { return self(true) }),
		facts: sync.OnceValue(func() []Fact {
			r, _ := again(elab.Options{Facts: true})
			return r.Facts
		}),
		again: again,
		with: func(s elab.Setting) *Net {
			other := opts
			other.Set = append(slices.DeleteFunc(slices.Clone(opts.Set), func(o elab.Setting) bool { return o.Name == s.Name }), s)
			n, _ := p.instantiate(o, other, set...)
			return n
		},
	}, list
}

// Outline is the net's text as it was applied: its steps in series, and what they consist of.
func (n *Net) Outline() []*graph.Part { return n.outline() }

// Self is the net itself as a part of its text, whose Parts are the outline with the branches of
// lists in series: each of their values is made where a program would make it.
func (n *Net) Self() *graph.Part { return n.self() }

// With is the net with another value of one of its parameters, nil where that cannot be.
func (n *Net) With(parameter string, value int) *Net {
	return n.with(elab.Setting{Name: parameter, Value: &ast.Number{Text: strconv.Itoa(value)}})
}

// File finds the text that a warning is about.
func (n *Net) File(name string) *source.File { return n.program.filesWith(n.set...)(name) }

// Expand writes the net as a text without blocks, repeats and parameters: every operation
// on a line of its own with the shape of its result. Its error is an *ExpandError.
func (n *Net) Expand() (string, error) { return expand.Text(n.result, n.program.Prelude) }

// An ExpandError says that the text of a net would be longer, or nested deeper, than
// a file may be. Its fields are Net and Problem.
type ExpandError = expand.LimitError

// TakesPictures returns an *InputError where the net's input is not pictures, or its meta
// does not fit them, or it has several inputs.
func (n *Net) TakesPictures() error {
	in, err := n.input("")
	if err != nil {
		return err
	}
	return n.takesPictures(in)
}

// InputsTakePictures is TakesPictures for all inputs of the net, however many it has.
func (n *Net) InputsTakePictures() error {
	for _, in := range n.Graph.Inputs {
		if err := n.takesPictures(in); err != nil {
			return err
		}
	}
	return nil
}

// takesPictures is TakesPictures for one of its inputs.
func (n *Net) takesPictures(in *graph.Node) error {
	if shape := in.Shape; len(shape) != 4 || shape[1] != 3 && shape[1] != 1 {
		what := "the input"
		if len(n.Graph.Inputs) > 1 {
			what += " " + in.Path
		}
		return &InputError{Net: n.Name, Input: in.Path, Want: shape, Problem: fmt.Sprintf("images are [N, 3, H, W], or [N, 1, H, W] if grey, but %s of the net is %v", what, shape)}
	}
	if err := n.preprocess(in.Shape).Check(); err != nil {
		return &InputError{Net: n.Name, Input: in.Path, Want: in.Shape, Problem: "images cannot be prepared for it", Err: err}
	}
	return nil
}

// An InputError is about an input that does not fit the net.
type InputError struct {
	Net     string
	Input   string // its name, or ""
	Want    tensor.Shape
	Problem string
	Err     error // underneath, or nil
}

func (e *InputError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("interp: %s: %s: %v", e.Net, e.Problem, e.Err)
	}
	return fmt.Sprintf("interp: %s: %s", e.Net, e.Problem)
}

// Unwrap returns the error underneath.
func (e *InputError) Unwrap() error { return e.Err }

// Activations is how many numbers the convolutions and linear layers of the main path give for
// one image.
func (n *Net) Activations() int64 { return n.Graph.Activations() }
