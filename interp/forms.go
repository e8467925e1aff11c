package interp

import (
	"cnnlang/interp/internal/elab"
	"cnnlang/lang/resolve"
)

// forms describes the words that stand for a rule in a section `train`, by their keys.
func forms() (all []Declaration) {
	for _, key := range resolve.TrainKeys {
		for _, name := range resolve.Forms[key] {
			d := Declaration{Name: name, Kind: "form", Package: "train", File: "train", Signature: name, Params: []Parameter{}, Input: []string{}, Output: []string{},
				Doc: "A value of `" + key + "` in a section `train`."}
			arguments := ""
			for i, p := range elab.FormParameters(name) {
				if i > 0 {
					arguments += ", "
				}
				if arguments += p.Name; p.Default != "" {
					arguments += " = " + p.Default
				}
				d.Params = append(d.Params, Parameter{Name: p.Name, Type: p.Want, Default: p.Default})
			}
			if arguments != "" {
				d.Signature += "(" + arguments + ")"
			}
			all = append(all, d)
		}
	}
	return all
}
