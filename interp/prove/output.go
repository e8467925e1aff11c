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
		if size := v.found(func(r Result) dim.Size { return r.Output[i] }); size != "_" {
			sizes[i] = size
		}
	}
	return sizes
}
