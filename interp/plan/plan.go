// Package plan makes a graph executable: it chooses a layout for every value and
// an algorithm for every op, packs the parameters once, and decides where in
// memory every value lies before any number is computed.
//
// A Plan is read-only and serves any number of sessions. A Session is one
// goroutine's memory and bound work; running it allocates nothing.
package plan

import (
	"cmp"
	"fmt"
	"runtime"

	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/tensor"
)

// A Plan is a network at one input size, ready to run. It does not change.
type Plan struct {
	graph   *graph.Graph
	lowered *lowered
	steps   []Step

	imageSteps int // the first of them, which are of one image of the batch

	layout layout
	packed *packed
}

// A Step computes one node of the lowered graph. Views, as flatten is of an
// image, have none.
type Step struct {
	Node     *graph.Node
	Prepared ops.Prepared
	Out      Range // of the arena
}

// A Source gives the tensor for a parameter. New calls it once for each, first for
// those of ops that do not pack and then for the others, in the order of the
// steps, and keeps no tensor.
type Source func(graph.Param) (tensor.Tensor, error)

// Options say what a plan must be able to show and how it is made.
type Options struct {
	// Keep are nodes of the graph whose values sessions can show, beside the
	// outputs.
	Keep []*graph.Node
	// Precision is what values between ops are rounded to. The caller asks first
	// whether it is Supported: where it is not, plain Go computes it.
	Precision ops.Precision
	// Threads pack parameters at the same time; 0 means one for each processor.
	Threads int
	// Affords may refuse the memory that the plan and a session with so many
	// threads take, before any of it is touched; New then returns its error. It
	// is asked twice: with an estimate, and when the algorithms are chosen.
	Affords func(Memory) error
	// Algorithms are chosen for some steps, by path: see Tune. Others take what
	// is thought to be the fastest.
	Algorithms map[string]string
	// Packed, where it is not nil, is asked once for the n numbers that Plan.Packed
	// wrote for a plan of the same graph, parameters and instruction set, or nil.
	// They are used as they are, for as long as the plan lives, and the tensors that
	// they were packed from are not fetched; unless they are of other steps.
	Packed func(n int) []float32
	// Done hears of each parameter whose tensor will not be read again. It is
	// called by several goroutines at a time.
	Done func(graph.Param)

	meeting func(*graph.Graph) int // of tests
}

// meet is the node with which images of a batch come together.
func (o Options) meet(g *graph.Graph) int {
	if o.meeting != nil {
		return o.meeting(g)
	}
	return meeting(g)
}

func (o Options) threads() int { return cmp.Or(max(o.Threads, 0), ops.Threads()) }

func (o Options) done(n *graph.Node) {
	if o.Done == nil {
		return
	}
	for _, p := range n.Params {
		o.Done(p)
	}
}

func (o Options) affords(m Memory) error {
	if o.Affords == nil {
		return nil
	}
	return o.Affords(m)
}

// New plans g. Its error is that of params or of Affords, or says which tensor does
// not fit.
func New(g *graph.Graph, params Source, opts Options) (*Plan, error) {
	if err := graph.Verify(g); err != nil {
		panic(fmt.Sprintf("plan: %v", err))
	}
	p := &Plan{graph: g, lowered: lower(g, opts.meet(g), pinned(g, opts), opts.Algorithms, opts.Precision), packed: &packed{}}
	p.layout = layOut(p.lowered, p.lowered.pinned())
	if err := opts.affords(Memory{Weights: p.lowered.weightBytes(p.lowered.Nodes), Activations: p.activations(opts.threads())}); err != nil {
		return nil, err
	}
	p.addSteps(true)
	p.imageSteps = len(p.steps)
	p.addSteps(false)
	if err := p.fill(params, opts); err != nil {
		p.packed.release()
		return nil, err
	}
	runtime.AddCleanup(p, (*packed).release, p.packed)
	return p, nil
}

// addSteps adds the steps that are of one image, or those that are not.
func (p *Plan) addSteps(each bool) {
	for _, n := range p.lowered.Nodes[1:] {
		if p.lowered.each[n.ID] == each && p.layout.how[n.ID] != view && !gathers(n) {
			p.steps = append(p.steps, Step{Node: n, Out: p.layout.ranges[n.ID]})
		}
	}
}

// fill makes everything ready that needs parameters.
func (p *Plan) fill(params Source, opts Options) error {
	if err := p.prepareOthers(params, opts); err != nil {
		return err
	}
	p.prepareIn(&packed{count: true})
	counted := p.packed
	if err := opts.affords(p.Memory(opts.threads())); err != nil {
		return err // New gives the addresses back
	}
	counted.release()
	if opts.Packed != nil {
		mark := p.mark()
		if data := opts.Packed(counted.used + len(mark)); data != nil {
			p.prepareIn(&packed{known: true, chunk: data})
			if p.packed.fits(mark) {
				return nil
			}
		}
	}
	return pack(p.prepareIn(&packed{}), params, opts)
}

// pinned are the nodes whose values must be there when a run has ended.
func pinned(g *graph.Graph, opts Options) map[*graph.Node]bool {
	set := map[*graph.Node]bool{g.Output: true}
	for _, s := range g.Sides {
		if s.Output != nil {
			set[s.Output] = true
		}
	}
	for _, n := range opts.Keep {
		if n.ID >= len(g.Nodes) || g.Nodes[n.ID] != n {
			panic(fmt.Sprintf("plan: the kept node %d %s is not in the graph", n.ID, n.Path))
		}
		set[n] = true
	}
	return set
}

// Packed shows what the plan has packed, piece by piece, until show returns an
// error. The pieces must not be changed.
func (p *Plan) Packed(show func([]float32) error) error {
	defer runtime.KeepAlive(p)
	for _, part := range p.packed.parts {
		if err := show(part); err != nil {
			return err
		}
	}
	m := p.mark()
	return show(m[:])
}

// Known reports whether Options.Packed was used.
func (p *Plan) Known() bool { return p.packed.known }

// Graph returns the graph that the plan computes. It must not be changed.
func (p *Plan) Graph() *graph.Graph { return p.graph }

// Memory is what running a network takes, in bytes.
type Memory struct {
	Weights     int64 // the parameters as they are packed
	Activations int64 // a session's arenas: all values that live at one time, at the peak
	Scratch     int64 // a session's working memory for the algorithms
}

// Total is the sum.
func (m Memory) Total() int64 { return m.Weights + m.Activations + m.Scratch }

// Memory tells what the plan and one session with this many threads take.
func (p *Plan) Memory(threads int) Memory {
	return Memory{
		Weights:     p.weightBytes(),
		Activations: p.activations(threads),
		Scratch:     bytes(p.scratch(threads)),
	}
}

// activations is what the arenas take, and the whole batch of what no arena has but for
// one image: what comes in and what is shown.
func (p *Plan) activations(threads int) int64 {
	sum := bytes(p.layout.size)
	if p.lowered.each[0] {
		sum += int64(seatsOf(p.images(), threads)) * bytes(p.layout.own)
		sum += bytes(p.graph.Input.Shape.Elements())
	}
	for n, shown := range p.lowered.shown {
		if p.lowered.each[shown.ID] {
			sum += bytes(n.Shape.Elements())
		}
	}
	return sum
}

// scratch is what the hungriest step needs, in float32, or one that workers take each for
// themselves: steps take turns.
func (p *Plan) scratch(threads int) int {
	return max(hungriest(p.steps, threads), seatsOf(p.images(), threads)*hungriest(p.steps[:p.imageSteps], 1))
}

// images is how many there are in a batch.
func (p *Plan) images() int { return p.graph.Input.Shape[0] }

func hungriest(steps []Step, threads int) int {
	most := 0
	for _, s := range steps {
		most = max(most, s.Prepared.Scratch(threads))
	}
	return most
}

// weightBytes is what is packed, and the parameters of ops that do not pack.
func (p *Plan) weightBytes() int64 {
	var others []*graph.Node
	for _, s := range p.steps {
		if _, ok := s.Node.Op.(ops.Packer); !ok {
			others = append(others, s.Node)
		}
	}
	return bytes(p.packed.used) + weightBytes(others)
}

func weightBytes(nodes []*graph.Node) int64 {
	var sum int64
	for _, n := range nodes {
		for _, p := range n.Params {
			sum += bytes(p.Shape.Elements())
		}
	}
	return sum
}

// weightBytes is what the parameters of nodes take where those that are packed as
// bfloat16 take half as much as in a file, and split ones three halves.
func (l *lowered) weightBytes(nodes []*graph.Node) int64 {
	sum := weightBytes(nodes)
	for _, n := range nodes {
		if _, ok := n.Op.(ops.Packer); !ok {
			continue
		}
		for _, p := range n.Params {
			half := bytes(p.Shape.Elements()) / 2
			switch how := l.rounds[n.ID]; {
			case len(p.Shape) == 1: // no weight
			case how == ops.BF16:
				sum -= half
			case how == ops.F32Fast:
				sum += half
			}
		}
	}
	return sum
}

func bytes(floats int) int64 { return 4 * int64(floats) }
