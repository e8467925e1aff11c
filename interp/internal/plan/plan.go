// Package plan makes a graph executable: it chooses a layout for every value and an
// algorithm for every op, packs the parameters once, and decides where in memory every
// value lies before any number is computed.
//
// A Plan is read-only and serves any number of sessions. A Session has the memory of one
// goroutine and the work bound to it; running it allocates nothing.
package plan

import (
	"cmp"
	"fmt"
	"runtime"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/mapped"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// A Plan is a network at one input size, ready to run. It does not change.
type Plan struct {
	graph        *graph.Graph
	program      *program
	instructions []runnable

	imageInstructions int // the first of them, which compute one image of the batch

	arena      int // float32 of the values of the batch
	imageArena int // and of those of one image
	packed     *packed
	refills    bool                         // tensors are packed in every run
	refill     map[*instruction][]task.Task // by which an instruction packs its own
	view       *mapped.View                 // of the file that contains the packed parameters, or nil
}

// A runnable is an instruction with its parameters packed. Views, such as the flatten of an
// image, have none.
type runnable struct {
	*instruction
	Prepared *task.Prepared
}

// A Source gives the tensor for a parameter. New calls it once for each, first for those of
// ops that do not pack and then for the others, in the order of the instructions, and keeps
// no tensor.
type Source func(graph.Param) (tensor.Tensor, error)

// Options say which values a plan must be able to show and how it is made.
type Options struct {
	// Keep are nodes of the graph whose values sessions can show, beside the
	// outputs.
	Keep []*graph.Node
	// Precision is what values between ops are rounded to. The caller checks first whether
	// it is Supported: if not, plain Go computes it.
	Precision layout.Precision
	// Threads pack parameters at the same time; 0 means one for each processor.
	Threads int
	// Affords may refuse the memory that the plan and a session take, before it is
	// allocated; New then returns its error. It is called once the algorithms are chosen,
	// and before that with an estimate if choosing them takes much memory itself.
	Affords func(Memory) error
	// Views says that the tensors of the source take no memory, because they are views of a
	// mapped file.
	Views bool
	// Twice says that a tensor takes memory twice while it is fetched, since it is put in
	// another order.
	Twice bool
	// Algorithms are chosen for some steps, by path: see Tune. Others take the one with the
	// lowest estimate.
	Algorithms map[string]string
	// Packed, if not nil, is called once and returns the n numbers that Plan.Packed wrote
	// for a plan of the same graph, parameters and instruction set, or nil. The plan uses
	// them in place as long as it lives and does not fetch the tensors, unless the numbers
	// are of other instructions.
	Packed func(n int) []float32
	// Refill says that the tensors change between runs, in the memory that the source gave: every instruction packs its own
	// anew before it computes. The plan then serves one session, whose results are views of its memory, and the images
	// of a batch are computed together.
	Refill bool
	// Done is called when an instruction has read a parameter's tensor for the last time, by several
	// goroutines at once; of one that several nodes hold, for each.
	Done func(graph.Param)

	gatherAt func(*graph.Graph) int // instead of gatherPoint, for tests
}

// gatherPoint is the node at which the images of a batch are gathered.
func (o Options) gatherPoint(g *graph.Graph) int {
	if o.Refill { // images are not independent
		return 0
	}
	if o.gatherAt != nil {
		return o.gatherAt(g)
	}
	return gatherPoint(g)
}

func (o Options) threads() int { return cmp.Or(max(o.Threads, 0), task.Threads()) }

// packers is how many threads pack.
func (o Options) packers() int { return cmp.Or(max(o.Threads, 0), runtime.GOMAXPROCS(0)) }

func (o Options) done(i *instruction) {
	if o.Done == nil {
		return
	}
	for _, p := range i.params {
		o.Done(p)
	}
}

func (o Options) affords(m Memory) error {
	if o.Affords == nil {
		return nil
	}
	return o.Affords(m)
}

// New plans g. Its error is that of params or of Affords, or says which tensor does not
// fit.
func New(g *graph.Graph, params Source, opts Options) (*Plan, error) {
	if err := graph.Verify(g); err != nil {
		panic(fmt.Sprintf("plan: %v", err))
	}
	p := &Plan{graph: g, program: lower(g, opts), packed: &packed{}, refills: opts.Refill}
	p.arena, p.imageArena = p.program.place()
	if p.tableBytes() > mostTables {
		if err := opts.affords(p.estimate(opts)); err != nil {
			return nil, err
		}
	}
	p.addInstructions(true)
	p.imageInstructions = len(p.instructions)
	p.addInstructions(false)
	if err := mapped.Guard(func() error { return p.fill(params, opts) }); err != nil {
		p.packed.release()
		return nil, err
	}
	if p.Known() && len(p.packed.parts) > 0 {
		p.view = mapped.Of(p.packed.parts[0])
	}
	runtime.AddCleanup(p, (*packed).release, p.packed)
	return p, nil
}

// addInstructions adds the instructions that compute one image, or the others.
func (p *Plan) addInstructions(perImage bool) {
	for _, i := range p.program.list {
		if i.perImage == perImage && i.kind != input && i.placing != view && i.kind != gather {
			p.instructions = append(p.instructions, runnable{instruction: i})
		}
	}
}

// fill prepares everything that needs parameters.
func (p *Plan) fill(params Source, opts Options) error {
	if err := p.prepareOthers(params, opts); err != nil {
		return err
	}
	p.prepareIn(&packed{count: true, turns: opts.Refill})
	counted := p.packed
	need := p.Memory(opts.threads())
	need.Fetched = p.fetched(opts)
	if err := opts.affords(need); err != nil {
		return err // New releases the reserved addresses
	}
	counted.release()
	if opts.Refill {
		return p.refilling(params, counted.used)
	}
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

// pinned are the nodes whose values are needed after a run.
func pinned(g *graph.Graph, opts Options) map[*graph.Node]bool {
	set := map[*graph.Node]bool{}
	for _, o := range g.Outputs {
		set[o.Node] = true
	}
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

// Packed passes the packed parameters to show, piece by piece, until it returns an error.
// The pieces must not be changed.
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
