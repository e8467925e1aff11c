package interp

import (
	"strings"

	"cnnlang/interp/internal/elab"
	"cnnlang/lang/resolve"
)

// forms describes the keys of a section `train`, and the words that stand for a rule there, by their keys.
func forms() (all []Declaration) {
	for _, key := range resolve.TrainKeys {
		doc := settingDocs[key]
		if words := resolve.Forms[key]; len(words) > 0 {
			doc += " Its words are `" + strings.Join(words, "`, `") + "`."
		}
		all = append(all, ofTrain(key, "setting", doc))
	}
	for _, key := range resolve.TrainKeys {
		for _, name := range resolve.Forms[key] {
			d := ofTrain(name, "form", formDocs[name]+" A value of `"+key+"`.")
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

// ofTrain is an entry of a section `train`.
func ofTrain(name, kind, doc string) Declaration {
	return Declaration{Name: name, Kind: kind, Package: "train", File: "train", Signature: name, Params: []Parameter{}, Input: []string{}, Output: []string{}, Doc: doc}
}
