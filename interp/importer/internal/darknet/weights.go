package darknet

import (
	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/darknet"
)

// fill gives the net the numbers of a .weights file, which has them in the order of the sections.
func (r *reader) fill(net *flat.Net) error {
	opened, err := darknet.Open(*r.source.Weights)
	if err != nil {
		return err
	}
	f := opened.(*darknet.File)
	want := darknet.Count(r.layers)
	switch got := f.Numbers(); {
	case got < want:
		return r.tooShort(got, want)
	case got > want:
		r.note("%d numbers of %s are left over behind those of the %d sections that have any", got-want, weightfile.Shown(r.source.Weights.Path), len(r.layers))
	}
	file, err := f.Begin(r.layers)
	if err != nil {
		return err
	}
	at := map[string]int{}
	for i, t := range file.Tensors() {
		at[t.Name] = i
	}
	for _, n := range net.Graph.Nodes {
		for _, p := range n.Params {
			i := at[p.Path]
			net.About[n.ID].Tensors = append(net.About[n.ID].Tensors, flat.Tensor{Name: p.Path, Shape: p.Shape, Read: func() ([]float32, error) {
				raw, err := file.Bytes(i)
				if err != nil {
					return nil, err
				}
				return weightfile.F32.Floats(raw), nil
			}})
		}
	}
	return nil
}

// tooShort says in which section the numbers end.
func (r *reader) tooShort(got, want int64) error {
	before := int64(0)
	for i := range r.layers {
		if before += darknet.Count(r.layers[i : i+1]); before > got {
			return r.source.Weights.Corrupt("", "has %d numbers, too few from %s on, want %d for all sections; it was cut short, or is for another network", got, r.owners[i].where(), want)
		}
	}
	return nil
}
