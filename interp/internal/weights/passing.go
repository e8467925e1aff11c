package weights

import (
	"sync"

	"cnnlang/interp/internal/offheap"
	"cnnlang/ops/tensor"
)

// Passing generates tensors that are read once for each node that has them, and lets go of each as
// soon as all have forgotten it: in Go's heap they would stay until it is collected, twice what
// waits to be packed or more. Several goroutines may use it.
type Passing struct {
	Generator
	mutex sync.Mutex
	held  map[string]*passingTensor
}

type passingTensor struct {
	data    []float32
	free    func()
	readers int
}

// fewFloats are left to Go's heap.
const fewFloats = 1 << 14

// Tensor makes a tensor, or gives one that another reader has not forgotten yet. It must not be read
// after Forget or Close.
func (p *Passing) Tensor(name string, shape tensor.Shape) tensor.Tensor {
	if shape.Elements() < fewFloats {
		return p.Generator.Tensor(name, shape)
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.held == nil {
		p.held = map[string]*passingTensor{}
	}
	t := p.held[name]
	if t == nil {
		data, free := offheap.Floats(shape.Elements())
		p.fill(name, shape, data)
		t = &passingTensor{data: data, free: free}
		p.held[name] = t
	}
	t.readers++
	return tensor.Tensor{Shape: shape, Data: t.data}
}

// Forget says that one reader needs a tensor no more.
func (p *Passing) Forget(name string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	t := p.held[name]
	if t == nil {
		return
	}
	if t.readers--; t.readers == 0 {
		t.free()
		delete(p.held, name)
	}
}

// Close lets go of all.
func (p *Passing) Close() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for _, t := range p.held {
		t.free()
	}
	p.held = nil
}
