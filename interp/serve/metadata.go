package serve

import (
	"cnnlang/interp/graph"
)

// Metadata describes a model as the protocol does.
type Metadata struct {
	Name     string      `json:"name"`
	Versions []string    `json:"versions"`
	Platform string      `json:"platform"`
	Inputs   []TensorFor `json:"inputs"`
	Outputs  []TensorFor `json:"outputs"`
}

// A TensorFor describes an input or output: -1 in its shape is any number of images.
type TensorFor struct {
	Name     string  `json:"name"`
	Datatype string  `json:"datatype"`
	Shape    []int64 `json:"shape"`
}

// platform is what the protocol calls the framework and format of a model.
const platform = "cnnlang_cnn"

// datatype is that of all tensors.
const datatype = "FP32"

// Metadata describes a model. Its error is an *Error.
func (s *Server) Metadata(name, v string) (Metadata, error) {
	t, err := s.slot(name, v)
	if err != nil {
		return Metadata{}, err
	}
	net := t.engine.Load().net
	m := Metadata{Name: name, Versions: []string{version}, Platform: platform}
	described := func(name string, n *graph.Node) TensorFor {
		d := TensorFor{name, datatype, []int64{-1}}
		for _, size := range n.Shape[1:] {
			d.Shape = append(d.Shape, int64(size))
		}
		return d
	}
	for _, n := range net.Graph.Inputs {
		m.Inputs = append(m.Inputs, described(n.Path, n))
	}
	for _, o := range net.Graph.Outputs {
		m.Outputs = append(m.Outputs, described(o.Name, o.Node))
	}
	return m, nil
}
