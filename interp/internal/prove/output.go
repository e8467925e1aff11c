package prove

import "cnnlang/ops/dim"

// Output lists the sizes of what a block gives, as the language writes them: the
// one that all ways through the block agree on, "" where they do not.
func (v *Verdict) Output() []string {
	if len(v.Results) == 0 {
		return nil
	}
	sizes := make([]string, len(v.Results[0].Output))
	for i := range sizes {
		size := v.found(func(r Result) dim.Size {
			if i < len(r.Output) {
				return r.Output[i]
			}
			return dim.Invalid() // of another shape
		})
		if size != "_" {
			sizes[i] = size
		}
	}
	return sizes
}

// StepShapes are the shapes of the block's own steps, in its own words, by the
// offset in its file where a step ends. A step whose shape differs from way to way
// through the block has none. The prover must have been asked for them.
func (v *Verdict) StepShapes() map[int][]string {
	if v.base != v.Block || len(v.Results) == 0 {
		return nil // a preset has no steps
	}
	found := map[int][]string{}
	for end, shape := range v.Results[0].steps {
		var sizes []string
		for i := range shape {
			size := v.found(func(r Result) dim.Size {
				if same := r.steps[end]; len(same) == len(shape) {
					return same[i].InOthers()
				}
				return dim.Invalid()
			})
			if size == "_" {
				break
			}
			sizes = append(sizes, size)
		}
		if len(shape) > 0 && len(sizes) == len(shape) {
			found[end] = sizes
		}
	}
	return found
}
