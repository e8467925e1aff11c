package topology

import "cnnlang/interp/internal/weightfile"

// Flattened is the order in which dense layers of the model count a flattened map. Maps of Keras
// have channels last unless layers say otherwise, and a Flatten of channels_first moves them
// there; one that says nothing takes the map as it lies. A Permute may do anything.
func (m *Model) Flattened() weightfile.Flattened {
	var first, last, moved, taken, permuted bool
	m.each(func(l *Layer) {
		switch l.Kind {
		case "Permute":
			permuted = true
		case "Flatten":
			moved, taken = moved || l.first, taken || !l.first
		default:
			first, last = first || l.first, last || l.last
		}
	})
	switch {
	case permuted || first && last || last && moved || first && moved && taken:
		return weightfile.Mixed
	case first && !moved:
		return weightfile.ByChannel
	}
	return weightfile.ByPixel
}

// each visits all layers, those of models within too.
func (m *Model) each(visit func(l *Layer)) {
	if m == nil {
		return
	}
	for _, l := range m.Layers {
		visit(l)
		l.Model.each(visit)
	}
}
