package plan

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"

	"cnnlang/interp/internal/offheap"
	"cnnlang/ops/tensor"
)

// Parameters are packed in three stages. First every op chooses its algorithm and says how
// much memory it will fill, which costs next to nothing, so that the size of the plan is
// known before anything is allocated. Then each gets its memory, or what an earlier process
// packed. Then the tensors are fetched one instruction after another and packed on several
// threads, which is most of the time it takes to start.

// A packed is the memory of packed parameters. Its slices are cut from chunks that are
// never moved.
type packed struct {
	chunk []float32   // what is left of the last one
	parts [][]float32 // all slices, padded to whole lines
	free  []func()
	at    int       // how much is in use
	used  int       // at most
	turns bool      // every instruction begins anew, in the memory of the others
	turn  []float32 // which is this
	jobs  []packJob
	stale []func() // called before all jobs are done again
	count bool     // only sizes are wanted: the chunk has no memory and serves all
	known bool     // the chunk was packed before: nothing is to be filled
	ended bool     // and was too short
}

// A packJob is memory to be filled.
type packJob struct {
	dst     []float32
	fill    func(dst []float32)
	packing *packing
}

// chunkFloats is the size of a chunk for what is smaller: 4 MB.
const chunkFloats = 1 << 20

// Floats implements task.Memory.
func (p *packed) Floats(n int, fill func(dst []float32)) []float32 {
	size := roundUp(n)
	p.at += size
	p.used = max(p.used, p.at)
	switch {
	case p.count:
		if n > len(p.chunk) {
			data, free := offheap.Addresses(n)
			p.chunk, p.free = data, append(p.free, free)
		}
		return p.chunk[:min(n, len(p.chunk))]
	case p.known:
		if p.ended = p.ended || size > len(p.chunk); p.ended {
			return make([]float32, n)
		}
	case size > len(p.chunk):
		data, free := offheap.Floats(max(size, chunkFloats))
		p.chunk, p.free = data, append(p.free, free)
	}
	dst := p.chunk[:n:n]
	p.parts = append(p.parts, p.chunk[:size:size])
	p.chunk = p.chunk[size:]
	if !p.known {
		p.jobs = append(p.jobs, packJob{dst: dst, fill: fill})
	}
	return dst
}

// Before implements task.Changing.
func (p *packed) Before(forget func()) {
	if !p.count && !p.known {
		p.stale = append(p.stale, forget)
	}
}

// begin begins with the next instruction.
func (p *packed) begin() {
	if p.turns {
		p.at = 0
	}
	if p.turn != nil {
		p.chunk = p.turn
	}
}

// fits reports whether the numbers packed before are exactly as many as needed, and of the
// same instructions.
func (p *packed) fits(mark mark) bool {
	return !p.ended && len(p.chunk) == len(mark) && slices.EqualFunc(p.chunk, mark[:], sameBits)
}

func sameBits(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) }

// A mark is a hash, stored as numbers.
type mark [line]float32

// mark identifies the instructions and their algorithms, so that numbers packed for others
// are not used.
func (p *Plan) mark() (m mark) {
	h := sha256.New()
	for _, s := range p.instructions {
		fmt.Fprintf(h, "%s %s %v\n", s.step(), s.Prepared.Algorithm, s.shape)
	}
	sum := h.Sum(nil)
	for i := range len(sum) / 4 {
		m[i] = math.Float32frombits(binary.LittleEndian.Uint32(sum[4*i:]))
	}
	return m
}

// release gives the memory back.
func (p *packed) release() {
	for _, free := range p.free {
		free()
	}
}

// A packing is the work of the third stage on one instruction: its tensors, and the jobs
// that read them.
type packing struct {
	of      *instruction
	tensors []tensor.Tensor
	jobs    []packJob
	stale   []func()
	left    atomic.Int64 // jobs
}

// prepareOthers fetches the tensors of instructions that do not pack, which are small.
func (p *Plan) prepareOthers(params Source, opts Options) error {
	for k := range p.instructions {
		s := &p.instructions[k]
		if s.algorithm.Packs {
			continue
		}
		tensors, err := fetch(s.instruction, params)
		if err != nil {
			return err
		}
		s.Prepared = s.prepare(tensors, nil)
		opts.done(s.instruction)
	}
	return nil
}

// prepareIn prepares the instructions that pack, with their parameters in m.
func (p *Plan) prepareIn(m *packed) []*packing {
	p.packed = m
	var later []*packing
	shared, alike := p.shared(), map[string]*sharing{}
	if m.turns {
		shared = nil // what another has packed is gone
	}
	for k := range p.instructions {
		s := &p.instructions[k]
		if !s.algorithm.Packs {
			continue
		}
		m.begin()
		one := &packing{of: s.instruction, tensors: make([]tensor.Tensor, len(s.params))}
		s.Prepared = s.prepare(one.tensors, m.sharedBy(s.packedAs(shared), alike))
		one.jobs, one.stale, m.jobs, m.stale = m.jobs, m.stale, nil, nil
		if len(one.jobs) > 0 {
			later = append(later, one)
		}
	}
	return later
}

// pack fetches the tensors and does the jobs. An instruction's tensors are fetched when a
// thread is about to be free, so that few wait in memory unpacked.
func pack(list []*packing, params Source, opts Options) error {
	threads := opts.packers()
	jobs := make(chan packJob)
	crashes := make(chan any, threads)
	var running sync.WaitGroup
	for range threads {
		running.Go(func() {
			debug.SetPanicOnFault(true) // tensors may be views of a file
			defer func() {
				if crash := recover(); crash != nil {
					crashes <- crash
					for range jobs { // so that handing over the rest never blocks
					}
				}
			}()
			for j := range jobs {
				j.fill(j.dst)
				if j.packing.left.Add(-1) == 0 {
					opts.done(j.packing.of)
				}
			}
		})
	}
	var err error
	for i, s := range list {
		var tensors []tensor.Tensor
		if tensors, err = fetch(s.of, params); err != nil {
			break
		}
		copy(s.tensors, tensors)
		s.left.Store(int64(len(s.jobs)))
		for _, j := range s.jobs {
			j.packing = s
			jobs <- j
		}
		s.jobs, s.tensors, list[i] = nil, nil, nil // the tensors are freed with the last job
	}
	close(jobs)
	running.Wait()
	select {
	case crash := <-crashes: // report it where New was called
		panic(crash)
	default:
		return err
	}
}

// fetch gets the tensors of an instruction and checks their shapes.
func fetch(of *instruction, params Source) ([]tensor.Tensor, error) {
	tensors := make([]tensor.Tensor, len(of.params))
	for i, p := range of.params {
		t, err := params(p)
		if err != nil {
			return nil, err
		}
		if !t.Shape.Equal(p.Shape) || len(t.Data) != p.Shape.Elements() {
			return nil, fmt.Errorf("plan: tensor %q: got shape %v with %d elements, want %v",
				p.Path, t.Shape, len(t.Data), p.Shape)
		}
		tensors[i] = t
	}
	return tensors, nil
}
