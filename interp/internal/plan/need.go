package plan

import (
	"cnnlang/ops/exec/layout"
	"slices"
)

// Memory is what running a network takes, in bytes.
type Memory struct {
	Weights     int64 // the parameters as they are packed
	Activations int64 // a session's arenas: all values that live at one time, at the peak
	Scratch     int64 // a session's working memory for the algorithms
	Outputs     int64 // what a session returns
	Tables      int64 // where the tiles of the algorithms lie, and what else says how to compute
	Fetched     int64 // tensors waiting to be packed while the plan is made, at most
}

// Total is what a plan and a session take while they run.
func (m Memory) Total() int64 { return m.Weights + m.Activations + m.Scratch + m.Outputs + m.Tables }

// Peak is the most that they take at any time.
func (m Memory) Peak() int64 {
	return m.Weights + m.Tables + max(m.Fetched, m.Activations+m.Scratch+m.Outputs)
}

// Memory returns what the plan and one session with this many threads take.
func (p *Plan) Memory(threads int) Memory {
	return Memory{
		Weights:     p.weightBytes(),
		Activations: p.activations(threads),
		Scratch:     bytes(p.scratch(threads)),
		Outputs:     p.outputs(),
		Tables:      p.tables(),
	}
}

// perInstruction is about what an instruction takes beside tables that depend on sizes: its step in
// the graph, its layouts, the taps of its windows and what binds it to memory.
const perInstruction = 8 << 10

// tables is what the algorithms' tables take, and the instructions.
func (p *Plan) tables() (sum int64) {
	for _, s := range p.instructions {
		sum += s.Prepared.Tables + perInstruction
	}
	return sum
}

// estimate is about what Memory will be, before algorithms are chosen.
func (p *Plan) estimate(opts Options) Memory {
	m := Memory{
		Weights: packedBytes(p.program.list), Activations: p.activations(opts.threads()),
		Outputs: p.outputs(), Fetched: p.fetched(opts),
	}
	if opts.Refill {
		m.Weights = 0
		for _, i := range p.program.list {
			m.Weights = max(m.Weights, packedBytes([]*instruction{i}))
		}
	}
	return m
}

// mostTables is how much memory computing the exact need may take.
const mostTables = 64 << 20

// tableBytes is about what choosing the algorithms takes: the parameters of ops that do not
// pack, which are fetched, and tables of rows and columns.
func (p *Plan) tableBytes() (sum int64) {
	const perLine = 16
	for _, i := range p.program.list {
		for _, size := range i.shape[min(2, len(i.shape)):] {
			sum += perLine * int64(size)
		}
		if !i.algorithm.Packs {
			sum += i.weightBytes()
		}
	}
	return sum
}

// fetched is what the tensors take that are in memory at one time while they are packed:
// those of one instruction for each thread, and of one more.
func (p *Plan) fetched(opts Options) (sum int64) {
	if opts.Views || opts.Refill {
		return 0
	}
	var sizes []int64
	for _, i := range p.program.list {
		if i.algorithm.Packs {
			sizes = append(sizes, i.weightBytes())
		}
	}
	slices.Sort(sizes)
	for _, size := range sizes[max(0, len(sizes)-opts.packers()-1):] {
		sum += size
	}
	if opts.Twice {
		sum *= 2
	}
	return sum
}

// outputs is what the results of a session take, if they are not the values themselves.
func (p *Plan) outputs() (sum int64) {
	if p.refills {
		return 0
	}
	for n := range p.program.shown {
		sum += bytes(n.Shape.Elements())
	}
	return sum
}

// activations is what the arenas take.
func (p *Plan) activations(threads int) int64 {
	sum := bytes(p.arena)
	if p.separates() {
		sum += int64(arenasOf(p.images(), threads)) * bytes(p.imageArena)
	}
	return sum
}

// scratch is the most that any instruction needs, in float32, counted for all workers:
// instructions share the scratch.
func (p *Plan) scratch(threads int) int {
	return max(hungriest(p.instructions, threads), arenasOf(p.images(), threads)*hungriest(p.instructions[:p.imageInstructions], 1))
}

// separates reports whether images take the first instructions separately.
func (p *Plan) separates() bool { return p.program.list[0].perImage }

// images is the batch size.
func (p *Plan) images() int { return p.graph.Images() }

func hungriest(list []runnable, threads int) int {
	most := 0
	for _, s := range list {
		most = max(most, s.Prepared.Scratch(threads))
	}
	return most
}

// weightBytes is the size of packed parameters, and of the parameters of ops that do not
// pack.
func (p *Plan) weightBytes() int64 {
	sum := bytes(p.packed.used)
	for _, s := range p.instructions {
		if !s.algorithm.Packs {
			sum += s.weightBytes()
		}
	}
	return sum
}

// weightBytes is the size of the parameters as fetched.
func (i *instruction) weightBytes() (sum int64) {
	for _, p := range i.params {
		sum += bytes(p.Shape.Elements())
	}
	return sum
}

// packedBytes is about the size of the parameters once packed: half as bfloat16, and three
// halves when split.
func packedBytes(list []*instruction) (sum int64) {
	for _, i := range list {
		sum += i.weightBytes()
		if !i.algorithm.Packs {
			continue
		}
		for _, p := range i.params {
			half := bytes(p.Shape.Elements()) / 2
			switch {
			case len(p.Shape) == 1: // no weight
			case i.algorithm.Precision.Element() != layout.Float32:
				sum -= half
			case i.algorithm.Precision == layout.F32Fast:
				sum += half
			}
		}
	}
	return sum
}

func bytes(floats int) int64 { return 4 * int64(floats) }
