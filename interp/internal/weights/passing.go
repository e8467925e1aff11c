package weights

import (
	"sync"

	"cnnlang/interp/internal/offheap"
	"cnnlang/ops/tensor"
)

// Passing generates tensors that are read once, and lets go of each as soon as it is forgotten: in
// Go's heap they would stay until it is collected, twice what waits to be packed or more. Several
// goroutines may use it.
type Passing struct {
	Generator
	mutex sync.Mutex
	held  map[string]func() // what lets go of each
}

// fewFloats are left to Go's heap.
const fewFloats = 1 << 14

// Tensor makes a tensor, which must not be read after Forget or Close.
func (p *Passing) Tensor(name string, shape tensor.Shape) tensor.Tensor {
	if shape.Elements() < fewFloats {
		return p.Generator.Tensor(name, shape)
	}
	data, free := offheap.Floats(shape.Elements())
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.held == nil {
		p.held = map[string]func(){}
	}
	if before := p.held[name]; before != nil {
		before()
	}
	p.held[name] = free
	p.fill(name, shape, data)
	return tensor.Tensor{Shape: shape, Data: data}
}

// Forget lets go of a tensor.
func (p *Passing) Forget(name string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if free := p.held[name]; free != nil {
		free()
		delete(p.held, name)
	}
}

// Close lets go of all.
func (p *Passing) Close() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for _, free := range p.held {
		free()
	}
	p.held = nil
}
